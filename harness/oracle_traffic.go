package harness

import (
	"net/netip"
	"time"

	"github.com/overlaytest/overlaytest/sim"
)

// Restless suspects traffic that grows after quiet: nine periods in a row in which nothing was done to the world, each with more packets sent
// than the one before and the last with twice as many as the first or more. Some correct overlays do that: those whose work takes its time
// to get going.
func (*World) Restless(period time.Duration) Oracle {
	return Oracle{name: "traffic that grows after quiet", why: "whose work takes its time to get going", watch: func(w *World, p *Promise) {
		r := &restless{period: period, ends: w.Elapsed() + period}
		r.set(p)
		p.overtime = func() { r.count(w.Elapsed()) }
		w.Watch(r.see)
	}}
}

type restless struct {
	trap
	slope
	period, ends time.Duration
	sent         int
}

// see counts packets, and begins anew when something is done to the world.
func (r *restless) see(e sim.Event) {
	r.count(e.At)
	switch {
	case e.Kind == sim.Sent && e.Cause != 0:
		r.sent++
	case e.Kind == sim.Delivered, e.Kind == sim.Dropped, e.Kind == sim.Copied, e.Kind == sim.Caught, e.Kind == sim.Fired && e.Node != nil:
	default:
		r.row, r.sent, r.ends = nil, 0, e.At+r.period
	}
}

// count ends the periods that are over.
func (r *restless) count(now time.Duration) {
	for ; now >= r.ends; r.ends += r.period {
		if r.add(r.sent) && r.row[rising] >= 2*r.row[0] {
			r.spring(nil, "packets sent in each %v since anything was done to the world: %v", r.period, r.row)
		}
		r.sent = 0
	}
}

// Amplifies suspects a node of being a tool to flood others: it sends more than that many bytes per byte received to an address that called
// first, before anything more has come from there. Nobody has shown that a packet with that address as its sender came from it. Three is what
// RFC 9000, section 8, allows. Some correct overlays do that: those among friends whose addresses cannot be forged.
func (*World) Amplifies(times uint64) Oracle {
	return Oracle{name: "more bytes out than an unproven address may have", why: "among friends whose addresses cannot be forged",
		watch: func(w *World, p *Promise) {
			a := &amplifies{times: times, callers: map[route]*caller{}}
			a.set(p)
			w.Watch(a.see, sim.Sent, sim.Delivered)
		}}
}

type amplifies struct {
	trap
	times   uint64
	callers map[route]*caller
}

// route is one life of a node and an address it talks to.
type route struct {
	node *sim.Node
	life int
	addr netip.AddrPort
}

type caller struct {
	in, out uint64 // bytes
	proven  bool
}

func (a *amplifies) see(e sim.Event) {
	if e.Node == nil || e.Kind != sim.Sent && e.Kind != sim.Delivered {
		return
	}
	there := e.To
	if e.Kind == sim.Delivered {
		there = e.From
	}
	key := route{e.Node, e.Node.Life(), there}
	c := a.callers[key]
	if c == nil { // whom the node calls first is not asked for its address: it calls where it was told to
		c = &caller{proven: e.Kind == sim.Sent}
		a.callers[key] = c
	}
	switch {
	case c.proven:
	case e.Kind == sim.Delivered:
		c.in += uint64(len(e.Data))
		c.proven = c.out > 0
	default:
		c.out += uint64(len(e.Data))
		if c.out > a.times*c.in {
			a.spring(e.Node, "it sent %s to %v, which had sent it %d and answered nothing yet", count(c.out, "byte"), there, c.in)
		}
	}
}

// CallsTheDead suspects a node of never giving up: one life of it sends to an address whose node has been down all the time, more than d
// after it did so first. Some correct overlays do that: those that look now and then whether a peer is back.
func (*World) CallsTheDead(d time.Duration) Oracle {
	return Oracle{name: "sends to the dead", why: "that looks now and then whether a peer is back", watch: func(w *World, p *Promise) {
		c := &callsTheDead{patience: d, dead: map[netip.AddrPort]*grave{}}
		for _, n := range w.Nodes() {
			if !n.Up() {
				c.bury(n)
			}
		}
		c.set(p)
		w.Watch(c.see, sim.Sent, sim.Crashed, sim.Restarted)
	}}
}

type callsTheDead struct {
	trap
	patience time.Duration
	dead     map[netip.AddrPort]*grave
}

// grave is a node that is down, and who has called it since when.
type grave struct {
	name  string
	calls map[route]time.Duration
}

func (c *callsTheDead) bury(n *sim.Node) {
	for _, a := range known(n) {
		c.dead[a] = &grave{n.Name(), map[route]time.Duration{}}
	}
}

// known are the addresses at which a node is called: its own, and as what the internet sees it.
func known(n *sim.Node) []netip.AddrPort {
	return append([]netip.AddrPort{n.World().Outside(n)}, n.Addrs()...)
}

func (c *callsTheDead) see(e sim.Event) {
	switch e.Kind {
	case sim.Crashed:
		c.bury(e.Node)
	case sim.Restarted:
		for _, a := range known(e.Node) {
			delete(c.dead, a)
		}
	case sim.Sent:
		if g := c.dead[e.To]; g != nil {
			c.call(g, e)
		}
	}
}

// call notes a packet to a node that is down.
func (c *callsTheDead) call(g *grave, e sim.Event) {
	key := route{e.Node, e.Node.Life(), e.To}
	first, before := g.calls[key]
	if !before {
		g.calls[key] = e.At
		return
	}
	if e.At-first > c.patience {
		c.spring(e.Node, "it still sent to %s at %v, which is down, and was when it did so first at %v; %v is allowed", g.name, e.At, first, c.patience)
	}
}
