package sim

import (
	"fmt"
	"net/netip"
)

// way is how a packet gets to its destination.
type way uint8

const (
	direct  way = iota // no gateway is in its way, or it has passed them
	local              // it stays on its site
	crossed            // it will meet gateways on arrival
	astray             // nobody with that address can be reached from there
)

// target is whose an address is.
type target struct {
	node   *Node
	gate   *gateway // the address is an outside one of this
	behind *gateway // where the address is known: behind that gateway; nil: on the internet
	hidden bool     // it is a LAN address of a site without a gateway
}

// target finds out whose an address is.
func (w *World) target(code uint64) (t target, known bool) {
	return w.targetOf(code, w.book.reach(code))
}

// targetOf is target of an address that reaches a holder, or nobody.
func (w *World) targetOf(code uint64, h *holder) (t target, known bool) {
	if h != nil {
		t := target{node: h.node, hidden: h.lan()}
		if h.code&gatedBit != 0 {
			t.behind, t.hidden = w.gateOf(h.node.site), false
		}
		return t, true
	}
	if code&otherCode != 0 {
		return t, false
	}
	h = w.book.find(gateBit | code&^ports)
	if h == nil {
		return t, false
	}
	g := w.gateways[h.id]
	return target{gate: g, behind: g.outer}, true
}

// only is the one node that the address can be of, nil when there are several, or none.
func (t target) only() *Node {
	g := t.gate
	for g != nil && len(g.nodes) == 0 && len(g.inner) == 1 {
		g = g.inner[0]
	}
	switch {
	case g == nil:
		return t.node
	case len(g.nodes) == 1 && len(g.inner) == 0:
		return g.nodes[0]
	}
	return nil
}

// knownAt reports whether the address leads to its target behind a gateway; nil is the internet. A gateway that does not translate shows
// the addresses behind it to those before it.
func (t target) knownAt(g *gateway) bool {
	if t.hidden {
		return false
	}
	for at := t.behind; at != g; at = at.outer {
		if at == nil || at.translates {
			return false
		}
	}
	return true
}

// cross is Send where a gateway stands before either end.
func (n *Node) cross(from uint64, to netip.AddrPort, dst uint64, h *holder, data []byte) error {
	w := n.w
	t, known := w.targetOf(dst, h)
	if !known {
		w.nobody(n, to, data)
		return fmt.Errorf("sim: node %q: send to %v: %w", n.name, to, ErrNoSuchAddress)
	}
	slot := w.packets.take()
	p := w.packets.at(slot)
	*p = packet{from: n, src: n.public, dst: dst, cause: w.current.id, hash: hashBytes(data), size: uint16(len(data)), way: astray}
	if from != 0 {
		p.src = from
	}
	why := WrongSite
	meeting, meet := t.meeting(w.gateOf(n.site))
	w.meeting = meeting
	switch {
	case meet && (t.gate != nil || t.behind != meeting || meeting != w.gateOf(n.site)):
		p.way = crossed
		if p.to = t.only(); p.to == nil {
			_, p.to, why = w.comeIn(p, false)
		}
	case t.gate != nil:
		p.to = t.gate.first()
	default:
		p.to = t.node
		if meet {
			p.way = local
		}
	}
	if p.to == nil { // nobody is behind that gateway
		w.packets.give(slot)
		w.unsent(n, to, data, why, p.hash)
		return nil
	}
	p.block = w.payloads.put(data)
	w.launch(p, slot, mum(n.id^mixA, p.to.id^mixB))
	return nil
}

// meeting returns the gateway behind which a packet from behind g meets its target; nil is the internet. Ok is false when they never meet.
func (t target) meeting(g *gateway) (at *gateway, ok bool) {
	for ; g != nil; g = g.outer {
		if t.knownAt(g) {
			return g, true
		}
	}
	return nil, t.knownAt(nil)
}

