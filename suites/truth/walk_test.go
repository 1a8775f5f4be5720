package truth_test

import (
	"math"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/sim"
)

// wanderers are packets that go from a node to a random one of those it knows, a step a millisecond: a world with so many, from node 0.
// At each step, visit gets which packet is where, until it reports that this one has gone far enough.
func wanderers(seed uint64, met [][]int, packets int, visit func(packet, node int) (enough bool)) {
	w := sim.New(seed, sim.Latency(time.Millisecond))
	defer w.Close()
	left := packets
	crowd(w, len(met), func(n *sim.Node, index int, all []netip.AddrPort) {
		next := n.Rand("next")
		pass := func(data []byte) { _ = n.Send(all[met[index][next.IntN(len(met[index]))]], data) }
		n.Listen(func(_, _ netip.AddrPort, data []byte) {
			if visit(int(data[0])|int(data[1])<<8, index) {
				left--
				return
			}
			pass(data)
		})
		if index == 0 {
			n.After(0, func() {
				for k := range packets {
					pass([]byte{byte(k), byte(k >> 8)})
				}
			})
		}
	})
	w.RunUntil(1000*time.Hour, func() bool { return left == 0 })
}

// Exact (Lovász, "Random walks on graphs", 1993): a random walk is at node i in a share deg(i)/2m of its steps, and comes back to it after
// 2m/deg(i) steps in the mean. Visits are taken from two thousand walks at the 200th step, when they have forgotten where they began.
func TestARandomWalkVisitsNodesByTheirDegrees(t *testing.T) {
	seed := seeds(t)
	for _, c := range []struct {
		name     string
		topology fixtures.Topology
	}{
		{"wheel", fixtures.Wheel}, {"lollipop", fixtures.Lollipop(3)}, {"preferential", fixtures.Preferential(2)}, {"small world", fixtures.SmallWorld(4, 100_000)},
	} {
		met := c.topology(12, seed)
		links := 0.0
		share := make([]float64, len(met))
		for i, list := range met {
			links += float64(len(list))
			share[i] = float64(len(list))
		}
		const packets, steps = 2000, 200
		gone, visits, returns := make([]int, packets), make([]int, len(met)), []float64{}
		left := make([]int, packets) // when each was at node 0 last
		wanderers(seed.Uint64(), met, packets, func(packet, node int) bool {
			gone[packet]++
			if gone[packet] == steps {
				visits[node]++
			}
			if node == 0 && left[packet] >= 0 { // the first return of each: it started there
				returns = append(returns, float64(gone[packet]))
				left[packet] = -1
			}
			return gone[packet] >= steps && left[packet] < 0
		})
		areCounts(t, c.name+": visits", visits, share)
		isMean(t, c.name+": time of return", returns, links/share[0], 0)
	}
}

// Exact: on a lollipop of a clique and a path of m nodes each, a random walk takes m³+m-1 steps from a node of the clique, not the one at the
// path, to the path's end: the cubic hitting time (Lovász 1993).
func TestARandomWalkNeedsCubicTimeToTheEndOfALollipop(t *testing.T) {
	seed := seeds(t)
	for _, m := range []int{3, 5, size(8, 12)} {
		met := fixtures.Lollipop(m)(2*m, nil)
		const packets = 1500
		gone, took := make([]int, packets), []float64{}
		wanderers(seed.Uint64(), met, packets, func(packet, node int) bool {
			gone[packet]++
			if node == 2*m-1 {
				took = append(took, float64(gone[packet]))
			}
			return node == 2*m-1
		})
		isMean(t, "steps to the end of a lollipop", took, float64(m*m*m+m-1), 0)
	}
}

// harmonic is 1 + 1/2 + … + 1/n.
func harmonic(n int) (sum float64) {
	for k := 1; k <= n; k++ {
		sum += 1 / float64(k)
	}
	return sum
}

// introductions asks a tracker, once a millisecond, for somebody at random out of n, and returns after how many answers each new one came.
func introductions(seed uint64, n int) []float64 {
	w := sim.New(seed)
	defer w.Close()
	var news []float64
	tracker := w.Node("tracker", func(tracker *sim.Node) {
		tracker.Listen(func(from, _ netip.AddrPort, _ []byte) {
			k := tracker.Rand("introductions").IntN(n)
			_ = tracker.Send(from, []byte{byte(k), byte(k >> 8)})
		})
	})
	w.Node("newcomer", func(newcomer *sim.Node) {
		known, answers := make([]bool, n), 0.0
		newcomer.Listen(func(_, _ netip.AddrPort, data []byte) {
			answers++
			if k := int(data[0]) | int(data[1])<<8; !known[k] {
				known[k] = true
				news = append(news, answers)
			}
		})
		newcomer.Every(time.Millisecond, time.Millisecond, func() { _ = newcomer.Send(tracker.Addrs()[0], nil) })
	})
	w.RunUntil(time.Hour, func() bool { return len(news) == n })
	return news
}

// Exact (coupon collector; Erdős and Rényi 1961 for the limit law): of n that are introduced at random, all are known after n·H(n)
// introductions in the mean, and n(1-(1-1/n)^t) after t.
func TestRandomIntroductionsAreTheCouponCollectors(t *testing.T) {
	seed := seeds(t)
	for _, n := range []int{30, size(100, 300)} {
		runs := 600
		var all, half []float64
		for range runs {
			news := introductions(seed.Uint64(), n)
			all = append(all, news[n-1])
			known := 0.0
			for known < float64(n) && news[int(known)] <= float64(n) {
				known++
			}
			half = append(half, known)
		}
		f := float64(n)
		isMean(t, "introductions to know all", all, f*harmonic(n), 0)
		isMean(t, "known after n introductions", half, f*(1-math.Pow(1-1/f, f)), 0)
		law := collected(n, int(slices.Max(all)))
		areFrom(t, "introductions to know all", all, func(x float64) float64 { return law[int(x)] })
	}
}

// collected is the chance that everyone of n was among so many draws, from none to most.
func collected(n, most int) []float64 {
	chances := make([]float64, most+1)
	known := make([]float64, n+1) // the chances that so many were
	known[0] = 1
	for draws := range chances {
		chances[draws] = known[n]
		for k := n; k >= 1; k-- {
			known[k] = known[k]*float64(k)/float64(n) + known[k-1]*float64(n-k+1)/float64(n)
		}
		known[0] = 0
	}
	return chances
}
