package harness

import (
	"fmt"
	"iter"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"time"
)

// Graph is a live view of who knows whom: each of its methods looks at the members that are up at that moment, in their order. Whom a member
// knows is asked by the ids that overlays give, and shown by the names of the nodes that have them or had them last; an id that nobody ever
// had is shown as it is. Written out, n1→n2 says that n1 knows n2.
//
// While the world runs, a member is asked again when an event has touched it.
type Graph struct {
	w       *World
	changed *touched
	track   func() *touched
	apart   bool // no assertion asks it
	ask     func(i int) (id string, who []string)
	ready   func(i int) bool
	rows    []acquainted
	up      []bool
	scratch []string
	seen    []*acquainted
	owner   map[string]string // the name of the node that has an id, or had it last
	version uint64            // grows when a row changes
	index   map[string]int    // of the view of version indexed
	indexed uint64
	events  uint64        // at the last look
	at      time.Duration // of the last look
}

// acquainted is one member, and whom it knows: sorted, each once.
type acquainted struct {
	name, id string
	who      []string
	told     []string // as it was told: not sorted
}

// Knows makes a graph of members. Id is an overlay's own id, who the ids it knows; their order and repetitions do not matter.
func Knows[O any](members []*Member[O], id func(O) string, who func(O) iter.Seq[string]) *Graph {
	g := &Graph{rows: make([]acquainted, len(members)), up: make([]bool, len(members)), owner: map[string]string{}}
	if len(members) == 0 {
		return g
	}
	g.w = members[0].w
	if same := g.w.laws.sameGraph(g, view{members[0], len(members), plainFunction(id), plainFunction(who)}); same != nil {
		return same
	}
	g.track = func() *touched { return track(g.w, members) }
	g.listen()
	g.ready = func(i int) bool { return members[i].ready() }
	g.ask = func(i int) (string, []string) {
		o := members[i].Overlay
		g.scratch = slices.AppendSeq(g.scratch[:0], who(o))
		return id(o), g.scratch
	}
	for i, m := range members {
		g.rows[i].name = m.Name()
		m.onBoot(func(o O) { g.owner[id(o)] = m.Name() })
	}
	g.w.readGraph(g)
	return g
}

// listen has the graph told which members may have changed: all now, and whenever the test was at work.
func (g *Graph) listen() {
	g.changed = g.track()
	g.w.laws.stirred = append(g.w.laws.stirred, g.changed.all)
}

// copy is another graph of the same members, for those who must not disturb what the test sees: each graph asks a member once after an event.
func (g *Graph) copy() *Graph {
	c := &Graph{w: g.w, track: g.track, ask: g.ask, ready: g.ready, rows: make([]acquainted, len(g.rows)), up: make([]bool, len(g.up)),
		owner: map[string]string{}, apart: true}
	for i, row := range g.rows {
		c.rows[i].name = row.name
	}
	if c.w != nil {
		c.listen()
	}
	return c
}

// view is what makes two graphs the same: of the same members by the same functions.
type view struct {
	first any
	n     int
	id    uintptr
	who   uintptr
}

// sameGraph returns the graph of the world that shows the same, so that laws that ask the same ask it once; nil when there is none, or when
// the functions cannot be compared.
func (l *laws) sameGraph(g *Graph, v view) *Graph {
	if v.id == 0 || v.who == 0 {
		return nil
	}
	if known := l.graphs[v]; known != nil {
		return known
	}
	if l.graphs == nil {
		l.graphs = map[view]*Graph{}
	}
	l.graphs[v] = g
	return nil
}

// plainFunction is the entry of a function that is one wherever it is named; 0 for a closure, a bound method or an instance of a generic one.
func plainFunction(f any) uintptr {
	pc := reflect.ValueOf(f).Pointer()
	name := runtime.FuncForPC(pc).Name()
	if closure.MatchString(shortName(name)) || strings.HasSuffix(name, "-fm") || strings.Contains(name, "[") {
		return 0
	}
	return pc
}

// refresh asks those again that may have changed.
func (g *Graph) refresh() {
	if g.w == nil {
		return
	}
	if !g.apart {
		g.w.laws.asked = g.fresh
	}
	if now, n := g.w.Elapsed(), g.w.Events(); !g.w.laws.playing || n == g.events && now != g.at {
		g.changed.all()
	}
	g.events, g.at = g.w.Events(), g.w.Elapsed()
	for i := range g.rows {
		if up := g.ready(i); up != g.up[i] {
			g.up[i] = up
			g.version++
		}
	}
	for _, i := range g.changed.take() {
		if g.up[i] {
			g.update(i)
		}
	}
}

