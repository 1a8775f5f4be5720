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
	verb  string // Eventually, Consistently, Converges
	name  string // what is looked at, for the headline
	place string // where it is asserted, file:line
	ask   func() (any, error)
	bound time.Duration
	quiet time.Duration // how long it must stay so
	wrong string        // what was wrong in making the assertion

	view    bool          // the value comes from a graph or from mail, and from nothing else
	version func() uint64 // of that
	seen    uint64        // the version of the last look
	looks   int
	last    look
}

// Bounds of an assertion that says neither Within nor For.
const (
	defaultBound = time.Minute
	defaultQuiet = 10 * time.Second // of Converges, beyond the bound
)

// Eventually asserts that what actual returns comes to satisfy a matcher, within a minute of virtual time or what [Assertion.Within] says.
// It is asked now, after every event and at the end; the clock then stands at the very event that made it so.
//
// Actual is a func() T or a func() (T, error); while the error is not nil, nothing is satisfied. Anything else fails the test: a plain
// value never changes.
func (w *World) Eventually(actual any) *Assertion { return w.assertion("Eventually", actual) }

// Consistently asserts that what actual returns satisfies a matcher now, after every event and at the end of a minute of virtual time or
// what [Assertion.For] says. Actual is as in [World.Eventually].
func (w *World) Consistently(actual any) *Assertion { return w.assertion("Consistently", actual) }

// Converges asserts that what actual returns comes to satisfy a matcher within a minute of virtual time, or what [Assertion.Within] says, and
// then satisfies it for ten seconds more, or what [Assertion.For] says; what is so only in passing does not count. Actual is as in
// [World.Eventually]. With [Assertion.Settle] instead of a matcher the value comes to change no more.
func (w *World) Converges(actual any) *Assertion { return w.assertion("Converges", actual) }

func (w *World) assertion(verb string, actual any) *Assertion {
	a := &Assertion{w: w, verb: verb, bound: defaultBound, quiet: defaultQuiet, view: isView(actual)}
	a.place = callerPlace(2)
	a.name = functionName(actual, a.place)
	a.ask, a.wrong = question(actual)
	return a
}

// Within sets how much virtual time an Eventually or a Converges has.
func (a *Assertion) Within(d time.Duration) *Assertion {
	if a.may(a.verb != "Consistently", "Within", d) {
		a.bound = d
	}
	return a
}

// For sets how much virtual time a Consistently takes, and how long it must stay so for a Converges.
func (a *Assertion) For(d time.Duration) *Assertion {
	switch {
	case !a.may(a.verb != "Eventually", "For", d):
	case a.verb == "Converges":
		a.quiet = d
	default:
		a.bound = d
	}
	return a
}

// At says where it was asserted, as [Promise.At] does.
func (a *Assertion) At(place string) *Assertion {
	a.place = place
	return a
}