// goOut has a packet pass out of the gateways between its sender and where it meets its destination, and says why it does not get there.
func (w *World) goOut(p *packet) Reason {
	first := w.gateOf(p.from.site)
	if first == nil {
		return ""
	}
	for g := first; g != w.meeting; g = g.outer { // cross has found it out
		as, why := w.out(g, p.src, p.dst)
		g.count(p.src, as, why)
		if why != "" {
			return why
		}
		p.src = as
	}
	return ""
}

// out is Out of a gateway, for address codes.
func (w *World) out(g *gateway, src, dst uint64) (as uint64, why Reason) {
	if g.words != nil && (src|dst)&otherCode == 0 {
		return g.words.OutCode(src, dst)
	}
	to, why := g.Out(w.book.addr(src), w.book.addr(dst))
	return w.book.code(to), why
}

// in is In of a gateway, for address codes.
func (w *World) in(g *gateway, src, dst uint64) (inside uint64, why Reason) {
	if g.words != nil && (src|dst)&otherCode == 0 {
		return g.words.InCode(src, dst)
	}
	to, why := g.In(w.book.addr(src), w.book.addr(dst))
	return w.book.code(to), why
}

// letIn notes what a gateway said about a packet that is to come in, and tells it if that does.
func (w *World) letIn(g *gateway, src, dst, inside uint64, why Reason) {
	g.count(dst, inside, why)
	if why != "" {
		return
	}
	if g.words != nil && (src|dst)&otherCode == 0 {
		g.words.PassedCode(src, dst)
		return
	}
	g.Passed(w.book.addr(src), w.book.addr(dst))
}

// comesTo is the target of a packet that has come. Mostly it is the gateway of whoever it was thought to be for, which then need not be found.
func (w *World) comesTo(p *packet) target {
	h := w.book.reach(p.dst)
	if h == nil && p.to != nil {
		if g := w.gateOf(p.to.site); g != nil && g.translates && g.outside == p.dst&^ports {
			return target{gate: g, behind: g.outer}
		}
	}
	t, _ := w.targetOf(p.dst, h)
	return t
}

// comeIn follows a packet from where it meets its destination, in through the gateways there: to the node, at its own address, or to whoever would
// be concerned, and why it does not get there. If it is to pass, the gateways are told; else nothing changes.
func (w *World) comeIn(p *packet, pass bool) (dst uint64, n *Node, why Reason) {
	t := w.comesTo(p)
	at, _ := t.meeting(w.gateOf(p.from.site))
	dst = p.dst
	for {
		said := w.filtered(t, at, p.src, dst, pass && why == "")
		if why == "" {
			why = said
		}
		if t.gate == nil {
			return dst, t.node, why
		}
		inside, said := w.in(t.gate, p.src, dst)
		if pass && why == "" {
			w.letIn(t.gate, p.src, dst, inside, said)
		}
		why = orElse(why, said)
		at, dst = t.gate, inside
		if n := t.only(); n != nil && n.site == at.site && n.public == dst {
			return dst, n, why
		}
		next, known := w.target(dst)
		if !known || !next.knownAt(at) {
			return dst, at.first(), orElse(why, Gone)
		}
		t = next
	}
}

func orElse(why, otherwise Reason) Reason {
	if why == "" {
		return otherwise
	}
	return why
}

// filtered has a packet pass the gateways that show its target's address to those before them, from a meeting on.
func (w *World) filtered(t target, at *gateway, src, dst uint64, pass bool) (why Reason) {
	if t.behind == at {
		return ""
	}
	var path [8]*gateway
	depth := 0
	for g := t.behind; g != at; g = g.outer {
		path[depth%len(path)] = g
		depth++
	}
	if depth > len(path) {
		panic(fmt.Sprintf("sim: gateway %q: more than %d in a row that do not translate", t.behind.name, len(path)))
	}
	for ; depth > 0 && why == ""; depth-- {
		_, why = w.in(path[depth-1], src, dst)
		if pass {
			w.letIn(path[depth-1], src, dst, dst, why)
		}
	}
	return why
}
