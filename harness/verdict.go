package harness

import (
	"fmt"
	"time"

	"github.com/overlaytest/overlaytest/sim"
)

// Verdict is how a run ended.
type Verdict string

// The verdicts. That a run is flaky takes another one of the same scenario to find out.
const (
	Passed  Verdict = "pass"    // every promise was kept, and all that was to go wrong did
	Failed  Verdict = "fail"    // a promise was broken
	Vacuous Verdict = "vacuous" // a fault never met anything to act on, or a precondition never held: the run proves nothing
	Flaky   Verdict = "flaky"   // two runs of one scenario disagree
	Errored Verdict = "error"   // the overlay or the test panicked, or the world ran away
)

// Verdict returns how the run ends, as far as it has come, and the reasons for anything but a pass.
func (r *Run[O]) Verdict() (v Verdict, reasons []string) {
	switch {
	case r.broke != nil && r.broke.IsError():
		return Errored, []string{r.broke.headline}
	case r.broke != nil:
		return Failed, []string{r.broke.headline}
	case r.T.Failed():
		return Failed, []string{"the test itself failed"}
	}
	if reasons := r.vacuous(); len(reasons) > 0 {
		return Vacuous, reasons
	}
	return Passed, nil
}

// Given states a precondition: without it, what the test or law goes on to demand is empty. Held is asked now and after every event, until it
// holds. If it never does, the run is vacuous.
func (r *Run[O]) Given(what string, held func() bool) {
	if held() {
		return
	}
	g := &given{what: what}
	r.givens = append(r.givens, g)
	var uncheck func()
	uncheck = r.Check(func(*sim.Node) {
		if held() {
			g.held = true
			uncheck()
		}
	})
}

// given is a precondition that did not hold at once.
type given struct {
	what string
	held bool
}

// AllowVacuous says why this run may prove nothing: then it passes all the same.
func (r *Run[O]) AllowVacuous(why string) { r.allowed = why }

// vacuous are the reasons why a run that was played proves nothing, and may not.
func (r *Run[O]) vacuous() (reasons []string) {
	if !r.played || r.allowed != "" {
		return nil
	}
	reasons = r.unmet()
	for _, g := range r.givens {
		if !g.held {
			reasons = append(reasons, fmt.Sprintf("the precondition %q never held", g.what))
		}
	}
	return reasons
}

const nothingProved = "the run proves nothing: it was vacuous"

// judgeVacuity ends a run: one that proves nothing fails its test, unless the test keeps count of such runs with a method
// Vacuous(reasons []string).
func (r *Run[O]) judgeVacuity() {
	r.T.Helper()
	v, reasons := r.Verdict()
	if v != Vacuous {
		return
	}
	if t, counts := r.T.(interface{ Vacuous(reasons []string) }); counts {
		t.Vacuous(reasons)
		return
	}
	f := &failure{headline: nothingProved, details: reasons}
	f.addf("if that is meant, say r.AllowVacuous(%q)", "why")
	r.fail(f)
}

// budget bounds the events of a scenario's world, generously: a hundred times what busy overlays need, and more for short ones.
func (s Scenario) budget() sim.Limits {
	nodes, seconds := uint64(len(s.Nodes)), uint64(s.Duration/time.Second)+1
	return sim.Limits{Events: 5_000_000 + 1000*nodes*seconds, PerInstant: 1_000_000 + 100*nodes*nodes}
}
