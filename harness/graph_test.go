package harness_test

import (
	"fmt"
	"iter"
	"net/netip"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/sim"
)

// friend is an overlay that knows whom it is told.
type friend struct {
	name string
	list []string
}

func (f *friend) id() string              { return f.name }
func (f *friend) knows() iter.Seq[string] { return slices.Values(f.list) }

func bootFriend(n *sim.Node, _ []netip.AddrPort) *friend { return &friend{name: n.Name()} }

func friends(t harness.TB, lists ...[]string) ([]*harness.Member[*friend], *harness.Graph) {
	members := harness.Spawn(harness.New(t, 1), len(lists), fixtures.Complete, bootFriend)
	for i, list := range lists {
		members[i].Overlay.list = list
	}
	return members, harness.Knows(members, (*friend).id, (*friend).knows)
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

func TestGraphSaysWhoKnowsWhom(t *testing.T) {
	_, g := friends(t, []string{"n1", "n0", "n1"}, []string{"n0"}, []string{"n3", "n9"}, nil, nil)
	same(t, "Degrees", g.Degrees(), []int{1, 1, 2, 0, 0})
	same(t, "Islands", g.Islands(), [][]string{{"n0", "n1"}, {"n2", "n3"}, {"n4"}})
	same(t, "Asymmetric", g.Asymmetric(), []string{"n2→n3"})
	same(t, "Self", g.Self(), []string{"n0"})
	same(t, "Phantoms", g.Phantoms(), []string{"n2→n9"})
}

func TestGraphSaysWhoLacksWhom(t *testing.T) {
	_, g := friends(t, []string{"n1", "n2", "n9"}, []string{"n0"}, nil)
	same(t, "Lacking(-1)", g.Lacking(-1), []string{"n1 knows 1 of 2, not n2", "n2 knows 0 of 2, not n0, n1"})
	same(t, "Lacking(1)", g.Lacking(1), []string{"n2 knows 0 of 2, not n0, n1"})
	same(t, "Lacking(7)", g.Lacking(7), g.Lacking(-1))
	_, alone := friends(t, nil)
	same(t, "Lacking of one", alone.Lacking(-1), []string{})
	_, crowd := friends(t, make([][]string, 12)...)
	same(t, "Lacking of many", crowd.Lacking(-1)[0], "n0 knows 0 of 11, not n1, n2, n3, n4, n5, n6, n7, n8 and 3 more")
}

func TestIDsAreShownByTheNodesThatHadThem(t *testing.T) {
	members, g := friends(t, []string{"x1"}, nil, nil)
	members[1].Overlay.name = "x1"
	same(t, "Islands", g.Islands(), [][]string{{"n0", "n1"}, {"n2"}})
	members[1].Crash()
	members[2].Overlay.list = []string{"x1", "x2"}
	same(t, "Phantoms", g.Phantoms(), []string{"n0→n1", "n2→n1", "n2→x2"})
	same(t, "Strangers", g.Strangers(), []string{"n2→x2"})
}

func TestGraphsOfTheSameAreOne(t *testing.T) {
	members, g := friends(t, []string{"n1"}, nil)
	again := harness.Knows(members, (*friend).id, (*friend).knows)
	same(t, "the same graph", g == again, true)
	same(t, "graph of fewer", g == harness.Knows(members[:1], (*friend).id, (*friend).knows), false)
	knowing := func(only string) *harness.Graph {
		return harness.Knows(members, (*friend).id, func(*friend) iter.Seq[string] { return slices.Values([]string{only}) })
	}
	same(t, "graphs of closures", knowing("n1") == knowing("n9"), false)
}

func TestWhoLivedBetweenTwoLooksIsNoStranger(t *testing.T) {
	members, g := friends(t, nil, nil)
	w := members[0].World()
	members[1].Crash()
	w.After(time.Second, func() { members[1].Restart() })
	w.After(2*time.Second, func() {
		members[0].Overlay.list = []string{"n1"}
		members[1].Crash()
	})
	w.Run(time.Minute)
	same(t, "Strangers", g.Strangers(), []string{})
}

// forgetful knows n1 for ten seconds, without any event.
type forgetful struct{ node *sim.Node }

func (f *forgetful) id() string { return f.node.Name() }
func (f *forgetful) knows() iter.Seq[string] {
	if f.node.World().Elapsed() < 10*time.Second {
		return slices.Values([]string{"n1"})
	}
	return slices.Values([]string{})
}

func TestGraphIsAskedAgainWhenTimeHasPassed(t *testing.T) {
	w := harness.New(t, 1)
	members := harness.Spawn(w, 2, fixtures.Complete, func(n *sim.Node, _ []netip.AddrPort) *forgetful { return &forgetful{n} })
	g := harness.Knows(members, (*forgetful).id, (*forgetful).knows)
	same(t, "Degrees", g.Degrees(), []int{1, 0})
	w.Eventually(g.Degrees).Within(20 * time.Second).Should(equals{[]int{0, 0}})
	same(t, "Degrees", g.Degrees(), []int{0, 0})
}

func TestAssertionSeesEachChangeOfAGraph(t *testing.T) {
	w := harness.New(t, 2)
	members := harness.Spawn(w, 2, fixtures.Complete, bootFriend)
	g := harness.Knows(members, (*friend).id, (*friend).knows)
	members[0].After(3*time.Second, func() { members[0].Overlay.list = []string{"n1"} })
	members[1].After(5*time.Second, func() { members[1].Overlay.list = []string{"n0"} })
	w.Eventually(g.Degrees).Should(equals{[]int{1, 0}})
	same(t, "time", w.Elapsed(), 3*time.Second)
	w.Eventually(g.Degrees).Should(equals{[]int{1, 1}})
	same(t, "time", w.Elapsed(), 5*time.Second)
	w.World.After(time.Second, func() { members[1].Crash() })
	w.Eventually(g.Degrees).Should(equals{[]int{1}})
	same(t, "time", w.Elapsed(), 6*time.Second)
}

func TestGraphIsOfWhoIsUp(t *testing.T) {
	members, g := friends(t, []string{"n1"}, []string{"n0", "n2"}, []string{"n1"})
	members[1].Crash()
	same(t, "Degrees", g.Degrees(), []int{1, 1})
	same(t, "Islands", g.Islands(), [][]string{{"n0"}, {"n2"}})
	same(t, "Phantoms", g.Phantoms(), []string{"n0→n1", "n2→n1"})
	members[1].Restart()
	same(t, "Degrees before the boot", g.Degrees(), []int{1, 1})
	members[1].World().Run(0)
	same(t, "Degrees after the boot", g.Degrees(), []int{1, 0, 1})
}

func TestIslandsAreWhatCanBeReached(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(rt, "n")
		lists := make([][]string, n)
		for _, edge := range rapid.SliceOf(rapid.Uint8()).Draw(rt, "edges") {
			from, to := int(edge)/16%n, int(edge)%16%n
			lists[from] = append(lists[from], fmt.Sprint("n", to))
		}
		_, g := friends(rt, lists...)
		var want [][]string
		seen := map[string]bool{}
		for i := range n {
			if island := reach(lists, i); !seen[island[0]] {
				want = append(want, island)
				seen[island[0]] = true
			}
		}
		slices.SortStableFunc(want, func(a, b []string) int { return len(b) - len(a) })
		if got := g.Islands(); !reflect.DeepEqual(got, want) {
			rt.Errorf("%v has islands %v, want %v", lists, got, want)
		}
	})
}

// reach is the model: who can be reached from i along links in either direction, in order.
func reach(lists [][]string, i int) []string {
	in := map[int]bool{i: true}
	for range lists {
		for a, list := range lists {
			for _, name := range list {
				b := slices.Index(ids(lists), name)
				if in[a] || in[b] {
					in[a], in[b] = true, true
				}
			}
		}
	}
	var island []string
	for a := range lists {
		if in[a] {
			island = append(island, fmt.Sprint("n", a))
		}
	}
	return island
}

func ids(lists [][]string) (names []string) {
	for i := range lists {
		names = append(names, fmt.Sprint("n", i))
	}
	return names
}
