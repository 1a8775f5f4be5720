package properties

import (
	"cmp"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/overlaytest/overlaytest/harness"
)

// sample is what a space draws, as far as a hundred scenarios show. The shrinker stays inside: a law need not hold where its space does
// not go, so a failure there would tell nothing.
type sample struct {
	nodes      int           // the fewest
	duration   time.Duration // the shortest
	topologies []harness.Choice
	choices    [len(fields)][]harness.Choice // by field
}

const samples = 100

// takeSample looks at a space, and at a scenario that may not come from it.
func takeSample(space *rapid.Generator[harness.Scenario], one harness.Scenario) sample {
	found := sample{nodes: len(one.Nodes), duration: one.Duration}
	for seed := range samples {
		s := space.Example(seed)
		found.nodes, found.duration = min(found.nodes, len(s.Nodes)), min(found.duration, s.Duration)
		note(&found.topologies, s.Topology)
		for i, f := range fields {
			note(&found.choices[i], *f.of(&s))
		}
	}
	for _, list := range append(found.choices[:], found.topologies) {
		slices.SortStableFunc(list, func(a, b harness.Choice) int { return cmp.Compare(plainness(a), plainness(b)) })
	}
	return found
}

// note adds a choice to a list, unless it has one of that plainness and name already.
func note(list *[]harness.Choice, one harness.Choice) {
	if !slices.ContainsFunc(*list, func(c harness.Choice) bool { return c.Name == one.Name && plainness(c) == plainness(one) }) {
		*list = append(*list, one)
	}
}

func (k sample) allows(s harness.Scenario) bool {
	return len(s.Nodes) >= k.nodes && s.Duration >= k.duration
}

// plainness is less for a choice that is easier to imagine.
func plainness(c harness.Choice) int {
	order := []string{"", "line", "star", "ring", "complete", "constant", "full-cone", "restricted-cone", "port-restricted-cone", "symmetric", "steady"}
	if i := slices.Index(order, c.Name); i >= 0 {
		return i
	}
	return len(order) + len(c.Params)
}
