package properties

import (
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/sim"
)

// Part is one thing that [Scenarios] may put into a scenario.
type Part func(*space)

// space is what scenarios are drawn from. In each list the simplest comes first, because that is where shrinking goes.
type space struct {
	least, most uint32 // nodes
	duration    time.Duration
	quiet       time.Duration
	losses      []sim.Chance
	budget      Budget
	claimed     bool           // the budget counts for Loss and NAT too
	kinds       []harness.Verb // of faults
	matches     []string       // which packets they may be about
	gated       Part           // puts nodes behind NATs, when the budget is known
	ties        *rapid.Generator[bool]
	churn       *rapid.Generator[[]outage]
	leaves      bool                    // churn has goodbyes
	lives       *rapid.Generator[lives] // churn by a model; nil: none
	work        []*rapid.Generator[[]errand]
	network
}

// network is what the network of a space is like; nil: nothing of that sort.
type network struct {
	topologies *rapid.Generator[harness.Choice]
	choices    [len(fields)]*rapid.Generator[harness.Choice] // by field
}

// limitless is the budget of who does not name one.
var limitless = Budget{Down: sim.Percent(100)}

// Scenarios draws scenarios. Without parts they have 2 to 10 nodes, a topology without islands, no latency and no loss, nobody crashes,
// nothing goes wrong, nobody does anything, and they last a minute.
//
// Times are drawn from a grid over the duration, so that they shrink to simple ones. What goes wrong is drawn before what the world is like,
// and every part draws as much whatever it comes to: rapid can then take one thing out without changing the others. Of the kinds of faults and
// the verbs of churn that a space has, each scenario has some only, drawn anew: worlds in which one thing happens often show more than worlds
// in which everything happens a little.
//
// The scenario of a seed is pinned by tests. A change of the parts, of their order here or of what they draw gives every seed another one: so
// keep the scenarios that matter, not their seeds.
func Scenarios(parts ...Part) *rapid.Generator[harness.Scenario] {
	s := &space{
		least: 2, most: 10,
		duration: time.Minute,
		losses:   []sim.Chance{0},
		budget:   limitless,
		ties:     rapid.Just(false),
		churn:    rapid.Just[[]outage](nil),
		network:  network{topologies: rapid.SampledFrom(someTopologies())},
	}
	s.set(theLatency, rapid.SampledFrom([]harness.Choice{{}}))
	for _, part := range parts {
		part(s)
	}
	if s.quiet >= s.duration {
		panic(fmt.Sprintf("properties: Quiet(%v): want less than the duration, %v", s.quiet, s.duration))
	}
	if s.gated != nil {
		s.gated(s)
	}
	return rapid.Custom(s.drawing(blows(s.kinds)))
}

// Nodes makes scenarios of least to most nodes.
func Nodes(least, most int) Part {
	mustBeSome(least, most)
	return func(s *space) { s.least, s.most = uint32(least), uint32(most) }
}

// Duration makes scenarios last so long.
func Duration(d time.Duration) Part {
	mustLast(d)
	return func(s *space) { s.duration = d }
}

func mustLast(d time.Duration) {
	if d < 4*steps {
		panic(fmt.Sprintf("properties: Duration(%v): want at least %d ns", d, 4*steps))
	}
}

// Quiet keeps the end of scenarios calm, for so long: faults are over before, who is to come back is back, and nobody is told to do anything.
// Without it, a judge waits for that by [harness.Run.Heal].
func Quiet(d time.Duration) Part {
	if d <= 0 {
		panic(fmt.Sprintf("properties: Quiet(%v): want more than 0s", d))
	}
	return func(s *space) { s.quiet = d }
}

// Loss makes scenarios lose packets until they are healed: none, an eighth of the most, a half of it, or the most. It counts in the budget of
// [Faulty].
func Loss(most sim.Chance) Part {
	return func(s *space) { s.losses = []sim.Chance{0, most / 8, most / 2, most} }
}

// Churn makes nodes crash, restart, come late, and move: up to eight, as [Changes] draws them.
func Churn(s *space) { s.churn = outages(nil) }

