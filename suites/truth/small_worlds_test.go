package truth_test

import (
	"math"
	"slices"
	"testing"

	"github.com/overlaytest/overlaytest/fixtures"
)

// clustering is the mean, over nodes, of how many pairs of those a node knows know each other.
func clustering(met [][]int) (mean float64) {
	for _, list := range met {
		known, pairs := 0, len(list)*(len(list)-1)/2
		for k, j := range list {
			for _, l := range list[:k] {
				if _, found := slices.BinarySearch(met[j], l); found {
					known++
				}
			}
		}
		if pairs > 0 {
			mean += float64(known) / float64(pairs) / float64(len(met))
		}
	}
	return mean
}

// distance is the mean distance from some nodes to all others.
func distance(met [][]int, from []int) (mean float64) {
	for _, first := range from {
		away := make([]int, len(met))
		queue := []int{first}
		sum := 0
		for k := 0; k < len(queue); k++ {
			for _, j := range met[queue[k]] {
				if j != first && away[j] == 0 {
					away[j] = away[queue[k]] + 1
					sum += away[j]
					queue = append(queue, j)
				}
			}
		}
		mean += float64(sum) / float64(len(met)-1) / float64(len(from))
	}
	return mean
}

// Watts and Strogatz 1998: of 1000 nodes with ten links each, rewired with chance p, the clustering is C(0)(1-p)³ (Barrat and Weigt 2000),
// C(0) = 3(k-2)/(4(k-1)), plus what a random graph has, about k/n; distances fall far earlier. Clustering and distances of independent
// simulations are kept to within what single graphs vary by: three thousandths, and a hundredth, where one link in a thousand is rewired a twentieth.
func TestSmallWorldsAreClusteredAndShort(t *testing.T) {
	seed := seeds(t)
	const n, k = 1000, 10
	for _, c := range []struct{ rewired, clustering, distance, off float64 }{
		{0, 0.6667, 50.45, 0.0001}, {0.001, 0.6644, 26.9, 0.05}, {0.01, 0.6471, 8.829, 0.01}, {0.1, 0.4886, 4.424, 0.01}, {0.5, 0.09, 3.376, 0.01}, {1, 0.0091, 3.256, 0.01},
	} {
		var clustered, far []float64
		for range size(40, 100) {
			met := fixtures.SmallWorld(k, ppm(c.rewired))(n, seed)
			clustered = append(clustered, clustering(met))
			far = append(far, distance(met, []int{1, 101, 203, 307, 401, 503, 601, 701, 809, 907}))
		}
		formula := 3.0 * (k - 2) / (4 * (k - 1)) * math.Pow(1-c.rewired, 3)
		isMean(t, "clustering of a small world, formula", clustered, formula, 0.01)
		isMean(t, "clustering of a small world, simulated", clustered, c.clustering, 0.003)
		isMean(t, "distance in a small world", far, c.distance, c.off*c.distance)
	}
}

// In G(n,p) whether two neighbours of a node meet is as any two do: its clustering is p.
func TestRandomGraphsAreNotClustered(t *testing.T) {
	seed := seeds(t)
	for _, p := range []float64{0.1, 0.5} {
		var clustered []float64
		for range size(60, 300) {
			clustered = append(clustered, clustering(fixtures.Gnp(ppm(p))(100, seed)))
		}
		isMean(t, "clustering of G(n,p)", clustered, p, 0)
	}
}
