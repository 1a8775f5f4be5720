package faults_test

import (
	"strings"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/sim"
)

// scenarioDamage are the faults of a scenario that damage packets and cut the network in other shapes than two sides.
var scenarioDamage = []fault{
	{"fault corrupt", faultCorrupt},
	{"fault truncate", faultTruncate},
	{"fault mtu", faultMTU},
	{"fault replay", faultReplay},
	{"fault lose burst", faultLoseBurst},
	{"fault that matches", faultMatch},
	{"fault lose packet that matches", faultLosePacketMatch},
	{"faults lose packet of one link", faultsLosePacket},
	{"fault bridge", faultBridge},
	{"fault majorities", faultMajorities},
	{"fault isolate", faultIsolate},
	{"fault that comes and goes", faultEvery},
}

// scenarioModels are what a scenario's network is like.
var scenarioModels = []fault{
	{"loss model of a scenario", scenarioLossModel},
	{"conditions of a scenario", scenarioConditions},
}

// faultCorrupt: packets from and to the node arrive with so many bits flipped, each with its chance.
func faultCorrupt(t *testing.T) {
	f := harness.Fault{Do: harness.Corrupt, Amount: certain, Size: 5}
	d := suffer(t, f)
	d.link("a→b", during("x"))
	d.link("b→a", during("x"))
	d.link("a→c", quiet)
	for i, c := range d.calls["a→b"][10:20] {
		d.is("bits flipped", differing(d.heard["a→b"][10+i], []byte(c.text)), 5)
	}
	d.ledgers(acted("f", 40))
	odds(t, f, "x")
}

// faultTruncate: they arrive shorter, by no more than so many bytes.
func faultTruncate(t *testing.T) {
	f := harness.Fault{Do: harness.Truncate, Amount: certain, Size: 2}
	d := suffer(t, f)
	d.link("a→b", during("x"))
	d.link("b→a", during("x"))
	d.link("a→c", quiet)
	shorter := 0
	for i, c := range d.calls["a→b"][10:20] {
		got := d.heard["a→b"][10+i]
		d.is("beginning", strings.HasPrefix(c.text, got) && len(c.text)-len(got) <= 2, true)
		shorter = max(shorter, len(c.text)-len(got))
	}
	d.is("bytes cut off at most", shorter, 2)
	d.ledgers(acted("f", 40))
	odds(t, f, "x")
}

// faultMTU: what is too big for the link of the node is lost.
func faultMTU(t *testing.T) {
	d := newDrill(t, func(s *harness.Scenario) {
		s.Faults = []harness.Fault{{ID: "f", Do: harness.MTU, Nodes: []string{"b"}, Size: 100}}
	})
	d.After(10*second, func() {
		d.Members[0].Overlay.say(strings.Repeat("x", 72))
		d.Members[0].Overlay.say(strings.Repeat("x", 73))
	})
	d.Play()
	d.link("a→b", quiet[:10]+".x"+quiet[10:])
	d.link("a→c", quiet[:10]+".."+quiet[10:])
	want := acted("f", 1)
	want.Dropped = 1
	d.ledgers(want)
}

// faultReplay: packets from and to the node arrive at once, and again so much later.
func faultReplay(t *testing.T) {
	f := harness.Fault{Do: harness.Replay, Amount: certain, By: second, Within: 2 * second}
	d := suffer(t, f)
	d.link("a→b", during("2"))
	d.link("b→a", during("2"))
	d.link("a→c", quiet)
	least, most := time.Hour, time.Duration(0)
	for _, c := range append(d.calls["a→b"][10:20], d.calls["b→a"][10:20]...) {
		d.is("first arrival", c.came[0], c.sent)
		least, most = min(least, c.came[1]-c.sent), max(most, c.came[1]-c.sent)
	}
	d.is("between 1s and 2s later", least >= second && most <= 2*second && most > second*3/2, true)
	want := acted("f", 40)
	want.Copied = 40
	d.ledgers(want)
	odds(t, f, "2")
}

// faultLoseBurst: all that goes from one to another is lost for a while, so often as the chance says.
func faultLoseBurst(t *testing.T) {
	d := suffer(t, harness.Fault{Do: harness.LoseBurst, Amount: certain, Within: second})
	d.link("a→b", during("x"))
	d.link("b→a", during("x"))
	d.link("a→c", quiet)
	want := acted("f", 40)
	want.Dropped = 40
	d.ledgers(want)
	d = played(t, func(s *harness.Scenario) {
		s.Faults, s.Duration = []harness.Fault{{ID: "f", Do: harness.LoseBurst, Amount: 150_000, Within: 10 * second}}, 2000*second
	})
	lost, turns := 0, 0
	for _, link := range []string{"a→b", "a→c", "b→a", "b→c", "c→a", "c→b"} {
		line := d.timeline(link)
		lost += strings.Count(line, "x")
		turns += strings.Count(line, ".x")
	}
	near(t, "slots lost", lost/10, 1200, 150_000)
	d.is("bursts of ten", turns*6 < lost, true)
}

// faultMatch: it happens to packets of that payload alone. Those of the seconds 20 to 30 begin so.
func faultMatch(t *testing.T) {
	d := played(t, func(s *harness.Scenario) {
		s.Faults = []harness.Fault{{ID: "f", Do: harness.Lose, Nodes: []string{"b"}, Amount: certain, Match: "0:322e 0:32..2e"}}
	})
	d.link("a→b", "..x................."+"xxxxxxxxxx")
	d.link("a→c", quiet)
	want := acted("f", 44)
	want.Dropped = 44
	d.ledgers(want)
}

