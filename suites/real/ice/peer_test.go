package ice_test

import (
	"context"
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"
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

// peer is a program that connects to one other by ICE, with host and server-reflexive candidates, without a relay.
type peer struct {
	h     *bubble.Host
	agent *ice.Agent

	mu         sync.Mutex
	candidates []string
	gathered   atomic.Bool
	heard      atomic.Pointer[string] // what the other has said
	failed     atomic.Pointer[string]
}

func start(h *bubble.Host, _ []netip.AddrPort) (*peer, error) {
	sim.Shared(h.Node(), anew)
	return &peer{h: h}, nil
}

// gather finds out the candidates, with the help of a STUN server.
func (p *peer) gather(server netip.AddrPort) error {
	agent, err := ice.NewAgentWithOptions(
		ice.WithNet(network{h: p.h}), ice.WithNetworkTypes([]ice.NetworkType{ice.NetworkTypeUDP4}),
		ice.WithCandidateTypes([]ice.CandidateType{ice.CandidateTypeHost, ice.CandidateTypeServerReflexive}),
		ice.WithUrls([]*stun.URI{{Scheme: stun.SchemeTypeSTUN, Host: server.Addr().String(), Port: int(server.Port()), Proto: stun.ProtoTypeUDP}}),
		ice.WithMulticastDNSMode(ice.MulticastDNSModeDisabled), ice.WithDisableActiveTCP(),
	)
	if err != nil {
		return err
	}
	p.agent = agent
	context.AfterFunc(p.h.Context(), func() { _ = agent.Close() })
	if err := agent.OnCandidate(p.candidate); err != nil {
		return err
	}
	return agent.GatherCandidates()
}

// candidate notes one, or that there are no more.
func (p *peer) candidate(c ice.Candidate) {
	if c == nil {
		p.gathered.Store(true)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.candidates = append(p.candidates, c.Marshal())
}

// meet connects to a peer whose candidates have been signalled, says hello and waits for as much.
func (p *peer) meet(o *peer, controls func(a *ice.Agent, ctx context.Context, user, password string) (*ice.Conn, error)) {
	user, password, err := o.agent.GetLocalUserCredentials()
	if err != nil {
		p.fails(err)
		return
	}
	for _, s := range o.candidates {
		c, err := ice.UnmarshalCandidate(s)
		if err == nil {
			err = p.agent.AddRemoteCandidate(c)
		}
		if err != nil {
			p.fails(err)
		}
	}
	p.h.Go(func(ctx context.Context) {
		c, err := controls(p.agent, ctx, user, password)
		if err == nil {
			_, err = fmt.Fprint(c, "hello from ", p.h.Node().Name())
		}
		if err != nil {
			p.fails(err)
			return
		}
		b := make([]byte, 1500)
		n, err := c.Read(b)
		if err != nil {
			p.fails(err)
			return
		}
		p.heard.Store(new(string(b[:n])))
	})
}

func (p *peer) fails(err error) { p.failed.Store(new(err.Error())) }

// serve is a program that answers binding requests of STUN.
func serve(h *bubble.Host, _ []netip.AddrPort) (*bubble.PacketConn, error) {
	c, err := h.ListenPacket("udp", h.Addr().String())
	if err != nil {
		return nil, err
	}
	h.Go(func(context.Context) {
		b := make([]byte, 1500)
		for {
			n, from, err := c.ReadFromUDPAddrPort(b)
			if err != nil {
				return
			}
			asked := &stun.Message{Raw: append([]byte(nil), b[:n]...)}
			if asked.Decode() != nil || asked.Type != stun.BindingRequest {
				continue
			}
			answer, err := stun.Build(asked, stun.BindingSuccess, &stun.XORMappedAddress{IP: from.Addr().AsSlice(), Port: int(from.Port())}, stun.Fingerprint)
			if err == nil {
				_, _ = c.WriteToUDPAddrPort(answer.Raw, from)
			}
		}
	})
	return c, nil
}
