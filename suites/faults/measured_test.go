package faults_test

import (
	"math"
	"net/netip"
	"slices"
	"testing"
	"time"

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
	{"cities", distances("cities")},
	{"continents", distances("continents")},
	{"coordinates", distances("coordinates", int64(100*millisecond), int64(20*millisecond))},
	{"simblock-2015", simblock("simblock-2015")},
	{"simblock-2019", simblock("simblock-2019")},
	{"pings", pings},
	{"loglogistic", drawn(fixtures.LogLogistic(20*millisecond, 2000), func(s float64) float64 { return 1 / (1 + math.Pow(s/.02, -2)) })},
	{"correlated", swell("correlated", 50*millisecond, int64(50*millisecond), 800, 800_000, int64(100*millisecond))},
	{"overloaded", swell("overloaded", 85*millisecond)},
	{"rfc8868", rfc8868},
	{"route-flap", routeFlap},
	{"link-failure", linkFailure},
	{"g1050", g1050},
	{"g1050-profile", g1050Profile},
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

// distances: each pair has its own, the same in both directions and for every packet.
func distances(name string, params ...int64) func(*testing.T) {
	return func(t *testing.T) {
		l := newLab(t, named(t, name, params...))
		for _, more := range []string{"q", "r", "s", "t"} {
			l.Node(more, func(n *sim.Node) { n.Listen(func(_, _ netip.AddrPort, _ []byte) {}) })
		}
		l.Run(0)
		took := map[string]time.Duration{}
		l.Watch(func(e sim.Event) {
			if e.Kind == sim.Delivered {
				took[e.Peer.Name()+e.Node.Name()+string(e.Data)] = e.At
			}
		})
		for _, one := range []string{"1", "2"} {
			for _, from := range l.Nodes() {
				for _, to := range l.Nodes() {
					l.say(from, to, one)
				}
			}
		}
		l.Run(second)
		kinds := map[time.Duration]bool{}
		for _, pair := range []string{"ab", "ac", "aq", "ar", "as", "at", "bc", "cq", "qr", "rs", "st"} {
			there, back := took[pair+"1"], took[pair[1:]+pair[:1]+"1"]
			if there < millisecond || there != back || took[pair+"2"] != there {
				t.Fatalf("%s: %v there, %v back, the second took %v", pair, there, back, took[pair+"2"])
			}
			kinds[there] = true
		}
		if len(kinds) < 3 {
			t.Fatalf("every pair takes %v", kinds)
		}
		l.account(sim.Ledger{Name: l.Ledgers()[0].Name, Armed: true, Eligible: 98, Fired: 98, Changed: 98})
	}
}

// simblock: a Pareto distribution of each pair of regions' own, at least 5 ms below its mean: so half of the packets take between 1/2 and 4/5
// of the 5 ms on top that the mean of an exponential one would give.
func simblock(name string) func(*testing.T) {
	return func(t *testing.T) {
		const n = 5000
		l := newLab(t, named(t, name))
		var delays []time.Duration
		for _, f := range l.stream(n) {
			delays = append(delays, f...)
		}
		slices.Sort(delays)
		least, median := delays[0], delays[n/2]
		if least < 3*millisecond || least%millisecond > 50*time.Microsecond || median-least < 2*millisecond || median-least > 4*millisecond {
			t.Fatalf("at least %v, in the median %v", least, median)
		}
		if one := l.Ledgers()[0]; one.Eligible != n || one.Changed != n {
			t.Fatalf("ledger %+v", one)
		}
	}
}
