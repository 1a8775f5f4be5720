package properties_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/properties"
	"github.com/overlaytest/overlaytest/sim"
)

// hostile is a budget of every kind of fault there is.
var hostile = func() properties.Budget {
	b := properties.Usual
	b.Disks, b.Failing = []sim.DiskFate{sim.Unsynced, sim.Kept, sim.Wiped}, []sim.DiskFate{sim.LostWrite, sim.BitRot}
	b.Fail, b.Corrupt, b.Replay, b.Rate, b.MTU = sim.Percent(10), sim.Percent(10), time.Minute, 100_000, 1280
	b.Forged, b.Twins, b.Reuse, b.NAT = 20, 2, true, []string{"full-cone", "symmetric"}
	return b
}()

var allVerbs = []harness.Verb{harness.Crash, harness.Leave, harness.Join, harness.Restart, harness.Move, harness.Renew}

// wild is a space with every part and every kind of fault.
var wild = properties.Scenarios(properties.Nodes(1, 30), properties.ChurnBy(allVerbs...), properties.ChurnLike(), properties.Loss(sim.Percent(20)),
	properties.Duration(2*time.Minute), properties.Ops("publish", 5), properties.Rich, properties.Losses(), properties.Traffic(),
	properties.Targets("0:01"), properties.Faulty(hostile))

// pinned is a space with every part that draws the same when fixtures get another model.
var pinned = properties.Scenarios(properties.Nodes(1, 30), properties.ChurnBy(allVerbs...), properties.Loss(sim.Percent(20)), properties.Latency(),
	properties.Duration(2*time.Minute), properties.Ops("publish", 5), properties.Topology(harness.Choice{Name: "line"}, harness.Choice{Name: "ring"}),
	properties.Conditions(harness.Choice{Name: "lognormal", Params: []int64{1e6, 500}}),
	properties.Losses(harness.Choice{Name: "gilbert", Params: []int64{20_000, 3000}}), properties.Targets("0:01"), properties.Faulty(hostile))

// calm is a space as wild with a quiet end.
var calm = properties.Scenarios(properties.Nodes(1, 30), properties.ChurnBy(allVerbs...), properties.ChurnLike(), properties.Loss(sim.Percent(40)),
	properties.Duration(2*time.Minute), properties.Ops("publish", 5), properties.Rich, properties.Faulty(hostile), properties.Quiet(30*time.Second))

const examples = 4000

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

// listed is a scenario whose churn model is listed.
func listed(s harness.Scenario) harness.Scenario {
	if s.ChurnModel.Name == "" {
		return s
	}
	churn, err := fixtures.ChurnNamed(s.ChurnModel.Name, s.ChurnModel.Params...)
	if err != nil {
		panic(err)
	}
	return s.Churning(churn)
}

