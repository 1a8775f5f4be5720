package harness

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"runtime"
	"strings"
	"time"
)

// Matcher is Gomega's matcher, by its shape.
type Matcher interface {
	Match(actual any) (success bool, err error)
	FailureMessage(actual any) (message string)
	NegatedFailureMessage(actual any) (message string)
}

// Assertion is an Eventually or Consistently that waits for its Should or ShouldNot.
type Assertion struct {
	w     *World
	verb  string // Eventually, Consistently
	name  string // what is looked at, for the headline
	ask   func() (any, error)
	bound time.Duration
	wrong string // what was wrong in making the assertion
}

// defaultBound is how long an assertion lasts that says neither Within nor For.
const defaultBound = time.Minute

// Eventually asserts that what actual returns comes to satisfy a matcher, within a minute of virtual time or what [Assertion.Within] says.
// It is asked now, after every event and at the end; the clock then stands at the very event that made it so.
//
// Actual is a func() T or a func() (T, error); while the error is not nil, nothing is satisfied. Anything else fails the test: a plain
// value never changes.
func (w *World) Eventually(actual any) *Assertion { return w.assertion("Eventually", actual) }

// Consistently asserts that what actual returns satisfies a matcher now, after every event and at the end of a minute of virtual time or
// what [Assertion.For] says. Actual is as in [World.Eventually].
func (w *World) Consistently(actual any) *Assertion { return w.assertion("Consistently", actual) }

func (w *World) assertion(verb string, actual any) *Assertion {
	a := &Assertion{w: w, verb: verb, bound: defaultBound}
	a.name = functionName(actual, callerPlace(2))
	a.ask, a.wrong = question(actual)
	return a
}

// Within sets how much virtual time an Eventually has.
func (a *Assertion) Within(d time.Duration) *Assertion { return a.lasting("Eventually", "Within", d) }

// For sets how much virtual time a Consistently takes.
func (a *Assertion) For(d time.Duration) *Assertion { return a.lasting("Consistently", "For", d) }

func (a *Assertion) lasting(verb, word string, d time.Duration) *Assertion {
	switch {
	case a.wrong != "":
	case a.verb != verb:
		a.wrong = fmt.Sprintf("%s belongs to %s: Eventually(f).Within(d), Consistently(f).For(d)", word, verb)
	case d < 0:
		a.wrong = fmt.Sprintf("%s(%v): the bound lies in the past", word, d)
	}
	a.bound = d
	return a
}

// Should plays the world until the matcher is satisfied, or as long as it must stay satisfied. Words, if given, say what is asserted.
func (a *Assertion) Should(m Matcher, words ...string) {
	a.w.T.Helper()
	a.play(expectation{m, true}, words)
}

// ShouldNot is Should with the matcher's opposite.
func (a *Assertion) ShouldNot(m Matcher, words ...string) {
	a.w.T.Helper()
	a.play(expectation{m, false}, words)
}

func (a *Assertion) play(want expectation, words []string) {
	a.w.T.Helper()
	if len(words) > 0 {
		a.name = strings.Join(words, " ")
	}
	if a.wrong != "" {
		a.w.fail(&failure{headline: a.verb + " cannot be asked", details: []string{a.wrong}})
		return
	}
	began, looks := a.w.Elapsed(), 0
	var last look
	stopped := a.w.run(a.bound, func() bool {
		looks++
		last = want.look(a.ask)
		return last.met == (a.verb == "Eventually")
	})
	if a.w.reported || stopped == (a.verb == "Eventually") {
		return
	}
	a.w.fail(a.unmet(want, last, looks, a.w.Elapsed()-began))
}

// unmet describes an assertion that did not hold.
func (a *Assertion) unmet(want expectation, last look, looks int, took time.Duration) *failure {
	outcome := "was not so in time"
	if a.verb == "Consistently" {
		outcome = "was not so all the time"
	}
	f := &failure{headline: fmt.Sprintf("%s %s: %s", a.verb, a.name, outcome)}
	during := took.String()
	if took != a.bound {
		during += " of " + a.bound.String()
	}
	f.addf("looked %s in %s; the last time:", plural(looks), during)
	f.addf("%s", want.message(last))
	return f
}

func plural(looks int) string {
	if looks == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", looks)
}

// expectation is a matcher and whether it is to match.
type expectation struct {
	matcher Matcher
	match   bool
}

// look is one look at the value.
type look struct {
	value any
	err   error
	met   bool
}

var errWhileLooking = errors.New("the matcher cannot judge the value")

func (e expectation) look(ask func() (any, error)) look {
	value, err := ask()
	if err != nil {
		return look{value: value, err: fmt.Errorf("the function returned an error: %w", err)}
	}
	matched, err := e.matcher.Match(value)
	if err != nil {
		return look{value: value, err: fmt.Errorf("%w: %w", errWhileLooking, err)}
	}
	return look{value: value, met: matched == e.match}
}

// message says what was seen and what was wanted, in the matcher's words.
func (e expectation) message(seen look) string {
	switch {
	case seen.err != nil:
		return seen.err.Error()
	case e.match:
		return e.matcher.FailureMessage(seen.value)
	default:
		return e.matcher.NegatedFailureMessage(seen.value)
	}
}

var errorType = reflect.TypeFor[error]()

// question makes a func() T or func() (T, error) something to ask again and again, and says what is wrong with anything else.
func question(actual any) (ask func() (any, error), wrong string) {
	const want = "wanted a function to ask again after every event, func() T or func() (T, error)"
	f := reflect.ValueOf(actual)
	switch {
	case actual == nil:
		return nil, want + "; got nil"
	case f.Kind() != reflect.Func:
		return nil, fmt.Sprintf("%s; got a plain %T, which never changes", want, actual)
	case f.IsNil():
		return nil, fmt.Sprintf("%s; got a nil %T", want, actual)
	}
	t := f.Type()
	asks := t.NumIn() == 0 && (t.NumOut() == 1 || t.NumOut() == 2 && t.Out(1) == errorType)
	if !asks {
		return nil, fmt.Sprintf("%s; got %T", want, actual)
	}
	return func() (any, error) {
		out := f.Call(nil)
		if len(out) == 2 && !out[1].IsNil() {
			return out[0].Interface(), out[1].Interface().(error)
		}
		return out[0].Interface(), nil
	}, ""
}

// closure is how the compiler names a function without a name.
var closure = regexp.MustCompile(`(^|\.)func\d+(\.|$)`)

// functionName is how a headline names what is looked at: the name of a function or method, the place of the assertion for a closure.
func functionName(actual any, place string) string {
	f := reflect.ValueOf(actual)
	if f.Kind() != reflect.Func || f.IsNil() {
		return place
	}
	_, name, _ := strings.Cut(shortName(runtime.FuncForPC(f.Pointer()).Name()), ".")
	name = strings.NewReplacer("(*", "", ")", "", "-fm", "", "[...]", "").Replace(name)
	if closure.MatchString(name) {
		return place
	}
	return name
}
