package peers

import (
	"net/netip"
	"slices"

	"github.com/overlaytest/overlaytest/ipv8/keys"
)

// book is the addresses a table knows: those that verified peers hold, and
// those it was told of. An entry that is neither held nor listed is dropped.
type book struct {
	entries []entry // in order; a dropped one has no address
	index   map[netip.AddrPort]int
	further map[netip.AddrPort][]*Peer // who else holds an address: rare
	dropped int
	held    int // entries with a holder
	oldest  int // no candidate before this entry
	busy    int // loops that run over it now: no closing of holes
}

type entry struct {
	at         netip.AddrPort
	holder     *Peer // the last verified peer that took the address
	introducer *keys.Public
	service    Service
	kind       Kind
	isListed   bool // held by a peer when it was verified, or told of
	newStyle   bool
}

// candidatesMost bounds the addresses we were only told of. The oldest go.
const candidatesMost = 1000

func (b *book) find(a netip.AddrPort) *entry {
	if i, ok := b.index[a]; ok {
		return &b.entries[i]
	}
	return nil
}

// entry returns the entry of an address, made if it must be.
func (b *book) entry(a netip.AddrPort, k Kind) *entry {
	if e := b.find(a); e != nil {
		return e
	}
	if b.index == nil {
		b.index = map[netip.AddrPort]int{}
	}
	b.closeHoles()
	b.index[a] = len(b.entries)
	b.entries = append(b.entries, entry{at: a, kind: k})
	return &b.entries[len(b.entries)-1]
}

func (b *book) listed(a netip.AddrPort) bool {
	e := b.find(a)
	return e != nil && e.isListed
}

func (b *book) holder(a netip.AddrPort) *Peer {
	if e := b.find(a); e != nil {
		return e.holder
	}
	return nil
}

// hold notes that a verified peer has the address, or has it again.
func (b *book) hold(a netip.AddrPort, k Kind, p *Peer) {
	e := b.entry(a, k)
	switch {
	case e.holder == p:
		return
	case e.holder == nil:
		b.held++
	default:
		if b.further == nil {
			b.further = map[netip.AddrPort][]*Peer{}
		}
		others := slices.DeleteFunc(b.further[a], func(q *Peer) bool { return q == p })
		b.further[a] = append(others, e.holder)
	}
	e.holder = p
}

// release notes that a verified peer has the address no more.
func (b *book) release(a netip.AddrPort, p *Peer) {
	e := b.find(a)
	if e == nil {
		return
	}
	others := b.further[a]
	if e.holder != p {
		others = slices.DeleteFunc(others, func(q *Peer) bool { return q == p })
	} else if n := len(others); n > 0 {
		e.holder, others = others[n-1], others[:n-1]
	} else {
		e.holder = nil
		b.held--
		b.oldest = min(b.oldest, b.index[a])
	}
	if len(others) > 0 {
		b.further[a] = others
	} else {
		delete(b.further, a)
	}
	b.sweep(e)
}

// list makes a held address known.
func (b *book) list(a netip.AddrPort, k Kind) {
	if e := b.find(a); !e.isListed {
		e.isListed, e.kind = true, k
	}
}

// introduce makes an address known, or gives it a new introducer.
func (b *book) introduce(a netip.AddrPort, by *keys.Public, s Service, newStyle bool) {
	e := b.entry(a, KindOf(a))
	b.list(a, KindOf(a))
	e.introducer, e.service, e.newStyle = by, s, newStyle
	if len(b.entries)-b.dropped-b.held > candidatesMost {
		b.dropOldest()
	}
}

// drop makes an address unknown, though its holder may keep it.
func (b *book) drop(a netip.AddrPort) {
	if e := b.find(a); e != nil {
		e.isListed, e.introducer, e.service, e.newStyle = false, nil, Service{}, false
		b.sweep(e)
	}
}

// sweep drops an entry that is of no more use.
func (b *book) sweep(e *entry) {
	if e.holder != nil || e.isListed {
		return
	}
	delete(b.index, e.at)
	*e = entry{}
	b.dropped++
}

func (b *book) dropOldest() {
	for b.oldest < len(b.entries) {
		e := &b.entries[b.oldest]
		b.oldest++
		if e.at.IsValid() && e.holder == nil {
			b.drop(e.at)
			return
		}
	}
}

// closeHoles moves the entries together when more are dropped than used.
func (b *book) closeHoles() {
	if b.busy > 0 || b.dropped < 16 || 2*b.dropped < len(b.entries) {
		return
	}
	kept := b.entries[:0]
	for _, e := range b.entries {
		if e.at.IsValid() {
			b.index[e.at] = len(kept)
			kept = append(kept, e)
		}
	}
	clear(b.entries[len(kept):])
	b.entries, b.dropped, b.oldest = kept, 0, 0
}
