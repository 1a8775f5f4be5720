package truth_test

import (
	"math"
	"slices"
	"testing"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/sim"
)

// connected reports whether everybody can be reached from node 0.
func connected(met [][]int) bool {
	seen := make([]bool, len(met))
	seen[0] = true
	queue := []int{0}
	for k := 0; k < len(queue); k++ {
		for _, j := range met[queue[k]] {
			if !seen[j] {
				seen[j] = true
				queue = append(queue, j)
			}
		}
	}
	return len(queue) == len(met)
}

// links counts both ends.
func links(met [][]int) (n int) {
	for _, list := range met {
		n += len(list)
	}
	return n
}

// ppm is a chance out of a number.
func ppm(p float64) sim.Chance { return sim.Chance(p*1e6 + 0.5) }

// Erdős and Rényi 1959, Gilbert 1959: at p = (ln n + c)/n a graph is connected with a chance near exp(-exp(-c)); and exactly by Gilbert's
// recursion over the size of the component of node 0. Both are checked, the limit with what it is off by at n = 100.
func TestRandomGraphsAreConnectedAsOftenAsGilbertSays(t *testing.T) {
	seed := seeds(t)
	n, runs := 100, size(3000, 15_000)
	for _, c := range []float64{-1, 0, 1, 2} {
		p := ppm((math.Log(float64(n)) + c) / float64(n))
		hits := 0
		for range runs {
			if connected(fixtures.Gnp(p)(n, seed)) {
				hits++
			}
		}
		isShare(t, "connected G(n,p)", hits, runs, gilbert(n, float64(p)/1e6), 0)
		isShare(t, "connected G(n,p), limit", hits, runs, math.Exp(-math.Exp(-c)), 0.035)
	}
}

// gilbert is the chance that G(n,p) is connected.
func gilbert(n int, p float64) float64 {
	whole := make([]float64, n+1)
	for size := 1; size <= n; size++ {
		whole[size] = 1
		for part := 1; part < size; part++ {
			ways, _ := math.Lgamma(float64(size))
			a, _ := math.Lgamma(float64(part))
			b, _ := math.Lgamma(float64(size - part + 1))
			whole[size] -= math.Exp(ways-a-b+float64(part*(size-part))*math.Log1p(-p)) * whole[part]
		}
	}
	return whole[n]
}

// Exact: a random geometric graph on the torus has πr²·(n-1) links a node and n(1-πr²)^(n-1) nodes without any. Penrose 1997: at
// πr² = (ln n + c)/n it is connected with a chance that tends to exp(-exp(-c)), very slowly and from below: for 200 nodes it is up to a fifth
// lower, the less the larger c, for islands of two and more are left out.
func TestRandomGeometricGraphsHaveTheirLinksAndIslands(t *testing.T) {
	seed := seeds(t)
	n, runs := 200, size(400, 1500)
	for _, limit := range []struct{ c, off float64 }{{0, 0.24}, {1, 0.15}, {2, 0.08}, {4, 0.02}} {
		c := limit.c
		radius := ppm(math.Sqrt((math.Log(float64(n)) + c) / (math.Pi * float64(n))))
		area := math.Pi * float64(radius) * float64(radius) / 1e12
		var degrees, alone []float64
		hits := 0
		for range runs {
			met := fixtures.Geometric(radius)(n, seed)
			lonely := 0.0
			for _, list := range met {
				if len(list) == 0 {
					lonely++
				}
			}
			degrees, alone = append(degrees, float64(links(met))/float64(n)), append(alone, lonely)
			if connected(met) {
				hits++
			}
		}
		isMean(t, "links a node, geometric", degrees, area*float64(n-1), 0)
		isMean(t, "lonely nodes, geometric", alone, float64(n)*math.Pow(1-area, float64(n-1)), 0)
		isShare(t, "connected geometric, limit", hits, runs, math.Exp(-math.Exp(-c)), limit.off)
	}
}

// Exact: every set of m pairs is as likely as any other, so that each pair is there in a share m/N of the graphs. Drawn without
// replacement, the sum of squares shrinks by (N-m)/(N-1), which is made up for.
func TestGnmTakesEveryPairAsOften(t *testing.T) {
	seed := seeds(t)
	const n, pairs = 9, 36
	for _, m := range []int{3, 18, 19, 33} {
		counts := make([]int, pairs)
		runs := size(4000, 40_000)
		for range runs {
			for i, list := range fixtures.Gnm(m)(n, seed) {
				for _, j := range list {
					if j < i {
						counts[i*(i-1)/2+j]++
					}
				}
			}
		}
		mean, chi := float64(runs*m)/pairs, 0.0
		for _, c := range counts {
			chi += (float64(c) - mean) * (float64(c) - mean)
		}
		share := float64(m) / pairs
		chi *= (pairs - 1.0) / pairs / (float64(runs) * share * (1 - share))
		const freedom = pairs - 1.0
		isNear(t, "pairs of G(n,m): chi-square", chi, freedom, freedom*(math.Pow(1-2/(9*freedom)+3.89*math.Sqrt(2/(9*freedom)), 3)-1))
	}
}

