package faults_test

import (
	"strings"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/sim"
)

// scenarioNodes are the faults of a scenario that change what nodes are, and what stands before them.
var scenarioNodes = []fault{
	{"fault fail disk", faultFailDisk},
	{"fault twin", faultTwin},
	{"fault reuse address", faultReuse},
	{"fault rebind", faultRebind},
	{"fault throttle", faultThrottle},
	{"fault slow", faultSlow},
	{"fault late timers", faultLateTimers},
	{"fault skew", faultSkew},
	{"fault step", faultStep},
	{"fault drift", faultDrift},
	{"NAT of a scenario", scenarioNAT},
	{"access of a scenario", scenarioAccess},
	{"traffic of a scenario", scenarioTraffic},
}

// faultFailDisk: the disk of the node fails while it lasts, each time with its chance.
func faultFailDisk(t *testing.T) {
	for _, what := range []sim.DiskFate{sim.LostWrite, sim.TornWrite, sim.FalseSync, sim.BitRot, sim.Unreadable, sim.DiskFull} {
		const n, c = 1000, 300_000
		d := newDrill(t, func(s *harness.Scenario) {
			s.Faults = []harness.Fault{{ID: "f", Do: harness.FailDisk, At: 10 * second, For: 10 * second, Nodes: []string{"b"}, Amount: c, Disk: what}}
		})
		failed, elsewhere := 0, 0
		try := func(n *sim.Node, from, to int) (failed int) {
			for i := from; i < to; i++ {
				failed += one(symptoms[what](n, i))
			}
			return failed
		}
		a, b := d.Members[0].Node, d.Members[1].Node
		prepare(a, n)
		prepare(b, 3*n)
		d.After(5*second, func() { elsewhere += try(b, 0, n) })
		d.After(15*second, func() { failed, elsewhere = try(b, n, 2*n), elsewhere+try(a, 0, n) })
		d.After(25*second, func() { elsewhere += try(b, 2*n, 3*n) })
		d.Play()
		near(t, string(what), failed, n, c)
		d.is("failures at other times and elsewhere", elsewhere, 0)
		fired := uint64(failed)
		d.ledgers(sim.Ledger{Name: "f", Armed: true, Eligible: n, Fired: fired, Changed: fired})
	}
}

// faultTwin: the node's overlay runs once more, as the same peer, with the same introductions, until the fault ends.
func faultTwin(t *testing.T) {
	d := newDrill(t, func(s *harness.Scenario) {
		s.Faults = []harness.Fault{{ID: "f", Do: harness.Twin, At: 10 * second, For: 10 * second, Nodes: []string{"b"}}}
	})
	same := false
	d.After(15*second, func() {
		twin := d.Find("b's twin")
		same = twin != nil && twin.Rand("identity").Uint64() == d.Members[1].Rand("identity").Uint64()
	})
	d.Play()
	d.is("the same identity", same, true)
	d.is("packets of the twin", len(d.heard["b's twin→a"])+len(d.heard["b's twin→c"]), 20)
	d.link("b→a", quiet)
	d.Heal()
	d.is("the twin is up after all", d.Find("b's twin").Up(), false)
	d.ledgers(acted("f", 1))
}

// faultReuse: one node goes elsewhere and another one takes its address, with all that is sent there.
func faultReuse(t *testing.T) {
	d := newDrill(t, func(s *harness.Scenario) {
		s.Faults = []harness.Fault{{ID: "f", Do: harness.Reuse, At: 10 * second, Nodes: []string{"b", "c"}}}
	})
	old := d.Members[1].Addrs()[0]
	d.Play()
	d.is("who has the address of b", d.Holder(old), d.Members[2].Node)
	d.is("b has another", d.Members[1].Addrs()[0] != old, true)
	d.is("lives", d.Members[1].Life()+d.Members[2].Life(), 2)
	d.link("a→b", quiet[:10]+strings.Repeat("x", 20))
	d.ledgers(acted("f", 1))
}

