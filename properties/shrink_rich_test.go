package properties

import (
	"slices"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/sim"
)

// wide is a budget of nearly everything.
var wide = func() Budget {
	b := Usual
	b.Down, b.Disks, b.Corrupt, b.Replay, b.Rate = sim.Percent(100), []sim.DiskFate{sim.Unsynced, sim.Wiped}, sim.Percent(10), time.Minute, 100_000
	b.Twins, b.Reuse, b.NAT, b.Forged = 2, true, []string{"full-cone", "symmetric", "tribler-2011"}, 20
	return b
}()

var rich = Scenarios(Nodes(10, 30), Churn, ChurnLike(), Loss(sim.Percent(20)), Ops("publish", 5), Rich, Losses(), Traffic(), Faulty(wide))

// least shrinks thirty worlds of the rich space that have a bug, and hands what is left of each to look.
func least(t *testing.T, bug func(s harness.Scenario) bool, look func(small harness.Scenario)) {
	t.Helper()
	var runs []int
	known := takeSample(rich, rich.Example(1))
	known.nodes = 1
	for seed := 0; len(runs) < 30; seed++ {
		s := rich.Example(seed)
		if !bug(s) {
			continue
		}
		x := analyticWithin(s, bug, 1, known)
		runs = append(runs, x.runs)
		look(x.best.scenario)
		if t.Failed() {
			t.Fatalf("%d runs: %s, from\n%#v\nto\n%#v", x.runs, kept(s, x.best.scenario), s, x.best.scenario)
		}
	}
	slices.Sort(runs)
	if t.Logf("runs %v", runs); runs[15] > 200 || runs[29] > defaultRuns {
		t.Errorf("runs %v", runs)
	}
}

// plain reports what a scenario still has beside so many nodes, faults and operations, "" if nothing.
func plain(s harness.Scenario, nodes, faults, work int) string {
	for _, f := range fields {
		if f.of(&s).Name != "" {
			return f.name
		}
	}
	switch {
	case s.Loss > 0 || s.PermuteTies || len(s.Churn) > 0:
		return "loss, ties or churn"
	case len(s.Nodes) > nodes || len(s.Faults) > faults || len(s.Work) > work:
		return "more than needed"
	}
	return ""
}

// anyCut is a bug that any two nodes show that cannot reach each other for a second, whatever is between them.
func anyCut(s harness.Scenario) bool {
	return slices.ContainsFunc(s.Faults, func(f harness.Fault) bool {
		cuts := []harness.Verb{harness.Cut, harness.CutOneWay, harness.Isolate, harness.Bridge, harness.Majorities, harness.Hold, harness.HoldShuffled}
		return slices.Contains(cuts, f.Do) && len(s.Nodes) > 1 && (f.For == 0 || f.For >= time.Second)
	})
}

func TestCutsOfAnyShapeBecomeCuts(t *testing.T) {
	least(t, anyCut, func(small harness.Scenario) {
		if left := plain(small, 2, 1, 0); left != "" || small.Faults[0].Do != harness.Cut || small.Faults[0].Every != 0 {
			t.Errorf("left: %s", left)
		}
	})
}

// wrongClock is a bug that a node shows whose clock is wrong, however it came to that.
func wrongClock(s harness.Scenario) bool {
	return slices.ContainsFunc(s.Faults, func(f harness.Fault) bool {
		return f.Do == harness.Skew || f.Do == harness.Step || f.Do == harness.Drift
	})
}

func TestWrongClocksBecomeSkews(t *testing.T) {
	least(t, wrongClock, func(small harness.Scenario) {
		f := small.Faults[0]
		if left := plain(small, 1, 1, 0); left != "" || f.Do != harness.Skew || f.By > time.Second || f.Every != 0 {
			t.Errorf("left: %s", left)
		}
	})
}

// damaged is a bug that packets show that are damaged while there are NATs.
func damaged(s harness.Scenario) bool {
	return s.NAT.Name != "" && slices.ContainsFunc(s.Faults, func(f harness.Fault) bool {
		return f.Do == harness.Corrupt || f.Do == harness.Truncate
	})
}

func TestDamageBecomesAFlippedBitBehindThePlainestNAT(t *testing.T) {
	least(t, damaged, func(small harness.Scenario) {
		f, nat := small.Faults[0], small.NAT.Name
		small.NAT = harness.Choice{}
		if left := plain(small, 1, 1, 0); left != "" || f.Do != harness.Corrupt || f.Size != 1 || nat != "full-cone" {
			t.Errorf("left: %s", left)
		}
	})
}

func TestTrafficIsSpelledOutAndDropped(t *testing.T) {
	bug := func(s harness.Scenario) bool { return len(operations(s)) > 0 }
	least(t, bug, func(small harness.Scenario) {
		if left := plain(small, 1, 0, 1); left != "" {
			t.Errorf("left: %s", left)
		}
	})
}

// operations are those of the workload and of the traffic.
func operations(s harness.Scenario) []harness.Op {
	ops := s.Work
	for _, one := range spelledOut(s) {
		if len(one.Work) > len(ops) {
			ops = one.Work
		}
	}
	return ops
}

// What is listed of a model is not said not to have mattered.
func TestWhatIsLeftOfAModelMattered(t *testing.T) {
	drawn := harness.Scenario{ChurnModel: harness.Choice{Name: "kad"}, Traffic: harness.Choice{Name: "steady"}}
	x := &shrinker{best: &verdict{}}
	if got := x.moot(drawn); !slices.Equal(got, []string{theChurnModel, theTraffic}) {
		t.Errorf("nothing left: %q", got)
	}
	x.best.scenario = harness.Scenario{Churn: make([]harness.Change, 1), Work: make([]harness.Op, 1)}
	if got := x.moot(drawn); got != nil {
		t.Errorf("one of each left: %q", got)
	}
}

// A crash that comes of a model is found, listed, and left alone.
func TestChurnModelsAreSpelledOutAndDropped(t *testing.T) {
	crashes := func(s harness.Scenario) bool {
		return slices.ContainsFunc(withChurn(s).Churn, func(c harness.Change) bool { return c.Do == harness.Crash })
	}
	known := takeSample(rich, rich.Example(1))
	known.nodes = 1
	for seed, tried := 0, 0; tried < 10; seed++ {
		s := rich.Example(seed)
		if s.Churn = nil; s.ChurnModel.Name == "" || !crashes(s) {
			continue
		}
		tried++
		small := analyticWithin(s, crashes, 1, known).best.scenario
		changes := small.Churn
		small.Churn = nil
		if left := plain(small, 1, 0, 0); left != "" || len(changes) != 1 || changes[0].At != 0 {
			t.Errorf("left: %s, of %#v: %#v", left, s, changes)
		}
	}
}

func spelledOut(s harness.Scenario) (all []harness.Scenario) {
	for _, one := range spelled(s, spot{}) {
		all = append(all, one)
	}
	return all
}
