package properties

import (
	"iter"
	"slices"
	"strings"

	"github.com/overlaytest/overlaytest/harness"
)

// smaller lists smaller scenarios, each with where it stands among them.
type smaller = iter.Seq2[spot, harness.Scenario]

// axes are the ways in which a scenario can be smaller, in the order in which they save most: what is taken out whole, then what is made
// plainer, then what is moved.
func (x *shrinker) axes() []axis {
	return append(append([]axis{calm}, deletions()...),
		spelled,
		mergeNodes,
		dropVictims,
		simpler,
		x.plainTopology,
		plainLatency,
		x.plainModels,
		pinned,
		x.sooner,
		x.shorter,
		soonerEach,
		shorterFaults,
		weaker,
		renumbered,
	)
}

// deletions are the axes that take something out.
func deletions() []axis {
	return []axis{
		dropNodes,
		drop(func(s *harness.Scenario) *[]harness.Fault { return &s.Faults }),
		drop(func(s *harness.Scenario) *[]harness.Change { return &s.Churn }),
		drop(func(s *harness.Scenario) *[]harness.Op { return &s.Work }),
	}
}

// pieces goes through a list in pieces: all of it, its halves, their halves, down to every single thing.
func pieces(n int, from spot, less func(lo, hi int) harness.Scenario) smaller {
	return func(yield func(spot, harness.Scenario) bool) {
		if from.size == 0 {
			from = spot{size: n}
		}
		for ; from.size > 0; from = (spot{size: from.size / 2}) {
			for ; from.from < n; from.from += from.size {
				if !yield(from, less(from.from, min(from.from+from.size, n))) {
					return
				}
			}
		}
	}
}

// each goes through n things, each with some smaller scenarios, and comes back to the one that made a difference.
func each(n int, from spot, options func(i int) []harness.Scenario) smaller {
	return func(yield func(spot, harness.Scenario) bool) {
		for i := from.from; i < n; i++ {
			for _, s := range options(i) {
				if !yield(spot{from: i}, s) {
					return
				}
			}
		}
	}
}

// cut returns a list without a piece.
func cut[T any](all []T, lo, hi int) []T { return slices.Delete(slices.Clone(all), lo, hi) }

// drop is an axis that takes pieces out of one of the scenario's lists.
func drop[T any](list func(s *harness.Scenario) *[]T) axis {
	return func(s harness.Scenario, from spot) smaller {
		return pieces(len(*list(&s)), from, func(lo, hi int) harness.Scenario {
			less := s
			*list(&less) = cut(*list(&s), lo, hi)
			return less
		})
	}
}

// dropNodes takes out nodes with all that they do.
func dropNodes(s harness.Scenario, from spot) smaller {
	return pieces(len(s.Nodes), from, func(lo, hi int) harness.Scenario { return s.Without(s.Nodes[lo:hi]...) })
}

// changed is the scenarios that differ from one.
func changed(s harness.Scenario, all ...harness.Scenario) []harness.Scenario {
	key := scenarioKey(s)
	return slices.DeleteFunc(all, func(one harness.Scenario) bool { return scenarioKey(one) == key })
}

// farApart is how many nodes are too many to try every pair.
const farApart = 8

// mergeNodes gives one node all that another does and suffers, and takes that one out.
func mergeNodes(s harness.Scenario, from spot) smaller {
	return each(len(s.Nodes), from, func(i int) (all []harness.Scenario) {
		if !busy(s, s.Nodes[i]) {
			return nil // taking it out has been tried
		}
		for k, heir := range s.Nodes {
			if k != i && (len(s.Nodes) <= farApart || k == i-1 || k == i+1) {
				all = append(all, merged(s, s.Nodes[i], heir))
			}
		}
		return all
	})
}

// busy reports whether a scenario says anything of a node.
func busy(s harness.Scenario, node string) bool {
	return slices.ContainsFunc(s.Churn, func(c harness.Change) bool { return c.Node == node }) ||
		slices.ContainsFunc(s.Work, func(op harness.Op) bool { return op.Node == node }) ||
		slices.ContainsFunc(s.Faults, func(f harness.Fault) bool { return slices.Contains(f.Nodes, node) })
}

