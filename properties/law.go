package properties

import (
	"fmt"
	"time"

	"pgregory.net/rapid"

	"github.com/overlaytest/overlaytest/harness"
)

// Law is what must hold in every world of a space.
type Law[O any] struct {
	// Name says what must hold: "a rumour reaches everybody".
	Name string
	// Space is where the scenarios come from.
	Space *rapid.Generator[harness.Scenario]
	// Boot sets the overlay up on a node.
	Boot harness.Boot[O]
	// Judge plays the scenario and says what must hold: r.Play(), r.Heal(), r.Always(…), r.Eventually(…). It must fail r.T alone, not the
	// test around the law: so NewWithT(r.T) for Gomega's Expect. Several worlds are judged at once, each on a goroutine of its own: so Boot
	// and Judge share no variables.
	Judge func(r *harness.Run[O])
	// Within returns an error for a scenario that is beyond what the overlay claims to survive, as [Budget.Holds] does: the search for a
	// smaller world leaves those out. Without it, it stays within [Usual] if it began there.
	Within func(s harness.Scenario) error
	// Around, if there is one, is told the seed of each world and what plays it, and calls that once: bubble.Around(t) has it played in a
	// bubble of goroutines. Worlds are then played one at a time.
	Around func(seed uint64, play func())
}

// filled is a sweep with its defaults, as the law can be swept.
func (l Law[O]) filled(s Sweep) Sweep {
	if l.Around != nil {
		s.Cores = 1
	}
	return s.filled()
}

const caseVariable = "OVERLAYTEST_CASE"

// Check tries the law on a hundred worlds, the same ones every time, on all cores, and fails the test with the first of them in which it
// does not hold: not with that world, but with the smallest one found that breaks the same promise. A law also fails that says nothing: when
// its precondition, or what it says is so sometimes, or a kind of fault, came to nothing in any world. What was saved in testdata/overlaytest
// goes first.
//
// OVERLAYTEST_WORLDS=10000 tries so many, OVERLAYTEST_FOR=5m as many as the time allows; both: whatever comes first. They are the same
// worlds in the same order. So are those of RAPID_CHECKS; RAPID_SEED=7 makes them others. With go test -short it is a fifth of RAPID_CHECKS.
// OVERLAYTEST_SHRINK_RUNS and OVERLAYTEST_SHRINK_FOR bound the search for a smaller world: 400 worlds and a minute without.
//
// OVERLAYTEST_CASE, a scenario in JSON or a file that holds one, has that world judged alone.
func (l Law[O]) Check(t harness.TB) {
	t.Helper()
	l.mustBeWhole(t)
	if l.replaysAsked(t) {
		return
	}
	plan, err := askedSweep(t)
	if err != nil {
		t.Fatalf("%v", err)
	}
	cases := &harness.Cases{Law: l.Name}
	defer cases.Close()
	l.checkSaved(t, plan, cases)
	f := l.search(t.Name(), plan, cases)
	l.tell(t, f, fmt.Sprintf("world %d of %s", f.World, plan.filled().count()))
}

// checkSaved judges the saved cases, and those that a process left behind when it died.
func (l Law[O]) checkSaved(t harness.TB, plan Sweep, cases *harness.Cases) {
	t.Helper()
	for _, saved := range cases.Saved() {
		if saved.Err != nil {
			t.Logf("the saved case %s cannot be played: %v", saved.Path, saved.Err)
			continue
		}
		again := plan
		if !saved.Raw {
			again.Runs = -1
		}
		f := l.replayed(t.Name(), saved.Case.Scenario, again, cases)
		f.saved = !saved.Raw
		l.tell(t, f, "the saved case "+saved.Path)
		t.Logf("%s", cases.Passes(saved.Path))
	}
}

// mustBeWhole fails a test that checks half a law.
func (l Law[O]) mustBeWhole(t harness.TB) {
	t.Helper()
	if missing := l.missing(); missing != "" {
		t.Fatalf("properties: the law %q has no %s", l.Name, missing)
	}
}

// missing is the field that a law lacks, "" if none.
func (l Law[O]) missing() string {
	switch {
	case l.Space == nil:
		return "Space"
	case l.Boot == nil:
		return "Boot"
	case l.Judge == nil:
		return "Judge"
	}
	return ""
}

// Replay judges one world: a scenario pasted from a failure, so that the test remembers it.
func (l Law[O]) Replay(t harness.TB, s harness.Scenario) {
	t.Helper()
	l.mustBeWhole(t)
	f := l.replayed(t.Name(), s, Sweep{Runs: -1}, nil)
	f.saved = true
	l.tell(t, f, "the world given")
}

// replaysAsked judges the world of the case that is asked for, if there is one.
func (l Law[O]) replaysAsked(t harness.TB) (asked bool) {
	t.Helper()
	text := askedCase()
	if text == "" {
		return false
	}
	var c harness.Case
	if err := c.Set(text); err != nil {
		t.Fatalf("%s: %v", caseVariable, err)
	}
	if c.Law != "" && c.Law != l.Name {
		t.Logf("the case of %s is about another law, %q: this one, %q, is not checked", caseVariable, c.Law, l.Name)
		return true
	}
	l.Replay(t, c.Scenario)
	t.Logf("the law %q holds in the world of %s", l.Name, caseVariable)
	return true
}

// tell fails the test with what was found, or says that it is well.
func (l Law[O]) tell(t harness.TB, f Finding, origin string) {
	t.Helper()
	switch {
	case f.ended != nil:
		f.ended.passOn(t)
	case f.Breach != nil:
		l.account(f, origin).Fail(t)
	case len(f.Never) > 0:
		t.Fatalf("%s", f.vacuous())
	case f.World == 0 && f.tally != nil:
		t.Logf("%s", f.summary())
	}
}

// account is what the harness tells of a failure.
func (l Law[O]) account(f Finding, origin string) harness.Account {
	return harness.Account{
		Case:    harness.Case{Law: l.Name, Promise: f.Breach.Promise(), Digest: f.Digest, Scenario: f.Scenario},
		Play:    l.play,
		Around:  l.Around,
		Origin:  origin,
		Runs:    f.Runs,
		Drawn:   f.Drawn,
		Moot:    f.Moot,
		Notes:   f.notes(),
		Unsaved: f.saved,
	}
}

// play makes the world of a scenario and judges it.
func (l Law[O]) play(t harness.TB, s harness.Scenario) {
	r := harness.Start(t, s, l.Boot)
	r.Guard(func() { l.Judge(r) })
}

// notes are what else there is to say of a failure.
func (f Finding) notes() (notes []string) {
	if f.Short != "" {
		notes = append(notes, f.Short)
	}
	if f.Flaky != "" {
		notes = append(notes, f.Flaky)
	}
	return notes
}

// replayed judges one scenario.
func (l Law[O]) replayed(test string, s harness.Scenario, plan Sweep, cases *harness.Cases) Finding {
	began := time.Now()
	f := Finding{Law: l.Name, Worlds: 1, planned: l.filled(plan)}
	v := l.judge(test, cases, func() harness.Scenario { return s })
	f.Time, f.CPU, f.Events = time.Since(began), v.took, v.events
	l.conclude(&f, v, cases)
	return f
}
