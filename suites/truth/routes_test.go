package truth_test

import (
	"fmt"
	"math"
	"math/bits"
	"net/netip"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/sim"
)

// routed sends a packet for each pair of (from, to), which every node hands on to whom next says, and returns how many steps each took.
func routed(t *testing.T, seed uint64, n int, pairs [][2]int, next func(at, to int) int) []float64 {
	t.Helper()
	w := sim.New(seed, sim.Latency(time.Millisecond))
	defer w.Close()
	steps := make([]float64, len(pairs))
	left := len(pairs)
	crowd(w, n, func(node *sim.Node, index int, all []netip.AddrPort) {
		pass := func(k int) {
			if pairs[k][1] == index {
				left--
				return
			}
			steps[k]++
			_ = node.Send(all[next(index, pairs[k][1])], []byte{byte(k), byte(k >> 8)})
		}
		node.Listen(func(_, _ netip.AddrPort, data []byte) { pass(int(data[0]) | int(data[1])<<8) })
		node.After(0, func() {
			for k, pair := range pairs {
				if pair[0] == index {
					pass(k)
				}
			}
		})
	})
	if !w.RunUntil(time.Hour, func() bool { return left == 0 }) {
		t.Errorf("%d of %d packets have not arrived", left, len(pairs))
	}
	return steps
}

// greedy hands a packet to whom of those a node knows is nearest to its target.
func greedy(met [][]int, distance func(i, j int) int) func(at, to int) int {
	return func(at, to int) int {
		best := met[at][0]
		for _, j := range met[at][1:] {
			if distance(j, to) < distance(best, to) {
				best = j
			}
		}
		return best
	}
}

// Kleinberg (STOC 2000): on a ring of n nodes with one long link each, of a length with probabilities as length^-r, greedy routing takes a
// number of steps that grows as ln² n if r is 1, the ring's dimension, and as a power of n otherwise. Independent simulations are kept to
// within 3 %, and the growth from 1024 to 4096 nodes to its kind.
func TestGreedyRoutingIsFastAtTheDimensionOnly(t *testing.T) {
	seed := seeds(t)
	for _, c := range []struct {
		exponent fixtures.Milli
		n        int
		want     float64
	}{
		{1000, 1024, 21.1}, {0, 1024, 27.7}, {2000, 1024, 62.9}, {1000, 4096, 32.1}, {0, 4096, 55.4}, {2000, 4096, 199.9},
		{1000, 16_384, 47.2}, {0, 16_384, 112.9}, {2000, 16_384, 654.5},
	}[:size(6, 9)] {
		var means []float64
		ring := func(i, j int) int { d := (i - j + c.n) % c.n; return min(d, c.n-d) }
		for range 20 {
			met := fixtures.KleinbergRing(c.exponent)(c.n, seed)
			pairs := make([][2]int, 60)
			for k := range pairs {
				pairs[k] = [2]int{seed.IntN(c.n), seed.IntN(c.n)}
			}
			sum := 0.0
			for _, s := range routed(t, seed.Uint64(), c.n, pairs, greedy(met, ring)) {
				sum += s
			}
			means = append(means, sum/float64(len(pairs)))
		}
		isMean(t, fmt.Sprintf("greedy steps, exponent %v, %d nodes", c.exponent, c.n), means, c.want, 0.03*c.want)
	}
}

// Exact: on a hypercube a message goes greedily along one differing bit after the other, d/2·n/(n-1) steps in the mean over all pairs; as
// many as bits differ.
func TestHypercubesRouteByFixingBits(t *testing.T) {
	seed := seeds(t)
	for d := 1; d <= 6; d++ {
		n := 1 << d
		met := fixtures.Hypercube(n, nil)
		differ := func(i, j int) int { return bits.OnesCount(uint(i ^ j)) }
		pairs := everyPair(n)
		sum := 0.0
		for k, s := range routed(t, seed.Uint64(), n, pairs, greedy(met, differ)) {
			if int(s) != differ(pairs[k][0], pairs[k][1]) {
				t.Errorf("from %b to %b in %v steps", pairs[k][0], pairs[k][1], s)
			}
			sum += s
		}
		isNear(t, "steps on a hypercube", sum/float64(len(pairs)), float64(d)/2*float64(n)/float64(n-1), 1e-9)
	}
}

func everyPair(n int) (pairs [][2]int) {
	for i := range n {
		for j := range n {
			if i != j {
				pairs = append(pairs, [2]int{i, j})
			}
		}
	}
	return pairs
}