// ChurnBy is [Churn] with these verbs. To Leave, an overlay needs a method Leave().
func ChurnBy(verbs ...harness.Verb) Part {
	gen := outages(verbs)
	return func(s *space) { s.churn, s.leaves = gen, slices.Contains(verbs, harness.Leave) }
}

// Faulty makes things go wrong that the overlay claims to survive, as [Faults] draws them: these kinds, or all that the budget allows. Churn
// and Loss keep within the budget too. Half of the scenarios have their ties permuted.
func Faulty(b Budget, kinds ...harness.Verb) Part {
	able := b.checked().kinds(kinds)
	return func(s *space) {
		s.budget, s.claimed, s.kinds = b, true, able
		Ties(s)
	}
}

// Targets has faults of packets be about all packets, or about those whose payload matches one of these patterns, as a fault's Match has
// them: such as the kinds of messages of an overlay.
func Targets(matches ...string) Part {
	for _, m := range matches {
		if _, err := fixtures.Matching(m); err != nil {
			panic("properties: " + err.Error())
		}
	}
	return func(s *space) { s.matches = append([]string{""}, matches...) }
}

// Ties has the seed decide the order of events of one instant, in half of the scenarios.
func Ties(s *space) { s.ties = coinGen }

// Ops makes members do an operation, up to so many times in all. Over the whole workload, in the order of time, its arguments are
// 1, 2, 3 and so on: numbers for messages.
func Ops(op string, most int) Part {
	if op == "" || most < 1 {
		panic(fmt.Sprintf("properties: Ops(%q, %d): want a name, and at least one", op, most))
	}
	gen := errands(op, most)
	return func(s *space) { s.work = append(s.work, gen) }
}

// drawing returns what draws a scenario: faults, churn, workload, network, nodes, seed.
func (s *space) drawing(faults *rapid.Generator[[]blow]) func(t *rapid.T) harness.Scenario {
	losses := rapid.SampledFrom(s.losses)
	sizes, seeds := rapid.Uint32Range(s.least, s.most), rapid.Uint64()
	return func(t *rapid.T) harness.Scenario {
		blows := faults.Draw(t, "faults")
		outages, modelled := s.churn.Draw(t, "churn"), lives{}
		if s.lives != nil {
			modelled = s.lives.Draw(t, "lives")
		}
		var errands []errand
		for _, gen := range s.work {
			errands = append(errands, gen.Draw(t, "work")...)
		}
		scenario := harness.Scenario{PermuteTies: s.ties.Draw(t, "ties"), Loss: losses.Draw(t, "loss"), Duration: s.duration}
		s.network.draw(t, &scenario)
		scenario.Nodes = nodeNames(sizes.Draw(t, "nodes"))
		scenario.Seed = seeds.Draw(t, "seed")
		s.fill(&scenario, blows, outages, modelled, errands)
		return scenario
	}
}

// fill makes the plans a scenario's.
func (s *space) fill(scenario *harness.Scenario, blows []blow, outages []outage, l lives, errands []errand) {
	if s.claimed && !slices.Contains(s.budget.NAT, scenario.NAT.Name) {
		scenario.NAT = harness.Choice{}
	}
	g := stage{
		nodes: scenario.Nodes, end: s.duration - s.quiet, quiet: s.quiet,
		leaves: s.leaves, gated: scenario.NAT.Name != "", matches: s.matches,
	}
	a := s.budget.account(len(scenario.Nodes))
	if s.claimed {
		scenario.Loss = min(scenario.Loss, s.budget.Loss)
		a.loss.take(span{0, s.duration}, int64(scenario.Loss))
	}
	scenario.Faults = g.faults(a, s.kinds, blows)
	scenario.Churn = g.changes(a, outages)
	if !l.put(scenario, g, a) {
		scenario.Churn = inTime(append(scenario.Churn, g.live(a, l.steps(g.nodes, g.end))...))
	}
	scenario.Work = g.ops(errands)
}
