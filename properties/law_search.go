package properties

import (
	"fmt"
	"sync"
	"time"

	"github.com/overlaytest/overlaytest/harness"
)

// Finding is what a search has found.
type Finding struct {
	// Law is the law's name.
	Law string
	// Worlds is how many were tried, up to the first in which the law did not hold, and World the number of that one, from 1; 0: there is
	// none.
	Worlds, World uint64
	// Events is how much happened in all of them.
	Events uint64
	// Time is how long that took, and CPU the time of all cores: the process's, or how long the worlds took one by one where that is unknown.
	Time, CPU time.Duration
	// Breach is what broke in the smallest world found, nil when nothing did, and Digest that of its run.
	Breach *harness.Breach
	Digest uint64
	// Drawn is the first scenario in which the law did not hold, and Scenario the smallest one found.
	Drawn, Scenario harness.Scenario
	// Flaky says how a scenario came to something else when it was played again, "" when it did not; Breach is what broke the first time.
	Flaky string
	// Runs is how many worlds were judged to find the smallest one, ShrinkTime how long that took and ShrinkCPU the time of all cores.
	Runs                  int
	ShrinkTime, ShrinkCPU time.Duration
	// Kept says what is left of what was drawn: "3 of 24 nodes, 1 of 7 faults". Moot lists what else did not matter: "the latency". Short is
	// why the search for a smaller one ended before there was nothing left to try, "" when there was nothing.
	Kept  string
	Moot  []string
	Short string
	// Never lists what should have been so in some world and never was: what a Sometimes said, and kinds of faults that met nothing to act on.
	Never []string

	saved   bool     // by whoever keeps the scenario already
	ended   *verdict // what ended the search, if that was neither a breach nor the number of worlds
	tally   *tally
	planned Sweep
}

// Verdict is what the search came to.
func (f Finding) Verdict() harness.Verdict {
	switch {
	case f.Flaky != "":
		return harness.Flaky
	case f.Breach != nil && f.Breach.IsError():
		return harness.Errored
	case f.Breach != nil:
		return harness.Failed
	case len(f.Never) > 0:
		return harness.Vacuous
	}
	return harness.Passed
}

// Search tries the law on worlds, as [Law.Check] does, and returns what came of it instead of failing a test. A law that lacks a field is a
// programmer's error and panics. When the judge ends the test around it, Search ends its goroutine in the same way.
func (l Law[O]) Search(s Sweep) Finding {
	if missing := l.missing(); missing != "" {
		panic(fmt.Sprintf("properties: the law %q has no %s", l.Name, missing))
	}
	f := l.search("", s, nil)
	if f.ended != nil {
		f.ended.endTest()
	}
	return f
}

// search is Search, with the name of the test that asks, and case files for what is being played.
func (l Law[O]) search(test string, s Sweep, cases *harness.Cases) Finding {
	s = l.filled(s)
	f := Finding{Law: l.Name, planned: s, tally: &tally{}}
	began, say, spent := time.Now(), newProgress(), startCPU()
	base := baseSeed(s.Seed, l.Name)
	var last *verdict
	var drawing sync.Mutex
	r := &race{
		judge: func(i uint64) *verdict {
			return l.judge(test, cases, func() harness.Scenario {
				drawing.Lock() // generators are not made for several goroutines: Deferred, and all that fail to draw
				defer drawing.Unlock()
				return l.Space.Example(worldSeed(base, i))
			})
		},
		see: func(v *verdict) {
			last = v
			f.tally.add(v)
		},
		idle: func() { say.line(func(d time.Duration) string { return f.tally.progress(l.Name, s, d) }) },
	}
	if s.For > 0 {
		r.until = began.Add(s.For)
	}
	f.Worlds = r.run(s.Cores, s.Worlds)
	f.Time, f.CPU, f.Events = time.Since(began), spent(f.tally.cpu), f.tally.events
	f.Never = f.tally.never()
	l.conclude(&f, last, cases)
	return f
}

// conclude takes up what came of the last world tried.
func (l Law[O]) conclude(f *Finding, last *verdict, cases *harness.Cases) {
	if last.end != (end{}) {
		f.ended = last
	}
	if last.breach == nil {
		return
	}
	f.World, f.Never = f.Worlds, nil
	f.Drawn, f.Scenario, f.Breach, f.Digest = last.scenario, last.scenario, last.breach, last.digest
	if cases != nil {
		defer cases.Begin(last.scenario)() // whoever ends the process meanwhile finds it there
	}
	if again := l.again(last, cases); !last.same(again) {
		f.Flaky = last.differs(again)
	} else if f.planned.Runs > 0 {
		l.minimise(f, last, cases)
	}
}

// again plays a scenario again.
func (l Law[O]) again(v *verdict, cases *harness.Cases) *verdict {
	return l.judge(v.test, cases, func() harness.Scenario { return v.scenario })
}

// minimise looks for a smaller world than the one that a search has found.
func (l Law[O]) minimise(f *Finding, first *verdict, cases *harness.Cases) {
	began, say, spent := time.Now(), newProgress(), startCPU()
	x := &shrinker{
		judge: func(s harness.Scenario) *verdict {
			return l.judge(first.test, cases, func() harness.Scenario { return s })
		},
		known:  takeSample(l.Space, first.scenario),
		within: l.Within,
		cores:  f.planned.Cores,
		budget: f.planned.Runs,
		until:  began.Add(f.planned.Shrink),
		tick:   func(x *shrinker) { say.line(func(d time.Duration) string { return x.progress(f.Drawn, d) }) },
		best:   first,
	}
	if x.within == nil && Usual.Holds(first.scenario) == nil {
		x.within = Usual.Holds
	}
	x.shrink()
	f.Scenario, f.Breach, f.Digest, f.Runs = x.best.scenario, x.best.breach, x.best.digest, x.runs
	f.Kept, f.Moot, f.Short = kept(f.Drawn, f.Scenario), x.moot(f.Drawn), x.early
	f.ShrinkTime, f.ShrinkCPU = time.Since(began), spent(x.work)
	if again := l.again(x.best, cases); !x.best.same(again) {
		f.Flaky = x.best.differs(again)
	}
}

// well reports whether nothing was found.
func (f Finding) well() bool { return f.ended == nil && f.Breach == nil && len(f.Never) == 0 }