// Exact (de Bruijn 1946; as an overlay: Kaashoek and Karger, Koorde, 2003): of k^d nodes, a message reaches its target by appending its digits,
// in d steps less the digits that the target begins with and the node ends with: the distance, and at most d.
func TestDeBruijnGraphsRouteByAppendingDigits(t *testing.T) {
	seed := seeds(t)
	for _, c := range [][2]int{{2, 6}, {3, 4}, {4, 3}} {
		k, d := c[0], c[1]
		n := int(math.Pow(float64(k), float64(d)) + 0.5)
		met := fixtures.DeBruijn(k)(n, nil)
		far := make([]map[int]int, n)
		for i := range far {
			far[i] = map[int]int{}
			for j, at := range shortestFrom(met, i) {
				far[i][j] = at
			}
		}
		pairs := everyPair(n)
		onward := func(at, to int) int { return (at*k + to/power(k, missing(at, to, k, d)-1)%k) % n }
		for p, s := range routed(t, seed.Uint64(), n, pairs, onward) {
			from, to := pairs[p][0], pairs[p][1]
			if want := missing(from, to, k, d); int(s) != want || far[from][to] != want {
				t.Fatalf("degree %d, %d to %d: %v steps, %d away, want %d", k, from, to, s, far[from][to], want)
			}
		}
	}
}

func power(base, exponent int) int {
	p := 1
	for range exponent {
		p *= base
	}
	return p
}

// missing is how many digits are to be appended to one number until it is the other.
func missing(from, to, base, digits int) int {
	for k := range digits {
		if from%power(base, digits-k) == to/power(base, k) {
			return k
		}
	}
	return digits
}

// shortestFrom counts the steps from a node to all others.
func shortestFrom(met [][]int, from int) []int {
	away := make([]int, len(met))
	queue := []int{from}
	for k := 0; k < len(queue); k++ {
		for _, j := range met[queue[k]] {
			if j != from && away[j] == 0 {
				away[j] = away[queue[k]] + 1
				queue = append(queue, j)
			}
		}
	}
	return away
}

// Exact: on a grid greedy routing takes as many steps as two nodes are apart, and with long links never more.
func TestLongLinksNeverMakeAGridSlower(t *testing.T) {
	seed := seeds(t)
	const width, n = 7, 45 // the last row is short: nodes above it have nobody below
	apart := func(i, j int) int { return apartOnGrid(i, j, width) }
	pairs := everyPair(42)
	plain := routed(t, seed.Uint64(), n, pairs, greedy(fixtures.Grid(width)(n, nil), apart))
	long := routed(t, seed.Uint64(), n, pairs, greedy(fixtures.KleinbergGrid(width, 2000)(n, seed), apart))
	saved := 0.0
	for k, pair := range pairs {
		if int(plain[k]) != apart(pair[0], pair[1]) || long[k] > plain[k] {
			t.Errorf("%d to %d: %v steps, %v with long links, %d apart", pair[0], pair[1], plain[k], long[k], apart(pair[0], pair[1]))
		}
		saved += plain[k] - long[k]
	}
	if saved == 0 {
		t.Error("no long link is any use")
	}
}

func apartOnGrid(i, j, width int) int { return abs(i%width-j%width) + abs(i/width-j/width) }

func abs(x int) int { return max(x, -x) }

// Exact: a long link goes to each node that is not a neighbour with a chance in proportion to distance^-r.
func TestLongLinksAreAsLongAsKleinbergSays(t *testing.T) {
	seed := seeds(t)
	const n, width = 41, 7
	for _, r := range []float64{0, 1, 2, 3.5} {
		for _, from := range []int{0, 17, 24} {
			onRing, onGrid := make([]int, n), make([]int, n)
			ring, grid := make([]float64, n), make([]float64, n)
			for j := range n {
				if d := min(abs(from-j), n-abs(from-j)); d > 1 {
					ring[j] = math.Pow(float64(d), -r)
				}
				if d := apartOnGrid(from, j, width); d > 1 {
					grid[j] = math.Pow(float64(d), -r)
				}
			}
			for range size(1500, 15_000) {
				exponent := fixtures.Milli(1000 * r)
				tally(onRing, ring, fixtures.KleinbergRing(exponent)(n, seed)[from])
				tally(onGrid, grid, fixtures.KleinbergGrid(width, exponent)(n, seed)[from])
			}
			areCounts(t, fmt.Sprintf("long links of %d on a ring, exponent %v", from, r), onRing, ring)
			areCounts(t, fmt.Sprintf("long links of %d on a grid, exponent %v", from, r), onGrid, grid)
		}
	}
}

// tally counts those of a list that have a chance: not the neighbours.
func tally(counts []int, chances []float64, list []int) {
	for _, j := range list {
		if chances[j] > 0 {
			counts[j]++
		}
	}
}
