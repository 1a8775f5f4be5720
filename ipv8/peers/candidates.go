package peers

import (
	"iter"
	"math/rand/v2"
	"net/netip"

	"github.com/overlaytest/overlaytest/ipv8/keys"
)

// Candidate is an address that a table knows, and who told of it.
type Candidate struct {
	Address    netip.AddrPort
	Kind       Kind
	Introducer *keys.Public // nil: the peer itself, or a snapshot
	Service    Service      // the service it was told of in, zero: none
	NewStyle   bool         // understands new style introductions, they say
}

// Discover notes an address that a peer introduced. Of an address that is
// known already the introducer changes only when the former one is no longer
// verified. A blacklisted or unspecified address is not taken in; neither is
// more than a thousand addresses at a time: the oldest go.
func (t *Table) Discover(introducer *Peer, c Candidate) {
	a := unmap(c.Address)
	if !Somewhere(a) || t.Blacklisted(a) {
		return
	}
	if e := t.book.find(a); e != nil && e.isListed && t.byKey[e.introducer] != nil {
		return
	}
	t.book.introduce(a, introducer.key, c.Service, c.NewStyle)
}

// Known iterates over all known addresses.
func (t *Table) Known() iter.Seq[Candidate] {
	return func(yield func(Candidate) bool) {
		for e := range t.book.all() {
			if e.isListed && !yield(Candidate{e.at, e.kind, e.introducer, e.service, e.newStyle}) {
				return
			}
		}
	}
}

// SpeaksNewStyle reports whether the holder of an address understands new
// style introductions, as told by the introducer.
func (t *Table) SpeaksNewStyle(a netip.AddrPort) bool {
	e := t.book.find(unmap(a))
	return e != nil && e.newStyle
}

// IntroducedBy iterates over the known addresses that a peer introduced.
func (t *Table) IntroducedBy(p *Peer) iter.Seq[netip.AddrPort] {
	return func(yield func(netip.AddrPort) bool) {
		for e := range t.book.all() {
			if e.isListed && e.introducer == p.key && !yield(e.at) {
				return
			}
		}
	}
}

// Walkable iterates over the addresses worth a visit for a service: known,
// told of in this service or by somebody who takes part in it, and not of a
// peer known to take part. The zero Service asks for all known addresses of
// nobody verified.
func (t *Table) Walkable(s Service) iter.Seq[netip.AddrPort] {
	return func(yield func(netip.AddrPort) bool) {
		for e := range t.book.all() {
			if t.walkable(e, s) && !yield(e.at) {
				return
			}
		}
	}
}

// PickWalkable draws one of the walkable addresses but those to skip, each
// with the same chance. It draws once, and only if there is one.
func (t *Table) PickWalkable(s Service, r *rand.Rand, skip func(netip.AddrPort) bool) (netip.AddrPort, bool) {
	fit := 0
	for a := range t.Walkable(s) {
		if !skip(a) {
			fit++
		}
	}
	if fit == 0 {
		return netip.AddrPort{}, false
	}
	left := r.IntN(fit)
	for a := range t.Walkable(s) {
		if skip(a) {
			continue
		}
		if left == 0 {
			return a, true
		}
		left--
	}
	panic("peers: walkable addresses changed while one was picked")
}

func (t *Table) walkable(e *entry, s Service) bool {
	if !e.isListed {
		return false
	}
	if s == (Service{}) {
		return e.holder == nil
	}
	if e.service != s && (e.introducer == nil || !t.Offers(e.introducer, s)) {
		return false
	}
	if e.holder == nil {
		return true
	}
	for _, p := range t.book.further[e.at] {
		if t.in(p, s) {
			return false
		}
	}
	return !t.in(e.holder, s)
}

// all iterates over the entries there are now and still are when their turn
// comes. The pointer is valid for the turn.
func (b *book) all() iter.Seq[*entry] {
	return func(yield func(*entry) bool) {
		b.busy++
		defer func() { b.busy-- }()
		for i, n := 0, len(b.entries); i < n; i++ {
			if e := &b.entries[i]; e.at.IsValid() && !yield(e) {
				return
			}
		}
	}
}
