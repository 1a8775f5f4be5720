package faults_test

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/sim"
)

// trouble is a fault of a drawn world: what, to whom, when. Rules and holds act from the first group to the second, the rest on its first node.
type trouble struct {
	id, kind string
	from, to []string
	at, over time.Duration
}

var kinds = []string{"lose", "duplicate", "reorder", "cut", "cut one way", "hold", "hold shuffled", "crash", "wipe", "move", "pause", "corrupt", "truncate", "replay", "lose burst"}

// concerns reports whether a fault may change what goes from one node to another.
func (f trouble) concerns(from, to string) bool {
	switch f.kind {
	case "crash", "wipe", "move", "pause":
		return f.from[0] == from || f.from[0] == to
	case "cut":
		return f.links(from, to) || f.links(to, from)
	}
	return f.links(from, to)
}

func (f trouble) links(from, to string) bool {
	return slices.Contains(f.from, from) && slices.Contains(f.to, to)
}

// without is the fault in a world that lacks a node; false when nothing is left of it.
func (f trouble) without(node string) (trouble, bool) {
	is := func(name string) bool { return name == node }
	f.from, f.to = slices.DeleteFunc(slices.Clone(f.from), is), slices.DeleteFunc(slices.Clone(f.to), is)
	return f, len(f.from) > 0 && len(f.to) > 0
}

// begin puts a fault in force and returns what ends it.
func (f trouble) begin(w *sim.World) (end func()) {
	from, to := found(w, f.from), found(w, f.to)
	rule := func(r sim.Rule) func() { return w.Link(fixtures.Keyed(f.id, fixtures.Between(from, to, r))) }
	switch f.kind {
	case "lose":
		return rule(sim.Loss(sim.Percent(30)))
	case "duplicate":
		return rule(fixtures.Duplicate(sim.Percent(30)))
	case "reorder":
		return rule(fixtures.Reorder(sim.Percent(30), 3*second))
	case "corrupt":
		return rule(fixtures.Corrupt(sim.Percent(30), 3))
	case "truncate":
		return rule(fixtures.Truncate(sim.Percent(30), 8))
	case "replay":
		return rule(fixtures.Replay(sim.Percent(30), second, 3*second))
	case "lose burst":
		return rule(fixtures.LoseBurst(sim.Percent(30), 2*second))
	case "cut":
		return w.Partition(from, to)
	case "cut one way":
		return w.PartitionOneWay(from, to)
	case "hold":
		return w.Hold(from, to).Release
	case "hold shuffled":
		return w.Hold(from, to).ReleaseShuffled
	case "pause":
		from[0].Pause()
		return from[0].Resume
	case "move":
		from[0].Move()
	case "wipe":
		from[0].Crash(sim.Wiped)
		return from[0].Restart
	}
	from[0].Crash()
	return from[0].Restart
}

func found(w *sim.World, names []string) (nodes []*sim.Node) {
	for _, name := range names {
		nodes = append(nodes, w.Find(name))
	}
	return nodes
}

// tick delays packets by a whole number of half seconds, so that much happens in one instant.
var tick = sim.LatencyBy("tick", func(p *sim.Packet) time.Duration { return time.Duration(p.N(3)) * second / 2 })

// stories plays a world whose ties are permuted, and tells what happened to the packets of each pair.
func stories(seed uint64, names []string, all []trouble) map[[2]string][]string {
	w := sim.New(seed, tick, sim.Loss(sim.Percent(10)))
	defer w.Close()
	w.PermuteTies()
	told := map[[2]string][]string{}
	w.Watch(func(e sim.Event) {
		if e.Peer != nil {
			pair := [2]string{e.Node.Name(), e.Peer.Name()}
			if e.Kind == sim.Delivered {
				pair[0], pair[1] = pair[1], pair[0]
			}
			told[pair] = append(told[pair], fmt.Sprint(e.At, " ", e.Kind, " ", string(e.Data), e.Reason))
		}
	})
	for _, name := range names {
		w.Node(name, chatter)
	}
	for _, f := range all {
		w.After(f.at, func() {
			end := f.begin(w)
			w.After(f.over, end)
		})
	}
	w.Run(12 * second)
	return told
}

// chatter sends two packets to everybody twice a second, whatever it hears.
func chatter(n *sim.Node) {
	n.Listen(func(_, _ netip.AddrPort, _ []byte) {})
	n.Every(0, second/2, func() {
		for _, peer := range n.World().Nodes() {
			for i := range 2 {
				n.Send(peer.Addrs()[0], fmt.Append(nil, n.World().Elapsed(), " ", i))
			}
		}
	})
}

// drawTrouble draws the faults of a world. Cuts have no node on both sides; no two faults switch one node, and no two begin or end in one
// instant: whose turn it is there depends on how many timers of the test's own there are.
func drawTrouble(t *rapid.T, names []string) (all []trouble) {
	switched := map[string]bool{}
	for i := range rapid.IntRange(1, 6).Draw(t, "faults") {
		f := trouble{
			id:   fmt.Sprint("f", i),
			kind: rapid.SampledFrom(kinds).Draw(t, "kind"),
			from: rapid.SliceOfNDistinct(rapid.SampledFrom(names), 1, 2, rapid.ID).Draw(t, "from"),
			at:   time.Duration(rapid.IntRange(0, 5).Draw(t, "at"))*second + time.Duration(i)*millisecond,
			over: time.Duration(rapid.IntRange(1, 5).Draw(t, "for")) * second,
		}
		f.to = slices.DeleteFunc(slices.Clone(names), func(name string) bool { return slices.Contains(f.from, name) })
		if node := f.from[0]; !slices.Contains([]string{"crash", "wipe", "move", "pause"}, f.kind) || !switched[node] {
			switched[node] = switched[node] || f.concerns(node, node)
			all = append(all, f)
		}
	}
	return all
}

var five = []string{"a", "b", "c", "d", "e"}

// same demands that the pairs that stay tell the same story in two worlds.
func same(t *rapid.T, gone any, one, other map[[2]string][]string, stays func(from, to string) bool) {
	for pair, story := range one { // any order: each pair is compared by itself
		if stays(pair[0], pair[1]) && !slices.Equal(story, other[pair]) {
			t.Fatalf("without %v, %s→%s is another story:\n%q\n%q", gone, pair[0], pair[1], story, other[pair])
		}
	}
}

func TestDeletingANodeLeavesTheTrafficOfOthersUnderFaultsAsItWas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed, all := rapid.Uint64().Draw(t, "seed"), drawTrouble(t, five)
		gone := rapid.SampledFrom(five).Draw(t, "gone")
		var left []trouble
		for _, f := range all {
			alone := f.from[0] == gone && f.concerns(gone, gone)
			if f, ok := f.without(gone); ok && !alone {
				left = append(left, f)
			}
		}
		fewer := slices.DeleteFunc(slices.Clone(five), func(name string) bool { return name == gone })
		same(t, gone, stories(seed, five, all), stories(seed, fewer, left), func(from, to string) bool { return from != gone && to != gone })
	})
}

func TestDeletingAFaultLeavesTheTrafficItDoesNotConcernAsItWas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed, all := rapid.Uint64().Draw(t, "seed"), drawTrouble(t, five)
		i := rapid.IntRange(0, len(all)-1).Draw(t, "gone")
		gone := all[i]
		left := slices.Delete(slices.Clone(all), i, i+1)
		same(t, gone.id, stories(seed, five, all), stories(seed, five, left), func(from, to string) bool { return !gone.concerns(from, to) })
	})
}
