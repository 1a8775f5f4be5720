// Package tracker introduces the members of any overlay to each other. It is
// py-ipv8's EndpointServer.
//
// A tracker takes part in no overlay. It remembers who asked for introductions
// in which, answers with other members of the same, under the overlay's own
// prefix, and pings them to find out who is gone.
package tracker

import (
	"iter"
	"net/netip"
	"slices"
	"time"

	"github.com/overlaytest/overlaytest/ipv8"
	"github.com/overlaytest/overlaytest/ipv8/keys"
	"github.com/overlaytest/overlaytest/ipv8/walk"
)

const (
	// Period is the time between two rounds, in which a tracker pings some
	// members and forgets others.
	Period = 10 * time.Second
	// PingTimeout is how long it waits for the answer to a ping.
	PingTimeout = 5 * time.Second
	// MaxPeers is how many members each round leaves: the oldest go.
	MaxPeers = 100
)

const (
	crowded     = 10 * MaxPeers // members for which a round comes early
	maxServices = 32            // overlays that one member is remembered for
	headLen     = 23            // prefix of an overlay and message id
)

// Tracker introduces members of overlays.
type Tracker struct {
	stack     *ipv8.Stack
	services  map[ipv8.ID]*ipv8.Community
	order     []*ipv8.Community // the same, in order of their making
	pings     []ping
	churn     func()
	timer     uint64
	onRequest []func(p *ipv8.Peer, service ipv8.ID)
}

// ping is a request for an introduction that a member should answer.
type ping struct {
	peer       *ipv8.Peer
	service    ipv8.ID
	identifier uint16
	timer      uint64
}

// Start makes the host a tracker under a key, from now on.
func Start(h ipv8.Host, key keys.Private) *Tracker {
	t := &Tracker{stack: ipv8.NewStack(h, key), services: map[ipv8.ID]*ipv8.Community{}}
	t.churn = walk.Churn{PingInterval: PingTimeout}.Over(t.stack, t.ping)
	t.stack.Listen(t.hear)
	t.timer = h.Every(Period, Period, t.round)
	return t
}

// Stack returns the stack of the tracker: its key, the members, what was
// dropped.
func (t *Tracker) Stack() *ipv8.Stack { return t.stack }

// Services returns the overlays of which members are known, in the order in
// which they were asked about.
func (t *Tracker) Services() []ipv8.ID {
	var ids []ipv8.ID
	for _, c := range t.order {
		if c.PeerCount() > 0 {
			ids = append(ids, c.ID())
		}
	}
	return ids
}

// Peers iterates over the members known of an overlay, in the order in which
// they came.
func (t *Tracker) Peers(service ipv8.ID) iter.Seq[*ipv8.Peer] {
	return t.stack.Table().Peers(service)
}

// OnRequest has f called after each introduction request was answered.
func (t *Tracker) OnRequest(f func(p *ipv8.Peer, service ipv8.ID)) {
	t.onRequest = append(t.onRequest, f)
}

// Close ends the tracker: it hears and does nothing from then on.
func (t *Tracker) Close() {
	h := t.stack.Host()
	h.Stop(t.timer)
	for _, p := range t.pings {
		h.Stop(p.timer)
	}
	for _, c := range t.order {
		c.Leave()
	}
	t.pings, t.order = nil, nil
	clear(t.services)
	t.stack.Close()
}

// The message ids a tracker understands, of the old style and the new.
const (
	request, newRequest   = 246, 234
	response, newResponse = 245, 233
)

// hear handles a packet of whatever overlay.
func (t *Tracker) hear(from, _ netip.AddrPort, data []byte) {
	if len(data) < headLen || data[0] != 0 || data[1] != 2 {
		return
	}
	id := ipv8.ID(data[2 : headLen-1])
	c := t.services[id]
	switch data[headLen-1] {
	case request, newRequest:
		if c == nil {
			c = t.open(id)
		}
		c.Receive(from, data)
		if c.PeerCount() == 0 {
			t.close(c)
		}
	case response, newResponse:
		if c != nil && t.isPinged(from, id) {
			c.Receive(from, data)
		}
	}
}

// open makes what answers for an overlay.
func (t *Tracker) open(id ipv8.ID) *ipv8.Community {
	c := t.stack.Detached(id)
	ipv8.MaxPeers(-1).Attach(c)
	c.OnRequest(func(p *ipv8.Peer, _ *ipv8.Introduction) { t.requested(p, id) })
	c.OnResponse(func(p *ipv8.Peer, in *ipv8.Introduction) { t.answered(p, id, in) })
	t.services[id] = c
	t.order = append(t.order, c)
	return c
}

func (t *Tracker) close(c *ipv8.Community) {
	c.Leave()
	delete(t.services, c.ID())
	t.order = slices.DeleteFunc(t.order, func(o *ipv8.Community) bool { return o == c })
}

// requested bounds what is remembered after a request.
func (t *Tracker) requested(p *ipv8.Peer, service ipv8.ID) {
	table := t.stack.Table()
	if all := table.Services(p.Key()); len(all) > maxServices {
		table.Withdraw(p, all[0])
		if c := t.services[all[0]]; c != nil && c.PeerCount() == 0 {
			t.close(c)
		}
	}
	if table.Len() > crowded {
		t.thin()
		t.tidy()
	}
	for _, f := range t.onRequest {
		f(p, service)
	}
}
