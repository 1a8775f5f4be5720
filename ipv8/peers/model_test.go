package peers

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/ipv8/keys"
	"pgregory.net/rapid"
)

// model is the table written down plainly: lists, searched from end to end.
type model struct {
	peers     []*modelPeer // verified, in order
	known     []Candidate  // in order of first sight
	strangers map[*keys.Public][]Service
	addresses []netip.AddrPort
	mids      []keys.Mid
}

type modelPeer struct {
	key       *keys.Public
	addresses [kinds]netip.AddrPort
	services  []Service
	took      [kinds]int // when it took each address
}

func (m *model) byKey(key *keys.Public) *modelPeer {
	for _, p := range m.peers {
		if p.key == key {
			return p
		}
	}
	return nil
}

// byAddress finds who took the address last.
func (m *model) byAddress(a netip.AddrPort) (last *modelPeer) {
	when := -1
	for _, p := range m.peers {
		for k, has := range p.addresses {
			if has == a && p.took[k] > when {
				last, when = p, p.took[k]
			}
		}
	}
	return last
}

func (m *model) find(a netip.AddrPort) int {
	return slices.IndexFunc(m.known, func(c Candidate) bool { return c.Address == a })
}

func (m *model) learn(c Candidate) {
	if i := m.find(c.Address); i >= 0 {
		c.Kind = m.known[i].Kind
		m.known[i] = c
		return
	}
	m.known = append(m.known, c)
}

func (m *model) forget(a netip.AddrPort) {
	if i := m.find(a); i >= 0 {
		m.known = slices.Delete(m.known, i, i+1)
	}
}

func (m *model) remove(p *modelPeer) {
	m.peers = slices.DeleteFunc(m.peers, func(q *modelPeer) bool { return q == p })
	for _, a := range p.addresses {
		m.forget(a)
	}
}

func (m *model) offers(key *keys.Public, s Service) bool {
	if p := m.byKey(key); p != nil {
		return slices.Contains(p.services, s)
	}
	return slices.Contains(m.strangers[key], s)
}

func (m *model) walkable(s Service) (all []netip.AddrPort) {
	for _, c := range m.known {
		taken := slices.ContainsFunc(m.peers, func(p *modelPeer) bool {
			return slices.Contains(p.addresses[:], c.Address) && (s == Service{} || slices.Contains(p.services, s))
		})
		told := s == Service{} || c.Service == s || c.Introducer != nil && m.offers(c.Introducer, s)
		if told && !taken {
			all = append(all, c.Address)
		}
	}
	return all
}

// machine plays random calls on a table and on its model.
type machine struct {
	t       *Table
	m       model
	step    int
	keys    []*keys.Public
	ring    *keys.Ring
	changes []string // that the table told of
	want    []string
}

func newMachine() *machine {
	ring := keys.NewRing()
	x := &machine{t: new(Table), ring: ring, m: model{strangers: map[*keys.Public][]Service{}}}
	random := keys.Reader(rand.New(rand.NewPCG(3, 4)))
	for range 7 {
		key, err := ring.StandIn(keys.VeryLow, random)
		if err != nil {
			panic(err)
		}
		x.keys = append(x.keys, key.Public())
	}
	x.t.Watch(func(p *Peer, c Change) { x.changes = append(x.changes, fmt.Sprint(c, p.Mid())) })
	return x
}

var noon = time.Date(2000, 1, 1, 12, 0, 0, 0, time.UTC)

func (x *machine) key(t *rapid.T) *keys.Public { return rapid.SampledFrom(x.keys).Draw(t, "key") }

func drawAddress(t *rapid.T) netip.AddrPort {
	n := rapid.IntRange(1, 9).Draw(t, "address")
	if n > 7 {
		return netip.AddrPortFrom(netip.AddrFrom16([16]byte{0x20, 0x01, 15: byte(n)}), 1)
	}
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{1, 1, 1, byte(n)}), 1)
}

func drawService(t *rapid.T) Service { return Service{rapid.ByteRange(1, 3).Draw(t, "service")} }