// Bollobás 1980: a random k-regular graph has a number of triangles that is nearly Poisson of mean (k-1)³/6; what is left out is of the order
// of 1/n. Friedman 2008: its second eigenvalue is at most 2√(k-1) + o(1), so its algebraic connectivity at least k - 2√(k-1) - o(1); by
// Alon and Boppana (Nilli 1991) it cannot be much more.
func TestRegularGraphsAreExpanders(t *testing.T) {
	seed := seeds(t)
	n, runs := 300, size(300, 2000)
	for _, k := range []int{3, 4, 8} {
		var triangles []float64
		for range runs {
			triangles = append(triangles, float64(trianglesOf(fixtures.Regular(k)(n, seed))))
		}
		mean := math.Pow(float64(k-1), 3) / 6
		isMean(t, "triangles of regular graphs", triangles, mean, mean*4/float64(n))
		gap := float64(k) - secondOf(fixtures.Regular(k)(1000, seed), k, seed.Float64)
		ideal := float64(k) - 2*math.Sqrt(float64(k-1))
		isNear(t, "algebraic connectivity of a regular graph of 1000", gap, ideal, 0.15)
	}
}

func trianglesOf(met [][]int) (n int) {
	for i, list := range met {
		for _, j := range list {
			for _, k := range met[j] {
				if i < j && j < k && slices.Contains(met[k], i) {
					n++
				}
			}
		}
	}
	return n
}

// secondOf is the second largest eigenvalue of a k-regular graph's adjacency, by the power method on A+kI beside the constant vector.
func secondOf(met [][]int, k int, draw func() float64) (value float64) {
	v := make([]float64, len(met))
	for i := range v {
		v[i] = draw()
	}
	for range 2000 {
		center(v)
		next := make([]float64, len(v))
		value = 0
		for i, list := range met {
			next[i] = float64(k) * v[i]
			for _, j := range list {
				next[i] += v[j]
			}
			value += v[i] * next[i]
		}
		v = next
	}
	return value - float64(k)
}

// center takes the mean off a vector and makes it one long.
func center(v []float64) {
	mean, length := 0.0, 0.0
	for _, x := range v {
		mean += x / float64(len(v))
	}
	for i := range v {
		v[i] -= mean
		length += v[i] * v[i]
	}
	for i := range v {
		v[i] /= math.Sqrt(length)
	}
}

// Bollobás, Riordan, Spencer, Tusnády 2001: a share 2m(m+1)/(k(k+1)(k+2)) of the nodes of a preferential attachment has k links. The degrees
// of one graph are nearly independent; where the expected counts are small they are put together. The largest grows as m√n.
func TestPreferentialAttachmentHasItsDegrees(t *testing.T) {
	seed := seeds(t)
	n := size(20_000, 100_000)
	for _, m := range []int{1, 2, 5} {
		met := fixtures.Preferential(m)(n, seed)
		const most = 60
		counts, share := make([]int, most), make([]float64, most)
		largest, rest := 0, 1.0
		for _, list := range met {
			counts[min(len(list), m+most-1)-m]++
			largest = max(largest, len(list))
		}
		for i := range share[:most-1] {
			k := float64(m + i)
			share[i] = 2 * float64(m*(m+1)) / (k * (k + 1) * (k + 2))
			rest -= share[i]
		}
		share[most-1] = rest
		areCounts(t, "degrees of a preferential attachment", counts, share)
		if ratio := float64(largest) / (float64(m) * math.Sqrt(float64(n))); ratio < 0.3 || ratio > 6 {
			t.Errorf("the largest degree is %d, %.2f times m√n", largest, ratio)
		}
	}
}

// Holland, Laskey and Leinhardt 1983: pairs within blocks, and pairs across them, are there with their own chances: binomial counts.
func TestBlocksHaveBinomialLinks(t *testing.T) {
	seed := seeds(t)
	const n, count, inside, outside = 60, 3, 0.4, 0.05
	within, across := 0, 0
	runs := size(300, 5000)
	for range runs {
		for i, list := range fixtures.Blocks(count, ppm(inside), ppm(outside))(n, seed) {
			for _, j := range list {
				switch {
				case j < i && i%count == j%count:
					within++
				case j < i:
					across++
				}
			}
		}
	}
	const pairsWithin, pairsAcross = count * 20 * 19 / 2, 3 * 20 * 20
	isShare(t, "pairs within blocks", within, runs*pairsWithin, inside, 0)
	isShare(t, "pairs across blocks", across, runs*pairsAcross, outside, 0)
}

// Waxman 1988: two nodes that are d apart meet with chance alpha·exp(-d/(beta·L)). The distance of two places on a square has the density
// 2d(π-4d+d²) up to a side (and less beyond it), over which the chance is integrated here.
func TestWaxmanGraphsHaveTheirLinks(t *testing.T) {
	seed := seeds(t)
	const n = 60
	for _, c := range [][2]float64{{0.4, 0.14}, {0.4, 0.2}, {1, 1}, {0.9, 0.05}} {
		var degrees []float64
		for range size(400, 1500) {
			degrees = append(degrees, float64(links(fixtures.Waxman(ppm(c[0]), ppm(c[1]))(n, seed)))/n)
		}
		chance := 0.0
		const steps = 200_000
		for k := range steps {
			d := (float64(k) + 0.5) / steps * math.Sqrt2
			chance += density(d) * c[0] * math.Exp(-d/(c[1]*math.Sqrt2)) * math.Sqrt2 / steps
		}
		isMean(t, "links a node, Waxman", degrees, chance*(n-1), 0)
	}
}

// density is that of the distance between two places on a square.
func density(d float64) float64 {
	if d <= 1 {
		return 2 * d * (math.Pi - 4*d + d*d)
	}
	root := math.Sqrt(d*d - 1)
	return 2 * d * (4*root - (d*d + 2 - math.Pi) - 4*math.Atan(root))
}
