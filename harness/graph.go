package harness

import (
	"iter"
	"slices"
)

// Graph is a live view of who knows whom: each of its methods looks at the members that are up at that moment, in their order, by the ids
// that overlays give. Written out, n1→n2 says that n1 knows n2.
type Graph struct {
	view func() []acquainted
}

// acquainted is one member that is up, and whom it knows: sorted, each once.
type acquainted struct {
	id  string
	who []string
}

// Knows makes a graph of members. Id is an overlay's own id, who the ids it knows; their order and repetitions do not matter.
func Knows[O any](members []*Member[O], id func(O) string, who func(O) iter.Seq[string]) *Graph {
	return &Graph{func() []acquainted {
		view := make([]acquainted, 0, len(members))
		for _, m := range members {
			if m.ready() {
				view = append(view, acquainted{id(m.Overlay), slices.Compact(slices.Sorted(who(m.Overlay)))})
			}
		}
		return view
	}}
}

// Degrees returns how many others each member knows, whether they are up or not. An id counts once, its own does not.
func (g *Graph) Degrees() []int {
	view := g.view()
	degrees := make([]int, len(view))
	for i, m := range view {
		degrees[i] = len(m.who)
		if m.knows(m.id) {
			degrees[i]--
		}
	}
	return degrees
}

func (m acquainted) knows(id string) bool {
	_, found := slices.BinarySearch(m.who, id)
	return found
}

// Islands returns the members in groups: those who know one another, directly or through others, in either direction. The largest comes
// first; equal ones, and the members of each, stand in the order of the members.
func (g *Graph) Islands() [][]string {
	view := g.view()
	island := make([]int, len(view)) // whose island a member is on: the first of its members
	for i := range island {
		island[i] = i
	}
	index := indices(view)
	for i, m := range view {
		for _, id := range m.who {
			if j, up := index[id]; up {
				merge(island, i, j)
			}
		}
	}
	return gather(view, island)
}

// merge joins the islands of i and j.
func merge(island []int, i, j int) {
	a, b := root(island, i), root(island, j)
	island[max(a, b)] = min(a, b)
}

// root is the first member of i's island.
func root(island []int, i int) int {
	for island[i] != i {
		island[i] = island[island[i]]
		i = island[i]
	}
	return i
}

func gather(view []acquainted, island []int) [][]string {
	groups := make([][]string, len(view))
	for i, m := range view {
		r := root(island, i)
		groups[r] = append(groups[r], m.id)
	}
	groups = slices.DeleteFunc(groups, func(g []string) bool { return len(g) == 0 })
	slices.SortStableFunc(groups, func(a, b []string) int { return len(b) - len(a) })
	return groups
}

// indices finds a member by its id, the first if several share one.
func indices(view []acquainted) map[string]int {
	index := make(map[string]int, len(view))
	for i, m := range view {
		if _, taken := index[m.id]; !taken {
			index[m.id] = i
		}
	}
	return index
}

// Asymmetric returns where one member knows another that does not know it back.
func (g *Graph) Asymmetric() []string {
	view := g.view()
	index := indices(view)
	return links(view, func(m acquainted, id string) bool {
		j, up := index[id]
		return up && id != m.id && !view[j].knows(m.id)
	})
}

// Self returns the members that know themselves.
func (g *Graph) Self() []string {
	selves := []string{}
	for _, m := range g.view() {
		if m.knows(m.id) {
			selves = append(selves, m.id)
		}
	}
	return selves
}

// Phantoms returns where a member knows an id that no member has that is up: of one that crashed or left, or of nobody.
func (g *Graph) Phantoms() []string {
	view := g.view()
	index := indices(view)
	return links(view, func(_ acquainted, id string) bool {
		_, up := index[id]
		return !up
	})
}

// links are those that which picks, written out.
func links(view []acquainted, which func(m acquainted, id string) bool) []string {
	found := []string{}
	for _, m := range view {
		for _, id := range m.who {
			if which(m, id) {
				found = append(found, m.id+"→"+id)
			}
		}
	}
	return found
}
