package sim

import (
	"fmt"
	"slices"
	"time"
)

// Isolate cuts each of those nodes off from every other node, in both directions. The returned function heals it. As with other
// partitions, of no nodes nothing is cut: for every node, give it [World.Nodes].
func (w *World) Isolate(nodes ...*Node) (heal func()) {
	alone := setOf(nodes)
	return w.PartitionBy("alone are "+listed(nodes), func(from, to *Node) bool {
		return from != to && (alone.has(from.index) || alone.has(to.index))
	})
}

// Bridge cuts the network into two halves, those nodes and all others there are now, that see each other only through one node, which sees
// both. The returned function heals it. A bridge that is of the half is a programmer's error and panics.
func (w *World) Bridge(over *Node, half []*Node) (heal func()) {
	if slices.Contains(half, over) {
		panic(fmt.Sprintf("sim: Bridge: node %q is the bridge and of the half", over.name))
	}
	var rest []*Node
	for _, n := range w.nodes {
		if n != over && !slices.Contains(half, n) {
			rest = append(rest, n)
		}
	}
	return w.Partition(half, rest)
}

// Majorities cuts the network among those nodes so that each sees a majority of them and no two see the same: in a ring in their order, each
// sees its nearest neighbours on both sides. (The "majorities ring" of Jepsen; its majorities are as small as they can be while seeing is
// mutual.) Other nodes are not touched. The returned function heals it. Fewer than four nodes, or one twice, is a programmer's error and panics.
func (w *World) Majorities(nodes []*Node) (heal func()) {
	n := len(nodes)
	place := map[*Node]int{}
	for i, node := range nodes {
		place[node] = i
	}
	if n < 4 || len(place) < n {
		panic(fmt.Sprintf("sim: Majorities(%s): a ring of majorities takes four nodes or more, each once", listed(nodes)))
	}
	reach := (n/2 + 1) / 2 // on each side: with itself it sees 2·reach+1 > n/2
	return w.PartitionBy("ring of majorities among "+listed(nodes), func(from, to *Node) bool {
		i, of := place[from]
		j, among := place[to]
		apart := (i - j + n) % n
		return of && among && min(apart, n-apart) > reach
	})
}

// Flap does something now and undoes it after a while, and again and again: it lasts for on, and is undone for off. The returned function
// undoes what is done at the time and ends it. So a cut opens and closes, and a node crashes in a loop:
//
//	stop := w.Flap(5*time.Second, time.Second, func() func() { return w.Partition(a, b) })
func (w *World) Flap(on, off time.Duration, do func() (undo func())) (stop func()) {
	if on <= 0 || off <= 0 {
		panic(fmt.Sprintf("sim: Flap(%v, %v): both must be positive, or time would stand still", on, off))
	}
	var turn func()
	var timer uint64
	undo := func() {}
	done := false
	turn = func() {
		if done = !done; done {
			undo = do()
			timer = w.After(on, turn)
			return
		}
		undo()
		timer = w.After(off, turn)
	}
	turn()
	return func() {
		w.Stop(timer)
		if done {
			undo()
		}
		done, timer = false, 0
	}
}
