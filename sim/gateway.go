package sim

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
)

// Gateway is a box between the nodes behind it and the rest of the network: a NAT, a firewall. [World.Gate] puts it into a world, [Behind]
// puts nodes there, or other gateways.
//
//	a ── home ── carrier ── internet ── office ── b        a's packet passes home.Out and carrier.Out when it is sent,
//	                                                       office.In when it arrives
//
// Of every packet the world knows where the two ends meet: behind a gateway that both share, else on the internet. On its way there it passes
// Out of each gateway, at the moment of sending; from there on In, on arrival. What meets behind a gateway never sees it. Addresses are those of
// IPv4 for a gateway that translates; sources and destinations are what the packet has on the side from which it comes.
type Gateway interface {
	// Inside is the block from which nodes and gateways behind it get their private addresses; the zero Prefix is of a gateway that does not
	// translate: nodes behind it keep public ones.
	Inside() netip.Prefix
	// Outside returns the address as which an inside one appears to the outside now, or would appear if it sent first; with port 0 when that
	// depends on whom it sends to. It changes nothing.
	Outside(inside netip.AddrPort) netip.AddrPort
	// Out returns the source that a packet has outside, or why it gets no further.
	Out(from, to netip.AddrPort) (as netip.AddrPort, why Reason)
	// In returns where a packet goes inside, and why it does not get there, if so. It changes nothing.
	In(from, to netip.AddrPort) (inside netip.AddrPort, why Reason)
	// Passed is told of each packet that came In, after that said where.
	Passed(from, to netip.AddrPort)
	// Reset makes the gateway forget all, and gives it its outside address: at the beginning, and whenever it is rebound. The zero Addr is
	// for a gateway that does not translate.
	Reset(outside netip.Addr)
}

// coder is a Gateway that takes addresses of IPv4 as words, ip<<16 | port, which saves the conversions. An inside one of 0 is none.
type coder interface {
	OutCode(from, to uint64) (as uint64, why Reason)
	InCode(from, to uint64) (inside uint64, why Reason)
	PassedCode(from, to uint64)
}

// Behind puts a node, or another gateway, behind a gateway of its world. A node has one address there, a private one if the gateway translates.
func Behind(g Gateway) Place { return func(p *place) { p.behind = g } }

// gateSite marks the names of sites behind gateways.
const gateSite = "\x01"

// gateway is a Gateway in its world.
type gateway struct {
	Gateway
	words      coder    // the same, nil when it does not speak codes
	outer      *gateway // nil: it stands on the internet
	outside    uint64   // the code of its outside address with port 0; 0: it does not translate
	site       uint32   // behind it
	translates bool
	nodes      []*Node // right behind it, in the order in which they were made
	inner      []*gateway
	name       string
	id         uint64
	random     *rand.Rand
	ledger     Ledger
}

// Gate puts a gateway into the world, on the internet unless it is placed [Behind] another. One that translates gets an outside address of its
// own, drawn from the seed and the name, or that of [At], whose port means nothing. A name or gateway in use is a programmer's error and panics.
func (w *World) Gate(name string, g Gateway, where ...Place) {
	var p place
	for _, set := range where {
		set(&p)
	}
	site := w.book.siteOf(gateSite+name, nil)
	if w.gateOf(site) != nil || w.gateRecords[g] != nil {
		panic(fmt.Sprintf("sim: gateway %q exists already: every name, and every gateway, is one", name))
	}
	if p.site != "" || p.anyRange {
		panic(fmt.Sprintf("sim: gateway %q: its place is At an address, or Behind another gateway", name))
	}
	id := hashString(name)
	one := &gateway{Gateway: g, name: name, id: id, site: site, translates: g.Inside().IsValid(), random: keyed(mix(mix(w.seed, gateSalt), id)), ledger: Ledger{Name: name, Armed: true}}
	one.words, _ = g.(coder)
	var fixed netip.Addr
	if len(p.fixed) > 0 {
		fixed = p.fixed[0].Addr()
	}
	if p.behind != nil {
		one.outer = w.gateTo(name, p.behind)
	}
	ip := w.number(one, fixed)
	if one.outer != nil {
		one.outer.inner = append(one.outer.inner, one)
	}
	w.record(one)
	one.Reset(ip)
}

// record notes a new gateway.
func (w *World) record(g *gateway) {
	for int(g.site) >= len(w.gateways) {
		w.gateways = append(w.gateways, nil)
	}
	if w.gateRecords == nil {
		w.gateRecords = map[Gateway]*gateway{}
	}
	w.gateways[g.site], w.gateRecords[g.Gateway] = g, g
	w.book.fill = 4 // addresses outside are looked for in vain before their gateways are
}

// Gateway returns the gateway of that name, nil when there is none.
func (w *World) Gateway(name string) Gateway {
	if g := w.gateOf(w.book.sites[gateSite+name]); g != nil {
		return g.Gateway
	}
	return nil
}

// Gateway returns the gateway right before the node, nil when there is none. It is for tests: a node does not know.
func (n *Node) Gateway() Gateway {
	if g := n.w.gateOf(n.site); g != nil {
		return g.Gateway
	}
	return nil
}

// GatewayLedger returns the account of a gateway: packets that came to it from either side are eligible, those that it translated or refused have
// fired, and those that it refused have another outcome and are dropped. A gateway that is not in the world is a programmer's error and panics.
func (w *World) GatewayLedger(g Gateway) Ledger {
	one := w.gateTo("World.GatewayLedger", g)
	l := Ledger{Name: one.name, Armed: true}
	l.add(&one.ledger)
	return l
}

