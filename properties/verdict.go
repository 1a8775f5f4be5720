package properties

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/sim"
)

// verdict is what came of one scenario.
type verdict struct {
	law       string
	test      string // the name of the test that asks
	scenario  harness.Scenario
	breach    *harness.Breach // nil: it held
	end       end             // how the judge ended that was not up to the law
	logs      []string
	digest    uint64
	events    uint64
	took      time.Duration
	sometimes []glimpse
	vacuous   []string // why it says nothing, if so
	margins   []harness.Margin
	ledgers   []sim.Ledger
}

// glimpse is what must hold in some world, and whether it did in this one.
type glimpse struct {
	words string
	held  bool
}

// end is how a judge ended the test around it, instead of judging: that has to happen on the test's own goroutine.
type end struct {
	panicked any    // passed on
	exited   bool   // by runtime.Goexit, as FailNow and SkipNow of a testing.T do
	skipped  string // by Skip of the judge's own test
}

// held reports whether nothing ended the judge before its time.
func (v *verdict) held() bool { return v.breach == nil && v.end == (end{}) }

// breaks reports whether the scenario breaks the promise that another has broken: the one of that name, made in that line.
func (v *verdict) breaks(b *harness.Breach) bool {
	return v.breach != nil && v.breach.Promise() == b.Promise() && v.breach.Place() == b.Place()
}

// same reports whether two runs of a scenario came to the same.
func (v *verdict) same(w *verdict) bool {
	return v.digest == w.digest && v.events == w.events && v.held() == w.held() && (v.breach == nil || w.breaks(v.breach))
}

// differs says how two runs of a scenario differ.
func (v *verdict) differs(w *verdict) string {
	say := func(v *verdict) string {
		if v.breach == nil {
			return fmt.Sprintf("held (digest %#x after %s)", v.digest, counted(v.events, "event"))
		}
		return fmt.Sprintf("broke %q (digest %#x after %s)", v.breach.Promise(), v.digest, counted(v.events, "event"))
	}
	return fmt.Sprintf("played twice, one world came to two ends: it %s, then it %s", say(v), say(w))
}

// judged is the test that a judge has: it notes, and never calls the test that checks the law, which belongs to another goroutine.
type judged struct {
	harness.TB
	v *verdict
}

// skipping is what ends a judge that skips.
type skipping struct{}

// EndsTest has worlds pass it on.
func (skipping) EndsTest() {}

// Breached notes what broke, and ends the judge.
func (j *judged) Breached(b *harness.Breach) {
	j.TB.(interface{ Breached(b *harness.Breach) }).Breached(b)
}

// Sometimes notes whether what must hold in some world has held in this one.
func (j *judged) Sometimes(words string, held bool) {
	j.v.sometimes = append(j.v.sometimes, glimpse{words, held})
}

// Vacuous notes why the world says nothing about the law: that is counted, and fails nothing by itself.
func (j *judged) Vacuous(reasons []string) { j.v.vacuous = reasons }

// Skip, Skipf and SkipNow skip the test that checks the law.
func (j *judged) Skip(a ...any)               { j.skip(fmt.Sprint(a...)) }
func (j *judged) Skipf(form string, a ...any) { j.skip(fmt.Sprintf(form, a...)) }
func (j *judged) SkipNow()                    { j.skip("") }

func (j *judged) skip(why string) {
	j.v.end.skipped = strings.TrimSpace("skipped by the judge of a law. " + why)
	panic(skipping{})
}

// asking is a test that is asked for nothing but its name.
type asking struct {
	harness.TB
	name string
}

func (a asking) Name() string { return a.name }

// judge draws a scenario, plays it and has it judged, on a goroutine of its own: so whatever ends the judge ends nothing else.
//
// While it is played, the scenario is in a file of the cases, if there are any.
func (l Law[O]) judge(test string, cases *harness.Cases, draw func() harness.Scenario) *verdict {
	v := &verdict{law: l.Name, test: test}
	began := time.Now()
	finished := make(chan struct{})
	go func() {
		defer close(finished)
		l.try(v, cases, draw)
	}()
	<-finished
	v.took = time.Since(began)
	return v
}

// try is judge on the goroutine that may be ended.
func (l Law[O]) try(v *verdict, cases *harness.Cases, draw func() harness.Scenario) {
	returned := false
	defer func() {
		p := recover()
		v.end.exited = !returned && p == nil
		if p != (skipping{}) {
			v.end.panicked = p
		}
	}()
	v.scenario = draw()
	if cases != nil {
		defer cases.Begin(v.scenario)()
	}
	if l.Around == nil {
		l.carryOut(v)
	} else {
		l.Around(v.scenario.Seed, func() { l.carryOut(v) })
	}
	returned = true
}

// carryOut has the scenario played and judged.
func (l Law[O]) carryOut(v *verdict) {
	var r *harness.Run[O]
	trial := harness.Try(asking{name: v.test}, func(t harness.TB) {
		r = harness.Start(&judged{t, v}, v.scenario, l.Boot)
		defer func() { v.digest, v.events = r.Digest(), r.Events() }()
		r.Guard(func() { l.Judge(r) })
	})
	if r != nil {
		v.margins, v.ledgers = r.Margins(), r.Ledgers()
	}
	v.breach, v.logs = trial.Breach, trial.Logs
}

func (v *verdict) json() string {
	text, err := json.Marshal(v.scenario)
	if err != nil {
		panic(fmt.Sprintf("properties: a scenario that is not JSON: %v", err))
	}
	return string(text)
}

// passOn ends the test as the judge tried to end it.
func (v *verdict) passOn(t harness.TB) {
	t.Helper()
	if v.end.skipped != "" {
		if s, ok := t.(interface{ Skipf(form string, a ...any) }); ok {
			s.Skipf("%s", v.end.skipped)
		}
		t.Logf("%s", v.end.skipped)
		return
	}
	t.Logf("the test was ended from inside the judge of the law %q, in the world for Law.Replay:\n%#v", v.law, v.scenario)
	v.endTest()
}

// endTest does on this goroutine what the judge did on its own.
func (v *verdict) endTest() {
	if v.end.panicked != nil {
		panic(v.end.panicked)
	}
	runtime.Goexit()
}
