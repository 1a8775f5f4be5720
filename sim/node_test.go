package sim

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"
	"unsafe"
)

func TestAddressesAreUniquePublicAndKeyed(t *testing.T) {
	w := New(11)
	seen := map[netip.AddrPort]bool{}
	for i := range 20_000 {
		n := w.Node(fmt.Sprint(i), nil)
		a := n.Addrs()[0]
		ip := a.Addr()
		if seen[a] || ip.IsPrivate() || ip.IsLoopback() || ip.IsMulticast() || ip.IsLinkLocalUnicast() || !ip.IsGlobalUnicast() || a.Port() < 1024 {
			t.Fatalf("node %d has address %v", i, a)
		}
		if w.Holder(a) != n {
			t.Fatalf("the holder of %v is %v", a, w.Holder(a))
		}
		seen[a] = true
	}
	alone := New(11).Node("777", nil)
	if alone.Addrs()[0] != w.Find("777").Addrs()[0] {
		t.Fatal("a node's address depends on the other nodes")
	}
	if New(12).Node("777", nil).Addrs()[0] == alone.Addrs()[0] {
		t.Fatal("a node's address does not depend on the seed")
	}
}

func TestFixedAddresses(t *testing.T) {
	w := New(1)
	public, lan, six := netip.MustParseAddrPort("81.1.1.1:2001"), netip.MustParseAddrPort("100.64.1.1:1001"), netip.MustParseAddrPort("[2001:db8::1]:7")
	n := w.Node("a", nil, At(public, lan))
	v6 := w.Node("b", nil, At(six))
	if !slices.Equal(n.Addrs(), []netip.AddrPort{public, lan}) || w.Holder(lan) != n || w.Holder(six) != v6 || w.Holder(netip.AddrPort{}) != nil {
		t.Fatalf("addresses %v and %v", n.Addrs(), v6.Addrs())
	}
	var from netip.AddrPort
	n.Listen(func(f, _ netip.AddrPort, _ []byte) { from = f })
	if err := v6.Send(public, nil); err != nil {
		t.Fatal(err)
	}
	if w.Run(0); from != six {
		t.Fatalf("received from %v, want %v", from, six)
	}
	defer func() {
		if recover() == nil {
			t.Fatal("an address given twice is no error")
		}
	}()
	w.Node("c", nil, At(public))
}

func TestAnyRangeHasReservedAddresses(t *testing.T) {
	w := New(1)
	count := 0
	for i := range 1000 {
		if a := w.Node(fmt.Sprint(i), nil, AnyRange()).Addrs()[0].Addr().As4(); reserved(uint32(a[0])<<24 | uint32(a[1])<<16 | uint32(a[2])<<8 | uint32(a[3])) {
			count++
		}
	}
	if count < 50 {
		t.Fatalf("%d of 1,000 addresses are reserved: the range is not whole", count)
	}
}

func TestLifeAfterACrash(t *testing.T) {
	w := New(1)
	var boots []int
	var ticks []string
	n := w.Node("a", func(n *Node) {
		life := n.Life()
		boots = append(boots, life)
		n.Every(time.Second, time.Second, func() { ticks = append(ticks, fmt.Sprint(life, "@", w.Elapsed())) })
	})
	w.Run(1500 * time.Millisecond)
	n.Crash()
	n.Crash()
	if n.Up() || n.After(0, func() { t.Error("a timer of a node that is down") }) != 0 {
		t.Fatal("the node is not down")
	}
	w.Run(time.Second)
	n.Restart()
	w.Run(1100 * time.Millisecond)
	if want := []string{"0@1s", "1@3.5s"}; !slices.Equal(ticks, want) || !slices.Equal(boots, []int{0, 1}) || !n.Up() {
		t.Fatalf("boots %v, ticks %v, want %v", boots, ticks, want)
	}
	n.Restart()
	if w.Run(0); !slices.Equal(boots, []int{0, 1, 2}) {
		t.Fatalf("Restart of a node that is up: boots %v", boots)
	}
}

