package properties

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/harness"
)

// broken is what comes of a world in which the law does not hold.
func broken() *verdict { return &verdict{end: end{panicked: "broken"}} }

// shown runs a race, and returns what was seen, in this order.
func shown(r *race, cores int, worlds uint64) (worldsSeen uint64, seen []*verdict) {
	r.see = func(v *verdict) { seen = append(seen, v) }
	r.idle = func() {}
	return r.run(cores, worlds), seen
}

func TestRaceEndsWithTheLowestWorldThatBreaks(t *testing.T) {
	later := make(chan struct{})
	r := &race{judge: func(i uint64) *verdict {
		switch i {
		case 4:
			<-later // world 5 is found first
			return broken()
		case 5:
			defer close(later)
			return broken()
		}
		return &verdict{events: i}
	}}
	n, seen := shown(r, 2, 100)
	if n != 5 || len(seen) != 5 || seen[4].held() || seen[3].events != 3 {
		t.Errorf("%d worlds, %d seen", n, len(seen))
	}
}

func TestRaceShowsWorldsInTheirOrder(t *testing.T) {
	for cores := range 5 {
		r := &race{judge: func(i uint64) *verdict { return &verdict{events: i} }}
		n, seen := shown(r, cores+1, 200)
		sorted := slices.IsSortedFunc(seen, func(a, b *verdict) int { return int(a.events) - int(b.events) })
		if n != 200 || len(seen) != 200 || !sorted {
			t.Errorf("%d cores: %d worlds, %d seen, in order: %v", cores+1, n, len(seen), sorted)
		}
	}
}

func TestRaceOutOfTimeTriesOneWorld(t *testing.T) {
	r := &race{judge: func(uint64) *verdict { return &verdict{} }, until: time.Unix(0, 0)}
	if n, _ := shown(r, 1, 100); n != 1 {
		t.Errorf("tried %d", n)
	}
}

func TestRaceLeavesNoWorkerBehind(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 20 {
		shown(&race{judge: func(i uint64) *verdict {
			if i == 7 {
				return broken()
			}
			return &verdict{}
		}}, 4, 1000)
	}
	for range 1000 {
		if runtime.NumGoroutine() <= before {
			return
		}
		runtime.Gosched()
		time.Sleep(time.Millisecond)
	}
	t.Errorf("%d goroutines, there were %d", runtime.NumGoroutine(), before)
}

func TestWorldSeedsDoNotRepeat(t *testing.T) {
	seen := map[int]uint64{}
	for i := range uint64(200_000) {
		seed := worldSeed(1<<30-1, i)
		if other, twice := seen[seed]; twice || seed < 0 || seed > 1<<31-1 {
			t.Fatalf("worlds %d and %d have the seed %d", i, other, seed)
		}
		seen[seed] = i
	}
}

func TestProgressIsSaidNowAndThen(t *testing.T) {
	clock := time.Unix(1000, 0)
	var out bytes.Buffer
	p := &progress{out: &out, now: func() time.Time { return clock }, began: clock, next: clock.Add(pause)}
	for i := range 13 {
		p.line(func(since time.Duration) string { return fmt.Sprintf("step %d after %v", i, since) })
		clock = clock.Add(time.Second)
	}
	if got, want := out.String(), "step 5 after 5s\nstep 10 after 10s\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	sweep := (&tally{worlds: 1500}).progress("all is well", Sweep{Worlds: 10_000}, 10*time.Second)
	if want := `the law "all is well": 1500 of 10000 worlds in 10s, 150 a second, all well so far`; sweep != want {
		t.Errorf("got %q", sweep)
	}
	endless := (&tally{worlds: 1500}).progress("all is well", Sweep{For: 5 * time.Minute}.filled(), 10*time.Second)
	if want := `the law "all is well": 1500 of as many as fit into 5m0s worlds in 10s, 150 a second, all well so far`; endless != want {
		t.Errorf("got %q", endless)
	}
}