// downAt counts the nodes that faults and churn keep away at a moment, by playing the scenario up to it.
func downAt(s harness.Scenario, at time.Duration) int {
	s = listed(s)
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
		if (f.Do == harness.Lose || f.Do == harness.LoseBurst) && during(f, at) {
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
			moment := f.Do == harness.LosePacket || f.Do == harness.Reuse || f.Do == harness.Rebind
			if f.At+f.For > end || f.For == 0 && !moment {
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

// faultKinds are all that the harness knows, as it lists them when it is asked for another.
func faultKinds(t *testing.T) (kinds []harness.Verb) {
	_, list, listed := strings.Cut(ten(harness.Fault{ID: "f1", Do: "no such thing"}).Validate().Error(), "is none of ")
	if !listed {
		t.Fatal("a fault of no kind is possible")
	}
	for _, quoted := range strings.Split(strings.Trim(list, "[]"), `" "`) {
		kinds = append(kinds, harness.Verb(strings.Trim(quoted, `"`)))
	}
	return kinds
}

// The seeds are fixed. Nodes are rebound where there are NATs, and give away their addresses where there are none: in half of the scenarios.
func TestEveryKindComesUpAndSubsetsVary(t *testing.T) {
	const n = 2000
	in, sets := census(wild, n)
	t.Log(in, len(sets))
	kinds := slices.Clone(allVerbs)
	for _, kind := range faultKinds(t) {
		kinds = append(kinds, "fault "+kind)
	}
	for _, kind := range kinds {
		if in[kind] < n/50 || in[kind] > n*3/4 {
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

// Every model of fixtures is in some world: the rarest topologies are one in forty.
func TestEveryModelComesUp(t *testing.T) {
	seen := map[string]int{}
	for seed := range 4000 {
		s := wild.Example(seed)
		for topic, c := range map[string]harness.Choice{
			"topology": s.Topology, "latency": s.Latency, "loss": s.LossModel, "conditions": s.Conditions, "access": s.Access, "workload": s.Traffic, "NAT": s.NAT,
		} {
			seen[topic+" "+c.Name]++
		}
	}
	for topic, models := range map[string][]fixtures.Model{
		"latency": fixtures.Latencies(), "loss": fixtures.Losses(), "conditions": fixtures.Conditions(), "access": fixtures.Accesses(),
		"workload": fixtures.Workloads(), "topology": whole(),
	} {
		for _, m := range models {
			if seen[topic+" "+m.Name] < 10 {
				t.Errorf("the %s %q is in %d worlds", topic, m.Name, seen[topic+" "+m.Name])
			}
		}
	}
	if seen["NAT full-cone"] < 10 || seen["NAT symmetric"] < 10 || len(fixtures.NATs()) < 3 {
		t.Errorf("NATs: %v", seen)
	}
	t.Log(seen)
}

// whole are the topologies without islands, as it is found out by looking at some of each; two have them seldom.
func whole() (models []fixtures.Model) {
	for _, m := range fixtures.Topologies() {
		if !split(m) && m.Name != "regular" && m.Name != "small-world" {
			models = append(models, m)
		}
	}
	return models
}

// split reports whether a topology has islands for some numbers of nodes, parameters and seeds.
func split(m fixtures.Model) bool {
	for _, high := range []bool{false, true} {
		var params []int64
		for _, p := range m.Params {
			params = append(params, map[bool]int64{false: p.Low, true: p.High}[high])
		}
		topology, err := fixtures.TopologyNamed(m.Name, params...)
		for seed := range uint64(20) {
			for n := 1; n <= 30 && err == nil; n++ {
				if islands(topology(n, rand.New(rand.NewPCG(seed, 1)))) > 1 {
					return true
				}
			}
		}
	}
	return false
}

// islands counts the parts of a graph, by the links that go both ways.
func islands(links [][]int) int {
	part := make([]int, len(links))
	for i := range part {
		part[i] = i
	}
	count := len(links)
	for i, near := range links {
		for _, k := range near {
			if a, b := part[i], part[k]; a != b && slices.Contains(links[k], i) {
				count--
				for j := range part {
					if part[j] == b {
						part[j] = a
					}
				}
			}
		}
	}
	return count
}

func TestDrawnTopologiesHaveNoIslands(t *testing.T) {
	models := whole()
	for seed := range 2000 {
		name := properties.Topologies().Example(seed).Name
		if !slices.ContainsFunc(models, func(m fixtures.Model) bool { return m.Name == name }) {
			t.Fatalf("seed %d: %q has islands", seed, name)
		}
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

// Churn models are drawn by name where the budget has room for all that comes of them, goodbyes with a way back.
func TestChurnModelsAreDrawnByName(t *testing.T) {
	named := map[string]bool{}
	for seed := range 2000 {
		s := wild.Example(seed)
		gone := map[string]bool{}
		for _, c := range listed(s).Churn[len(s.Churn):] {
			named[s.ChurnModel.Name] = true
			gone[c.Node] = c.Do == harness.Leave
		}
		for node, is := range gone { // any order: independent checks
			if is {
				t.Errorf("seed %d: %s leaves for good by %v", seed, node, s.ChurnModel)
			}
		}
	}
	if len(named) < 15 {
		t.Errorf("only %v", named)
	}
}