func TestTheTimersOfALifeThatIsOverNeverMoveTheClock(t *testing.T) {
	w := New(1)
	n := w.Node("a", func(n *Node) {
		n.After(time.Hour, func() { t.Error("a timer of a life that is over fired") })
		n.Every(time.Minute, time.Hour, func() { t.Error("a timer of a life that is over fired") })
	})
	w.Run(time.Second)
	n.Crash()
	for w.Step() {
	}
	if w.Elapsed() != time.Second || len(w.timers.free) != int(w.timers.made) {
		t.Fatalf("the clock stands at %v, %d of %d timers are free", w.Elapsed(), len(w.timers.free), w.timers.made)
	}
}

func TestACrashBeforeBootVoidsTheBoot(t *testing.T) {
	w := New(1)
	n := w.Node("a", func(n *Node) { t.Error("booted") })
	n.Crash()
	w.Run(time.Second)
}

func TestStreamsBelongToALifeButIdentityStays(t *testing.T) {
	draw := func(n *Node, purpose string) uint64 { return n.Rand(purpose).Uint64() }
	n := New(1).Node("a", nil)
	id, walk := draw(n, "identity"), draw(n, "walk")
	if walk == draw(n, "walk") {
		t.Fatal("a stream repeats itself")
	}
	n.Crash()
	n.Restart()
	if draw(n, "identity") != id || draw(n, "walk") == walk {
		t.Fatal("identity must stay over a crash, other streams must not")
	}
	m := New(1).Node("b", nil)
	if draw(m, "identity") == id {
		t.Fatal("two nodes have one identity")
	}
}

func TestTheDiskSurvivesWhatWasSynced(t *testing.T) {
	w := New(1)
	n := w.Node("a", nil)
	d := n.Disk()
	data := []byte("one")
	d.Write("kept", data)
	data[0] = 'X'
	d.Sync()
	d.Write("kept", []byte("two"))
	d.Write("lost", []byte("three"))
	if got, _ := d.Read("kept"); string(got) != "two" || !slices.Equal(d.Files(), []string{"kept", "lost"}) {
		t.Fatalf("before the crash: %q, files %v", got, d.Files())
	}
	n.Crash()
	n.Restart()
	if got, err := d.Read("kept"); err != nil || string(got) != "one" || !slices.Equal(n.Disk().Files(), []string{"kept"}) {
		t.Fatalf("after the crash: %q, files %v", got, d.Files())
	}
}

func TestSharedIsOneOfEachTypeInAWorld(t *testing.T) {
	type ring struct{ n int }
	w, other := New(1), New(1)
	a, b, c := w.Node("a", nil), w.Node("b", nil), other.Node("c", nil)
	made := 0
	get := func(n *Node) *ring { return Shared(n, func() *ring { made++; return &ring{made} }) }
	if get(a) != get(b) || get(a) == get(c) || made != 2 {
		t.Fatalf("%d rings made for two worlds", made)
	}
}

// TestTheHotPartOfANodeIsOneCacheLine pins what network.go counts on.
func TestTheHotPartOfANodeIsOneCacheLine(t *testing.T) {
	if off := unsafe.Offsetof(Node{}.boot); off > 64 && unsafe.Sizeof(uintptr(0)) == 8 {
		t.Fatalf("the hot part takes %d bytes", off)
	}
}

func TestASpareNodeIsOffUntilItIsSwitchedOn(t *testing.T) {
	w := New(1)
	var seen []string
	w.Watch(func(e Event) { seen = append(seen, e.Kind.String()) })
	boots := 0
	n := w.Spare("n", func(*Node) { boots++ })
	w.Run(time.Minute)
	if n.Up() || boots != 0 || len(seen) != 0 || len(n.Addrs()) != 1 || w.Holder(n.Addrs()[0]) != n {
		t.Errorf("a spare node is up %v, booted %d times, with %v and the addresses %v", n.Up(), boots, seen, n.Addrs())
	}
	n.Restart()
	w.Run(0)
	if !n.Up() || boots != 1 || n.Life() != 0 || !slices.Equal(seen, []string{"restarted", "booted"}) {
		t.Errorf("switched on, it is up %v, booted %d times, in life %d, with %v", n.Up(), boots, n.Life(), seen)
	}
	if again := New(1).Node("n", nil); again.Addrs()[0] != n.Addrs()[0] {
		t.Errorf("its address is %v, and would be %v had it been on", n.Addrs(), again.Addrs())
	}
}