// GatewaysLedger returns the account of all gateways together, under the name "gateways". Without any it is not armed.
func (w *World) GatewaysLedger() Ledger {
	all := Ledger{Name: "gateways"}
	for _, g := range w.gateways {
		if g != nil {
			all.Armed = true
			all.add(&g.ledger)
		}
	}
	return all
}

// count notes what a gateway made of the address of a packet that came to it.
func (g *gateway) count(address, as uint64, why Reason) {
	g.ledger.Eligible++
	switch {
	case why != "":
		g.ledger.Fired++
		g.ledger.Dropped++
	case as != address:
		g.ledger.Fired++
		g.ledger.idle++
	}
}

// block is where addresses behind a gateway are from: the zero Prefix stands for public ones.
func (g *gateway) block() netip.Prefix {
	for g != nil && !g.translates {
		g = g.outer
	}
	if g == nil {
		return netip.Prefix{}
	}
	return g.Inside()
}

// gateTo is the record of a gateway that somebody is to stand behind.
func (w *World) gateTo(who string, g Gateway) *gateway {
	one := w.gateRecords[g]
	if one == nil {
		panic(fmt.Sprintf("sim: %q is to be behind a gateway that is not in its world: see World.Gate", who))
	}
	return one
}

// gateOf returns the gateway of a site, nil when it has none.
func (w *World) gateOf(site uint32) *gateway {
	if int(site) < len(w.gateways) {
		return w.gateways[site]
	}
	return nil
}

// number gives a gateway that translates an outside address, drawn unless it is given.
func (w *World) number(g *gateway, fixed netip.Addr) netip.Addr {
	if !g.translates {
		return netip.Addr{}
	}
	draw := drawPublic
	if block := g.outer.block(); block.IsValid() {
		draw = drawIn(block)
	}
	code := draw(g.random) &^ ports
	if fixed.IsValid() {
		code = w.book.code(netip.AddrPortFrom(fixed, 0))
		if !fixed.Is4() || w.book.find(gateBit|code) != nil {
			panic(fmt.Sprintf("sim: gateway %q: At(%v): wants an address of IPv4 that no gateway has", g.name, fixed))
		}
	}
	for try := 0; w.book.find(gateBit|code) != nil; try++ {
		if try == 1<<16 {
			panic(fmt.Sprintf("sim: gateway %q: no address is left in %v", g.name, g.outer.block()))
		}
		code = draw(g.random) &^ ports
	}
	w.book.add(holder{code: gateBit | code, id: uint64(g.site)})
	g.outside = code
	return w.book.addr(code).Addr()
}

const ports uint64 = 1<<16 - 1 // of an address code

// drawIn is how addresses are drawn from a block, with an unprivileged port. Its first and last are nobody's.
func drawIn(block netip.Prefix) func(*rand.Rand) uint64 {
	b := block.Masked().Addr().As4()
	first, size := uint32(b[0])<<24|uint32(b[1])<<16|uint32(b[2])<<8|uint32(b[3]), uint32(1)<<(32-block.Bits())
	return func(r *rand.Rand) uint64 {
		ip := first + 1 + r.Uint32N(size-2)
		return uint64(ip)<<16 | uint64(1024+r.Uint32N(1<<16-1024))
	}
}

// Settle says where nodes stand that are made from now on without a place of their own: a mix of NATs, say. It is asked for each by its name;
// a nil Place is the open internet. Settle(nil) ends it.
func (w *World) Settle(where func(w *World, name string) Place) { w.settling = where }

// Outside returns the address as which the internet sees a node, or would see it if it sent a packet now: the first of its own without a gateway.
// The port is 0 if it depends on whom the node sends to. It is for tests: a node does not know.
func (w *World) Outside(n *Node) netip.AddrPort {
	at := n.addrs[0]
	for g := w.gateOf(n.site); g != nil; g = g.outer {
		at = g.Outside(at)
	}
	return at
}

// Rebind has a gateway start anew, as after a power cut or a new lease: what it knew of connections is void, and one that translates has
// another outside address, which was nobody's; the old one remains its own, and leads nowhere.
func (w *World) Rebind(g Gateway) { w.rebind(w.gateTo("World.Rebind", g)) }

// Rebind is [World.Rebind] of the gateway right before the node, for all who stand behind it. It reports whether there is one.
func (n *Node) Rebind() bool {
	g := n.w.gateOf(n.site)
	if g != nil {
		n.w.rebind(g)
	}
	return g != nil
}

func (w *World) rebind(g *gateway) {
	nodes := g.all(nil)
	before := make([]netip.AddrPort, len(nodes))
	for i, n := range nodes {
		before[i] = w.Outside(n)
	}
	ip := w.number(g, netip.Addr{})
	g.Reset(ip)
	w.fold(Rebound, g.id, w.book.code(netip.AddrPortFrom(ip, 0)))
	for i, n := range nodes {
		w.seq++
		if w.watched(Rebound) {
			w.emit(Event{ID: w.seq, Cause: w.current.id, At: w.Elapsed(), Kind: Rebound, Node: n, From: before[i], To: w.Outside(n)})
		}
	}
}

// all lists the nodes behind a gateway, and behind those behind it.
func (g *gateway) all(nodes []*Node) []*Node {
	nodes = append(nodes, g.nodes...)
	for _, inner := range g.inner {
		nodes = inner.all(nodes)
	}
	return nodes
}

// first is some node behind the gateway, nil when there is none.
func (g *gateway) first() *Node {
	if len(g.nodes) > 0 {
		return g.nodes[0]
	}
	for _, inner := range g.inner {
		if n := inner.first(); n != nil {
			return n
		}
	}
	return nil
}
