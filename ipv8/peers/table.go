package peers

import (
	"iter"
	"math/rand/v2"
	"net/netip"
	"slices"

	"github.com/overlaytest/overlaytest/ipv8/keys"
)

// Table is what one stack knows of others. The zero value is empty and ready;
// it must not be copied once used.
type Table struct {
	everybody crowd
	crowds    map[Service]*crowd
	latest    *crowd // of those, the one asked for last: mostly there is but one
	byKey     map[*keys.Public]*Peer
	book      book
	strangers strangers
	addresses []netip.AddrPort // blacklisted
	mids      []keys.Mid       // blacklisted
	watchers  []*func(*Peer, Change)
}

// Change is what happened to a peer.
type Change uint8

// The changes a watcher hears of.
const (
	Added   Change = iota // the peer was verified
	Removed               // the peer was forgotten
)

// String names the change.
func (c Change) String() string { return [...]string{"added", "removed"}[c] }

// Verify takes in a peer that proved its key, and returns the table's peer
// with that key: p itself, or the one known before, which gets p's addresses.
// It returns nil, and does nothing, when the mid is blacklisted or, for a new
// peer, any of its addresses is.
func (t *Table) Verify(p *Peer) *Peer {
	if p.table == t {
		return p
	}
	if slices.Contains(t.mids, p.Mid()) {
		return nil
	}
	if known := t.byKey[p.key]; known != nil {
		known.merge(p)
		return known
	}
	if slices.ContainsFunc(p.addresses[:], t.Blacklisted) {
		return nil
	}
	t.enter(p)
	return p
}

// merge takes over what a newer sight of the same peer says.
func (p *Peer) merge(from *Peer) {
	for k, a := range from.addresses {
		p.Move(Kind(k), a)
	}
	p.newStyle = p.newStyle || from.newStyle
}

// enter makes p verified. Its addresses become known unless one was already:
// then the others are met when somebody introduces them.
func (t *Table) enter(p *Peer) {
	if t.byKey == nil {
		t.byKey = map[*keys.Public]*Peer{}
	}
	p.table = t
	t.byKey[p.key] = p
	met := slices.ContainsFunc(p.addresses[:], t.book.listed)
	for k, a := range p.addresses {
		if !a.IsValid() {
			continue
		}
		t.book.hold(a, Kind(k), p)
		if !met {
			t.book.list(a, Kind(k))
		}
	}
	t.everybody.join(p)
	for _, s := range t.strangers.take(p.key) {
		t.join(p, s)
	}
	t.tell(p, Added)
}

// Offer notes that a peer takes part in services. It may be called for a peer
// that is not verified; the last few hundred of those are remembered.
func (t *Table) Offer(p *Peer, services ...Service) {
	known := t.byKey[p.key]
	for _, s := range services {
		switch {
		case known == nil:
			t.strangers.offer(p.key, s)
		case !t.in(known, s):
			t.join(known, s)
		}
	}
}

// Withdraw notes that a peer takes no longer part in a service.
func (t *Table) Withdraw(p *Peer, s Service) {
	known := t.byKey[p.key]
	if known == nil {
		t.strangers.withdraw(p.key, s)
		return
	}
	if i := known.placeIn(t.crowd(s)); i > 0 {
		t.quit(known, i)
		known.places = slices.Delete(known.places, i, i+1)
	}
}

func (t *Table) in(p *Peer, s Service) bool {
	for i := 1; i < len(p.places); i++ {
		if p.places[i].crowd.service == s {
			return true
		}
	}
	return false
}

func (t *Table) join(p *Peer, s Service) {
	c := t.crowd(s)
	if c == nil {
		if t.crowds == nil {
			t.crowds = map[Service]*crowd{}
		}
		c = &crowd{service: s}
		t.crowds[s] = c
	}
	c.join(p)
}

// quit takes p out of one crowd, and drops the crowd when nobody is left.
func (t *Table) quit(p *Peer, i int) {
	c := p.places[i].crowd
	c.leave(p, i)
	if c.live == 0 && c != &t.everybody {
		delete(t.crowds, c.service)
		t.latest = nil
	}
}

// crowd returns the crowd of a service, nil if nobody takes part.
func (t *Table) crowd(s Service) *crowd {
	if c := t.latest; c != nil && c.service == s {
		return c
	}
	c := t.crowds[s]
	if c != nil {
		t.latest = c
	}
	return c
}

// Offers reports whether the holder of a key takes part in a service.
func (t *Table) Offers(key *keys.Public, s Service) bool {
	if p := t.byKey[key]; p != nil {
		return t.in(p, s)
	}
	return t.strangers.offers(key, s)
}