// faultLosePacketMatch: of those that match, the third.
func faultLosePacketMatch(t *testing.T) {
	d := suffer(t, harness.Fault{Do: harness.LosePacket, Nodes: []string{"a", "b"}, Amount: 3, Match: "31"})
	d.link("a→b", "...........x"+quiet[12:])
	d.link("b→a", quiet)
}

// faultsLosePacket: several count the same packets, in whatever order they are listed.
func faultsLosePacket(t *testing.T) {
	d := played(t, func(s *harness.Scenario) {
		for i, id := range []string{"y", "x", "z"} {
			s.Faults = append(s.Faults, harness.Fault{ID: id, Do: harness.LosePacket, Nodes: []string{"a", "b"}, Amount: int64(2*i + 2)})
		}
	})
	d.link("a→b", ".x.x.x"+quiet[6:])
	lost := acted("", 1)
	lost.Dropped = 1
	for i, id := range []string{"y", "x", "z"} {
		lost.Name = id
		d.is("ledger", d.Ledgers()[i], lost)
	}
}

// faultBridge: a and c see each other through b only.
func faultBridge(t *testing.T) {
	d := suffer(t, harness.Fault{Do: harness.Bridge, Nodes: []string{"b", "a"}})
	d.link("a→c", during("x"))
	d.link("c→a", during("x"))
	d.link("a→b", quiet)
	d.link("b→c", quiet)
	d.ledgers(sim.Ledger{Name: "f", Armed: true, Eligible: 20, Fired: 20, Changed: 20, Dropped: 20})
}

// faultMajorities: in a ring of four, each sees its two neighbours.
func faultMajorities(t *testing.T) {
	f := harness.Fault{ID: "f", Do: harness.Majorities, At: 10 * second, For: 10 * second}
	d := played(t, func(s *harness.Scenario) { s.Nodes, s.Faults = []string{"a", "b", "c", "d"}, []harness.Fault{f} })
	d.link("a→c", during("x"))
	d.link("d→b", during("x"))
	d.link("a→b", quiet)
	d.link("d→a", quiet)
	f.Nodes = []string{"a", "c", "b", "d"}
	d = played(t, func(s *harness.Scenario) { s.Nodes, s.Faults = []string{"a", "b", "c", "d"}, []harness.Fault{f} })
	d.link("a→b", during("x"))
	d.link("a→c", quiet)
	d.ledgers(sim.Ledger{Name: "f", Armed: true, Eligible: 40, Fired: 40, Changed: 40, Dropped: 40})
}

// faultIsolate: neither of the two sees anybody, not even the other.
func faultIsolate(t *testing.T) {
	d := suffer(t, harness.Fault{Do: harness.Isolate, Nodes: []string{"a", "b"}})
	d.link("a→b", during("x"))
	d.link("c→a", during("x"))
	d.ledgers(sim.Ledger{Name: "f", Armed: true, Eligible: 60, Fired: 60, Changed: 60, Dropped: 60})
	d = played(t, func(s *harness.Scenario) { s.Faults = []harness.Fault{{ID: "f", Do: harness.Isolate}} })
	d.link("c→a", strings.Repeat("x", 30))
}

// faultEvery: it is in force for the first half of each period, and no longer than it lasts.
func faultEvery(t *testing.T) {
	d := suffer(t, harness.Fault{Do: harness.Cut, Every: 8 * second})
	d.link("a→b", quiet[:10]+"xxxx....xx"+quiet[20:])
	d.ledgers(sim.Ledger{Name: "f", Armed: true, Eligible: 24, Fired: 24, Changed: 24, Dropped: 24})
	d = suffer(t, harness.Fault{Do: harness.Crash, Every: 4 * second})
	d.link("a→b", quiet[:10]+"xx..xx..xx"+quiet[20:])
	d.is("lives of b", d.Members[1].Life(), 3)
	d.ledgers(acted("f", 3))
	d = played(t, func(s *harness.Scenario) {
		s.Faults = []harness.Fault{{ID: "f", Do: harness.Cut, At: 20 * second, Every: 6 * second, Nodes: []string{"b"}}}
	})
	d.World.Run(10 * second)
	d.link("a→b", quiet[:20]+"xxx...xxx."+quiet[:10])
}

// scenarioLossModel: any packet it loses, until healed.
func scenarioLossModel(t *testing.T) {
	d := played(t, func(s *harness.Scenario) {
		s.LossModel = harness.Choice{Name: "loss", Params: []int64{certain}}
	})
	d.Heal()
	d.World.Run(30 * second)
	d.link("a→b", strings.Repeat("x", 30)+quiet)
	want := acted("loss model", 180)
	want.Dropped = 180
	d.ledgers(want)
}

// scenarioConditions: what the network is like, also when it is healed.
func scenarioConditions(t *testing.T) {
	d := played(t, func(s *harness.Scenario) {
		s.Conditions = harness.Choice{Name: "constant", Params: []int64{int64(100 * millisecond)}}
	})
	d.Heal()
	d.World.Run(30 * second)
	d.link("a→b", strings.Repeat(">", 60))
	d.ledgers()
}
