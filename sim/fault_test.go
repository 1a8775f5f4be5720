package sim

import (
	"bytes"
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"
)

// panics returns what f panics with, as text.
func panics(f func()) (said string) {
	defer func() { said = fmt.Sprint(recover()) }()
	f()
	return ""
}

func TestADiskHasOneFateOfThree(t *testing.T) {
	n := New(1).Node("a", nil)
	for _, wrong := range [][]DiskFate{{"burnt"}, {Kept, Wiped}} {
		if said := panics(func() { n.Crash(wrong...) }); !strings.Contains(said, `node "a": Crash(`) || !n.Up() {
			t.Errorf("Crash(%q) says %s", wrong, said)
		}
	}
}

func TestKeptWritesAreDurable(t *testing.T) {
	n := New(1).Node("a", nil)
	n.Disk().Write("log", []byte("one"))
	n.Crash(Kept)
	n.Restart()
	n.Crash(Unsynced)
	if data, err := n.Disk().Read("log"); err != nil || string(data) != "one" {
		t.Fatalf("after a crash that kept it and one that did not the file holds %q", data)
	}
}

func TestLedgersOfManyNodesHaveShortNames(t *testing.T) {
	w := New(1)
	for i := range 20 {
		w.Node(fmt.Sprint("n", i), nil)
	}
	w.Partition(w.Nodes()[:7], w.Nodes()[7:])
	if got, want := w.Ledgers()[0].Name, "partition of [n0 n1 n2 n3 n4 n5 n6] and [n7 n8 n9 n10 n11 n12 and 7 more]"; got != want {
		t.Fatalf("%s\nwant %s", got, want)
	}
}

func TestLedgersKeepTheirPlace(t *testing.T) {
	w := New(1, Latency(time.Second))
	a, b := w.Node("a", nil), w.Node("b", nil)
	heal := w.Partition([]*Node{a}, []*Node{b})
	held := w.Hold([]*Node{a}, []*Node{b})
	unlink := w.Link(Loss(0))
	heal()
	held.Release()
	unlink()
	w.Link(Loss(0))
	w.Link(Loss(0))
	var names []string
	for _, l := range w.Ledgers() {
		names = append(names, fmt.Sprint(l.Name, l.Armed, " ", l.Again))
	}
	if got, want := strings.Join(names, ", "), "latency 1strue 0, partition of [a] and [b]false 0, hold from [a] to [b]false 0, loss 0%true 1, loss 0%true 0"; got != want {
		t.Fatalf("%s\nwant %s", got, want)
	}
	if last := w.Account(w.Accounts() - 2); w.Accounts() != 6 || last != (Ledger{Name: "loss 0%", Armed: true}) {
		t.Fatalf("the fifth account of %d is %+v", w.Accounts(), last)
	}
}

// TestWhatFlapsHasOneLedger: with what it did in all, and nothing else is kept of what is no more in force.
func TestWhatFlapsHasOneLedger(t *testing.T) {
	w, a, b, _ := pair(t)
	for range 100 {
		unlink := w.Link(Loss(Percent(100)))
		heal, held := w.Partition([]*Node{a}, []*Node{b}), w.Hold([]*Node{b}, []*Node{a})
		send(t, a, b, "x")
		w.Run(time.Second)
		unlink()
		send(t, a, b, "x")
		send(t, b, a, "y")
		w.Run(time.Second)
		heal()
		held.Release()
		w.Run(time.Second)
	}
	want := []Ledger{
		{Name: "loss 100%", Eligible: 100, Fired: 100, Changed: 100, Dropped: 100, Again: 99},
		{Name: "partition of [a] and [b]", Eligible: 200, Fired: 200, Changed: 200, Dropped: 200, Again: 99},
		{Name: "hold from [b] to [a]", Again: 99},
	}
	if got := w.Ledgers(); !slices.Equal(got, want) || len(w.linked)+len(w.filters)+len(w.cuts)+len(w.holds) > 0 {
		t.Fatalf("%+v\nwant %+v\nof %d rules linked", got, want, len(w.linked))
	}
}

// TestAHoldBehindAnother: what is released meets the holds that are in force still.
func TestAHoldBehindAnother(t *testing.T) {
	w, a, b, seen := pair(t)
	first, second := w.Hold([]*Node{a}, []*Node{b}), w.Hold([]*Node{a}, []*Node{b})
	send(t, a, b, "x")
	w.Run(time.Second)
	first.Release()
	w.Run(time.Second)
	if first.Len() != 0 || second.Len() != 1 {
		t.Fatalf("%d wait in the first hold, %d in the second", first.Len(), second.Len())
	}
	second.Release()
	w.Run(time.Second)
	expect(t, seen, "2s b delivered x")
	if l := w.Ledgers(); l[0].Fired != 1 || l[1].Eligible != 2 || l[1].Fired != 1 {
		t.Fatalf("ledgers %+v", l)
	}
}

func TestWhatIsHeldLeavesNothingBehind(t *testing.T) {
	w, a, b, _ := pair(t)
	held := w.Hold([]*Node{a}, []*Node{b})
	for range 100 {
		send(t, a, b, "x")
	}
	w.Run(time.Second)
	b.Crash()
	held.ReleaseShuffled()
	if w.Run(0); w.packets.made-uint32(len(w.packets.free)) != 0 || len(held.waiting) != 0 {
		t.Fatal("the release left packets behind")
	}
}