// may reports whether a bound can be set, and notes what is wrong with one that cannot.
func (a *Assertion) may(belongs bool, word string, d time.Duration) bool {
	switch {
	case a.wrong != "":
	case !belongs && word == "Within":
		a.wrong = "Within belongs to Eventually: Eventually(f).Within(d), Consistently(f).For(d)"
	case !belongs:
		a.wrong = "For belongs to Consistently: Eventually(f).Within(d), Consistently(f).For(d)"
	case d < 0:
		a.wrong = fmt.Sprintf("%s(%v): the bound lies in the past", word, d)
	}
	return a.wrong == ""
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

// Settle plays the world until the value of a Converges has changed no more for as long as it says: as reflect.DeepEqual compares it.
// Words, if given, say what is asserted.
func (a *Assertion) Settle(words ...string) {
	a.w.T.Helper()
	if a.verb != "Converges" && a.wrong == "" {
		a.wrong = "Settle belongs to Converges: Converges(f).Within(d).Settle()"
	}
	if !a.begin(words) {
		return
	}
	began := a.w.Elapsed()
	for a.w.Elapsed()-began <= a.bound {
		since := a.w.Elapsed()
		settled, _ := a.ask()
		changes := a.w.run(a.quiet, func() bool {
			a.looks++
			a.last.value, a.last.err = a.ask()
			return a.last.err != nil || !reflect.DeepEqual(a.last.value, settled)
		})
		if a.w.reported {
			return
		}
		if !changes {
			a.held(since - began)
			return
		}
	}
	f := a.unmet("did not settle in time", began)
	f.addf("%s", expectation{settled{}, true}.message(a.last))
	a.w.fail(f)
}

// settled words the failure of a value that went on changing.
type settled struct{ Matcher }

// FailureMessage shows the value.
func (settled) FailureMessage(actual any) string {
	return fmt.Sprintf("it changed again, to\n    <%T>: %v", actual, actual)
}

// begin takes the words, and fails the test if the assertion cannot be asked.
func (a *Assertion) begin(words []string) bool {
	a.w.T.Helper()
	if len(words) > 0 {
		a.name = strings.Join(words, " ")
	}
	if a.wrong != "" {
		a.w.fail(&failure{headline: a.verb + " cannot be asked", details: []string{a.wrong}})
	}
	return a.wrong == ""
}

func (a *Assertion) play(want expectation, words []string) {
	a.w.T.Helper()
	if !a.begin(words) {
		return
	}
	began := a.w.Elapsed()
	outcome := ""
	switch a.verb {
	case "Eventually":
		if a.until(want, true, a.bound) {
			a.held(a.w.Elapsed() - began)
			return
		}
		outcome = "was not so in time"
	case "Consistently":
		if !a.until(want, false, a.bound) {
			return
		}
		outcome = "was not so all the time"
	default:
		if a.converge(want, began) {
			return
		}
		outcome = "did not come to stay so in time"
	}
	if a.w.reported {
		return
	}
	f := a.unmet(outcome, began)
	f.addf("%s", want.message(a.last))
	a.w.fail(f)
}

// until plays the world until the matcher is satisfied, or is not, for so long at most, and reports whether that came to be.
func (a *Assertion) until(want expectation, met bool, d time.Duration) bool {
	a.w.T.Helper()
	return a.w.run(d, func() bool {
		a.look(want)
		return a.last.met == met
	})
}

// converge plays the world until the matcher has been satisfied for a while, and reports whether that while began in time.
func (a *Assertion) converge(want expectation, began time.Duration) bool {
	a.w.T.Helper()
	for left := a.bound; left >= 0; left = began + a.bound - a.w.Elapsed() {
		if !a.until(want, true, left) {
			return false
		}
		since := a.w.Elapsed()
		if broke := a.until(want, false, a.quiet); !broke {
			if !a.w.reported {
				a.held(since - began)
			}
			return true
		}
	}
	return false
}

// held notes how much of its bound the assertion took.
func (a *Assertion) held(took time.Duration) {
	a.w.Used(Margin{Promise: a.verb + " " + a.name, Used: int64(took), Bound: int64(a.bound)})
}

// unmet describes an assertion that did not hold.
func (a *Assertion) unmet(outcome string, began time.Duration) *failure {
	f := &failure{headline: fmt.Sprintf("%s %s: %s", a.verb, a.name, outcome), place: a.place}
	took := a.w.Elapsed() - began
	during := took.String()
	if took != a.bound {
		during += " of " + a.bound.String()
	}
	f.addf("looked %s in %s; the last time:", plural(a.looks), during)
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

// look looks at the value again; at a graph or at mail only if they have changed.
func (a *Assertion) look(want expectation) {
	a.looks++
	if a.version != nil {
		if now := a.version(); now == a.seen {
			return
		}
	}
	a.w.laws.asked = nil
	a.last = want.look(a.ask)
	if a.view && a.w.laws.asked != nil {
		a.version = a.w.laws.asked
		a.seen = a.version()
	}
}

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
	if list, plain := actual.(func() []string); plain { // what graphs and mail answer: asked often, so not by reflection
		return func() (any, error) { return list(), nil }, ""
	}
	return func() (any, error) {
		out := f.Call(nil)
		if len(out) == 2 && !out[1].IsNil() {
			return out[0].Interface(), out[1].Interface().(error)
		}
		return out[0].Interface(), nil
	}, ""
}

// isView reports whether actual is a method of a graph or of mail, whose value depends on nothing else; or one of the laws of package
// properties, which ask nothing else if they ask one of these.
func isView(actual any) bool {
	f := reflect.ValueOf(actual)
	if f.Kind() != reflect.Func || f.IsNil() {
		return false
	}
	name := runtime.FuncForPC(f.Pointer()).Name()
	for _, part := range []string{"harness.(*Graph).", "harness.(*Mail).", "properties."} {
		if strings.HasPrefix(name, modulePath+part) {
			return true
		}
	}
	return false
}

// closure is how the compiler names a function without a name: spread.func1, and spread.1 in some places.
var closure = regexp.MustCompile(`(^|\.)(func)?\d+(\.|$)`)

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
