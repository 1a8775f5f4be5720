package sim

import (
	"math"
	"math/big"
	"net/netip"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// change is a node's clock getting another rate, of the model.
type change struct{ at, ppm int64 }

// ahead is how far a clock that has had these rates is ahead of the world at an instant: exactly, as a fraction.
func aheadOf(changes []change, t int64) *big.Rat {
	sum := new(big.Rat)
	for i, c := range changes {
		end := t
		if i+1 < len(changes) {
			end = min(t, changes[i+1].at)
		}
		if end > c.at {
			sum.Add(sum, new(big.Rat).Mul(big.NewRat(c.ppm, 1_000_000), big.NewRat(end-c.at, 1)))
		}
	}
	return sum
}

// readingOf is what such a clock reads, rounded down to a nanosecond.
func readingOf(changes []change, t int64) int64 {
	r := aheadOf(changes, t)
	return t + new(big.Int).Div(r.Num(), r.Denom()).Int64() // Div rounds down for a positive divisor
}

var ppms = rapid.OneOf(rapid.Int64Range(slowest, fastest), rapid.SampledFrom([]int64{0, 1, -1, 50, -50, 333_333, slowest, fastest}))

func TestClocksAgainstExactFractions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := New(1)
		n := w.Node("n", nil)
		changes := []change{}
		var skew, stepped time.Duration
		off := rapid.Map(rapid.Int64Range(-1e12, 1e12), func(i int64) time.Duration { return time.Duration(i) })
		far := rapid.Map(rapid.OneOf(rapid.Int64Range(0, 5e6), rapid.Int64Range(0, int64(50*24*time.Hour))), func(i int64) time.Duration { return time.Duration(i) })
		read := func() time.Duration {
			return time.Duration(readingOf(changes, int64(w.Elapsed()))) + skew + stepped
		}
		t.Repeat(map[string]func(*rapid.T){
			"run":  func(t *rapid.T) { w.Run(far.Draw(t, "for")) },
			"skew": func(t *rapid.T) { skew = off.Draw(t, "by"); n.Skew(skew) },
			"step": func(t *rapid.T) { d := off.Draw(t, "by"); stepped += d; n.Step(d) },
			"drift": func(t *rapid.T) {
				ppm := ppms.Draw(t, "ppm")
				before := n.Now()
				n.Drift(ppm)
				changes = append(changes, change{int64(w.Elapsed()), ppm})
				if !n.Now().Equal(before) {
					t.Fatalf("the clock jumped from %v to %v", before, n.Now())
				}
			},
			"correct": func(*rapid.T) {
				n.Correct()
				skew, stepped = 0, stepped+skew+w.Elapsed()-read()
			},
			"crash": func(*rapid.T) { n.Restart() },
			"": func(t *rapid.T) {
				if got, want := n.Now(), Epoch.Add(read()); !got.Equal(want) {
					t.Fatalf("%v: the clock shows %v, want %v", w.Elapsed(), got, want)
				}
			},
		})
	})
}

// readingsOf is readingOf for all instants to an end, added up nanosecond by nanosecond.
func readingsOf(changes []change, end int64) (reads []int64) {
	var millionths, ppm int64
	for at := range end + 1 {
		for _, c := range changes {
			if c.at == at {
				ppm = c.ppm
			}
		}
		whole := millionths / 1_000_000
		if millionths < whole*1_000_000 {
			whole--
		}
		reads = append(reads, at+whole)
		millionths += ppm
	}
	return reads
}

// TestTimersAgainstASearch: a timer of d fires in the first nanosecond of the world in which the clock reads what it read plus d, whatever
// becomes of its rate; a periodic one likewise for each of its periods.
func TestTimersAgainstASearch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const end = 4_000
		w := New(1)
		n := w.Node("n", nil)
		var changes []change
		type plan struct {
			set, first, period int64
			got                []int64
		}
		var plans []*plan
		for range rapid.IntRange(0, 4).Draw(t, "changes") {
			changes = append(changes, change{rapid.Int64Range(0, end/2).Draw(t, "at"), ppms.Draw(t, "ppm")})
		}
		slices.SortStableFunc(changes, func(a, b change) int { return int(a.at - b.at) })
		for _, c := range changes {
			w.After(time.Duration(c.at), func() { n.Drift(c.ppm) })
		}
		for range rapid.IntRange(1, 6).Draw(t, "timers") {
			p := &plan{set: rapid.Int64Range(0, end/2).Draw(t, "set"), first: rapid.Int64Range(0, end/4).Draw(t, "first"), period: rapid.Int64Range(0, end/8).Draw(t, "period")}
			plans = append(plans, p)
			fired := func() { p.got = append(p.got, int64(w.Elapsed())) }
			w.After(time.Duration(p.set), func() {
				if p.period > 3 {
					n.Every(time.Duration(p.first), time.Duration(p.period), fired)
				} else {
					n.After(time.Duration(p.first), fired)
				}
			})
		}
		w.Run(end)
		reads := readingsOf(changes, end)
		for _, p := range plans {
			var want []int64
			due := reads[p.set] + p.first
			for at := p.set; at <= end; at++ {
				if reads[at] < due {
					continue
				}
				want = append(want, at)
				if p.period <= 3 {
					break
				}
				due += p.period
			}
			if !slices.Equal(p.got, want) {
				t.Fatalf("timer %+v under %v fired at %v, want %v", *p, changes, p.got, want)
			}
		}
	})
}

