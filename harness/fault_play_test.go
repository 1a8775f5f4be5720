package harness_test

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/sim"
)

// beacon is an overlay that calls everybody it met once a second, at half past, whatever it hears.
type beacon struct{ heard []uint64 }

func (*beacon) Leave() {}

func beacons(n *sim.Node, met []netip.AddrPort) *beacon {
	b, calls := &beacon{}, uint64(0)
	n.Listen(func(_, _ netip.AddrPort, data []byte) {
		if len(data) == 8 {
			b.heard = append(b.heard, binary.BigEndian.Uint64(data))
		}
	})
	n.Every(time.Second/2, time.Second, func() {
		calls++
		for _, a := range met {
			_ = n.Send(a, binary.BigEndian.AppendUint64(nil, calls))
		}
	})
	return b
}

// traffic is what came of the packets from one node to another.
type traffic struct{ Sent, Lost, Late, Doubled int }

// observe counts what goes over each link, "a→b", from now on. Without faults packets arrive in the instant they are sent.
func observe(w *harness.World) map[string]*traffic {
	links, sent := map[string]*traffic{}, map[uint64]time.Duration{}
	link := func(from, to *sim.Node) *traffic {
		name := from.Name() + "→" + to.Name()
		if links[name] == nil {
			links[name] = &traffic{}
		}
		return links[name]
	}
	w.Watch(func(e sim.Event) {
		switch e.Kind {
		case sim.Sent:
			sent[e.ID] = e.At
			link(e.Node, e.Peer).Sent++
		case sim.Copied:
			sent[e.ID] = e.At
			link(e.Node, e.Peer).Doubled++
		case sim.Dropped:
			link(e.Node, e.Peer).Lost++
		case sim.Delivered:
			if e.At != sent[e.ID] {
				link(e.Peer, e.Node).Late++
			}
		}
	})
	return links
}

// triangle is three nodes that call each other for half a minute, with these faults.
func triangle(faults ...harness.Fault) harness.Scenario {
	return harness.Scenario{
		Seed: 1, Nodes: []string{"a", "b", "c"}, Topology: harness.Choice{Name: "complete"}, Faults: faults, Duration: 30 * time.Second,
	}
}

func TestFaultsDoWhatTheySayToWhomTheySay(t *testing.T) {
	quiet := traffic{Sent: 30}
	for _, c := range []struct {
		fault      harness.Fault
		ab, ba     traffic
		met, fired uint64
	}{
		{harness.Fault{Do: harness.Lose, Amount: 1_000_000}, traffic{30, 10, 0, 0}, traffic{30, 10, 0, 0}, 40, 40},
		{harness.Fault{Do: harness.Lose, Amount: 1}, quiet, quiet, 40, 0},
		{harness.Fault{Do: harness.Duplicate, Amount: 1_000_000}, traffic{30, 0, 0, 10}, traffic{30, 0, 0, 10}, 40, 40},
		{harness.Fault{Do: harness.Reorder, Amount: 1_000_000, Within: time.Second}, traffic{30, 0, 10, 0}, traffic{30, 0, 10, 0}, 40, 40},
		{harness.Fault{Do: harness.Cut}, traffic{30, 10, 0, 0}, traffic{30, 10, 0, 0}, 40, 40},
		{harness.Fault{Do: harness.CutOneWay}, quiet, traffic{30, 10, 0, 0}, 20, 20},
		{harness.Fault{Do: harness.Crash}, traffic{30, 10, 0, 0}, traffic{20, 0, 0, 0}, 1, 1},
		{harness.Fault{Do: harness.Pause}, traffic{30, 0, 10, 0}, traffic{21, 0, 0, 0}, 1, 1},
		{harness.Fault{Do: harness.Hold}, traffic{30, 0, 10, 0}, traffic{30, 0, 10, 0}, 40, 40},
		{harness.Fault{Do: harness.HoldShuffled}, traffic{30, 0, 10, 0}, traffic{30, 0, 10, 0}, 40, 40},
	} {
		t.Run(string(c.fault.Do), func(t *testing.T) {
			f := c.fault
			f.ID, f.Nodes, f.At, f.For = "f", []string{"b"}, 10*time.Second, 10*time.Second
			r := harness.Start(t, triangle(f), beacons)
			links := observe(r.World)
			r.Play()
			same(t, "a→b", *links["a→b"], c.ab)
			same(t, "b→a", *links["b→a"], c.ba)
			same(t, "a→c", *links["a→c"], quiet)
			l := r.Ledgers()[0]
			same(t, "the ledger", []any{l.Name, l.Armed, l.Eligible, l.Fired, l.Changed}, []any{"f", true, c.met, c.fired, c.fired})
		})
	}
}

