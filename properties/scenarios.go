package properties

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/sim"
)

// Part is one thing that [Scenarios] may put into a scenario.
type Part func(*space)

// space is what scenarios are drawn from. In each list the simplest comes first, because that is where shrinking goes.
type space struct {
	least, most uint32 // nodes
	duration    time.Duration
	topologies  []harness.Choice
	latencies   []harness.Choice
	losses      []sim.Chance
	churn       *rapid.Generator[[]outage]
	work        []*rapid.Generator[[]errand]
}

// Scenarios draws scenarios. Without parts they have 2 to 10 nodes, a topology without islands, no latency and no loss, nobody crashes,
// nobody does anything, and they last a minute.
//
// Times are drawn from a grid of 60 steps over the duration, so that they shrink to simple ones. What goes wrong is drawn before what the
// world is like, and every part draws as much whatever it comes to: rapid can then take one thing out without changing the others.
func Scenarios(parts ...Part) *rapid.Generator[harness.Scenario] {
	s := &space{
		least: 2, most: 10,
		duration:   time.Minute,
		topologies: []harness.Choice{{Name: "line"}, {Name: "ring"}, {Name: "star"}, {Name: "complete"}},
		latencies:  []harness.Choice{{}},
		losses:     []sim.Chance{0},
		churn:      rapid.Just[[]outage](nil),
	}
	for _, part := range parts {
		part(s)
	}
	return rapid.Custom(s.draw)
}

// Nodes makes scenarios of least to most nodes.
func Nodes(least, most int) Part {
	if least < 1 || most < least {
		panic(fmt.Sprintf("properties: Nodes(%d, %d): want at least one, and not fewer at most than at least", least, most))
	}
	return func(s *space) { s.least, s.most = uint32(least), uint32(most) }
}

// Duration makes scenarios last so long.
func Duration(d time.Duration) Part {
	if d < steps {
		panic(fmt.Sprintf("properties: Duration(%v): want at least %d ns", d, steps))
	}
	return func(s *space) { s.duration = d }
}

// Topology makes each scenario have one of these topologies, the simplest first.
func Topology(choices ...harness.Choice) Part {
	if len(choices) == 0 {
		panic("properties: Topology(): want at least one")
	}
	return func(s *space) { s.topologies = choices }
}

// Latency makes each scenario have one of these latencies, the simplest first. Without any: none, 50 ms, uniform from 10 ms to 200 ms,
// lognormal with median 50 ms and sigma 0.5.
func Latency(choices ...harness.Choice) Part {
	if len(choices) == 0 {
		choices = []harness.Choice{
			{}, {Name: "constant", Params: []int64{50e6}}, {Name: "uniform", Params: []int64{10e6, 200e6}}, {Name: "lognormal", Params: []int64{50e6, 500}},
		}
	}
	return func(s *space) { s.latencies = choices }
}

// Loss makes scenarios lose packets until they are healed: none, an eighth of the most, a half of it, or the most.
func Loss(most sim.Chance) Part {
	return func(s *space) { s.losses = []sim.Chance{0, most / 8, most / 2, most} }
}

// Churn makes up to eight nodes crash, each for a twelfth of the duration or less, or until the scenario is healed.
func Churn(s *space) { s.churn = rapid.SliceOfN(rapid.Custom(drawOutage), 0, 8) }

// Ops makes members do an operation, up to so many times in all. Over the whole workload, in the order of time, its arguments are
// 1, 2, 3 and so on: numbers for messages.
func Ops(op string, most int) Part {
	if op == "" || most < 1 {
		panic(fmt.Sprintf("properties: Ops(%q, %d): want a name, and at least one", op, most))
	}
	return func(s *space) {
		s.work = append(s.work, rapid.SliceOfN(rapid.Custom(func(t *rapid.T) errand {
			return errand{op, stepGen.Draw(t, "at"), nodeGen.Draw(t, "node")}
		}), 0, most))
	}
}

// steps is how fine times are.
const steps = 60

// The parts of plans. A node is drawn before their number is known, and taken modulo it.
var (
	stepGen = rapid.Uint32Range(0, steps)
	nodeGen = rapid.Uint32Range(0, 1<<16-1)
	downGen = rapid.SampledFrom([]uint32{0, 1, 2, 5}) // steps; 0: until healed
)

// outage is a crash, and how long until the restart.
type outage struct{ at, node, down uint32 }

func drawOutage(t *rapid.T) outage {
	return outage{stepGen.Draw(t, "at"), nodeGen.Draw(t, "node"), downGen.Draw(t, "down")}
}

// errand is an operation.
type errand struct {
	op       string
	at, node uint32
}

// draw draws a scenario: faults, workload, network, nodes, seed.
func (s *space) draw(t *rapid.T) harness.Scenario {
	outages := s.churn.Draw(t, "outages")
	var errands []errand
	for _, gen := range s.work {
		errands = append(errands, gen.Draw(t, "work")...)
	}
	scenario := harness.Scenario{
		Loss:     rapid.SampledFrom(s.losses).Draw(t, "loss"),
		Latency:  rapid.SampledFrom(s.latencies).Draw(t, "latency"),
		Topology: rapid.SampledFrom(s.topologies).Draw(t, "topology"),
		Duration: s.duration,
	}
	scenario.Nodes = nodeNames(rapid.Uint32Range(s.least, s.most).Draw(t, "nodes"))
	scenario.Seed = rapid.Uint64().Draw(t, "seed")
	scenario.Churn = s.changes(scenario.Nodes, outages)
	scenario.Work = s.ops(scenario.Nodes, errands)
	return scenario
}

func nodeNames(n uint32) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("n%d", i)
	}
	return names
}

// at is a point of the grid.
func (s *space) at(step uint32) time.Duration { return time.Duration(step) * (s.duration / steps) }

func pick(nodes []string, drawn uint32) string { return nodes[int(drawn)%len(nodes)] }

// changes makes outages churn, in the order of time.
func (s *space) changes(nodes []string, outages []outage) (changes []harness.Change) {
	for _, o := range outages {
		node := pick(nodes, o.node)
		changes = append(changes, harness.Change{At: s.at(o.at), Node: node, Do: harness.Crash})
		if up := o.at + o.down; o.down > 0 && up <= steps {
			changes = append(changes, harness.Change{At: s.at(up), Node: node, Do: harness.Restart})
		}
	}
	slices.SortStableFunc(changes, func(a, b harness.Change) int { return cmp.Compare(a.At, b.At) })
	return changes
}

// ops makes errands a workload, in the order of time.
func (s *space) ops(nodes []string, errands []errand) (ops []harness.Op) {
	for _, e := range errands {
		ops = append(ops, harness.Op{At: s.at(e.at), Node: pick(nodes, e.node), Op: e.op})
	}
	slices.SortStableFunc(ops, func(a, b harness.Op) int { return cmp.Compare(a.At, b.At) })
	for i := range ops {
		ops[i].Arg = uint64(i) + 1
	}
	return ops
}
