package sim

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
	"net/netip"
)

// Place says where a node of a world stands: its addresses. See [At], [Site], [AnyRange], [Behind].
type Place func(*place)

// place collects what the Places of one node say.
type place struct {
	fixed    []netip.AddrPort
	site     string
	anyRange bool
	behind   Gateway
}

// At gives a node these addresses instead of random ones: the public one first, then its LAN address, if any; its only one [Behind] a gateway.
func At(addrs ...netip.AddrPort) Place { return func(p *place) { p.fixed = addrs } }

// Site gives a node a LAN address beside its public one. LAN addresses reach the nodes of the same site only.
func Site(name string) Place { return func(p *place) { p.site = name } }

// AnyRange lets a node's random address come from the whole IPv4 range, reserved blocks too, with any port.
func AnyRange() Place { return func(p *place) { p.anyRange = true } }

// place gives a new node its addresses.
func (w *World) place(n *Node, where []Place) {
	var p place
	for _, set := range where {
		set(&p)
	}
	if len(p.fixed) > 2 {
		panic(fmt.Sprintf("sim: node %q: At(%v): at most two addresses, public and LAN", n.name, p.fixed))
	}
	n.anyRange = p.anyRange
	if p.behind != nil {
		w.placeBehind(n, p)
	} else if p.site != "" || len(p.fixed) > 1 {
		n.site = w.book.siteOf(p.site, n)
	}
	w.address(n, p.fixed, keyed(mix(mix(w.seed, placeSalt), n.id)))
}

// placeBehind puts a new node behind a gateway.
func (w *World) placeBehind(n *Node, p place) {
	g := w.gateTo(n.name, p.behind)
	block := g.block()
	if p.site != "" || p.anyRange || len(p.fixed) > 1 || len(p.fixed) == 1 && block.IsValid() && !block.Contains(p.fixed[0].Addr()) {
		panic(fmt.Sprintf("sim: node %q: behind gateway %q its one address is of %v, and its site what is there", n.name, g.name, block))
	}
	n.site = g.site
	g.nodes = append(g.nodes, n)
}

// address gives a node its addresses. Behind a gateway it has one.
func (w *World) address(n *Node, fixed []netip.AddrPort, r *rand.Rand) {
	n.public = w.assign(n, fixed, 0, r, n.draw())
	if n.site != 0 && w.gateOf(n.site) == nil {
		n.lan = w.assign(n, fixed, 1, r, drawLAN)
	}
}

// assign gives a node its i-th address: the fixed one, or the first free one that is drawn.
func (w *World) assign(n *Node, fixed []netip.AddrPort, i int, r *rand.Rand, draw func(*rand.Rand) uint64) uint64 {
	var code uint64
	if i < len(fixed) {
		if !fixed[i].IsValid() {
			panic(fmt.Sprintf("sim: node %q: At(%v): address %d is none", n.name, fixed, i))
		}
		code = w.book.code(fixed[i])
		if h := w.book.find(code); h != nil && h.node.has(code) {
			panic(fmt.Sprintf("sim: node %q: address %v belongs to node %q", n.name, fixed[i], h.node.name))
		} else if h != nil {
			w.inherited = true
		}
	} else {
		code = draw(r)
		for w.book.has(code) {
			code = draw(r)
		}
	}
	flags := lanBit * uint64(i)
	if n.gated() != 0 {
		flags = gatedBit
	}
	w.book.add(holder{code: code | flags, id: n.id, node: n})
	n.addrs = append(n.addrs, w.book.addr(code))
	return code
}

// gated is the flag of the addresses of a node behind a gateway, 0 for any other.
func (n *Node) gated() uint64 {
	if n.w.gateOf(n.site) != nil {
		return gatedBit
	}
	return 0
}

// draw is how the node's public addresses are drawn.
func (n *Node) draw() func(*rand.Rand) uint64 {
	if block := n.w.gateOf(n.site).block(); block.IsValid() {
		return drawIn(block)
	}
	if n.anyRange {
		return drawAny
	}
	return drawPublic
}

// drawPublic draws a public unicast address with an unprivileged port.
func drawPublic(r *rand.Rand) uint64 {
	for {
		ip := r.Uint32()
		if !reserved(ip) {
			return uint64(ip)<<16 | uint64(1024+r.Uint32N(1<<16-1024))
		}
	}
}

// drawLAN draws an address in 192.168.0.0/16 with an unprivileged port.
func drawLAN(r *rand.Rand) uint64 {
	ip := uint32(192)<<24 | 168<<16 | r.Uint32N(1<<16)
	return uint64(ip)<<16 | uint64(1024+r.Uint32N(1<<16-1024))
}

// drawAny draws any IPv4 address with any port.
func drawAny(r *rand.Rand) uint64 { return uint64(r.Uint32())<<16 | uint64(r.Uint32N(1<<16)) }

// reservedBlocks are the IPv4 blocks that are not globally reachable unicast: the IANA special-purpose registry (RFC 6890 and its
// updates), multicast and class E.
var reservedBlocks = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"),
	netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("169.254.0.0/16"), netip.MustParsePrefix("172.16.0.0/12"),
	netip.MustParsePrefix("192.0.0.0/24"), netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("192.31.196.0/24"),
	netip.MustParsePrefix("192.52.193.0/24"), netip.MustParsePrefix("192.88.99.0/24"), netip.MustParsePrefix("192.168.0.0/16"),
	netip.MustParsePrefix("192.175.48.0/24"), netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("224.0.0.0/3"),
}