func TestOnePacketIsLost(t *testing.T) {
	r := harness.Start(t, triangle(harness.Fault{ID: "f", Do: harness.LosePacket, Nodes: []string{"a", "b"}, Amount: 3}), beacons)
	r.Play()
	same(t, "what b heard of a and c", r.Members[1].Overlay.heard[:7], []uint64{1, 1, 2, 2, 3, 4, 4})
	l := r.Ledgers()[0]
	same(t, "the ledger", []uint64{l.Eligible, l.Fired, l.Changed}, []uint64{1, 1, 1})
}

func TestWhichPacketIsLostDoesNotDependOnOtherLosses(t *testing.T) {
	s := triangle(harness.Fault{ID: "f", Do: harness.LosePacket, Nodes: []string{"a", "b"}, Amount: 3})
	s.Loss, s.Conditions = sim.Percent(100), harness.Choice{Name: "loss", Params: []int64{1_000_000}}
	r := harness.Start(t, s, beacons)
	r.AllowVacuous("the network loses everything before the loss does")
	r.Play()
	l := r.Ledgers()
	same(t, "the ledgers of loss and fault", []uint64{l[0].Eligible, l[1].Fired}, []uint64{0, 1})
}

func TestTiesArePermutedBySeed(t *testing.T) {
	orders := map[string]bool{}
	for seed := range uint64(8) {
		var book []string
		s := star()
		s.Seed, s.PermuteTies = seed, true
		harness.Start(t, s, diaries(&book))
		orders[book[0]+", "+book[1]+", "+book[2]] = true
	}
	if len(orders) < 3 {
		t.Errorf("three nodes boot in one instant in the orders %v alone", orders)
	}
}

func TestHealResumesWhomTheTestPaused(t *testing.T) {
	r := harness.Start(t, star(), bootCounter)
	r.Members[0].Pause()
	r.Play()
	r.Heal()
	same(t, "all the missed periods at once", r.Members[0].Overlay.n, 1)
	r.Run(time.Second)
	same(t, "it goes on", r.Members[0].Overlay.n, 2)
}

func TestFaultsOfNobodyTouchEverybody(t *testing.T) {
	for do, want := range map[harness.Verb]traffic{
		harness.Lose: {30, 20, 0, 0}, harness.Crash: {10, 0, 0, 0}, harness.Pause: {10, 0, 0, 0}, harness.Hold: {30, 0, 0, 0},
	} {
		f := harness.Fault{ID: "f", Do: do, At: 10 * time.Second}
		if do == harness.Lose {
			f.Amount = 1_000_000
		}
		r := harness.Start(t, triangle(f), beacons)
		links := observe(r.World)
		r.Play()
		same(t, string(do)+" on b→c", *links["b→c"], want)
	}
}

func TestHoldReleasesInOrderOrNot(t *testing.T) {
	for do, sorted := range map[harness.Verb]bool{harness.Hold: true, harness.HoldShuffled: false} {
		s := triangle(harness.Fault{ID: "f", Do: do, Nodes: []string{"a"}, For: 30 * time.Second}).Without("c")
		r := harness.Start(t, s, beacons)
		r.Play()
		heard := r.Members[1].Overlay.heard
		same(t, "how many arrive", len(heard), 30)
		same(t, string(do)+" keeps the order", slices.IsSorted(heard), sorted)
	}
}

func TestCrashesAsFaultsHaveTheirDisks(t *testing.T) {
	for fate, want := range map[sim.DiskFate][]string{"": {"synced"}, sim.Unsynced: {"synced"}, sim.Kept: {"synced", "written"}, sim.Wiped: {}} {
		r := harness.Start(t, triangle(harness.Fault{ID: "f", Do: harness.Crash, At: time.Second, Disk: fate}), beacons)
		disk := r.Members[2].Disk()
		disk.Write("synced", nil)
		disk.Sync()
		disk.Write("written", nil)
		r.Play()
		same(t, "files after "+string(fate), disk.Files(), want)
	}
}

func TestEndsComeBeforeBegins(t *testing.T) {
	for _, permute := range []bool{false, true} {
		var book []string
		s := star()
		s.PermuteTies = permute
		s.Faults = []harness.Fault{
			{ID: "1", Do: harness.Crash, At: 20 * time.Second, For: 10 * time.Second, Nodes: []string{"b"}},
			{ID: "2", Do: harness.Crash, At: 10 * time.Second, For: 10 * time.Second, Nodes: []string{"b"}},
			{ID: "3", Do: harness.Pause, At: 20 * time.Second, For: 10 * time.Second, Nodes: []string{"b"}},
		}
		r := harness.Start(t, s, diaries(&book))
		r.AllowVacuous("the pause is to meet a node that is down")
		r.Play()
		l := r.Ledgers()
		same(t, "what met a node that was up", []uint64{l[0].Eligible, l[1].Eligible, l[2].Eligible}, []uint64{1, 1, 0})
		same(t, "life", r.Members[1].Life(), 2)
		same(t, "boots, without the one that a crash made void", len(book), 4)
	}
}

