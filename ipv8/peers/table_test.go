package peers

import (
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"slices"
	"testing"
	"unsafe"

	"github.com/overlaytest/overlaytest/ipv8/keys"
)

// TestMain gives rapid the same seed each time, unless one is given.
func TestMain(m *testing.M) {
	flag.Parse()
	if seed := flag.Lookup("rapid.seed"); seed.Value.String() == "0" {
		seed.Value.Set("1")
	}
	os.Exit(m.Run())
}

// people returns n peers at addresses of their own.
func people(n int) []*Peer {
	ring, random := keys.NewRing(), keys.Reader(rand.New(rand.NewPCG(5, 6)))
	var all []*Peer
	for i := range n {
		key, err := ring.StandIn(keys.VeryLow, random)
		if err != nil {
			panic(err)
		}
		all = append(all, New(key.Public(), place4(i), noon))
	}
	return all
}

func place4(i int) netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{5, byte(i >> 16), byte(i >> 8), byte(i)}), 7)
}

var overlay = Service{1: 9}

func TestOrderOutlivesManyRemovals(t *testing.T) {
	var table Table
	all := people(1000)
	for _, p := range all {
		table.Verify(p)
		table.Offer(p, overlay)
	}
	var want []*Peer
	for i, p := range all {
		if i%17 == 0 {
			want = append(want, p)
		} else {
			table.Remove(p)
		}
	}
	if got := slices.Collect(table.Verified()); !slices.Equal(got, want) {
		t.Errorf("%d verified, want %d in order", len(got), len(want))
	}
	if got := slices.Collect(table.Peers(overlay)); !slices.Equal(got, want) {
		t.Errorf("%d of the service, want %d in order", len(got), len(want))
	}
	if n := len(table.everybody.peers); n > 2*len(want)+17 {
		t.Errorf("%d places for %d peers", n, len(want))
	}
	if n := len(slices.Collect(table.Known())); n != len(want) {
		t.Errorf("%d known addresses, want %d", n, len(want))
	}
}

func TestRemovingWhileLooking(t *testing.T) {
	var table Table
	for _, p := range people(100) {
		table.Verify(p)
	}
	seen := 0
	for p := range table.Verified() {
		seen++
		table.Remove(p)
	}
	if seen != 100 || table.Len() != 0 {
		t.Errorf("saw %d of 100, %d left", seen, table.Len())
	}
}

// Each of five peers is drawn with the same chance. A fair draw fails this
// with a probability below 1e-6 (chi squared over 33, four degrees of freedom).
func TestPickIsFair(t *testing.T) {
	var table Table
	count := map[*Peer]int{}
	for i, p := range people(40) {
		table.Verify(p)
		table.Offer(p, overlay)
		if i%8 != 0 {
			table.Withdraw(p, overlay)
		} else {
			count[p] = 0
		}
	}
	random := rand.New(rand.NewPCG(7, 8))
	const draws = 10000
	for range draws {
		count[table.Pick(overlay, random, nil)]++
	}
	var squares float64
	for _, n := range count {
		squares += float64(n-draws/5) * float64(n-draws/5) / (draws / 5)
	}
	if len(count) != 5 || squares > 33 {
		t.Errorf("drawn %v, chi squared %v", count, squares)
	}
}

func TestPickFindsTheOnlyOne(t *testing.T) {
	var table Table
	all := people(500)
	for _, p := range all {
		table.Verify(p)
		table.Offer(p, overlay)
	}
	got := table.Pick(overlay, rand.New(rand.NewPCG(1, 1)), func(p *Peer) bool { return p == all[321] })
	if got != all[321] {
		t.Errorf("picked %v", got)
	}
	if got := table.PickAny(rand.New(rand.NewPCG(1, 1)), func(*Peer) bool { return false }); got != nil {
		t.Errorf("picked %v of nobody", got)
	}
}

func TestCandidatesAreBounded(t *testing.T) {
	var table Table
	by := people(1)[0]
	table.Verify(by)
	for i := 1; i <= 3*candidatesMost; i++ {
		table.Discover(by, Candidate{Address: place4(i), Service: overlay})
	}
	got := slices.Collect(table.IntroducedBy(by))
	if len(got) != candidatesMost || got[0] != place4(2*candidatesMost+1) {
		t.Errorf("%d candidates from %v on", len(got), got[0])
	}
	if n := len(table.book.entries); n > 3*candidatesMost {
		t.Errorf("%d entries", n)
	}
}

