// Package truth_test compares worlds with what is known without any simulation: exact formulas, limit theorems, and published figures.
//
// Every check names its formula and source, and prints what it measured beside the bound (go test -v). A statistical one has an error level of
// 1e-4 and fixed seeds, so that it never fails by chance; with OVERLAYTEST_FRESH=1 the seeds are new, are printed, and given back by
// OVERLAYTEST_FRESH=seed; the worlds are larger then.
package truth_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/sim"
)

// large reports whether the run is one of those that take their time.
func large() bool { return os.Getenv("OVERLAYTEST_FRESH") != "" }

// size is a number of nodes or runs: a small one, or, when there is time, a large one.
func size(small, many int) int {
	if large() {
		return many
	}
	return small
}

// seeds is a stream of seeds that stays, unless OVERLAYTEST_FRESH asks for another.
func seeds(t *testing.T) *rand.Rand {
	t.Helper()
	seed := uint64(20260101)
	if large() {
		asked, err := strconv.ParseUint(os.Getenv("OVERLAYTEST_FRESH"), 0, 64)
		if seed = asked; err != nil || asked <= 1 {
			seed = uint64(time.Now().UnixNano())
		}
		t.Logf("again with OVERLAYTEST_FRESH=%d", seed)
	}
	return rand.New(rand.NewPCG(seed, 0))
}

// z is how many standard errors something may be off: further than that by chance once in ten thousand times.
const z = 3.9

// isMean checks the mean of independent samples. Beyond chance it may be off by slack, what a formula leaves out.
func isMean(t *testing.T, what string, samples []float64, want, slack float64) {
	t.Helper()
	mean, squares := 0.0, 0.0
	for i, x := range samples {
		step := x - mean
		mean += step / float64(i+1)
		squares += step * (x - mean)
	}
	n := float64(len(samples))
	isNear(t, what, mean, want, z*math.Sqrt(squares/(n-1)/n)+slack)
}

// isShare checks how many of independent trials came true, of which each does with that chance.
func isShare(t *testing.T, what string, hits, trials int, want, slack float64) {
	t.Helper()
	n := float64(trials)
	isNear(t, what, float64(hits)/n, want, z*math.Sqrt(want*(1-want)/n)+1/(2*n)+slack)
}

func isNear(t *testing.T, what string, got, want, bound float64) {
	t.Helper()
	t.Logf("%s: %.5g, expected %.5g ± %.2g", what, got, want, bound)
	if !(math.Abs(got-want) <= bound) {
		t.Errorf("%s: %.5g, expected %.5g ± %.2g", what, got, want, bound)
	}
}

// areCounts checks counts of independent samples by Pearson's chi-square, at the level 1e-4 (quantile by Wilson and Hilferty, 1931). Cells
// from which fewer than five are expected are put together.
func areCounts(t *testing.T, what string, counts []int, want []float64) {
	t.Helper()
	total, sum := 0, 0.0
	for i, c := range counts {
		total += c
		sum += want[i]
	}
	chi, freedom := 0.0, -1.0
	got, expected := 0.0, 0.0
	for i, c := range counts {
		got += float64(c)
		expected += want[i] / sum * float64(total)
		if rest := expected >= 5; rest {
			chi += (got - expected) * (got - expected) / expected
			freedom++
			got, expected = 0, 0
		}
	}
	if expected > 0 { // a last cell that is too small
		chi += (got - expected) * (got - expected) / max(expected, 5)
	}
	bound := freedom * math.Pow(1-2/(9*freedom)+3.719*math.Sqrt(2/(9*freedom)), 3)
	t.Logf("%s: chi-square %.1f of %.0f, at most %.1f", what, chi, freedom, bound)
	if !(chi <= bound) {
		t.Errorf("%s: chi-square %.1f of %.0f, at most %.1f: %v", what, chi, freedom, bound, counts)
	}
}

// areFrom checks independent samples by the distance of Kolmogorov and Smirnov, at the level 1e-4.
func areFrom(t *testing.T, what string, samples []float64, below func(x float64) float64) {
	t.Helper()
	slices.Sort(samples)
	n, most := float64(len(samples)), 0.0
	for i, x := range samples {
		p := below(x)
		most = max(most, p-float64(i)/n, float64(i+1)/n-p)
	}
	bound := 2.226 / math.Sqrt(n)
	t.Logf("%s: Kolmogorov–Smirnov distance %.4f, at most %.4f", what, most, bound)
	if !(most <= bound) {
		t.Errorf("%s: Kolmogorov–Smirnov distance %.4f, at most %.4f", what, most, bound)
	}
}

// crowd makes n nodes; boot gets each with its index and the addresses of all. The present instant has not run.
func crowd(w *sim.World, n int, boot func(node *sim.Node, index int, all []netip.AddrPort)) {
	all := make([]netip.AddrPort, n)
	for i := range n {
		node := w.Node(fmt.Sprint("n", i), func(node *sim.Node) { boot(node, i, all) })
		all[i] = node.Addrs()[0]
	}
}
