package harness

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/overlaytest/overlaytest/sim"
)

// Trial is what came of a judge that was tried with [Try].
type Trial struct {
	// Breach is what broke, nil when everything held.
	Breach *Breach
	// Logs are the lines that the judge logged.
	Logs []string
	// Digest, Events and Elapsed are those of the first world that the judge made, at the end.
	Digest  uint64
	Events  uint64
	Elapsed time.Duration
	// Ledgers are the accounts of what a scenario has: of its faults, its churn, its workload.
	Ledgers []sim.Ledger
	// Vacuous is why the run proves nothing, empty when it does.
	Vacuous []string
}

// Try has play make and judge a world with a test of its own, whose failure is not that of t but what Try returns. Watch is told every world
// that play makes, before it has any node. Of t only the name is asked, so that several goroutines may try worlds for one test.
//
// A panic with which a framework ends or skips the real test passes through.
func Try(t TB, play func(t TB), watch ...func(w *World)) *Trial {
	x := &trial{name: t.Name(), watch: watch}
	x.run(play)
	return &x.Trial
}

// try has the world of a scenario played and judged once more.
func (a *Account) try(t TB, s Scenario, watch ...func(w *World)) (tried *Trial) {
	play := func() { tried = Try(t, func(t TB) { a.Play(t, s) }, watch...) }
	if a.Around == nil {
		play()
	} else {
		a.Around(s.Seed, play)
	}
	return tried
}

// trial is the test that a judge has while it is tried.
type trial struct {
	Trial
	name     string
	watch    []func(*World)
	first    *World
	cleanups []func()
}

// tried is what ends a judge whose test failed.
type tried struct{}

// EndsTest has worlds pass it on.
func (tried) EndsTest() {}

func (x *trial) run(play func(t TB)) {
	defer func() {
		x.finish()
		if p := recover(); p != nil && p != (tried{}) {
			panic(p)
		}
	}()
	play(x)
}

// finish takes down what became of the world, and cleans up.
func (x *trial) finish() {
	if w := x.first; w != nil {
		x.Digest, x.Events, x.Elapsed = w.Digest(), w.Events(), w.Elapsed()
		if w.ledgers != nil {
			x.Ledgers = w.ledgers()
		}
	}
	for i := len(x.cleanups) - 1; i >= 0; i-- {
		x.clean(x.cleanups[i])
	}
}

// clean runs one cleanup. One that fails the test, such as that of a Sometimes that never was so, keeps no other from running. One that panics
// fails it: such as World.Close, where programs leave goroutines behind.
func (x *trial) clean(cleanup func()) {
	defer func() {
		switch p := recover(); {
		case p == nil || p == (tried{}):
		case ofTheTest(p):
			panic(p)
		case x.Breach == nil:
			x.Breach = x.worded(fmt.Sprint(p))
		}
	}()
	cleanup()
}

// opened is told a new world.
func (x *trial) opened(w *World) {
	if x.first == nil {
		x.first = w
	}
	for _, watch := range x.watch {
		watch(w)
	}
}

func (x *trial) Helper()                    {}
func (x *trial) Name() string               { return x.name }
func (x *trial) Failed() bool               { return x.Breach != nil }
func (x *trial) Cleanup(f func())           { x.cleanups = append(x.cleanups, f) }
func (x *trial) Logf(form string, a ...any) { x.Logs = append(x.Logs, fmt.Sprintf(form, a...)) }

// Vacuous notes why the run proves nothing.
func (x *trial) Vacuous(reasons []string) { x.Trial.Vacuous = reasons }

// Breached notes what broke, and ends the judge. What breaks first counts.
func (x *trial) Breached(b *Breach) {
	if x.Breach == nil {
		x.Breach = b
	}
	panic(tried{})
}

// Fatalf notes words that are not a world's: the judge's own, or Gomega's.
func (x *trial) Fatalf(form string, a ...any) {
	b := x.worded(fmt.Sprintf(form, a...))
	if place, own := failingPlace(); own {
		b.place, b.own, b.headline = place, true, place+": "+b.headline
	}
	x.Breached(b)
}

// worded is a breach of which there are words alone.
func (x *trial) worded(text string) *Breach {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	b := &Breach{headline: lines[0], details: lines[1:]}
	if x.first != nil {
		b.at, b.seed = x.first.Elapsed(), x.first.Seed()
	}
	return b
}

// failingPlace is the file and line that called Fatalf, or Gomega's Expect, and whether that is the judge's own: not ours.
func failingPlace() (place string, own bool) {
	pcs := make([]uintptr, 16)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	for {
		f, more := frames.Next()
		if !more || strings.HasPrefix(f.Function, modulePath+"harness.") {
			return "", false
		}
		if !strings.HasPrefix(f.Function, "github.com/onsi/gomega") {
			return fmt.Sprintf("%s:%d", filepath.Base(f.File), f.Line), true
		}
	}
}
