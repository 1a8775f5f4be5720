package properties

import (
	"fmt"
	"slices"

	"github.com/overlaytest/overlaytest/harness"
)

// shrinkBudget is how many worlds a search for a smaller one may try.
const shrinkBudget = 400

// search is a search for a smaller world that breaks the same promise. It takes out what can be taken out, first in large pieces and then
// in small ones, until nothing can; the seed stays, because another seed is another world.
type search struct {
	judge func(s harness.Scenario) *verdict
	best  *verdict
	least int // nodes
	tried int
}

// shrink looks for a smaller world that breaks the same promise as the first one did.
func (l Law[O]) shrink(t harness.TB, first *verdict) *search {
	x := &search{judge: func(s harness.Scenario) *verdict { return l.judge(t, s) }, best: first, least: l.fewestNodes()}
	for improved := true; improved; {
		improved = dropNodes(x)
		improved = drop(x, func(s *harness.Scenario) *[]harness.Change { return &s.Churn }) || improved
		improved = drop(x, func(s *harness.Scenario) *[]harness.Op { return &s.Work }) || improved
		improved = x.calm() || improved
	}
	return x
}

// fewestNodes is the smallest number of nodes among a hundred scenarios of the space: fewer may be more than the law is about.
func (l Law[O]) fewestNodes() int {
	fewest := len(l.Space.Example(0).Nodes)
	for seed := range 100 {
		fewest = min(fewest, len(l.Space.Example(seed).Nodes))
	}
	return fewest
}

// try judges a smaller scenario, and keeps it if it breaks the same promise.
func (x *search) try(s harness.Scenario) bool {
	if x.tried == shrinkBudget {
		return false
	}
	x.tried++
	v := x.judge(s)
	if !v.failed || v.promise != x.best.promise {
		return false
	}
	x.best = v
	return true
}

// drop takes out pieces of one of the scenario's lists.
func drop[T any](x *search, list func(s *harness.Scenario) *[]T) (improved bool) {
	for size := len(*list(&x.best.scenario)); size > 0; size /= 2 {
		for from := 0; from < len(*list(&x.best.scenario)); {
			s := x.best.scenario
			all := list(&s)
			*all = slices.Delete(slices.Clone(*all), from, min(from+size, len(*all)))
			if x.try(s) {
				improved = true
			} else {
				from += size
			}
		}
	}
	return improved
}

// dropNodes takes out nodes with all they do.
func dropNodes(x *search) (improved bool) {
	for size := len(x.best.scenario.Nodes) / 2; size > 0; size /= 2 {
		for from := 0; from < len(x.best.scenario.Nodes); {
			s := x.best.scenario
			gone := s.Nodes[from:min(from+size, len(s.Nodes))]
			if len(s.Nodes)-len(gone) >= x.least && x.try(without(s, gone)) {
				improved = true
			} else {
				from += size
			}
		}
	}
	return improved
}

// without is a scenario that lacks some nodes.
func without(s harness.Scenario, gone []string) harness.Scenario {
	lacks := func(name string) bool { return slices.Contains(gone, name) }
	s.Churn = slices.DeleteFunc(slices.Clone(s.Churn), func(c harness.Change) bool { return lacks(c.Node) })
	s.Work = slices.DeleteFunc(slices.Clone(s.Work), func(op harness.Op) bool { return lacks(op.Node) })
	s.Nodes = slices.DeleteFunc(slices.Clone(s.Nodes), lacks)
	return s
}

// calm takes out the latency and the loss.
func (x *search) calm() (improved bool) {
	if s := x.best.scenario; s.Latency.Name != "" {
		s.Latency = harness.Choice{}
		improved = x.try(s)
	}
	if s := x.best.scenario; s.Loss != 0 {
		s.Loss = 0
		improved = x.try(s) || improved
	}
	return improved
}

// report is what the test fails with. First says which world it began with.
func (x *search) report(first string) string {
	if again := x.judge(x.best.scenario); again.failure != x.best.failure {
		return x.best.report("played again, this world ends otherwise: something decides that is not in it; it came from " + first)
	}
	return x.best.report(fmt.Sprintf("the smallest of %d worlds tried after %s", x.tried, first))
}