func (x *machine) Verify(t *rapid.T) {
	p := New(x.key(t), drawAddress(t), noon)
	if rapid.Bool().Draw(t, "lan") {
		p.Move(LAN, netip.AddrPortFrom(netip.AddrFrom4([4]byte{1, 1, 1, rapid.ByteRange(1, 9).Draw(t, "lan address")}), 1))
	}
	got := x.t.Verify(p)
	x.step++
	known := x.m.byKey(p.key)
	switch {
	case slices.Contains(x.m.mids, p.Mid()):
	case known != nil:
		for k, a := range p.addresses {
			if a.IsValid() && !slices.Contains(x.m.addresses, a) {
				known.addresses[k], known.took[k] = a, x.step
			}
		}
	case !slices.ContainsFunc(p.addresses[:], func(a netip.AddrPort) bool { return slices.Contains(x.m.addresses, a) }):
		known = x.enter(p)
	}
	if (got != nil) != (known != nil) || got != nil && got.Key() != known.key {
		t.Fatalf("Verify(%v) = %v, want %v", p, got, known)
	}
}

func (x *machine) enter(p *Peer) *modelPeer {
	q := &modelPeer{key: p.key, addresses: p.addresses, took: [kinds]int{x.step, x.step, x.step}}
	q.services = x.m.strangers[p.key]
	delete(x.m.strangers, p.key)
	met := slices.ContainsFunc(p.addresses[:], func(a netip.AddrPort) bool { return x.m.find(a) >= 0 })
	for k, a := range p.addresses {
		if a.IsValid() && !met && x.m.find(a) < 0 {
			x.m.learn(Candidate{Address: a, Kind: Kind(k)})
		}
	}
	x.m.peers = append(x.m.peers, q)
	x.want = append(x.want, fmt.Sprint(Added, p.Mid()))
	return q
}

func (x *machine) Offer(t *rapid.T) {
	key, s := x.key(t), drawService(t)
	x.t.Offer(New(key, netip.AddrPort{}, noon), s)
	if x.m.offers(key, s) {
		return
	}
	if p := x.m.byKey(key); p != nil {
		p.services = append(p.services, s)
		return
	}
	x.m.strangers[key] = append(x.m.strangers[key], s)
}

func (x *machine) Withdraw(t *rapid.T) {
	key, s := x.key(t), drawService(t)
	x.t.Withdraw(New(key, netip.AddrPort{}, noon), s)
	same := func(o Service) bool { return o == s }
	if p := x.m.byKey(key); p != nil {
		p.services = slices.DeleteFunc(p.services, same)
		return
	}
	x.m.strangers[key] = slices.DeleteFunc(x.m.strangers[key], same)
}

func (x *machine) Discover(t *rapid.T) {
	c := Candidate{Address: drawAddress(t), Service: drawService(t), NewStyle: rapid.Bool().Draw(t, "new style")}
	key := x.key(t)
	x.t.Discover(New(key, netip.AddrPort{}, noon), c)
	if slices.Contains(x.m.addresses, c.Address) {
		return
	}
	if i := x.m.find(c.Address); i >= 0 && x.m.byKey(x.m.known[i].Introducer) != nil {
		return
	}
	c.Introducer, c.Kind = key, KindOf(c.Address)
	x.m.learn(c)
}

func (x *machine) Remove(t *rapid.T) {
	key := x.key(t)
	x.t.Remove(New(key, netip.AddrPort{}, noon))
	if p := x.m.byKey(key); p != nil {
		x.lose(p)
	}
}

func (x *machine) lose(p *modelPeer) {
	x.m.remove(p)
	x.want = append(x.want, fmt.Sprint(Removed, p.key.Mid()))
}

func (x *machine) Forget(t *rapid.T) {
	a := drawAddress(t)
	x.t.Forget(a)
	x.forget(a)
}

func (x *machine) forget(a netip.AddrPort) {
	for p := x.m.byAddress(a); p != nil; p = x.m.byAddress(a) {
		x.lose(p)
	}
	x.m.forget(a)
}

func (x *machine) Blacklist(t *rapid.T) {
	if rapid.IntRange(0, 9).Draw(t, "rarely") > 0 {
		return
	}
	a := drawAddress(t)
	x.t.Blacklist(a)
	if !slices.Contains(x.m.addresses, a) {
		x.m.addresses = append(x.m.addresses, a)
		x.forget(a)
	}
}

func (x *machine) BlacklistMid(t *rapid.T) {
	if rapid.IntRange(0, 9).Draw(t, "rarely") > 0 {
		return
	}
	key := x.key(t)
	x.t.BlacklistMid(key.Mid())
	x.m.mids = append(x.m.mids, key.Mid())
	if p := x.m.byKey(key); p != nil {
		x.lose(p)
	}
}

func TestTableIsItsModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := newMachine()
		t.Repeat(rapid.StateMachineActions(x))
	})
}
