package harness_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/sim"
)

// anyScenario draws possible scenarios of 1 to 6 nodes, with whatever may go wrong.
func anyScenario(t *rapid.T) harness.Scenario {
	n := rapid.IntRange(1, 6).Draw(t, "nodes")
	s := harness.Scenario{
		Seed: rapid.Uint64().Draw(t, "seed"), Nodes: []string{"a", "b", "c", "d", "e", "f"}[:n],
		Topology: harness.Choice{Name: rapid.SampledFrom([]string{"complete", "star"}).Draw(t, "topology")},
		Loss:     sim.Chance(rapid.Uint32Range(0, 500_000).Draw(t, "loss")), Duration: time.Minute,
	}
	node, at := rapid.SampledFrom(s.Nodes), rapid.Custom(func(t *rapid.T) time.Duration {
		return time.Duration(rapid.Int64Range(0, 60).Draw(t, "at")) * time.Second
	})
	joined := map[string]bool{}
	for range rapid.IntRange(0, 4).Draw(t, "changes") {
		verb := rapid.SampledFrom([]harness.Verb{harness.Join, harness.Crash, harness.Restart, harness.Leave, harness.Move, harness.Renew}).Draw(t, "do")
		c := harness.Change{At: at.Draw(t, "at"), Node: node.Draw(t, "node"), Do: verb}
		if verb == harness.Join && joined[c.Node] {
			continue
		}
		joined[c.Node] = joined[c.Node] || verb == harness.Join
		s.Churn = append(s.Churn, c)
	}
	for i := range rapid.IntRange(0, 5).Draw(t, "faults") {
		if f := anyFault(t, s.Nodes, at); f.Do != "" {
			f.ID = fmt.Sprintf("f%d", i)
			s.Faults = append(s.Faults, f)
		}
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "operations") {
		s.Work = append(s.Work, harness.Op{At: at.Draw(t, "at"), Node: node.Draw(t, "node"), Op: "note", Arg: uint64(i)})
	}
	return s
}

// anyFault draws a fault without an id; one without a verb when there are too few nodes for it.
func anyFault(t *rapid.T, nodes []string, at *rapid.Generator[time.Duration]) harness.Fault {
	f := harness.Fault{At: at.Draw(t, "at"), Nodes: rapid.SliceOfNDistinct(rapid.SampledFrom(nodes), 0, len(nodes), rapid.ID).Draw(t, "whom")}
	f.For = min(at.Draw(t, "for"), time.Minute-f.At)
	verbs := []harness.Verb{
		harness.Lose, harness.Duplicate, harness.Reorder, harness.Crash, harness.Pause, harness.Hold, harness.HoldShuffled,
		harness.Corrupt, harness.Truncate, harness.MTU, harness.Replay, harness.LoseBurst, harness.Isolate,
		harness.Slow, harness.LateTimers, harness.Skew, harness.Step, harness.Drift, harness.Throttle, harness.FailDisk,
	}
	if len(f.Nodes) > 0 && len(f.Nodes) < len(nodes) {
		verbs = append(verbs, harness.Cut, harness.CutOneWay)
	}
	if len(f.Nodes) > 1 && len(f.Nodes) < len(nodes) {
		verbs = append(verbs, harness.Bridge)
	}
	if len(nodes) > 3 && (len(f.Nodes) > 3 || len(f.Nodes) == 0) {
		verbs = append(verbs, harness.Majorities)
	}
	if len(f.Nodes) > 0 {
		verbs = append(verbs, harness.Twin)
	}
	if len(f.Nodes) == 2 {
		verbs = append(verbs, harness.LosePacket, harness.Reuse)
	}
	f.Do = rapid.SampledFrom(verbs).Draw(t, "do")
	if f.Do != harness.LosePacket && f.Do != harness.Twin && f.Do != harness.Reuse {
		f.Every = rapid.SampledFrom([]time.Duration{0, 0, 0, 7 * time.Second, 2 * time.Second, time.Hour}).Draw(t, "every")
	}
	return strengthened(t, f)
}