func TestADriftingTimerIsExactAfterMonths(t *testing.T) {
	w := New(1)
	n := w.Node("n", nil)
	n.Drift(-37)
	fired := 0
	n.Every(time.Second, time.Second, func() {
		fired++
		changes := []change{{0, -37}}
		if now := int64(w.Elapsed()); readingOf(changes, now) < int64(fired)*1e9 || readingOf(changes, now-1) >= int64(fired)*1e9 {
			t.Fatalf("period %d ended at %d", fired, now)
		}
	})
	w.Run(30_000 * time.Second)
	if fired != 29_998 { // 37 ppm of 30,000 s are 1.11 s
		t.Fatalf("fired %d times", fired)
	}
}

func TestStoppingADriftingTimer(t *testing.T) {
	w := New(1)
	n := w.Node("n", nil)
	fired := 0
	id := n.After(time.Second, func() { fired++ })
	n.Drift(fastest)
	if !n.Stop(id) || n.Stop(id) {
		t.Fatal("a timer of a clock that drifts cannot be stopped once")
	}
	n.After(math.MaxInt64, func() { fired++ })
	w.Run(time.Hour)
	if fired != 0 {
		t.Fatal("a stopped timer fired, or one at the end of time")
	}
	if w.Events() != 1 {
		t.Fatalf("%d events: what is left of a timer is none", w.Events())
	}
}

func TestTheClockIsTheMachines(t *testing.T) {
	w := New(1)
	n := w.Node("n", nil)
	n.Skew(time.Hour)
	n.Drift(1000)
	n.Crash()
	w.Run(1000 * time.Second)
	n.Restart()
	if got := n.Now().Sub(w.Now()); got != time.Hour+time.Second {
		t.Fatalf("after a crash the clock is %v fast", got)
	}
	n.Step(-time.Hour)
	n.Drift(0)
	w.Run(time.Second)
	if got := n.Now().Sub(w.Now()); got != time.Second {
		t.Fatalf("stepped back, without drift, it is %v fast", got)
	}
	n.Correct()
	if !n.Now().Equal(w.Now()) {
		t.Fatalf("set right, it shows %v, not %v", n.Now(), w.Now())
	}
}

func TestImpossibleClocksPanic(t *testing.T) {
	n := New(1).Node("n", nil)
	for _, do := range []func(){func() { n.Drift(slowest - 1) }, func() { n.Drift(fastest + 1) }, func() { n.Slow(-1) }, func() { n.LateTimers(-1) },
		func() { n.Skew(math.MinInt64) }, func() { n.Step(farthest + 1) }, func() { n.Step(-farthest); n.Step(-1) }} {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			do()
		}()
	}
}

// TestWorldsDoNotSeeSkewedClocks: timers follow the drift alone.
func TestWorldsDoNotSeeSkewedClocks(t *testing.T) {
	run := func(change func(n *Node)) (times []time.Duration) {
		w := New(1, Latency(time.Millisecond))
		a, b := w.Node("a", nil), w.Node("b", nil)
		change(a)
		b.Listen(func(_, _ netip.AddrPort, _ []byte) { times = append(times, w.Elapsed()) })
		a.Every(time.Second, time.Second, func() { _ = a.Send(b.Addrs()[0], nil) })
		w.Run(time.Minute)
		return times
	}
	right := run(func(*Node) {})
	for name, change := range map[string]func(n *Node){"skew": func(n *Node) { n.Skew(time.Hour) }, "step": func(n *Node) { n.Step(-time.Hour) }, "correct": (*Node).Correct} {
		if got := run(change); !slices.Equal(got, right) {
			t.Errorf("%s: timers noticed: %v", name, got)
		}
	}
	if got := run(func(n *Node) { n.Drift(-500_000) }); len(got) != 29 || got[0] != 2*time.Second+time.Millisecond {
		t.Errorf("at half the speed packets came at %v", got)
	}
}