func TestSweepsAskedForWrongly(t *testing.T) {
	for _, c := range []struct{ variable, value, want string }{
		{worldsVariable, "many", `OVERLAYTEST_WORLDS="many" is not a number of worlds: want one such as 10000`},
		{worldsVariable, "-1", `OVERLAYTEST_WORLDS="-1" is not a number of worlds: want one such as 10000`},
		{worldsVariable, "0", `OVERLAYTEST_WORLDS="0" is not a number of worlds: want one such as 10000`},
		{forVariable, "5", `OVERLAYTEST_FOR="5" is not a time: want one such as 90s or 5m`},
		{forVariable, "-5s", `OVERLAYTEST_FOR="-5s" is not a time: want one such as 90s or 5m`},
		{runsVariable, "all", `OVERLAYTEST_SHRINK_RUNS="all" is not a number of worlds: want one such as 10000`},
		{shrinkVariable, "long", `OVERLAYTEST_SHRINK_FOR="long" is not a time: want one such as 90s or 5m`},
	} {
		t.Run(c.variable+"="+c.value, func(t *testing.T) {
			t.Setenv(c.variable, c.value)
			if _, err := askedSweep(asking{}); err == nil || err.Error() != c.want {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestSweepsAskedFor(t *testing.T) {
	t.Setenv(worldsVariable, "10000")
	t.Setenv(forVariable, "5m")
	t.Setenv(runsVariable, "0")
	t.Setenv(shrinkVariable, "2m")
	got, err := askedSweep(asking{})
	if want := (Sweep{Worlds: 10_000, For: 5 * time.Minute, Runs: -1, Shrink: 2 * time.Minute}); err != nil || got != want {
		t.Errorf("got %+v, %v", got, err)
	}
}

// ending is a test with a deadline.
type ending struct{ harness.TB }

func (ending) Deadline() (time.Time, bool) { return time.Now().Add(time.Minute), true }

func TestSweepBeyondTheDeadlineIsRefused(t *testing.T) {
	t.Setenv(forVariable, "1h")
	_, err := askedSweep(ending{})
	want := "OVERLAYTEST_FOR=1h: go test ends in 1m0s, and a smaller world may take a minute to find: give it more with -timeout, or all with -timeout 0"
	if err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}

func TestTallySaysWhatNeverWas(t *testing.T) {
	all := &tally{worlds: 20,
		glimpses: []glimpse{{"an election", false}, {"a split", true}},
		idle:     []reason{{"the precondition \"two leaders\" never held", 20}, {"fault f1 (lose) never met a packet", 3}},
		kinds:    []kind{{"lose", 12, 12, 0}, {"cut", 12, 11, 5}, {"hold", 3, 3, 0}},
	}
	got := Finding{Law: "all is well", Worlds: 20, Never: all.never()}.vacuous()
	want := `the law "all is well" is vacuous: it held in 20 worlds, but
- nothing ever showed "an election"
- in every world: the precondition "two leaders" never held
- "lose" met nothing to act on in any of the 12 worlds that had it
where that is meant, its judge says r.AllowVacuous(why)`
	if got != want {
		t.Error(errors.New(got))
	}
	all.worlds = 5
	if few := all.never(); few != nil {
		t.Errorf("of five worlds: %q", few)
	}
}

func TestSummary(t *testing.T) {
	f := Finding{Law: "all is well", Worlds: 100, Events: 12_345, tally: &tally{
		kinds:   []kind{{"lose", 12, 2, 345}, {"churn crash", 40, 0, 1}},
		margins: []harness.Margin{{Promise: "Eventually Graph.Degrees", Used: 8e9, Bound: 60e9}},
	}}
	want := `the law "all is well" holds in 100 worlds, with 12345 events
churn crash: in 40 worlds, fired 1 time
lose: in 12 worlds, fired 345 times, vacuous in 2
widest margin of Eventually Graph.Degrees: 8s of 1m0s (13 %)`
	if got := f.summary(); got != want {
		t.Errorf("got:\n%s", got)
	}
}
