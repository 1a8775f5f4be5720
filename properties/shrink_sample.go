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
}

const samples = 100

// takeSample looks at a space, and at a scenario that may not come from it.
func takeSample(space *rapid.Generator[harness.Scenario], one harness.Scenario) sample {
	found := sample{nodes: len(one.Nodes), duration: one.Duration}
	for seed := range samples {
		s := space.Example(seed)
		found.nodes, found.duration = min(found.nodes, len(s.Nodes)), min(found.duration, s.Duration)
		if !slices.ContainsFunc(found.topologies, func(c harness.Choice) bool { return equal(c, s.Topology) }) {
			found.topologies = append(found.topologies, s.Topology)
		}
	}
	slices.SortStableFunc(found.topologies, func(a, b harness.Choice) int { return cmp.Compare(plainness(a), plainness(b)) })
	return found
}

func (k sample) allows(s harness.Scenario) bool {
	return len(s.Nodes) >= k.nodes && s.Duration >= k.duration
}

func equal(a, b harness.Choice) bool { return a.Name == b.Name && slices.Equal(a.Params, b.Params) }

// plainness is less for a choice that is easier to imagine.
func plainness(c harness.Choice) int {
	order := []string{"", "line", "star", "ring", "complete", "constant"}
	if i := slices.Index(order, c.Name); i >= 0 {
		return i
	}
	return len(order) + len(c.Params)
}