func TestFaultsLeaveAloneWhatOthersHaveChanged(t *testing.T) {
	var book []string
	s := star(
		harness.Change{At: 12 * time.Second, Node: "b", Do: harness.Restart},
		harness.Change{At: 13 * time.Second, Node: "b", Do: harness.Crash},
		harness.Change{At: 15 * time.Second, Node: "c", Do: harness.Leave},
	)
	s.Faults = []harness.Fault{
		{ID: "1", Do: harness.Crash, At: 10 * time.Second, For: 10 * time.Second, Nodes: []string{"b"}},
		{ID: "2", Do: harness.Pause, At: 10 * time.Second, For: 10 * time.Second, Nodes: []string{"c"}},
		{ID: "3", Do: harness.Pause, At: 15 * time.Second, For: 10 * time.Second, Nodes: []string{"c"}},
	}
	s.Work = []harness.Op{{At: 15 * time.Second, Node: "c", Op: "write"}, {At: 20 * time.Second, Node: "c", Op: "write"}}
	r := harness.Start(t, s, diaries(&book))
	r.AllowVacuous("a second pause and a leave are to meet a paused node")
	r.On("write", func(m *harness.Member[*diary], _ uint64) { m.Overlay.write("writes") })
	r.Play()
	same(t, "b is down by a crash that was not the fault's", r.Members[1].Up(), false)
	same(t, "a paused process neither leaves nor writes", book[4:], []string{"c writes"})
	r.Heal()
	same(t, "who is up", []bool{r.Members[0].Up(), r.Members[1].Up(), r.Members[2].Up()}, []bool{true, true, true})
}

func TestHealEndsEveryFault(t *testing.T) {
	var faults []harness.Fault
	for _, do := range []harness.Verb{harness.Lose, harness.Duplicate, harness.Cut, harness.CutOneWay, harness.Hold, harness.HoldShuffled, harness.Pause, harness.Crash} {
		f := harness.Fault{ID: string(do), Do: do, At: 10 * time.Second, Nodes: []string{"b"}}
		if do == harness.Lose || do == harness.Duplicate {
			f.Amount = 1_000_000
		}
		faults = append(faults, f)
	}
	s := triangle(faults...)
	s.Loss = sim.Percent(50)
	r := harness.Start(t, s, beacons)
	r.AllowVacuous("these faults hide each other")
	r.Play()
	r.Heal()
	links := observe(r.World)
	r.Run(10 * time.Second)
	for name, link := range links {
		same(t, name, *link, traffic{Sent: 10})
	}
	same(t, "links", len(links), 6)
}

func TestWhoJoinsIsAbsentUntilThen(t *testing.T) {
	var book []string
	s := star(
		harness.Change{At: 5 * time.Second, Node: "c", Do: harness.Restart}, // is not there yet: nothing
		harness.Change{At: 10 * time.Second, Node: "c", Do: harness.Join},
		harness.Change{At: 20 * time.Second, Node: "c", Do: harness.Leave},
		harness.Change{At: 30 * time.Second, Node: "c", Do: harness.Restart},
	)
	s.Faults = []harness.Fault{{ID: "f", Do: harness.Crash, At: time.Second, For: time.Second, Nodes: []string{"c"}}}
	r := harness.Start(t, s, diaries(&book))
	r.AllowVacuous("the fault meets nobody")
	same(t, "c is up at the start", r.Members[2].Up(), false)
	r.Play()
	same(t, "the story", book, []string{"a boots, meets 2", "b boots, meets 1", "c boots, meets 1", "c leaves", "c boots, meets 1"})
}

func TestWhoMovesHasAnotherAddressAndWhoIsRenewedAnotherKey(t *testing.T) {
	identity := map[string][]uint64{}
	boot := func(n *sim.Node, met []netip.AddrPort) *beacon {
		identity[n.Name()] = append(identity[n.Name()], n.Rand("identity").Uint64())
		return beacons(n, met)
	}
	s := triangle()
	for _, c := range []harness.Change{{Node: "a", Do: harness.Move}, {Node: "b", Do: harness.Renew}, {Node: "c", Do: harness.Renew}, {Node: "c", Do: harness.Move}} {
		c.At = time.Second
		s.Churn = append(s.Churn, c)
	}
	r := harness.Start(t, s, boot)
	var before []netip.AddrPort
	for _, m := range r.Members {
		before = append(before, m.Addrs()[0])
	}
	r.Play()
	var moved, renewed []bool
	for i, m := range r.Members {
		keys := identity[m.Name()]
		moved, renewed = append(moved, m.Addrs()[0] != before[i]), append(renewed, keys[0] != keys[len(keys)-1])
	}
	same(t, "moved", moved, []bool{true, false, true})
	same(t, "renewed", renewed, []bool{false, true, true})
}