// faultRebind: the box before the node has another address, at once, and once more in each period; the others stay.
func faultRebind(t *testing.T) {
	run := func(f harness.Fault) (d *drill, ofA, ofB int) {
		f.ID, f.Do, f.At, f.Nodes = "f", harness.Rebind, 10*second, []string{"b"}
		d = newDrill(t, func(s *harness.Scenario) {
			s.NAT, s.Faults = harness.Choice{Name: "full-cone", Params: []int64{int64(60 * second)}}, []harness.Fault{f}
		})
		a, b := map[string]bool{}, map[string]bool{}
		d.Every(0, second/2, func() {
			a[d.Outside(d.Members[0].Node).Addr().String()] = true
			b[d.Outside(d.Members[1].Node).Addr().String()] = true
		})
		d.Play()
		return d, len(a), len(b)
	}
	d, ofA, ofB := run(harness.Fault{})
	d.is("outside addresses of a", ofA, 1)
	d.is("outside addresses of b", ofB, 2)
	d.ledgers(sim.Ledger{Name: "NAT", Armed: true, Eligible: 360, Fired: 360, Changed: 40, Dropped: 40}, acted("f", 1))
	d, _, ofB = run(harness.Fault{Every: 4 * second, For: 10 * second})
	d.is("outside addresses of b", ofB, 4)
	d.ledgers(sim.Ledger{Name: "NAT", Armed: true, Eligible: 360, Fired: 360, Changed: 40, Dropped: 40}, acted("f", 3))
}

// faultThrottle: what the node sends and gets takes its time, and what the queue does not hold is lost.
func faultThrottle(t *testing.T) {
	d := newDrill(t, func(s *harness.Scenario) {
		s.Faults = []harness.Fault{{ID: "f", Do: harness.Throttle, At: 10 * second, For: 10 * second, Nodes: []string{"b"}, Amount: 80_000, Within: second}}
	})
	burst := strings.Repeat("x", 1000-fixtures.Overhead)
	d.After(15*second, func() {
		for range 100 {
			_ = d.Members[0].Send(d.Members[1].Addrs()[0], []byte(burst))
		}
	})
	d.Play()
	passed := 0
	for _, text := range d.heard["a→b"] {
		passed += one(text == burst)
	}
	d.is("of 100 packets of 100 ms each, with room for ten", passed, 11)
	d.is("a call to b", d.calls["a→b"][12].came[0]-d.calls["a→b"][12].sent > 3*millisecond, true)
	d.is("a call from b", d.calls["b→a"][12].came[0]-d.calls["b→a"][12].sent > 3*millisecond, true)
	d.is("a call from b later", d.calls["b→a"][25].came[0]-d.calls["b→a"][25].sent, 0*second)
	d.link("a→c", quiet[:15]+"."+quiet[16:])
}

// scenarioNAT: every node stands behind a box.
func scenarioNAT(t *testing.T) {
	d := played(t, func(s *harness.Scenario) {
		s.NAT = harness.Choice{Name: "full-cone", Params: []int64{int64(60 * second)}}
	})
	for _, m := range d.Members {
		d.is("box before "+m.Name(), m.Gateway() != nil && m.Addrs()[0].Addr().IsPrivate(), true)
	}
	d.is("packets from b", len(d.heard["b→a"]) > 25, true)
	d.ledgers(sim.Ledger{Name: "NAT", Armed: true, Eligible: 360, Fired: 360})
}

// scenarioAccess: every packet takes its time on both links, also when all is healed.
func scenarioAccess(t *testing.T) {
	d := played(t, func(s *harness.Scenario) {
		s.Access = harness.Choice{Name: "drop-tail", Params: []int64{80_000, 80_000, 65_536}}
	})
	d.Heal()
	d.World.Run(30 * second)
	d.link("a→b", strings.Repeat(">", 60))
	d.ledgers()
}

// scenarioTraffic: the members do what the workload says, beside what is listed.
func scenarioTraffic(t *testing.T) {
	d := newDrill(t, func(s *harness.Scenario) {
		s.Traffic = harness.Choice{Name: "steady", Params: []int64{int64(second), 0, 0}}
		s.Work = []harness.Op{{At: second, Node: "a", Op: "do", Arg: 1}}
	})
	done := uint64(0)
	d.On("do", func(*harness.Member[*caller], uint64) { done++ })
	d.Play()
	d.is("about one a second and node, and one that is listed", done >= 85 && done <= 95, true)
	d.ledgers(acted("work do", done))
}