func TestStrangersAreBounded(t *testing.T) {
	var table Table
	all := people(strangersMost + 3)
	for _, p := range all {
		table.Offer(p, overlay)
	}
	if table.Offers(all[2].Key(), overlay) || !table.Offers(all[3].Key(), overlay) {
		t.Error("not the oldest three were forgotten")
	}
}

func TestSnapshotIsThatOfPyIPv8(t *testing.T) {
	var v struct {
		Hex           string
		SortedEntries []string `json:"sorted_entries"`
		Loaded        []struct{ V []any }
	}
	data, err := os.ReadFile("../testdata/network_snapshot.json")
	if err != nil || json.Unmarshal(data, &v) != nil {
		t.Fatal(err)
	}
	snapshot, _ := hex.DecodeString(v.Hex)
	var loaded, table Table
	if n := loaded.Load(snapshot); n != len(v.Loaded) {
		t.Fatalf("%d addresses read", n)
	}
	walkable := slices.Collect(loaded.Walkable(Service{}))
	for i, p := range people(len(walkable)) {
		q := New(p.Key(), walkable[i], noon)
		table.Verify(q)
		want := fmt.Sprint(v.Loaded)
		if !slices.ContainsFunc(v.Loaded, func(x struct{ V []any }) bool {
			return fmt.Sprint(x.V) == fmt.Sprintf("[%v %v]", q.Address().Addr(), q.Address().Port())
		}) {
			t.Errorf("%v is none of %v", q.Address(), want)
		}
	}
	table.Verify(New(people(9)[8].Key(), netip.AddrPort{}, noon)) // without address: not in a snapshot
	if got := hex.EncodeToString(table.Snapshot()); got != v.Hex {
		t.Errorf("snapshot %s, want %s", got, v.Hex)
	}
}

func TestLoadStopsAtNonsense(t *testing.T) {
	var table Table
	for _, c := range []struct {
		hex  string
		read int
	}{{"", 0}, {"01", 0}, {"0101020304162e01", 1}, {"0101020304162e05", 1}, {"02000161000101010203041a2b", 2}, {"0100000000000a", 1}} {
		b, _ := hex.DecodeString(c.hex)
		if n := table.Load(b); n != c.read {
			t.Errorf("%s: %d addresses, want %d", c.hex, n, c.read)
		}
	}
	if n := len(slices.Collect(table.Known())); n != 2 {
		t.Errorf("%d known, want 2: neither host names nor 0.0.0.0", n)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte("\x01\x01\x02\x03\x04\x16\x2e"))
	f.Add([]byte("\x02\x00\x01a\x00\x01"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var table Table
		if n := table.Load(b); n > len(b)/5 {
			t.Errorf("%d addresses in %d bytes", n, len(b))
		}
	})
}

func TestWatching(t *testing.T) {
	var table Table
	var told []Change
	unwatch := table.Watch(func(_ *Peer, c Change) { told = append(told, c) })
	p := people(1)[0]
	table.Verify(p)
	table.Verify(p)
	table.Remove(p)
	unwatch()
	table.Verify(p)
	if !slices.Equal(told, []Change{Added, Removed}) {
		t.Errorf("told %v", told)
	}
}

func TestAnAddressIsWhoseTookItLast(t *testing.T) {
	x, table := newMachine(), new(Table)
	at := netip.MustParseAddrPort("1.1.1.1:1")
	late := table.Verify(New(x.keys[0], at, noon))
	early := table.Verify(New(x.keys[1], at, noon))
	if p := table.ByAddress(at); p != early {
		t.Fatalf("it is that of %v", p)
	}
	late.Move(UDPv4, at)
	if p := table.ByAddress(at); p != late {
		t.Fatalf("when the other took it again, it is that of %v", p)
	}
	table.Remove(late)
	if p := table.ByAddress(at); p != early {
		t.Fatalf("when the other is gone, it is that of %v", p)
	}
}

func TestAnEmptyTableIsSmall(t *testing.T) {
	if n := unsafe.Sizeof(Table{}); n > 512 {
		t.Errorf("%d bytes", n)
	}
}

func TestNobodyTakesABlacklistedAddress(t *testing.T) {
	var table Table
	p, tracker := people(1)[0], place4(9)
	table.Blacklist(tracker)
	table.Verify(p)
	p.Move(LAN, tracker)
	table.Verify(New(p.Key(), tracker, noon))
	if table.ByAddress(tracker) != nil || p.At(LAN).IsValid() || p.Address() != place4(0) {
		t.Errorf("the peer is at %v, and at %v in its LAN", p.Address(), p.At(LAN))
	}
}