// strengthened draws how strong a fault is.
func strengthened(t *rapid.T, f harness.Fault) harness.Fault {
	switch f.Do {
	case harness.Slow, harness.Skew, harness.Step:
		f.By = rapid.SampledFrom([]time.Duration{time.Millisecond, time.Second}).Draw(t, "by")
	case harness.LateTimers:
		f.Within = 100 * time.Millisecond
	case harness.Drift:
		f.Amount = rapid.SampledFrom([]int64{-500_000, -3, 1_000_000}).Draw(t, "amount")
	case harness.Throttle:
		f.Amount, f.Within = rapid.Int64Range(1000, 1_000_000).Draw(t, "amount"), time.Second
	case harness.FailDisk:
		f.Amount, f.Disk = 500_000, sim.TornWrite
	case harness.Reuse:
		f.For = 0
	case harness.Lose, harness.Duplicate:
		f.Amount = rapid.Int64Range(1, 1_000_000).Draw(t, "amount")
	case harness.Corrupt, harness.Truncate:
		f.Amount, f.Size = rapid.Int64Range(1, 1_000_000).Draw(t, "amount"), rapid.Int64Range(1, 64).Draw(t, "size")
	case harness.MTU:
		f.Size = rapid.Int64Range(68, 1500).Draw(t, "size")
	case harness.Replay:
		f.Amount, f.By, f.Within = rapid.Int64Range(1, 1_000_000).Draw(t, "amount"), time.Second, 10*time.Second
	case harness.LoseBurst:
		f.Amount, f.Within = rapid.Int64Range(1, 1_000_000).Draw(t, "amount"), time.Second
	case harness.Reorder:
		f.Amount, f.Within = rapid.Int64Range(1, 1_000_000).Draw(t, "amount"), time.Second
	case harness.Crash:
		f.Disk = rapid.SampledFrom([]sim.DiskFate{"", sim.Kept, sim.Wiped}).Draw(t, "disk")
	case harness.LosePacket:
		f.At, f.For, f.Amount = 0, 0, rapid.Int64Range(1, 50).Draw(t, "which")
	}
	return f
}

func TestWithoutKeepsAScenarioPossible(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anyScenario(t)
		before := fmt.Sprintf("%#v", s)
		gone := rapid.SliceOfNDistinct(rapid.SampledFrom(s.Nodes), 0, len(s.Nodes)-1, rapid.ID).Draw(t, "gone")
		less := s.Without(gone...)
		if err := less.Validate(); err != nil {
			t.Fatalf("without %q: %v", gone, err)
		}
		for _, name := range gone {
			if mentions(less, name) {
				t.Errorf("%q is still in %#v", name, less)
			}
		}
		if fmt.Sprintf("%#v", s) != before {
			t.Errorf("the original became %#v", s)
		}
		if len(gone) == 0 && !reflect.DeepEqual(less.Faults, s.Faults) {
			t.Errorf("without nobody, the faults are %#v", less.Faults)
		}
	})
}

func mentions(s harness.Scenario, name string) bool {
	found := slices.Contains(s.Nodes, name)
	for _, c := range s.Churn {
		found = found || c.Node == name
	}
	for _, op := range s.Work {
		found = found || op.Node == name
	}
	for _, f := range s.Faults {
		found = found || slices.Contains(f.Nodes, name)
	}
	return found
}

func TestWithoutDropsWhatHasLostItsPoint(t *testing.T) {
	less := full.Without("b", "d")
	ids := []string{}
	for _, f := range less.Faults {
		ids = append(ids, f.ID)
	}
	same(t, "the faults that stay", ids, []string{"f1", "f2", "f3", "f4", "f6", "f8", "f9", "g1", "g3", "g4", "g5", "g6"})
	same(t, "whom f2 touches", less.Faults[1].Nodes, []string{"a"})
	same(t, "a cut of all that are left", len(full.Without("b", "c \"d\"", "d").Faults), 10)
}

func TestLastingKeepsAScenarioPossible(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anyScenario(t)
		before := fmt.Sprintf("%#v", s)
		d := time.Duration(rapid.Int64Range(1, 120).Draw(t, "duration")) * time.Second
		less := s.Lasting(d)
		if err := less.Validate(); err != nil && len(less.Nodes) > 0 {
			t.Fatalf("lasting %v: %v", d, err)
		}
		if fmt.Sprintf("%#v", s) != before {
			t.Errorf("the original became %#v", s)
		}
	})
}

func TestLastingEndsThingsEarlier(t *testing.T) {
	less := full.Lasting(time.Minute)
	same(t, "a fault that would last longer", []any{less.Faults[1].ID, less.Faults[1].For}, []any{"f2", time.Duration(0)})
	same(t, "a fault that ends in time", []any{less.Faults[3].ID, less.Faults[3].For}, []any{"f4", 20 * time.Second})
	same(t, "the changes", len(less.Churn), 3)
	same(t, "who joins too late", full.Lasting(time.Second).Nodes, []string{"a", "b", "c \"d\""})
}
