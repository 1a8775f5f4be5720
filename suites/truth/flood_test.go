package truth_test

import (
	"container/heap"
	"math"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/sim"
)

// flood is a message that each node passes on once, to all it knows but whom it has it from.
type flood struct {
	arrived []time.Duration // -1: never
	sent    int
	spared  int // nodes that did not pass it on to whom they have it from
}

// flooded floods a world from a node.
func flooded(seed uint64, met [][]int, first int, latency sim.Rule) *flood {
	w := sim.New(seed, latency)
	defer w.Close()
	f := &flood{arrived: make([]time.Duration, len(met))}
	crowd(w, len(met), func(n *sim.Node, index int, all []netip.AddrPort) {
		f.arrived[index] = -1
		pass := func(from netip.AddrPort) {
			if f.arrived[index] >= 0 {
				return
			}
			f.arrived[index] = w.Elapsed()
			for _, j := range met[index] {
				if all[j] == from {
					f.spared++
					continue
				}
				f.sent++
				_ = n.Send(all[j], nil)
			}
		}
		n.Listen(func(from, _ netip.AddrPort, _ []byte) { pass(from) })
		if index == first {
			n.After(0, func() { pass(netip.AddrPort{}) })
		}
	})
	w.Run(time.Duration(len(met)+1) * time.Hour)
	return f
}

// reached is the share of nodes that have it.
func (f *flood) reached() float64 {
	n := 0
	for _, at := range f.arrived {
		if at >= 0 {
			n++
		}
	}
	return float64(n) / float64(len(f.arrived))
}

// way is a place reached at a time.
type way struct {
	at   time.Duration
	node int
}

type ways []way

func (w ways) Len() int           { return len(w) }
func (w ways) Less(i, j int) bool { return w[i].at < w[j].at }
func (w ways) Swap(i, j int)      { w[i], w[j] = w[j], w[i] }
func (w *ways) Push(x any)        { *w = append(*w, x.(way)) }
func (w *ways) Pop() any          { old := *w; *w = old[:len(old)-1]; return old[len(old)-1] }

// shortest is the time of the shortest ways from node 0 (Dijkstra 1959); -1: there is none.
func shortest(met [][]int, delay func(i, j int) time.Duration) []time.Duration {
	at := make([]time.Duration, len(met))
	for i := range at {
		at[i] = -1
	}
	for next := (ways{{0, 0}}); len(next) > 0; {
		here := heap.Pop(&next).(way)
		if at[here.node] >= 0 {
			continue
		}
		at[here.node] = here.at
		for _, j := range met[here.node] {
			heap.Push(&next, way{here.at + delay(here.node, j), j})
		}
	}
	return at
}

// everyTopology calls f with each of them by name, with its lower and upper usual parameters.
func everyTopology(t *testing.T, f func(t *testing.T, topology fixtures.Topology)) {
	for _, m := range fixtures.Topologies() {
		var low, high []int64
		for _, p := range m.Params {
			low, high = append(low, p.Low), append(high, p.High)
		}
		for _, params := range [][]int64{low, high} {
			topology, err := fixtures.TopologyNamed(m.Name, params...)
			if err != nil {
				t.Fatal(err)
			}
			t.Run(m.Name, func(t *testing.T) { f(t, topology) })
		}
	}
}

// Exact: when every link takes one step, a flood reaches each node after as many steps as it is away. Where links go both ways it takes
// 2m-n+1 messages, of the m links and n nodes that can be reached: each node spares whom it has it from, but for the first.
func TestFloodingTakesAsManyRoundsAsNodesAreAway(t *testing.T) {
	seed := seeds(t)
	everyTopology(t, func(t *testing.T, topology fixtures.Topology) {
		for _, n := range []int{1, 2, 9, 64, size(250, 500)} {
			met := topology(n, seed)
			f := flooded(seed.Uint64(), met, 0, sim.Latency(time.Millisecond))
			isShortest(t, f, met, func(int, int) time.Duration { return time.Millisecond })
		}
	})
}

// Exact: when every link takes a time of its own, a flood arrives by the shortest way; so it does through the latencies of the internet as
// far as they are distances. The number of messages stays.
func TestFloodingTakesTheShortestWays(t *testing.T) {
	seed := seeds(t)
	everyTopology(t, func(t *testing.T, topology fixtures.Topology) {
		for _, n := range []int{9, size(150, 300)} {
			met := topology(n, seed)
			key := seed.Uint64()
			delay := func(from, to int) time.Duration { // each direction has its own
				return time.Duration(hash(key, uint64(from), uint64(to)) % uint64(time.Second))
			}
			latency := sim.LatencyBy("by link", func(p *sim.Packet) time.Duration { return delay(p.From.Index(), p.To.Index()) })
			isShortest(t, flooded(seed.Uint64(), met, 0, latency), met, delay)
		}
	})
}

func hash(words ...uint64) uint64 {
	h := uint64(1469598103934665603)
	for _, w := range words {
		h = (h ^ w) * 0x9e3779b97f4a7c15
		h ^= h >> 29
	}
	return h
}

func isShortest(t *testing.T, f *flood, met [][]int, delay func(i, j int) time.Duration) {
	t.Helper()
	want := shortest(met, delay)
	links, reached, both := 0, 0, true
	for i, at := range want {
		if f.arrived[i] != at {
			t.Fatalf("%d nodes: node %d is reached after %v, want %v", len(met), i, f.arrived[i], at)
		}
		if at < 0 {
			continue
		}
		reached++
		links += len(met[i])
		for _, j := range met[i] {
			both = both && slices.Contains(met[j], i)
		}
	}
	if both && f.spared != reached-1 {
		t.Errorf("%d nodes: %d spare whom they have it from, want all of %d but the first", len(met), f.spared, reached)
	}
	if f.sent != links-f.spared {
		t.Errorf("%d nodes: %d messages, want %d", len(met), f.sent, links-f.spared)
	}
}

// Erdős and Rényi 1960; its variance by Stepanov 1970: of n nodes that meet c/n of the others each, a flood from the largest island reaches a
// share S of all with S = 1-exp(-cS), S(1-S)/(1-c(1-S))²/n being its variance; from anywhere else next to nobody.
func TestFloodingReachesTheGiantComponent(t *testing.T) {
	seed := seeds(t)
	n, runs := size(2000, 5000), 12
	for _, c := range []float64{1.5, 2, 3, 5} {
		share := 1.0
		for range 1000 {
			share = 1 - math.Exp(-c*share)
		}
		rest := 1 - c*(1-share)
		deviation := math.Sqrt(share * (1 - share) / (rest * rest) / float64(n))
		sum := 0.0
		for range runs {
			met := fixtures.Gnp(sim.Chance(c*1e6/float64(n)+0.5))(n, seed)
			largest := 0.0
			for tries := 0; largest < 0.2 && tries < 30; tries++ {
				largest = flooded(seed.Uint64(), met, seed.IntN(n), sim.Latency(time.Millisecond)).reached()
			}
			sum += largest
		}
		isNear(t, "share of the giant component", sum/float64(runs), share, z*deviation/math.Sqrt(float64(runs))+3/float64(n))
	}
}
