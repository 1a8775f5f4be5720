package properties_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/properties"
	"github.com/overlaytest/overlaytest/sim"
)

// hostile is the usual budget with an adversary and wiped disks: every kind of fault there is.
var hostile = func() properties.Budget {
	b := properties.Usual
	b.Forged, b.Disks = 20, []sim.DiskFate{sim.Unsynced, sim.Kept, sim.Wiped}
	return b
}()

var allVerbs = []harness.Verb{harness.Crash, harness.Leave, harness.Join, harness.Restart, harness.Move, harness.Renew}

// wild is a space with every part and every kind of fault.
var wild = properties.Scenarios(properties.Nodes(1, 30), properties.ChurnBy(allVerbs...), properties.Loss(sim.Percent(40)), properties.Latency(),
	properties.Duration(2*time.Minute), properties.Ops("publish", 5), properties.Faulty(hostile))

// calm is the same with a quiet end.
var calm = properties.Scenarios(properties.Nodes(1, 30), properties.ChurnBy(allVerbs...), properties.Loss(sim.Percent(40)),
	properties.Duration(2*time.Minute), properties.Ops("publish", 5), properties.Faulty(hostile), properties.Quiet(30*time.Second))

const examples = 10_000

func TestDrawnScenariosArePossibleAndWithinTheBudget(t *testing.T) {
	for seed := range examples {
		for _, space := range []*rapid.Generator[harness.Scenario]{wild, calm} {
			s := space.Example(seed)
			if err := errors.Join(s.Validate(), hostile.Holds(s)); err != nil {
				t.Fatalf("seed %d: %v\n%#v", seed, err, s)
			}
		}
	}
}

func TestTheBudgetIsCountedAnotherWay(t *testing.T) {
	for seed := range examples / 10 {
		s := wild.Example(seed)
		for quarter := range 4 * 120 {
			at := time.Duration(quarter) * 250 * time.Millisecond
			if most, down := max(1, len(s.Nodes)*34/100), downAt(s, at); down > most {
				t.Fatalf("seed %d: %d of %d nodes down at %v\n%#v", seed, down, len(s.Nodes), at, s)
			}
			if loss := lossAt(s, at); loss > 200_000 {
				t.Fatalf("seed %d: %d parts per million lost at %v\n%#v", seed, loss, at, s)
			}
		}
	}
}

// downAt counts the nodes that faults and churn keep away at a moment, by playing the scenario up to it.
func downAt(s harness.Scenario, at time.Duration) int {
	down := map[string]bool{}
	for _, c := range s.Churn {
		if c.Do == harness.Join && c.At > at {
			down[c.Node] = true
		}
	}
	for _, c := range s.Churn {
		if c.At <= at {
			down[c.Node] = c.Do == harness.Crash || c.Do == harness.Leave
		}
	}
	for _, f := range s.Faults {
		if f.Do == harness.Crash || f.Do == harness.Pause {
			for _, n := range f.Nodes {
				down[n] = down[n] || during(f, at)
			}
		}
	}
	count := 0
	for _, is := range down { // any order: counted
		if is {
			count++
		}
	}
	return count
}

func during(f harness.Fault, at time.Duration) bool {
	return f.At <= at && (f.For == 0 || at < f.At+f.For)
}

func lossAt(s harness.Scenario, at time.Duration) int64 {
	sum := int64(s.Loss)
	for _, f := range s.Faults {
		if f.Do == harness.Lose && during(f, at) {
			sum += f.Amount
		}
	}
	return sum
}

func TestAQuietEndIsQuiet(t *testing.T) {
	const end = 90 * time.Second
	for seed := range examples {
		s := calm.Example(seed)
		for _, f := range s.Faults {
			if f.At+f.For > end || f.For == 0 && f.Do != harness.LosePacket {
				t.Fatalf("seed %d: %#v", seed, f)
			}
		}
		for _, c := range s.Churn {
			if c.At > end {
				t.Fatalf("seed %d: %#v", seed, c)
			}
		}
		if downAt(s, end) > 0 {
			t.Fatalf("seed %d: not everybody is back at the end\n%#v", seed, s)
		}
	}
}

// census counts in how many scenarios each kind of fault and each verb of the churn is.
func census(space *rapid.Generator[harness.Scenario], n int) (in map[harness.Verb]int, sets map[string]int) {
	in, sets = map[harness.Verb]int{}, map[string]int{}
	for seed := range n {
		here := map[harness.Verb]bool{}
		s := space.Example(seed)
		for _, f := range s.Faults {
			here["fault "+f.Do] = true
		}
		for _, c := range s.Churn {
			here[c.Do] = true
		}
		set := []string{}
		for verb := range here { // any order: counted, and sorted below
			in[verb]++
			set = append(set, string(verb))
		}
		slices.Sort(set)
		sets[fmt.Sprint(set)]++
	}
	return in, sets
}

// With 2,000 scenarios, a kind that is in a tenth of them is seen in fewer than a twentieth once in 10^15 series; the seeds are fixed.
func TestEveryKindComesUpAndSubsetsVary(t *testing.T) {
	const n = 2000
	in, sets := census(wild, n)
	t.Log(in, len(sets))
	kinds := []harness.Verb{
		"fault crash", "fault cut", "fault cut one way", "fault lose", "fault duplicate", "fault reorder", "fault pause", "fault hold",
		"fault hold shuffled", "fault lose packet", "fault mutate", "crash", "leave", "join", "restart", "move", "renew",
	}
	for _, kind := range kinds {
		if in[kind] < n/20 || in[kind] > n*3/4 {
			t.Errorf("%q in %d of %d scenarios", kind, in[kind], n)
		}
	}
	if len(in) != len(kinds) {
		t.Errorf("%v: more kinds than are known", in)
	}
	if len(sets) < n/4 {
		t.Errorf("only %d sets of kinds in %d scenarios", len(sets), n)
	}
}

// Each drawn part may be composed by hand: what comes of it is possible too.
func TestPartsCompose(t *testing.T) {
	nodes := []string{"alice", "bob", "carol"}
	const d = 20 * time.Second
	space := rapid.Custom(func(t *rapid.T) harness.Scenario {
		return harness.Scenario{
			Seed: 1, Nodes: nodes, Duration: d,
			Faults:   properties.Faults(nodes, d, properties.Usual, harness.Cut, harness.Lose).Draw(t, "faults"),
			Churn:    properties.Changes(nodes, d, properties.Usual).Draw(t, "churn"),
			Work:     properties.Work(nodes, d, "publish", 3).Draw(t, "work"),
			Topology: properties.Topologies().Draw(t, "topology"),
			Latency:  properties.Latencies().Draw(t, "latency"),
		}
	})
	in, _ := census(space, 500)
	if len(in) != 6 || in["fault cut"] == 0 || in["fault lose"] == 0 {
		t.Errorf("the kinds are %v", in)
	}
	for seed := range 500 {
		if s := space.Example(seed); s.Validate() != nil || properties.Usual.Holds(s) != nil {
			t.Fatalf("seed %d: %v", seed, s.Validate())
		}
	}
	if names := properties.Names(100, 100).Example(1); len(names) != 100 || names[99] != "n99" {
		t.Errorf("names %v", names)
	}
}

func BenchmarkScenario(b *testing.B) {
	b.ReportAllocs()
	for i := range b.N {
		wild.Example(i)
	}
}

func BenchmarkScenarioOfFaultsAlone(b *testing.B) {
	space := properties.Scenarios(properties.Nodes(20, 20), properties.Faulty(properties.Usual))
	b.ReportAllocs()
	for i := range b.N {
		space.Example(i)
	}
}