// clocks plays a fault from the tenth second to the twentieth, and another minute when it is healed, and returns by how much the clocks are
// off at 5, 15, 25 and 35 seconds.
func clocks(t *testing.T, f harness.Fault) (a, b [4]time.Duration, d *drill) {
	t.Helper()
	f.ID, f.At, f.For, f.Nodes = "f", 10*second, 10*second, []string{"b"}
	d = newDrill(t, func(s *harness.Scenario) { s.Faults = []harness.Fault{f} })
	for i := range a {
		d.After(time.Duration(10*i+5)*second, func() {
			a[i] = d.Members[0].Now().Sub(d.Now())
			b[i] = d.Members[1].Now().Sub(d.Now())
		})
	}
	d.Play()
	d.Heal()
	d.World.Run(60 * second)
	d.is("a's clock", a, [4]time.Duration{})
	d.ledgers(acted("f", 1))
	return a, b, d
}

// faultSkew: the clock is off by no more than so much, either way, each node's by another time.
func faultSkew(t *testing.T) {
	_, b, d := clocks(t, harness.Fault{Do: harness.Skew, By: second})
	off := b[1]
	d.is("within a second, and not right", off != 0 && off >= -second && off <= second, true)
	d.is("b's clock", b, [4]time.Duration{0, off, 0, 0})
	d = newDrill(t, func(s *harness.Scenario) {
		s.Faults = []harness.Fault{{ID: "f", Do: harness.Skew, By: second}, {ID: "g", Do: harness.Skew, By: second, Nodes: []string{"b"}}}
	})
	d.Play()
	offs := map[time.Duration]bool{}
	for _, m := range d.Members {
		offs[m.Now().Sub(d.Now())] = true
	}
	d.is("different clocks", len(offs), 3)
	d.is("two skews add up", d.Members[1].Now().Sub(d.Now()) != off, true)
}

// faultStep: the clock jumps by so much, and back.
func faultStep(t *testing.T) {
	_, b, d := clocks(t, harness.Fault{Do: harness.Step, By: -second})
	d.is("b's clock", b, [4]time.Duration{0, -second, 0, 0})
}

// faultDrift: the clock gains so much on the world's until the fault ends, and is right when all is healed.
func faultDrift(t *testing.T) {
	_, b, d := clocks(t, harness.Fault{Do: harness.Drift, Amount: 100_000})
	d.is("b's clock", b, [4]time.Duration{0, second / 2, second, 0})
	d = newDrill(t, func(s *harness.Scenario) {
		for _, id := range []string{"f", "g"} {
			s.Faults = append(s.Faults, harness.Fault{ID: id, Do: harness.Drift, Amount: -400_000})
		}
	})
	d.Play()
	d.is("two of them add up to what a clock can do", d.Members[1].Now().Sub(d.Now()), -15*second)
}

// faultSlow: whatever the node sends and gets, it is later by its work.
func faultSlow(t *testing.T) {
	d := suffer(t, harness.Fault{Do: harness.Slow, By: 100 * millisecond})
	d.link("b→c", quiet)
	d.link("a→c", quiet)
	// a call of its own, and one from a and c each, come at once: 300 ms of work, of which one or two are before what a says
	for _, c := range d.calls["a→b"][10:20] {
		if late := c.came[0] - c.sent; late < 100*millisecond || late > 300*millisecond {
			t.Fatalf("b reads after %v what takes it 100ms", late)
		}
	}
	d.link("a→b", during(">"))
	for i, c := range d.calls["b→a"][10:20] {
		if late := c.sent - time.Duration(10+i)*second - second/2; late < 100*millisecond || late > 300*millisecond {
			t.Fatalf("b calls %v late", late)
		}
	}
	d.ledgers(acted("f", 1))
}

// faultLateTimers: what the node does by its timers is late by no more than so much, and it is quick to hear.
func faultLateTimers(t *testing.T) {
	d := suffer(t, harness.Fault{Do: harness.LateTimers, Within: 400 * millisecond})
	d.link("a→b", quiet)
	latest := time.Duration(0)
	for i, c := range d.calls["b→a"] {
		late := c.sent - time.Duration(i)*second - second/2
		if late < 0 || late > 400*millisecond || late != 0 && (i < 10 || i >= 20) {
			t.Fatalf("call %d is %v late", i, late)
		}
		latest = max(latest, late)
	}
	d.is("the latest of ten by more than 200ms", latest > 200*millisecond, true)
	d.ledgers(acted("f", 1))
}