func reserved(ip uint32) bool {
	a := addr4(ip)
	for _, block := range reservedBlocks {
		if block.Contains(a) {
			return true
		}
	}
	return false
}

func addr4(ip uint32) netip.Addr {
	return netip.AddrFrom4([4]byte{byte(ip >> 24), byte(ip >> 16), byte(ip >> 8), byte(ip)})
}

// holder is who has an address: a slot of the address book.
type holder struct {
	code uint64 // with flags; 0: the slot is free
	id   uint64 // the node's, so that sending does not touch it; or the site behind a gateway
	node *Node
}

// The flags of a holder. A gateway has all ports of its outside address, which is in the book with port 0.
const (
	lanBit   uint64 = 1 << 62 // the address is a node's LAN address
	gatedBit uint64 = 1 << 61 // the node stands behind a gateway
	gateBit  uint64 = 1 << 60 // the address is a gateway's: part of the key
	flagBits        = lanBit | gatedBit
)

func (h *holder) lan() bool { return h.code&lanBit != 0 }

// addressBook knows who has which address. It is an open hash table of address codes; an address that was ever assigned stays in it.
//
// An address code is one word: an IPv4 address and port as ip<<16|port, any other as a number in the list of others, marked by the top bit.
// Code 0, which is 0.0.0.0:0, belongs to nobody.
type addressBook struct {
	slots  []holder // a power of two of them
	shift  uint8    // of a hash to a place among them
	fill   uint8    // how many eighths of them are used at most
	whole  bool     // somebody has port 0 of an IP address, or all
	used   int
	others []netip.AddrPort
	codes  map[netip.AddrPort]uint64 // of others
	sites  map[string]uint32
}

const otherCode uint64 = 1 << 63

// known returns the word for an address, 0 for one of another kind than IPv4 that has none yet.
func (b *addressBook) known(a netip.AddrPort) uint64 {
	if ip := a.Addr(); ip.Is4() {
		v := ip.As4()
		return uint64(v[0])<<40 | uint64(v[1])<<32 | uint64(v[2])<<24 | uint64(v[3])<<16 | uint64(a.Port())
	}
	return b.codes[a]
}

// code returns the word for an address, made if it must be.
func (b *addressBook) code(a netip.AddrPort) uint64 {
	if c := b.known(a); c != 0 || a.Addr().Is4() {
		return c
	}
	c := otherCode | uint64(len(b.others))
	b.others = append(b.others, a)
	if b.codes == nil {
		b.codes = map[netip.AddrPort]uint64{}
	}
	b.codes[a] = c
	return c
}

// addr is the inverse of code.
func (b *addressBook) addr(code uint64) netip.AddrPort {
	if code&otherCode != 0 {
		return b.others[code&^otherCode]
	}
	return netip.AddrPortFrom(addr4(uint32(code>>16)), uint16(code))
}

// find returns who has an address, nil when nobody does.
func (b *addressBook) find(code uint64) *holder {
	h := b.slot(code)
	if h.code == 0 {
		return nil
	}
	return h
}

// slot returns the slot of an address, or the free one where it belongs: always for code 0.
func (b *addressBook) slot(code uint64) *holder {
	for i := int(code * golden >> (b.shift & 63)); ; i++ {
		s := &b.slots[i&(len(b.slots)-1)]
		if s.code == 0 || s.code&^flagBits == code {
			return s
		}
	}
}

// has reports whether an address cannot be given to a node.
func (b *addressBook) has(code uint64) bool {
	return b.find(code) != nil || code == 0
}

// add notes who has an address.
func (b *addressBook) add(h holder) {
	if h.code&^flagBits == 0 {
		panic("sim: 0.0.0.0:0 cannot be the address of a node")
	}
	b.whole = b.whole || h.code&(otherCode|gateBit|ports) == 0
	if 8*(b.used+1) > int(b.fill)*len(b.slots) {
		b.grow()
	}
	s := b.slot(h.code &^ flagBits)
	if s.code == 0 {
		b.used++
	}
	*s = h
}

func (b *addressBook) grow() {
	old := b.slots
	b.slots = make([]holder, max(64, 2*len(old)))
	b.shift = uint8(64 - bits.Len(uint(len(b.slots)-1)))
	b.used = 0
	for _, s := range old {
		if s.code != 0 {
			b.add(s)
		}
	}
}

// siteOf numbers the sites from 1 on. A node with a LAN address and no named site is alone at its own.
func (b *addressBook) siteOf(name string, n *Node) uint32 {
	if name == "" {
		name = "\x00" + n.name
	}
	if b.sites == nil {
		b.sites = map[string]uint32{}
	}
	if b.sites[name] == 0 {
		b.sites[name] = uint32(len(b.sites)) + 1
	}
	return b.sites[name]
}

// Holder returns the node that has an address, nil when nobody does: not yet, or not any more. An outside address of a gateway is of the node to
// which it leads now.
func (w *World) Holder(a netip.AddrPort) *Node {
	if !a.IsValid() {
		return nil
	}
	t, known := w.target(w.book.known(a))
	for known && t.gate != nil {
		if a, _ = t.gate.In(netip.AddrPort{}, a); !a.IsValid() {
			return nil
		}
		t, known = w.target(w.book.known(a))
	}
	if known && t.node.has(w.book.known(a)) {
		return t.node
	}
	return nil
}
