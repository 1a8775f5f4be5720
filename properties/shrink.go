package properties

import (
	"iter"
	"sync"
	"time"

	"github.com/overlaytest/overlaytest/harness"
)

// shrinker looks for a smaller world that breaks the same promise. It asks for one thing less at a time, the large ones first, and starts
// over when it has changed anything, until nothing can be left out; the seed stays, because another seed is another world.
//
// It judges several candidates at a time, and takes the first in order that breaks the promise: the others are forgotten, as if they had
// never been judged. So the result and the count of runs do not depend on how many they are.
type shrinker struct {
	judge  func(s harness.Scenario) *verdict
	known  sample
	within func(s harness.Scenario) error // nil: anything
	cores  int
	budget int // of runs
	until  time.Time
	tick   func(x *shrinker)

	best     *verdict
	early    string // why the search ended before there was nothing left to try, "" when there was nothing
	seedless bool   // every other seed breaks the promise too
	runs     int
	work     time.Duration   // of all runs, the forgotten ones too
	rejected map[string]bool // scenarios that did not break the promise
}

// spot is where among the candidates of an axis one stands, so that the search goes on from there when it is taken.
type spot struct{ size, from int }

// axis is one way in which a scenario can be smaller. It lists the smaller scenarios from a spot on; the zero spot is the start.
type axis func(s harness.Scenario, from spot) iter.Seq2[spot, harness.Scenario]

// candidate is a smaller scenario.
type candidate struct {
	spot     spot
	scenario harness.Scenario
	key      string
}

// shrink is the search.
func (x *shrinker) shrink() {
	x.rejected = map[string]bool{}
	axes := x.axes()
	for improved := true; improved && !x.spent(); {
		for improved = x.rounds(axes); improved; improved = x.rounds(axes) {
		}
		improved = x.descend(seeds)
	}
	x.early = x.short()
	x.seedless = x.early == "" && x.breaksAnyway()
}

// breaksAnyway reports whether the smallest scenario breaks the promise with every other seed too.
func (x *shrinker) breaksAnyway() bool {
	for _, seed := range seedsBeside(x.best.scenario.Seed) {
		s := x.best.scenario
		s.Seed = seed
		x.runs++
		v := x.judge(s)
		x.work += v.took
		if !v.breaks(x.best.breach) {
			return false
		}
	}
	return true
}

// rounds goes along every axis once.
func (x *shrinker) rounds(axes []axis) (improved bool) {
	for _, a := range axes {
		improved = x.descend(a) || improved
	}
	return improved
}

// descend goes along one axis for as long as that leads to smaller worlds.
func (x *shrinker) descend(a axis) (improved bool) {
	at := spot{}
	for !x.spent() {
		taken, ok := x.first(a(x.best.scenario, at))
		if !ok {
			return improved
		}
		at, improved = taken, true
	}
	return improved
}

// spent reports whether the budget is.
func (x *shrinker) spent() bool { return x.runs >= x.budget || time.Now().After(x.until) }

// first takes the first of the candidates that breaks the promise.
func (x *shrinker) first(candidates iter.Seq2[spot, harness.Scenario]) (taken spot, ok bool) {
	var batch []candidate
	for m, s := range candidates {
		if !x.known.allows(s) || s.Validate() != nil || x.within != nil && x.within(s) != nil {
			continue
		}
		if c := (candidate{m, s, scenarioKey(s)}); x.fresh(c, batch) {
			batch = append(batch, c)
		}
		if len(batch) == 0 || len(batch) < min(x.cores, x.budget-x.runs) {
			continue
		}
		if taken, ok = x.firstOf(batch); ok || x.spent() {
			return taken, ok
		}
		batch = batch[:0]
	}
	return x.firstOf(batch)
}

// fresh reports whether a candidate has not been judged yet, nor will be before it.
func (x *shrinker) fresh(c candidate, before []candidate) bool {
	for _, b := range before {
		if b.key == c.key {
			return false
		}
	}
	return !x.rejected[c.key]
}

// firstOf judges a few candidates at once.
func (x *shrinker) firstOf(batch []candidate) (taken spot, ok bool) {
	verdicts := make([]*verdict, len(batch))
	var judging sync.WaitGroup
	for i, c := range batch {
		judging.Go(func() { verdicts[i] = x.judge(c.scenario) })
	}
	judging.Wait()
	for _, v := range verdicts {
		x.work += v.took
	}
	for i, c := range batch {
		x.runs++
		if v := verdicts[i]; v.breaks(x.best.breach) {
			x.best = v
			x.tick(x)
			return c.spot, true
		}
		x.rejected[c.key] = true
	}
	x.tick(x)
	return spot{}, false
}

// scenarioKey is equal for equal scenarios.
func scenarioKey(s harness.Scenario) string { return (&verdict{scenario: s}).json() }
