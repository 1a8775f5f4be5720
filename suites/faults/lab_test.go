// Package faults_test holds a conformance test for every fault and rule: a world that exercises it, and a check that it does what it says.
// TestStubs switches off the effect of each in turn, in the source of the engine, and demands that its test turns red.
package faults_test

import (
	"fmt"
	"math"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/sim"
)

// second and millisecond are the steps of the worlds here.
const (
	second      = time.Second
	millisecond = time.Millisecond
)

// lab is a world of nodes a, b, c, whose traffic is written down.
type lab struct {
	*sim.World
	t       *testing.T
	a, b, c *sim.Node
	seen    []string // what arrived and what was lost, and when
}

// newLab makes a lab from the one seed that all tests here use.
func newLab(t *testing.T, rules ...sim.Rule) *lab { return labFrom(t, 1987, rules...) }

func labFrom(t *testing.T, seed uint64, rules ...sim.Rule) *lab {
	t.Helper()
	l := &lab{World: sim.New(seed, rules...), t: t}
	hear := func(n *sim.Node) { n.Listen(func(_, _ netip.AddrPort, _ []byte) {}) }
	l.a, l.b, l.c = l.Node("a", hear), l.Node("b", hear), l.Node("c", hear)
	l.Run(0)
	l.Watch(l.note)
	t.Cleanup(l.Close)
	return l
}

// note writes down what happens to packets.
func (l *lab) note(e sim.Event) {
	switch e.Kind {
	case sim.Delivered:
		l.seen = append(l.seen, fmt.Sprintf("%v %v got %s", e.At, e.Node, e.Data))
	case sim.Dropped:
		l.seen = append(l.seen, fmt.Sprintf("%v %v lost %s: %s", e.At, e.Node, e.Data, e.Reason))
	}
}

// say sends a text.
func (l *lab) say(from, to *sim.Node, text string) {
	l.t.Helper()
	if err := from.Send(to.Addrs()[0], []byte(text)); err != nil {
		l.t.Fatal(err)
	}
}

// expect compares what was seen since the last time.
func (l *lab) expect(want ...string) {
	l.t.Helper()
	if !slices.Equal(l.seen, want) {
		l.t.Fatalf("seen %q\nwant %q", l.seen, want)
	}
	l.seen = nil
}

// ledger returns the account of that name.
func (l *lab) ledger(name string) sim.Ledger {
	l.t.Helper()
	all := l.Ledgers()
	i := slices.IndexFunc(all, func(one sim.Ledger) bool { return one.Name == name })
	if i < 0 {
		l.t.Fatalf("no ledger %q among %+v", name, all)
	}
	return all[i]
}

// account compares a ledger with what it should say.
func (l *lab) account(want sim.Ledger) {
	l.t.Helper()
	if got := l.ledger(want.Name); got != want {
		l.t.Fatalf("ledger %+v\nwant   %+v", got, want)
	}
}

// fate is what became of one packet: the delay of each arrival, none when it was lost.
type fate []time.Duration

// stream has a send n packets to b, one a millisecond from the start of the world on, and returns what became of each an hour later.
func (l *lab) stream(n int) []fate {
	l.t.Helper()
	fates := make([]fate, n)
	l.b.Listen(func(_, _ netip.AddrPort, data []byte) {
		var i int
		fmt.Sscan(string(data), &i)
		fates[i] = append(fates[i], l.Elapsed()-time.Duration(i)*millisecond)
	})
	for i := range n {
		l.say(l.a, l.b, fmt.Sprint(i))
		l.Run(millisecond)
	}
	l.Run(time.Hour)
	return fates
}

// near demands that of n draws with chance c as many succeeded as a fair coin allows: at most 5 standard deviations off, which a correct
// one misses for 1 seed in 1,700,000; the seeds are fixed.
func near(t *testing.T, what string, got, n int, c sim.Chance) {
	t.Helper()
	p := float64(c) / 1e6
	mean, sd := float64(n)*p, math.Sqrt(float64(n)*p*(1-p))
	if math.Abs(float64(got)-mean) > 5*sd+0.5 {
		t.Fatalf("%s: %d of %d, want %.0f ± %.0f", what, got, n, mean, 5*sd)
	}
}

// fits demands that delays follow a distribution, by the test of Kolmogorov and Smirnov: the distance stays below 2.8/√n, which a correct
// one misses for 1 seed in 3,000,000 (2·exp(-2·2.8²)); the seeds are fixed.
func fits(t *testing.T, delays []time.Duration, cdf func(seconds float64) float64) {
	t.Helper()
	slices.Sort(delays)
	n, worst := float64(len(delays)), 0.0
	for i, d := range delays {
		f := cdf(d.Seconds())
		worst = max(worst, f-float64(i)/n, float64(i+1)/n-f)
	}
	if limit := 2.8 / math.Sqrt(n); worst > limit || n == 0 {
		t.Fatalf("%d delays from %v to %v: %.4f away from the distribution, at most %.4f", len(delays), delays[0], delays[len(delays)-1], worst, limit)
	}
}
