package ice_test

import (
	"context"
	"fmt"
	"net/netip"
	"sync/atomic"
	"time"
	_ "unsafe" // for go:linkname

	"github.com/pion/ice/v4"
	"github.com/pion/randutil"
	"github.com/pion/stun/v4"

	"github.com/overlaytest/overlaytest/sim"
	"github.com/overlaytest/overlaytest/sim/bubble"
)

// What all agents of a process draw from, seeded when the process begins.
//
//go:linkname globalMathRandomGenerator github.com/pion/ice/v4.globalMathRandomGenerator
var globalMathRandomGenerator randutil.MathRandomGenerator

//go:linkname globalCandidateIDGenerator github.com/pion/ice/v4.globalCandidateIDGenerator
var globalCandidateIDGenerator struct{ randutil.MathRandomGenerator }

// anew is called once for each world: its history does not depend on the process it is played in.
func anew() bool {
	globalMathRandomGenerator = randutil.NewMathRandomGenerator()
	globalCandidateIDGenerator.MathRandomGenerator = globalMathRandomGenerator
	return true
}

// peer is a program that keeps up a connection to one other by ICE, with host and server-reflexive candidates, without a relay. It writes a
// letter every half a second while it is connected. In each round of the signals it gathers anew: it starts one when it boots, and when its
// agent has failed. So do programs that use WebRTC.
type peer struct {
	h       *bubble.Host
	signals *signals
	name    string
	other   string
	options []ice.AgentOption
	agent   *ice.Agent
	conn    *ice.Conn
	round   atomic.Int64

	candidates []string
	gathered   chan struct{} // closed when there are no more

	state atomic.Int64 // an ice.ConnectionState
	since atomic.Int64 // when it became that, in ns of the world's time
	heard atomic.Int64 // when the latest letter that came was written, in ns since 1970
	wrong atomic.Pointer[string]
}

func start(h *bubble.Host, met []netip.AddrPort) (*peer, error) { return starting()(h, met) }

// starting is the program with other options of its agent than the usual ones.
func starting(options ...ice.AgentOption) func(h *bubble.Host, met []netip.AddrPort) (*peer, error) {
	return func(h *bubble.Host, _ []netip.AddrPort) (*peer, error) {
		sim.Shared(h.Node(), anew)
		i := h.Node().Index()
		p := &peer{h: h, signals: sim.Shared(h.Node(), newSignals), name: names[i], other: names[1-i], options: options}
		p.signals.restart(p.signals.now())
		h.Go(p.run)
		return p, nil
	}
}

// names are those of the two peers in their letters. The first one controls.
var names = [2]string{"the first", "the second"}

func (p *peer) run(ctx context.Context) {
	for round, ok := p.signals.later(ctx, 0); ok; round, ok = p.signals.later(ctx, round) {
		p.round.Store(int64(round))
		if err := p.join(ctx, round); err != nil && ctx.Err() == nil {
			p.wrong.CompareAndSwap(nil, new(fmt.Sprintf("round %d: %v", round, err)))
		}
	}
}

// join takes part in a round.
func (p *peer) join(ctx context.Context, round int) error {
	own, err := p.gather(ctx)
	if err != nil {
		return err
	}
	own.round = round
	p.signals.tell(p.name, own)
	theirs, ok := p.signals.hear(ctx, p.other, round)
	if !ok {
		return nil
	}
	return p.connect(theirs)
}

// gather finds out the candidates, with a new agent in the first round and with the same one again in others.
func (p *peer) gather(ctx context.Context) (own description, err error) {
	p.candidates, p.gathered = nil, make(chan struct{})
	if p.agent == nil {
		err = p.create()
	} else {
		err = p.agent.Restart("", "")
	}
	if err == nil {
		err = p.agent.GatherCandidates()
	}
	if err != nil {
		return own, err
	}
	select {
	case <-p.gathered:
	case <-ctx.Done():
		return own, ctx.Err()
	}
	own.candidates = p.candidates
	own.user, own.password, err = p.agent.GetLocalUserCredentials()
	return own, err
}

func (p *peer) create() (err error) {
	server := p.signals.server
	p.agent, err = ice.NewAgentWithOptions(append([]ice.AgentOption{
		ice.WithNet(network{h: p.h}), ice.WithNetworkTypes([]ice.NetworkType{ice.NetworkTypeUDP4}),
		ice.WithCandidateTypes([]ice.CandidateType{ice.CandidateTypeHost, ice.CandidateTypeServerReflexive}),
		ice.WithUrls([]*stun.URI{{Scheme: stun.SchemeTypeSTUN, Host: server.Addr().String(), Port: int(server.Port()), Proto: stun.ProtoTypeUDP}}),
		ice.WithMulticastDNSMode(ice.MulticastDNSModeDisabled), ice.WithDisableActiveTCP(),
	}, p.options...)...)
	if err != nil {
		return err
	}
	context.AfterFunc(p.h.Context(), func() { _ = p.agent.Close() })
	if err := p.agent.OnCandidate(p.candidate); err != nil {
		return err
	}
	return p.agent.OnConnectionStateChange(p.becomes)
}

// candidate notes one, or that there are no more.
func (p *peer) candidate(c ice.Candidate) {
	if c == nil {
		close(p.gathered)
		return
	}
	p.candidates = append(p.candidates, c.Marshal())
}

// status is the agent's state, as it has told.
func (p *peer) status() ice.ConnectionState { return ice.ConnectionState(p.state.Load()) }

// becomes notes the state of the agent.
func (p *peer) becomes(s ice.ConnectionState) {
	p.since.Store(int64(time.Since(sim.Epoch)))
	p.state.Store(int64(s))
	if s == ice.ConnectionStateFailed {
		p.signals.restart(int(p.round.Load()))
	}
}

// connect has the agent connect to a peer that has described itself.
func (p *peer) connect(o description) error {
	if err := p.meet(o.user, o.password); err != nil {
		return err
	}
	for _, s := range o.candidates {
		c, err := ice.UnmarshalCandidate(s)
		if err == nil {
			err = p.agent.AddRemoteCandidate(c)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// meet has the agent begin, or go on, with the other's credentials.
func (p *peer) meet(user, password string) (err error) {
	if p.conn != nil {
		return p.agent.SetRemoteCredentials(user, password)
	}
	if p.name == names[0] {
		p.conn, err = p.agent.StartDial(user, password)
	} else {
		p.conn, err = p.agent.StartAccept(user, password)
	}
	if err == nil {
		p.h.Go(p.read)
		p.h.Go(p.write)
	}
	return err
}
