package faults_test

import (
	"strings"
	"testing"

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
	d.ledgers(acted("f", 1))
	d, _, ofB = run(harness.Fault{Every: 4 * second, For: 10 * second})
	d.is("outside addresses of b", ofB, 4)
	d.ledgers(acted("f", 3))
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
	d.ledgers()
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