// TestTheTranscriptOfAMove is a story of all that a transcript says about holds, moves and new identities.
func TestTheTranscriptOfAMove(t *testing.T) {
	w := New(3)
	hear := func(n *Node) { n.Listen(func(_, _ netip.AddrPort, _ []byte) {}) }
	old := netip.MustParseAddrPort("81.1.1.1:2001")
	a, b := w.Node("a", hear), w.Node("b", hear, At(old))
	w.Run(0)
	var out bytes.Buffer
	w.Watch(Transcript(&out, nil))
	held := w.Hold([]*Node{a}, []*Node{b})
	send(t, a, b, "x")
	w.Run(time.Second)
	b.Crash()
	b.Every(time.Second, time.Second, func() {})
	b.Move()
	b.Renew()
	b.Restart()
	w.Run(0)
	held.Release()
	w.Run(0)
	want := strings.Join([]string{
		"    0.000000000 #3    network holding one way between [a] and [b]",
		"    0.000000000 #4    a → b sent 1 B",
		"    0.000000000 #4    a → b caught 1 B",
		"    1.000000000 #5    b crashed",
		"    1.000000000 #6    b ✗ timer not set: sender is down",
		"    1.000000000 #7    b moved from 81.1.1.1:2001 to " + b.Addrs()[0].String(),
		"    1.000000000 #8    b renewed",
		"    1.000000000 #9    b restarted",
		"    1.000000000 #10   b booted",
		"    1.000000000 #11   network released one way between [a] and [b]",
		"    1.000000000 #4    a ✗ b dropped 1 B: nobody here any more\n",
	}, "\n")
	if out.String() != want {
		t.Fatalf("transcript\n%swant\n%s", out.String(), want)
	}
}

// TestUnreadInputEndsWithItsLife: also what was about to be read when the node crashed, in whatever order the instant runs.
func TestUnreadInputEndsWithItsLife(t *testing.T) {
	for seed := range uint64(20) {
		w := New(seed)
		w.PermuteTies()
		heard := 0
		a := w.Node("a", nil)
		b := w.Node("b", func(n *Node) { n.Listen(func(_, _ netip.AddrPort, _ []byte) { heard++ }) })
		var why []Reason
		w.Watch(func(e Event) { why = append(why, e.Reason) }, Dropped)
		w.Run(time.Second)
		b.Pause()
		send(t, a, b, "x")
		w.Run(time.Second)
		b.Resume()
		b.Restart()
		if w.Run(time.Second); heard != 0 || len(why) != 1 || why[0] != Gone {
			t.Fatalf("seed %d: the next life heard %d packets; lost for %q", seed, heard, why)
		}
	}
}

func TestFiltersOfOneNameNeverShareTheirDraws(t *testing.T) {
	w := New(1)
	unlink := w.Link(Loss(Percent(50)))
	w.Link(Loss(Percent(50)))
	unlink()
	w.Link(Loss(Percent(50)))
	if w.filters[0].key == w.filters[1].key {
		t.Fatal("two filters in force draw the same")
	}
}

func TestARenewalWhileDownIsOne(t *testing.T) {
	w := New(1)
	n := w.Spare("a", nil)
	before := n.Rand("identity").Uint64()
	w.Node("b", nil)
	n.Renew()
	n.Restart()
	r := n.Rand("identity")
	fresh := keyed(mix(n.streamKey("identity"), hashString("identity")))
	if got := r.Uint64(); got == before || got != fresh.Uint64() {
		t.Fatalf("the renewed identity begins with %#x, as if it went on after %#x", got, before)
	}
}

func TestWhoIsDownListensToNobody(t *testing.T) {
	w, a, b, seen := pair(t)
	b.Crash()
	b.Listen(func(_, _ netip.AddrPort, _ []byte) { t.Error("a listener of no life heard something") })
	b.Restart()
	send(t, a, b, "x")
	w.Run(time.Second)
	expect(t, seen, "0s a dropped xnobody listens")
}

func TestATranscriptTellsPacketsFromTimers(t *testing.T) {
	w := New(1)
	n := w.Node("a", nil)
	var out bytes.Buffer
	w.Watch(Transcript(&out, nil))
	_ = n.Send(netip.AddrPort{}, []byte("x"))
	if want := "    0.000000000 #2    a ✗ invalid AddrPort dropped 1 B: no such address\n"; out.String() != want {
		t.Fatalf("transcript %q, want %q", out.String(), want)
	}
}

func TestAskingForAddressesLeavesNothingBehind(t *testing.T) {
	w := New(1)
	n := w.Node("a", nil)
	for port := range uint16(100) {
		stranger := netip.AddrPortFrom(netip.IPv6Loopback(), port)
		if w.Holder(stranger) != nil || n.Send(stranger, nil) == nil {
			t.Fatal("a stranger's address is somebody's")
		}
	}
	if len(w.book.others) != 0 {
		t.Fatalf("%d addresses of nobody are kept", len(w.book.others))
	}
}

func TestAPartitionIsOfThoseItWasMadeOf(t *testing.T) {
	w, a, b, _ := pair(t)
	side := []*Node{a}
	var healed []*Node
	w.Watch(func(e Event) { healed = e.Sides[0] }, Healed)
	heal := w.Partition(side, []*Node{b})
	side[0] = b
	if heal(); healed[0] != a {
		t.Fatalf("healed %v, cut a", healed)
	}
}

func TestDelaysThatNeverEndAdd(t *testing.T) {
	w, a, b, seen := pair(t, Latency(math.MaxInt64), Latency(time.Second))
	send(t, a, b, "x")
	w.Run(100 * 365 * 24 * time.Hour)
	expect(t, seen)
}

func TestAFlapTakesItsTime(t *testing.T) {
	got := panics(func() { New(1).Flap(5*time.Second, 0, func() func() { return func() {} }) })
	if want := "sim: Flap(5s, 0s): both must be positive, or time would stand still"; got != want {
		t.Errorf("panic %q, want %q", got, want)
	}
}
