package peers

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/overlaytest/overlaytest/ipv8/keys"
)

// Kind is the kind of an address: how a peer can be reached there, and whether
// packets for it fit the old, IPv4 only, style of introductions.
type Kind uint8

// The kinds of addresses, in the order in which a peer is preferably reached.
// A LAN address is never preferred: it means nothing outside its network.
const (
	UDPv6 Kind = iota
	UDPv4
	LAN // UDPv4, inside the peer's own network
	kinds
)

// String names the kind as py-ipv8 does.
func (k Kind) String() string { return [...]string{"UDPv6", "UDPv4", "UDPv4LAN"}[k] }

// KindOf returns the kind of an address that came off a socket.
func KindOf(a netip.AddrPort) Kind {
	if a.Addr().Is4() || a.Addr().Is4In6() {
		return UDPv4
	}
	return UDPv6
}

// Nowhere is the address 0.0.0.0:0, by which IPv8 says that there is none.
func Nowhere() netip.AddrPort { return netip.AddrPortFrom(netip.IPv4Unspecified(), 0) }

// Somewhere reports whether an address can be one of a peer: it is set, and
// its IP is not the unspecified one.
func Somewhere(a netip.AddrPort) bool { return a.IsValid() && !a.Addr().IsUnspecified() }

// Peer is somebody as known by one stack: a key, and where its holder was met.
// Two peers are the same when their keys are.
type Peer struct {
	key       *keys.Public
	table     *Table // that verified it, or nil
	addresses [kinds]netip.AddrPort
	created   time.Time
	seen      time.Time
	pings     []time.Duration
	places    []place // in the table's crowds; the first is that of everybody
	newStyle  bool
}

// remembered is the number of round trips a peer keeps.
const remembered = 5

// New returns a peer that no table knows yet, met at an address. The address
// may be the zero value.
func New(key *keys.Public, at netip.AddrPort, now time.Time) *Peer {
	p := &Peer{key: key, created: now}
	if Somewhere(at) {
		p.addresses[KindOf(at)] = unmap(at)
	}
	return p
}

// Key returns the public key.
func (p *Peer) Key() *keys.Public { return p.key }

// Mid returns the member id.
func (p *Peer) Mid() keys.Mid { return p.key.Mid() }

// Address returns where to send to: IPv6 before IPv4 and never the LAN
// address. Without any it is 0.0.0.0:0.
func (p *Peer) Address() netip.AddrPort {
	for _, a := range p.addresses[:LAN] {
		if a.IsValid() {
			return a
		}
	}
	return Nowhere()
}

// At returns the address of one kind, the zero value if there is none.
func (p *Peer) At(k Kind) netip.AddrPort { return p.addresses[k] }

// Move sets the address of one kind, in the table too if the peer is verified:
// of several that have the address, it is now the last to take it, even if it
// had it before. An unspecified address changes nothing; neither does one that
// this table refuses.
func (p *Peer) Move(k Kind, to netip.AddrPort) {
	to = unmap(to)
	if !Somewhere(to) {
		return
	}
	if p.addresses[k] == to {
		if p.table != nil && len(p.table.book.further) > 0 {
			p.table.book.hold(to, k, p)
		}
		return
	}
	if p.table != nil && p.table.Blacklisted(to) {
		return
	}
	old := p.addresses[k]
	p.addresses[k] = to
	if p.table != nil {
		p.table.moved(p, old, to)
	}
}

// Verified reports whether a table holds the peer.
func (p *Peer) Verified() bool { return p.table != nil }

// Created returns when the peer was first met.
func (p *Peer) Created() time.Time { return p.created }

// Seen returns when a packet last came from one of the peer's addresses; the
// zero time if none did since it was verified.
func (p *Peer) Seen() time.Time { return p.seen }

// See notes that a packet came from the peer.
func (p *Peer) See(now time.Time) { p.seen = now }

// NewStyle reports whether the peer said that it understands new style
// introductions.
func (p *Peer) NewStyle() bool { return p.newStyle }

// SpeaksNewStyle notes that the peer understands new style introductions.
func (p *Peer) SpeaksNewStyle() { p.newStyle = true }

// Ponged adds a round trip; the last five are kept.
func (p *Peer) Ponged(took time.Duration) {
	if len(p.pings) == remembered {
		p.pings = append(p.pings[:0], p.pings[1:]...)
	}
	p.pings = append(p.pings, took)
}

// Pings returns the last round trips, at most five, the latest last. It is the
// peer's own slice: look, do not keep.
func (p *Peer) Pings() []time.Duration { return p.pings }

// String prints the peer as py-ipv8 does.
func (p *Peer) String() string { return fmt.Sprintf("Peer<%v, %v>", p.Address(), p.Mid()) }

// unmap makes one of the two ways to write an IPv4 address.
func unmap(a netip.AddrPort) netip.AddrPort {
	if a.Addr().Is4In6() {
		return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
	}
	return a
}