// Services returns the services of the holder of a key, in order of discovery.
func (t *Table) Services(key *keys.Public) []Service {
	p := t.byKey[key]
	if p == nil {
		return slices.Clone(t.strangers.services[key])
	}
	var all []Service
	for _, at := range p.places[1:] {
		all = append(all, at.crowd.service)
	}
	return all
}

// Remove forgets a peer, its services and all its addresses.
func (t *Table) Remove(p *Peer) {
	if p = t.byKey[p.key]; p == nil {
		return
	}
	delete(t.byKey, p.key)
	for i := range p.places {
		t.quit(p, i)
	}
	p.places, p.table = nil, nil
	for _, a := range p.addresses {
		if a.IsValid() {
			t.book.release(a, p)
			t.book.drop(a)
		}
	}
	t.tell(p, Removed)
}

// Forget forgets an address, and every verified peer that has it.
func (t *Table) Forget(a netip.AddrPort) {
	a = unmap(a)
	for p := t.ByAddress(a); p != nil; p = t.ByAddress(a) {
		t.Remove(p)
	}
	t.book.drop(a)
}

// ByKey returns the verified peer with a key, or nil.
func (t *Table) ByKey(key *keys.Public) *Peer { return t.byKey[key] }

// ByAddress returns the verified peer with an address, or nil. Of several, it
// is the one that took the address last, or took it again: who is there now.
func (t *Table) ByAddress(a netip.AddrPort) *Peer { return t.book.holder(unmap(a)) }

// Len returns the number of verified peers.
func (t *Table) Len() int { return t.everybody.live }

// Addresses returns the number of addresses there are: those of verified peers,
// and those known.
func (t *Table) Addresses() int { return len(t.book.entries) - t.book.dropped }

// Count returns the number of verified peers of a service.
func (t *Table) Count(s Service) int {
	if c := t.crowd(s); c != nil {
		return c.live
	}
	return 0
}

// Verified iterates over all verified peers. Peers may be added and removed
// meanwhile; who is added is not visited.
func (t *Table) Verified() iter.Seq[*Peer] { return t.everybody.all() }

// Peers iterates over the verified peers of a service, as Verified does.
func (t *Table) Peers(s Service) iter.Seq[*Peer] { return t.crowd(s).all() }

// Pick draws one of the verified peers of a service that want accepts, nil if
// there is none. A nil want accepts everybody.
func (t *Table) Pick(s Service, r *rand.Rand, want func(*Peer) bool) *Peer {
	return t.crowd(s).pick(r, want)
}

// PickAny draws one of all verified peers that want accepts, as Pick does.
func (t *Table) PickAny(r *rand.Rand, want func(*Peer) bool) *Peer {
	return t.everybody.pick(r, want)
}

// Watch calls f after each change, until unwatch is called.
func (t *Table) Watch(f func(*Peer, Change)) (unwatch func()) {
	t.watchers = append(t.watchers, &f)
	return func() {
		t.watchers = slices.DeleteFunc(slices.Clone(t.watchers), func(w *func(*Peer, Change)) bool { return w == &f })
	}
}

func (t *Table) tell(p *Peer, c Change) {
	for _, f := range t.watchers {
		(*f)(p, c)
	}
}

// moved keeps the addresses right after p changed one of its own. The old one
// stays a known address.
func (t *Table) moved(p *Peer, old, to netip.AddrPort) {
	if old.IsValid() && !slices.Contains(p.addresses[:], old) {
		t.book.release(old, p)
	}
	t.book.hold(to, p.kindAt(to), p)
}

func (p *Peer) kindAt(a netip.AddrPort) Kind { return Kind(slices.Index(p.addresses[:], a)) }

// Blacklist refuses an address from now on, and forgets who and what is known
// there.
func (t *Table) Blacklist(a netip.AddrPort) {
	a = unmap(a)
	if !t.Blacklisted(a) {
		t.addresses = append(t.addresses, a)
		t.Forget(a)
	}
}

// Blacklisted reports whether an address is refused.
func (t *Table) Blacklisted(a netip.AddrPort) bool { return slices.Contains(t.addresses, a) }

// BlacklistMid refuses a member from now on, and forgets it. A stack refuses
// its own.
func (t *Table) BlacklistMid(m keys.Mid) {
	if slices.Contains(t.mids, m) {
		return
	}
	t.mids = append(t.mids, m)
	for p := range t.Verified() {
		if p.Mid() == m {
			t.Remove(p)
		}
	}
}
