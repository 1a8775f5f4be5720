package properties

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/harness"
)

// crowded is a random scenario of 10 to 30 nodes with up to ten faults, some churn and work.
func crowded(r *rand.Rand) harness.Scenario {
	s := harness.Scenario{Seed: r.Uint64(), Duration: 2 * time.Minute, Loss: 20_000, PermuteTies: true}
	for i := range 10 + r.IntN(21) {
		s.Nodes = append(s.Nodes, fmt.Sprintf("n%d", i))
	}
	node := func() string { return s.Nodes[r.IntN(len(s.Nodes))] }
	at := func() time.Duration { return time.Duration(r.IntN(60)) * time.Second }
	s.Topology = []harness.Choice{{Name: "line"}, {Name: "ring"}, {Name: "complete"}, {Name: "gnp", Params: []int64{300_000}}}[r.IntN(4)]
	s.Latency = harness.Choice{Name: "uniform", Params: []int64{10e6, 200e6}}
	for i := range 4 + r.IntN(7) {
		f := harness.Fault{ID: fmt.Sprintf("f%d", i), At: at(), For: at() + time.Second}
		switch r.IntN(4) {
		case 0:
			f.Do, f.Nodes = harness.Crash, []string{node()}
		case 1, 2:
			f.Do, f.Nodes = harness.Cut, slices.Clone(s.Nodes[:1+r.IntN(len(s.Nodes)-1)])
		case 3:
			f.Do, f.Amount = harness.Lose, int64(1+r.IntN(500_000))
		}
		s.Faults = append(s.Faults, f)
	}
	for range r.IntN(6) {
		s.Churn = append(s.Churn, harness.Change{At: at(), Node: node(), Do: harness.Leave})
		s.Work = append(s.Work, harness.Op{At: at(), Node: node(), Op: "publish", Arg: r.Uint64N(100)})
	}
	return s
}

// crashBehindCut is a bug that three nodes and two faults are enough for: a node crashes while a cut separates it from a neighbour.
func crashBehindCut(s harness.Scenario) bool {
	for _, crash := range s.Faults {
		if crash.Do != harness.Crash || len(s.Nodes) < 3 {
			continue
		}
		for _, cut := range s.Faults {
			if cut.Do == harness.Cut && cut.At <= crash.At && crash.At < cut.At+cut.For && separates(s, cut, crash.Nodes[0]) {
				return true
			}
		}
	}
	return false
}

// separates reports whether a cut is between a node and one of its neighbours.
func separates(s harness.Scenario, cut harness.Fault, node string) bool {
	topology, err := fixtures.TopologyNamed(s.Topology.Name, s.Topology.Params...)
	if err != nil {
		panic(err)
	}
	links := topology(len(s.Nodes), rand.New(rand.NewPCG(s.Seed, 0)))
	for i, near := range links {
		for _, k := range near {
			touches := s.Nodes[i] == node || s.Nodes[k] == node
			if touches && slices.Contains(cut.Nodes, s.Nodes[i]) != slices.Contains(cut.Nodes, s.Nodes[k]) {
				return true
			}
		}
	}
	return false
}

// lateRestart is a bug that two nodes and one change are enough for: who left a while ago misses what is published.
func lateRestart(s harness.Scenario) bool {
	for _, c := range s.Churn {
		for _, op := range s.Work {
			if len(s.Nodes) > 1 && c.Node != op.Node && c.At >= 2*time.Second && op.At > c.At {
				return true
			}
		}
	}
	return false
}

// analytic has the shrinker work on a bug that needs no world.
func analytic(s harness.Scenario, bug func(s harness.Scenario) bool, cores int) *shrinker {
	return analyticWithin(s, bug, cores, sample{
		nodes: 1, duration: time.Second, topologies: []harness.Choice{{Name: "line"}, {Name: "ring"}, {Name: "complete"}},
	})
}

// analyticWithin is analytic in a space.
func analyticWithin(s harness.Scenario, bug func(s harness.Scenario) bool, cores int, known sample) *shrinker {
	judge := func(s harness.Scenario) *verdict {
		v := &verdict{scenario: s}
		trial := harness.Try(asking{name: "TestAnalytic"}, func(t harness.TB) {
			if bug(s) {
				t.Fatalf("the bug")
			}
		})
		v.breach = trial.Breach
		return v
	}
	x := &shrinker{
		judge: judge, best: judge(s), cores: cores, budget: defaultRuns, until: time.Now().Add(time.Hour), tick: func(*shrinker) {},
		known: known,
	}
	x.shrink()
	return x
}

// optimum shrinks forty scenarios that have a bug, and reports the runs it took and the things left.
func optimum(t *testing.T, bug func(s harness.Scenario) bool) (runs, nodes, things []int) {
	r := rand.New(rand.NewPCG(1, 1))
	for len(runs) < 40 {
		s := crowded(r)
		if err := s.Validate(); err != nil {
			t.Fatal(err)
		}
		if !bug(s) {
			continue
		}
		x := analytic(s, bug, 1)
		small := x.best.scenario
		runs = append(runs, x.runs)
		nodes = append(nodes, len(small.Nodes))
		things = append(things, len(small.Faults)+len(small.Churn)+len(small.Work))
		if testing.Verbose() {
			t.Logf("%d runs: %s\n%#v", x.runs, kept(s, small), small)
		}
	}
	slices.Sort(runs)
	return runs, nodes, things
}

func TestShrinkerFindsTheOptimumOfABugOfTwoFaults(t *testing.T) {
	runs, nodes, things := optimum(t, crashBehindCut)
	if slices.Max(nodes) > 3 || slices.Max(things) > 2 || runs[20] > 200 || runs[39] > defaultRuns {
		t.Errorf("nodes %v, faults, changes and operations %v; runs %v", nodes, things, runs)
	}
}

func TestShrinkerFindsTheOptimumOfABugOfAChangeAndAnOperation(t *testing.T) {
	runs, nodes, things := optimum(t, lateRestart)
	if slices.Max(nodes) > 2 || slices.Max(things) > 2 || runs[20] > 200 || runs[39] > defaultRuns {
		t.Errorf("nodes %v, faults, changes and operations %v; runs %v", nodes, things, runs)
	}
}
