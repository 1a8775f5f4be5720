package truth_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"github.com/overlaytest/overlaytest/sim"
)

// Exact (spacings of uniform points): of n ids on a ring, an arc is as long as a share from Beta(1, n-1), and the longest H(n)/n in the mean:
// consistent hashing. The ids are those of nodes, which are hashes of their names.
func TestIDsCutTheRingAsUniformPointsDo(t *testing.T) {
	seed := seeds(t)
	n, runs := 50, size(1500, 20_000)
	var arcs, longest []float64
	for range runs {
		w := sim.New(seed.Uint64())
		var ids []uint64
		for range n {
			ids = append(ids, w.Node(fmt.Sprintf("node %x", seed.Uint64()), nil).ID())
		}
		first := ids[0]
		slices.Sort(ids)
		most, own := 0.0, 0.0
		for i, id := range ids {
			arc := float64(id-ids[(i+n-1)%n]) / (1 << 64) // from the one before, around the end too
			most = max(most, arc)
			if id == first {
				own = arc
			}
		}
		arcs, longest = append(arcs, own), append(longest, most)
		w.Close()
	}
	areFrom(t, "arc of an id", arcs, func(x float64) float64 { return 1 - math.Pow(1-x, float64(n-1)) })
	isMean(t, "longest arc", longest, harmonic(n)/float64(n), 0)
}

// Exact: m ids out of N are all different with the chance of the product of (1-k/N), which tends to exp(-m²/2N): the birthdays. The ids are
// drawn by nodes, each from a stream of its own.
func TestIDsCollideAsBirthdaysDo(t *testing.T) {
	seed := seeds(t)
	for _, c := range [][2]int{{23, 365}, {64, 2048}, {40, 65_536}} {
		m, of := c[0], c[1]
		collided, runs := 0, size(1500, 20_000)
		for range runs {
			w := sim.New(seed.Uint64())
			taken, twice := map[uint64]bool{}, false
			crowd(w, m, func(n *sim.Node, _ int, _ []netip.AddrPort) {
				id := n.Rand("id").Uint64N(uint64(of))
				twice = twice || taken[id]
				taken[id] = true
			})
			w.Run(0)
			w.Close()
			if twice {
				collided++
			}
		}
		different := 1.0
		for k := range m {
			different *= 1 - float64(k)/float64(of)
		}
		isShare(t, fmt.Sprintf("collisions of %d out of %d", m, of), collided, runs, 1-different, 0)
		isNear(t, "limit", 1-different, 1-math.Exp(-float64(m*m)/float64(2*of)), 1/float64(m))
	}
}

// Exact: of the 65,536 ports of an address 256 are open; of t probes of random ports one is answered with the chance 1-(1-1/256)^t: 98.2 % for
// 1024 (how a hard NAT is guessed: Anderson, "How NAT traversal works", Tailscale 2020).
func TestProbesFindAnOpenPort(t *testing.T) {
	seed := seeds(t)
	const open = 256
	for _, probes := range []int{128, 1024} {
		found, runs := 0, size(150, 1500)
		for range runs {
			w := sim.New(seed.Uint64())
			answered := false
			host := netip.MustParseAddr("203.0.113.7")
			for k, port := range seed.Perm(65_536)[:open] {
				at := sim.At(netip.AddrPortFrom(host, uint16(port)))
				w.Node(fmt.Sprint("port ", k), func(n *sim.Node) {
					n.Listen(func(_, _ netip.AddrPort, _ []byte) { answered = true })
				}, at)
			}
			w.Node("prober", func(n *sim.Node) {
				for range probes {
					port := n.Rand("ports").IntN(65_536)
					_ = n.Send(netip.AddrPortFrom(host, uint16(port)), nil)
				}
			})
			w.Run(0)
			w.Close()
			if answered {
				found++
			}
		}
		isShare(t, fmt.Sprintf("%d probes of 256 open ports", probes), found, runs, 1-math.Pow(1-256.0/65_536, float64(probes)), 0)
	}
}

// filter is a Bloom filter as a packet carries it.
type filter []byte

// bits are the bits of an item: independent hashes.
func (f filter) bits(item uint64, hashes int) (all []uint64) {
	draws := rand.NewPCG(item, 0)
	for range hashes {
		all = append(all, draws.Uint64()%uint64(8*len(f)))
	}
	return all
}

func (f filter) add(item uint64, hashes int) {
	for _, bit := range f.bits(item, hashes) {
		f[bit/8] |= 1 << (bit % 8)
	}
}

func (f filter) has(item uint64, hashes int) bool {
	for _, bit := range f.bits(item, hashes) {
		if f[bit/8]>>(bit%8)&1 == 0 {
			return false
		}
	}
	return true
}

// Bloom 1970: a filter of m bits with n items by k hashes claims an item it does not have with a chance near (1-exp(-kn/m))^k. Here a node
// tells another by a filter what it has, as Dispersy's synchronisation did, and is sent what seems to be missing: a false claim is an item
// that it does not get. What the formula leaves out is of the order of 1/m (Bose et al. 2008).
func TestBloomFiltersHideItemsAsOftenAsBloomSays(t *testing.T) {
	seed := seeds(t)
	for _, c := range []struct{ bits, items, hashes int }{{1024, 100, 7}, {4096, 300, 4}, {8192, 2000, 3}} {
		const fresh = 200
		hidden, runs := 0, size(100, 2000)
		for range runs {
			hidden += fresh - synchronised(seed.Uint64(), c.bits, c.items, c.hashes, fresh)
		}
		chance := math.Pow(1-math.Exp(-float64(c.hashes*c.items)/float64(c.bits)), float64(c.hashes))
		isShare(t, fmt.Sprintf("false positives of %d bits, %d items, %d hashes", c.bits, c.items, c.hashes), hidden, runs*fresh, chance, 0.05*chance)
	}
}

// synchronised is how many of the fresh items a node gets that has so many others.
func synchronised(seed uint64, bits, items, hashes, fresh int) (got int) {
	w := sim.New(seed)
	defer w.Close()
	draws := w.Rand("items")
	crowd(w, 2, func(n *sim.Node, index int, all []netip.AddrPort) {
		if index == 1 { // has everything
			news := make([]uint64, fresh)
			for i := range news {
				news[i] = draws.Uint64()
			}
			n.Listen(func(from, _ netip.AddrPort, data []byte) {
				for _, item := range news {
					if !filter(data).has(item, hashes) {
						_ = n.Send(from, binary.BigEndian.AppendUint64(nil, item))
					}
				}
			})
			return
		}
		n.Listen(func(_, _ netip.AddrPort, _ []byte) { got++ })
		f := make(filter, bits/8)
		for range items {
			f.add(draws.Uint64(), hashes)
		}
		n.After(1, func() { _ = n.Send(all[1], f) })
	})
	w.Run(10)
	return got
}