// merged is a scenario in which the heir has another node's part.
func merged(s harness.Scenario, node, heir string) harness.Scenario {
	s.Churn, s.Work, s.Faults = slices.Clone(s.Churn), slices.Clone(s.Work), slices.Clone(s.Faults)
	for i := range s.Churn {
		s.Churn[i].Node = renamed(s.Churn[i].Node, node, heir)
	}
	for i := range s.Work {
		s.Work[i].Node = renamed(s.Work[i].Node, node, heir)
	}
	for i, f := range s.Faults {
		var nodes []string
		for _, name := range f.Nodes {
			if name = renamed(name, node, heir); !slices.Contains(nodes, name) {
				nodes = append(nodes, name)
			}
		}
		s.Faults[i].Nodes = nodes
	}
	return s.Without(node)
}

func renamed(name, from, to string) string {
	if name == from {
		return to
	}
	return name
}

// dropVictims takes nodes out of faults that touch several.
func dropVictims(s harness.Scenario, from spot) smaller {
	return each(len(s.Faults), from, func(i int) (all []harness.Scenario) {
		nodes := s.Faults[i].Nodes
		for size := len(nodes) / 2; size > 0; size /= 2 {
			for at := 0; at < len(nodes); at += size {
				less := s
				less.Faults = slices.Clone(s.Faults)
				less.Faults[i].Nodes = cut(nodes, at, min(at+size, len(nodes)))
				if len(less.Faults[i].Nodes) > 0 { // none would be everybody
					all = append(all, less)
				}
			}
		}
		return all
	})
}

// plainTopology takes a topology that is easier to imagine. Of few nodes it tries each as the first: a ring becomes a line wherever it is
// cut.
func (x *shrinker) plainTopology(s harness.Scenario, from spot) smaller {
	return each(len(x.known.topologies), from, func(i int) (all []harness.Scenario) {
		less := s
		less.Topology = x.known.topologies[i]
		if plainness(less.Topology) >= plainness(s.Topology) {
			return nil
		}
		for first := range s.Nodes {
			if first == 0 || len(s.Nodes) <= farApart {
				less.Nodes = slices.Concat(s.Nodes[first:], s.Nodes[:first])
				all = append(all, less)
			}
		}
		return all
	})
}

// plainLatency takes a constant instead of a distribution.
func plainLatency(s harness.Scenario, from spot) smaller {
	return each(1, from, func(int) []harness.Scenario {
		if strings.HasPrefix(s.Latency.Name, "constant") || s.Latency.Name == "" {
			return nil
		}
		less := s
		less.Latency = harness.Choice{Name: "constant", Params: []int64{50e6}}
		return []harness.Scenario{less}
	})
}

// renumbered counts the arguments of the operations from 1.
func renumbered(s harness.Scenario, from spot) smaller {
	return each(1, from, func(int) []harness.Scenario {
		less := s
		less.Work = slices.Clone(s.Work)
		for i := range less.Work {
			less.Work[i].Arg = min(less.Work[i].Arg, uint64(i)+1)
		}
		return changed(s, less)
	})
}

// otherSeeds are those that are tried when nothing else helps.
var otherSeeds = [...]uint64{1, 2, 3, 4}

// seedsBeside are as many seeds, none of them that one.
func seedsBeside(own uint64) []uint64 {
	seeds := otherSeeds
	if i := slices.Index(seeds[:], own); i >= 0 {
		seeds[i] = uint64(len(seeds)) + 1
	}
	return seeds[:]
}

// seeds takes out single things again, in the worlds of a few other seeds.
func seeds(s harness.Scenario, from spot) smaller {
	var all []harness.Scenario
	single := spot{size: 1}
	for _, a := range deletions() {
		for _, less := range a(s, single) {
			for _, seed := range otherSeeds {
				less.Seed = seed
				all = append(all, less)
			}
		}
	}
	return each(1, from, func(int) []harness.Scenario { return all })
}
