package faults_test

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/sim"
)

// latencies are the rules of how long packets take.
var latencies = []fault{
	{"latency", latency},
	{"latency of a link", latencyOfALink},
	{"uniform", drawn(fixtures.Uniform(10*millisecond, 150*millisecond), func(s float64) float64 { return min(1, max(0, (s-.01)/.14)) })},
	{"normal", drawn(fixtures.Normal(100*millisecond, 20*millisecond), func(s float64) float64 { return phi((s - .1) / .02) })},
	{"lognormal", drawn(fixtures.Lognormal(50*millisecond, 500), func(s float64) float64 { return phi(math.Log(s/.05) / .5) })},
	{"weibull", drawn(fixtures.Weibull(80*millisecond, 1500), func(s float64) float64 { return 1 - math.Exp(-math.Pow(s/.08, 1.5)) })},
	{"pareto", drawn(fixtures.Pareto(20*millisecond, 2500), func(s float64) float64 { return max(0, 1-math.Pow(.02/s, 2.5)) })},
	{"internet", internet},
	{"latency matrix", latencyMatrix},
}

func phi(z float64) float64 { return math.Erfc(-z/math.Sqrt2) / 2 }

// latency: each packet takes so long, and delays add.
func latency(t *testing.T) {
	l := newLab(t, sim.Latency(second), sim.Latency(2*second))
	l.say(l.a, l.b, "x")
	l.Run(time.Minute)
	l.expect("3s b got x")
	l.account(sim.Ledger{Name: "latency 1s", Armed: true, Eligible: 1, Fired: 1, Changed: 1})
}

// latencyOfALink: one way, and one link.
func latencyOfALink(t *testing.T) {
	l := newLab(t)
	l.Link(fixtures.FromTo(l.a, l.b, sim.Latency(second)))
	l.say(l.a, l.b, "slow")
	l.say(l.b, l.a, "back")
	l.say(l.a, l.c, "beside")
	l.Run(time.Minute)
	l.expect("0s a got back", "0s c got beside", "1s b got slow")
	l.account(sim.Ledger{Name: "latency 1s", Armed: true, Eligible: 1, Fired: 1, Changed: 1})
}

// drawn is the test of a rule that draws a delay for each packet.
func drawn(rule sim.Rule, cdf func(seconds float64) float64) func(*testing.T) {
	return func(t *testing.T) {
		const n = 20_000
		l := newLab(t, rule)
		var delays []time.Duration
		for _, f := range l.stream(n) {
			delays = append(delays, f...)
		}
		if len(delays) != n {
			t.Fatalf("%d of %d arrived", len(delays), n)
		}
		fits(t, delays, cdf)
		if one := l.Ledgers()[0]; one.Eligible != n || one.Changed < n-1 {
			t.Fatalf("ledger %+v", one)
		}
	}
}

// internet: a distance of each pair's own that stays, jitter of each packet's own, and a loss of 0.2 %.
func internet(t *testing.T) {
	const n = 40_000
	l := newLab(t, fixtures.Internet)
	var delays []time.Duration
	for _, f := range l.stream(n) {
		delays = append(delays, f...)
	}
	near(t, "lost", n-len(delays), n, 2000)
	slices.Sort(delays)
	least := delays[0].Seconds()
	fits(t, delays, func(s float64) float64 {
		return phi(math.Log((s-least+2e-6)/.00024) / 1.245) // the least of so many jitters is 2 µs
	})
}

// latencyMatrix: each link takes what the matrix says for the sites of its ends.
func latencyMatrix(t *testing.T) {
	m, err := fixtures.ReadMatrix(strings.NewReader(",rome,oslo,lima\nrome,0,25,110\noslo,30,0,120\nlima,100,130,0\n"))
	if err != nil {
		t.Fatal(err)
	}
	l := newLab(t, m.InTurn())
	l.say(l.a, l.b, "rome→oslo")
	l.say(l.b, l.a, "oslo→rome")
	l.say(l.a, l.c, "rome→lima")
	l.Run(second)
	l.expect("25ms b got rome→oslo", "30ms a got oslo→rome", "110ms c got rome→lima")
}
