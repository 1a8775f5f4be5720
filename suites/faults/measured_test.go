package faults_test

import (
	"math"
	"testing"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/sim"
)

// measured are the rules whose figures were measured, and their kin.
var measured = []fault{
	{"gilbert", bursts("gilbert", 100_000, 5000)},
	{"gilbert-elliott", bursts("gilbert-elliott", 20_000, 180_000, 0, 1_000_000)},
	{"fading", bursts("fading", int64(45*millisecond), int64(5*millisecond), 0, 1_000_000)},
	{"loss-clean", bursts("loss-clean")},
	{"loss-wired", bursts("loss-wired")},
	{"loss-residential", bursts("loss-residential")},
	{"loss-wifi-busy", bursts("loss-wifi-busy")},
	{"loss-mobile-edge", bursts("loss-mobile-edge")},
	{"loss-storm", bursts("loss-storm")},
}

// named is a rule by its name.
func named(t *testing.T, name string, params ...int64) sim.Rule {
	t.Helper()
	rule, err := fixtures.RuleNamed(name, params...)
	check(t, err)
	return rule
}

// lengths are what the loss rules here come to: the share they lose, and how many packets in a row.
var lengths = map[string]struct{ loss, burst float64 }{
	"gilbert": {.1, 5}, "gilbert-elliott": {.1, 1 / .18}, "fading": {.1, 1 / (.9 * (1 - math.Exp(-1./45-1./5)))},
	"loss-clean": {.0005, 1.2}, "loss-wired": {.002, 1.5}, "loss-residential": {.01, 3},
	"loss-wifi-busy": {.03, 5}, "loss-mobile-edge": {.05, 8}, "loss-storm": {.2, 20},
}

// bursts: a share of the packets is lost, and so many in a row on the average. A chain's share of n is off by at most 5 standard deviations of
// 2·burst/n·share, and a geometric mean by 5 of its own.
func bursts(name string, params ...int64) func(*testing.T) {
	return func(t *testing.T) {
		const n = 40_000
		l, want := newLab(t, named(t, name, params...)), lengths[name]
		lost, inRow, before := 0.0, 0.0, true
		for _, f := range l.stream(n) {
			if len(f) == 0 {
				lost++
				if before {
					inRow++
				}
			}
			before = len(f) > 0
		}
		if off := 5 * math.Sqrt(2*want.burst*want.loss/n); lost == 0 || math.Abs(lost/n-want.loss) > off {
			t.Fatalf("a share of %.5f is lost, want %.5f ± %.5f", lost/n, want.loss, off)
		}
		if off := 5*want.burst/math.Sqrt(inRow) + .5; math.Abs(lost/inRow-want.burst) > off {
			t.Fatalf("%.3f in a row, want %.3f ± %.3f", lost/inRow, want.burst, off)
		}
		if one := l.Ledgers()[0]; one.Eligible != n || one.Dropped != uint64(lost) {
			t.Fatalf("ledger %+v", one)
		}
	}
}