// fresh is the version of the graph as it is now.
func (g *Graph) fresh() uint64 {
	g.refresh()
	return g.version
}

// update asks a member.
func (g *Graph) update(i int) {
	row := &g.rows[i]
	id, told := g.ask(i)
	if id == row.id && slices.Equal(told, row.told) {
		return
	}
	g.version++
	g.owner[id] = row.name
	row.id, row.told = id, slices.Clone(told)
	row.who = slices.Compact(slices.Sorted(slices.Values(told)))
}

// view returns the members that are up. It is valid until the next view.
func (g *Graph) view() []*acquainted {
	g.refresh()
	g.seen = g.seen[:0]
	for i := range g.rows {
		if g.up[i] {
			g.seen = append(g.seen, &g.rows[i])
		}
	}
	return g.seen
}

// name is how an id is shown.
func (g *Graph) name(id string) string {
	if name, known := g.owner[id]; known {
		return name
	}
	return id
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

func (m *acquainted) knows(id string) bool {
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
	index := g.indices(view)
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

func gather(view []*acquainted, island []int) [][]string {
	groups := make([][]string, len(view))
	for i, m := range view {
		r := root(island, i)
		groups[r] = append(groups[r], m.name)
	}
	groups = slices.DeleteFunc(groups, func(g []string) bool { return len(g) == 0 })
	slices.SortStableFunc(groups, func(a, b []string) int { return len(b) - len(a) })
	return groups
}

// indices finds a member of the view by its id, the first if several share one.
func (g *Graph) indices(view []*acquainted) map[string]int {
	if g.index != nil && g.indexed == g.version {
		return g.index
	}
	if g.index == nil {
		g.index = make(map[string]int, len(view))
	}
	clear(g.index)
	for i, m := range view {
		if _, taken := g.index[m.id]; !taken {
			g.index[m.id] = i
		}
	}
	g.indexed = g.version
	return g.index
}

// Asymmetric returns where one member knows another that does not know it back.
func (g *Graph) Asymmetric() []string {
	view := g.view()
	index := g.indices(view)
	return g.links(view, func(m *acquainted, id string) bool {
		j, up := index[id]
		return up && id != m.id && !view[j].knows(m.id)
	})
}

// Self returns the members that know themselves.
func (g *Graph) Self() []string {
	selves := []string{}
	for _, m := range g.view() {
		if m.knows(m.id) {
			selves = append(selves, m.name)
		}
	}
	return selves
}

// Phantoms returns where a member knows an id that no member has that is up: of one that crashed or left, or of nobody.
func (g *Graph) Phantoms() []string {
	view := g.view()
	index := g.indices(view)
	return g.links(view, func(_ *acquainted, id string) bool {
		_, up := index[id]
		return !up
	})
}

// Strangers returns where a member knows an id that no member has, nor ever had since the graph was made.
func (g *Graph) Strangers() []string {
	return g.links(g.view(), func(_ *acquainted, id string) bool {
		_, known := g.owner[id]
		return !known
	})
}

// Lacking returns the members that know fewer than k of the others that are up, and whom they miss: n3 knows 1 of 3, not n0, n2. No more
// can be demanded than there are; Lacking(-1) demands all.
func (g *Graph) Lacking(k int) []string {
	view := g.view()
	lacking := []string{}
	others := len(view) - 1
	index := g.indices(view)
	for _, m := range view {
		if known := m.acquaintances(index); known < others && (k < 0 || known < k) {
			lacking = append(lacking, fmt.Sprintf("%s knows %d of %d, not %s", m.name, known, others, few(m.missed(view))))
		}
	}
	return lacking
}

// acquaintances is how many of the others that are up the member knows.
func (m *acquainted) acquaintances(up map[string]int) (n int) {
	for _, id := range m.who {
		if _, there := up[id]; there && id != m.id {
			n++
		}
	}
	return n
}

// missed are the others that the member does not know.
func (m *acquainted) missed(view []*acquainted) (names []string) {
	for _, other := range view {
		if other.id != m.id && !m.knows(other.id) {
			names = append(names, other.name)
		}
	}
	return names
}

// few writes out the beginning of a list.
func few(names []string) string {
	if len(names) <= mostShown {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:mostShown], ", "), len(names)-mostShown)
}

// links are those that which picks, written out.
func (g *Graph) links(view []*acquainted, which func(m *acquainted, id string) bool) []string {
	found := []string{}
	for _, m := range view {
		for _, id := range m.who {
			if which(m, id) {
				found = append(found, m.name+"→"+g.name(id))
			}
		}
	}
	return found
}
