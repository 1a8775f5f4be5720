package peers

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"

	"github.com/overlaytest/overlaytest/ipv8/keys"
	"pgregory.net/rapid"
)

// Check compares all that can be asked of the table with the model. The order
// of known addresses is that of first sight, which the model does not keep: it
// is compared as a set.
func (x *machine) Check(t *rapid.T) {
	x.checkPeers(t)
	x.checkAddresses(t)
	if !slices.Equal(x.changes, x.want) {
		t.Fatalf("told %v, want %v", x.changes, x.want)
	}
}

func (x *machine) checkPeers(t *rapid.T) {
	var got, want []string
	for p := range x.t.Verified() {
		got = append(got, fmt.Sprint(p.Mid(), p.addresses, x.t.Services(p.key)))
		if !p.Verified() || x.t.ByKey(p.key) != p {
			t.Fatalf("%v is not itself by its key", p)
		}
	}
	for _, p := range x.m.peers {
		want = append(want, fmt.Sprint(p.key.Mid(), p.addresses, p.services))
	}
	if !slices.Equal(got, want) || x.t.Len() != len(want) {
		t.Fatalf("verified %d:\n%v\nwant\n%v", x.t.Len(), got, want)
	}
	for b := range byte(4) {
		x.checkService(t, Service{b})
	}
}

func (x *machine) checkService(t *rapid.T, s Service) {
	var got, want []keys.Mid
	for p := range x.t.Peers(s) {
		got = append(got, p.Mid())
	}
	for _, p := range x.m.peers {
		if slices.Contains(p.services, s) {
			want = append(want, p.key.Mid())
		}
	}
	slices.SortFunc(got, byMid) // in order of joining the service, which the model does not keep
	slices.SortFunc(want, byMid)
	if !slices.Equal(got, want) || x.t.Count(s) != len(want) {
		t.Fatalf("service %v: %d peers %v, want %v", s, x.t.Count(s), got, want)
	}
	for _, key := range x.keys {
		if x.t.Offers(key, s) != x.m.offers(key, s) {
			t.Fatalf("service %v of %v: %v", s, key, x.t.Offers(key, s))
		}
	}
	if p := x.t.Pick(s, rand.New(rand.NewPCG(uint64(x.step), 1)), nil); (p != nil) != (len(want) > 0) || p != nil && !slices.Contains(want, p.Mid()) {
		t.Fatalf("service %v: picked %v of %v", s, p, want)
	}
}

func byMid(a, b keys.Mid) int { return slices.Compare(a[:], b[:]) }

func (x *machine) checkAddresses(t *rapid.T) {
	got := slices.Collect(x.t.Known())
	compare := func(a, b Candidate) int { return a.Address.Compare(b.Address) }
	slices.SortFunc(got, compare)
	want := slices.SortedFunc(slices.Values(x.m.known), compare)
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Fatalf("known\n%v\nwant\n%v", got, want)
	}
	all := map[netip.AddrPort]bool{}
	for _, c := range want {
		all[c.Address] = true
	}
	for _, p := range x.m.peers {
		for _, a := range p.addresses {
			all[a] = all[a] || a.IsValid()
		}
	}
	delete(all, netip.AddrPort{})
	if x.t.Addresses() != len(all) {
		t.Fatalf("%d addresses, want %v", x.t.Addresses(), all)
	}
	for b := range byte(4) {
		x.checkWalkable(t, Service{b})
	}
	for n := range byte(10) {
		a := netip.AddrPortFrom(netip.AddrFrom4([4]byte{1, 1, 1, n}), 1)
		got, want := x.t.ByAddress(a), x.m.byAddress(a)
		if (got != nil) != (want != nil) || got != nil && got.key != want.key {
			t.Fatalf("by address %v: %v, want %v", a, got, want)
		}
	}
}

func (x *machine) checkWalkable(t *rapid.T, s Service) {
	got := slices.Collect(x.t.Walkable(s))
	slices.SortFunc(got, netip.AddrPort.Compare)
	want := x.m.walkable(s)
	slices.SortFunc(want, netip.AddrPort.Compare)
	if !slices.Equal(got, want) {
		t.Fatalf("walkable for %v: %v, want %v", s, got, want)
	}
	a, ok := x.t.PickWalkable(s, rand.New(rand.NewPCG(uint64(x.step), 2)), func(netip.AddrPort) bool { return false })
	if ok != (len(want) > 0) || ok && !slices.Contains(want, a) {
		t.Fatalf("walkable for %v: picked %v of %v", s, a, want)
	}
}
