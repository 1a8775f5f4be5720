package properties

import (
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/sim"
)

// crashes is a law that breaks where a node crashes, of an overlay that does nothing.
var crashes = Law[int]{
	Name: "nobody crashes", Space: Scenarios(Nodes(2, 9)), Boot: func(*sim.Node, []netip.AddrPort) int { return 0 },
	Judge: func(r *harness.Run[int]) {
		for _, f := range r.Scenario.Faults {
			if f.Do == harness.Crash {
				r.T.Fatalf("one does")
			}
		}
	},
}

func TestInputOfAFuzzerIsMadeSmall(t *testing.T) {
	s := harness.Scenario{
		Nodes: []string{"a", "b", "c"}, Topology: harness.Choice{Name: "star"}, Duration: 2 * time.Minute,
		Faults: []harness.Fault{{ID: "f1", Do: harness.Lose, Amount: 1000}, {ID: "f2", Do: harness.Crash, At: time.Minute, For: 13 * time.Second, Nodes: []string{"b", "c"}}},
	}
	f := crashes.replayed("FuzzIt", s, Sweep{}, nil)
	if f.Kept != "2 of 3 nodes, 1 of 2 faults" || f.Runs == 0 || f.Breach.Promise() != "shrink_test.go:20" {
		t.Error(f.Kept, f.Runs, f.Breach)
	}
	got := f.Scenario.Faults[0]
	if got.At != 0 || got.For > time.Second || len(got.Nodes) != 1 || f.Scenario.Duration != time.Minute {
		t.Errorf("%#v", f.Scenario)
	}
}

func TestInputsThatBreakTheSamePromiseAreToldOnce(t *testing.T) {
	t.Chdir(t.TempDir())
	told := map[string]string{}
	try := func(input string, faults ...harness.Fault) *harness.Breach {
		s := harness.Scenario{Nodes: []string{"a", "b"}, Topology: harness.Choice{Name: "line"}, Duration: time.Minute, Faults: faults}
		return harness.Try(asking{name: "FuzzIt"}, func(t harness.TB) { crashes.tryInput(t, input, s, Sweep{}, nil, told) }).Breach
	}
	crash := harness.Fault{ID: "f1", Do: harness.Crash, Nodes: []string{"a"}, For: time.Second}
	first, again := try("seed#3", crash).String(), try("seed#5", crash).String()
	if !strings.Contains(first, "\nproof: ") || !strings.HasSuffix(again, `the law "nobody crashes" does not hold: shrink_test.go:20: one does`+"\nas in seed#3") {
		t.Errorf("first %s\nthen %s", first, again)
	}
	if b := try("seed#6"); b != nil {
		t.Error(b)
	}
}

func TestShrinkerGoesTheSameWayOnAnyNumberOfCores(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	for range 20 {
		s := crowded(r)
		if !crashBehindCut(s) {
			continue
		}
		one := analytic(s, crashBehindCut, 1)
		for _, cores := range []int{2, 5} {
			many := analytic(s, crashBehindCut, cores)
			if many.runs != one.runs || many.best.json() != one.best.json() {
				t.Errorf("%d cores: %d runs to %s; one: %d runs to %s", cores, many.runs, many.best.json(), one.runs, one.best.json())
			}
		}
	}
}

func TestShrinkerTriesOtherSeedsLast(t *testing.T) {
	s := harness.Scenario{Seed: 99, Nodes: []string{"a", "b", "c"}, Topology: harness.Choice{Name: "line"}, Duration: time.Second}
	small := analytic(s, func(s harness.Scenario) bool { return len(s.Nodes) == 3 || len(s.Nodes) == 2 && s.Seed == 3 }, 1).best.scenario
	if small.Seed != 3 || len(small.Nodes) != 2 {
		t.Errorf("%#v", small)
	}
	same := analytic(s, func(s harness.Scenario) bool { return len(s.Nodes) == 3 }, 1)
	if same.best.scenario.Seed != 99 || !same.seedless {
		t.Errorf("%#v", same.best.scenario)
	}
}

func TestOtherSeedsAreOthersAndNoPartOfTheSearch(t *testing.T) {
	tried, s := map[uint64]int{}, harness.Scenario{Seed: 2, Nodes: []string{"a"}, Topology: harness.Choice{Name: "line"}, Duration: time.Second}
	x := analytic(s, func(s harness.Scenario) bool { tried[s.Seed]++; return true }, 1)
	if !x.seedless || tried[2] != 1 || len(tried) != 5 || x.early != "" {
		t.Errorf("seedless %v, seeds %v, ended early: %q", x.seedless, tried, x.early)
	}
	x.runs, x.budget = 0, 2
	if x.shrink(); x.early != "" || x.short() == "" {
		t.Errorf("the search needed no run, and ended early: %q", x.early)
	}
}

func TestProgressOfTheShrinker(t *testing.T) {
	drawn := harness.Scenario{Nodes: []string{"a", "b", "c"}, Work: make([]harness.Op, 5)}
	x := &shrinker{runs: 31, best: &verdict{law: "all is well", scenario: harness.Scenario{Nodes: []string{"a"}}}}
	want := `the law "all is well": looking for a smaller world, 31 runs in 12s, kept 1 of 3 nodes, 0 of 5 operations`
	if got := x.progress(drawn, 12*time.Second); got != want {
		t.Errorf("got %q", got)
	}
}
