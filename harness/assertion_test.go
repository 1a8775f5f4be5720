package harness_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/harness"
)

func (c *counter) count() int { return c.n }

func counting(tb harness.TB) (*harness.World, *counter) {
	w := harness.New(tb, 42)
	return w, harness.Spawn(w, 1, fixtures.Ring, bootCounter)[0].Overlay
}

func TestEventuallyStopsAtTheEventThatMadeItSo(t *testing.T) {
	w, c := counting(t)
	w.Eventually(c.count).Within(time.Hour).Should(equals{5})
	if w.Elapsed() != 5*time.Second {
		t.Errorf("stopped at %v, want 5s", w.Elapsed())
	}
}

func TestEventuallyTakesNoTimeForWhatIsSo(t *testing.T) {
	w, c := counting(t)
	w.Eventually(c.count).ShouldNot(equals{5})
	if w.Elapsed() != 0 {
		t.Errorf("stopped at %v, want 0s", w.Elapsed())
	}
}

func TestEventuallyIsAskedAtTheDeadline(t *testing.T) {
	w := harness.New(t, 1)
	w.Eventually(w.Elapsed).Within(time.Second).Should(equals{time.Second})
}

func TestEventuallySaysWhatItSawLast(t *testing.T) {
	got := failing(t, func(tb harness.TB) {
		w, c := counting(tb)
		w.Eventually(c.count).Within(3500 * time.Millisecond).Should(equals{5})
	})
	expect(t, got, `
	Eventually counter.count: was not so in time
	looked 5 times in 3.5s; the last time:
	Expected
	    <int>: 3
	to equal
	    <int>: 5
	at 3.5s of virtual time, after 4 events, seed 0x2a
	replay: go test github.com/overlaytest/overlaytest/harness -run '^TestThings$'`)
}

func TestEventuallyIsNamedByWordsOrByItsPlace(t *testing.T) {
	got := failing(t, func(tb harness.TB) {
		w, _ := counting(tb)
		w.Eventually(func() int { return 1 }).Within(0).ShouldNot(equals{1}, "one becomes another")
	})
	expect(t, got, `
	Eventually one becomes another: was not so in time
	looked once in 0s; the last time:
	Expected
	    <int>: 1
	not to equal
	    <int>: 1
	at 0s of virtual time, after 1 event, seed 0x2a
	replay: go test github.com/overlaytest/overlaytest/harness -run '^TestThings$'`)
	got = failing(t, func(tb harness.TB) {
		w, _ := counting(tb)
		w.Eventually(func() (int, error) { return 1, errors.New("not yet") }).Within(0).Should(equals{1})
	})
	expect(t, got, `
	Eventually assertion_test.go:N: was not so in time
	looked once in 0s; the last time:
	the function returned an error: not yet
	at 0s of virtual time, after 1 event, seed 0x2a
	replay: go test github.com/overlaytest/overlaytest/harness -run '^TestThings$'`)
}

func TestConsistentlyLastsItsTime(t *testing.T) {
	w, c := counting(t)
	w.Consistently(c.count).For(90 * time.Second).ShouldNot(equals{100})
	if w.Elapsed() != 90*time.Second {
		t.Errorf("stopped at %v, want 1m30s", w.Elapsed())
	}
}

func TestConsistentlyStopsWhereItIsSoNoMore(t *testing.T) {
	got := failing(t, func(tb harness.TB) {
		w, c := counting(tb)
		w.Consistently(c.count).ShouldNot(equals{5})
	})
	expect(t, got, `
	Consistently counter.count: was not so all the time
	looked 6 times in 5s of 1m0s; the last time:
	Expected
	    <int>: 5
	not to equal
	    <int>: 5
	at 5s of virtual time, after 6 events, seed 0x2a
	replay: go test github.com/overlaytest/overlaytest/harness -run '^TestThings$'`)
}

type confused struct{ equals }

func (confused) Match(any) (bool, error) { return true, errors.New("wants a list") }

func TestMatcherThatCannotJudgeIsNeverSatisfied(t *testing.T) {
	got := failing(t, func(tb harness.TB) {
		w, c := counting(tb)
		w.Consistently(c.count).ShouldNot(confused{})
	})
	expect(t, got, `
	Consistently counter.count: was not so all the time
	looked once in 0s of 1m0s; the last time:
	the matcher cannot judge the value: wants a list
	at 0s of virtual time, after 1 event, seed 0x2a
	replay: go test github.com/overlaytest/overlaytest/harness -run '^TestThings$'`)
}

func TestBrokenPromiseEndsAnEventually(t *testing.T) {
	got := failing(t, func(tb harness.TB) {
		w, c := counting(tb)
		w.Always("small", func() error { return map[bool]error{true: errors.New("two")}[c.n == 2] })
		w.Eventually(c.count).Should(equals{2})
	})
	expect(t, got, `
	the promise "small" was broken
	two
	promised at assertion_test.go:N
	at 2s of virtual time, after 3 events, seed 0x2a
	replay: go test github.com/overlaytest/overlaytest/harness -run '^TestThings$'`)
}

func TestOnlyQuestionsCanBeAsked(t *testing.T) {
	const want = "wanted a function to ask again after every event, func() T or func() (T, error)"
	for _, c := range []struct {
		actual any
		wrong  string
	}{
		{7, want + "; got a plain int, which never changes"},
		{nil, want + "; got nil"},
		{(func() int)(nil), want + "; got a nil func() int"},
		{func() {}, want + "; got func()"},
		{func(int) int { return 0 }, want + "; got func(int) int"},
		{func() (int, int) { return 0, 0 }, want + "; got func() (int, int)"},
	} {
		got := failing(t, func(tb harness.TB) { harness.New(tb, 42).Eventually(c.actual).Should(equals{7}) })
		expect(t, got, `
	Eventually cannot be asked
	`+c.wrong+`
	at 0s of virtual time, after 0 events, seed 0x2a
	replay: go test github.com/overlaytest/overlaytest/harness -run '^TestThings$'`)
	}
}

func TestBoundsBelongToTheirVerbs(t *testing.T) {
	for _, c := range []struct {
		want string
		ask  func(w *harness.World) *harness.Assertion
	}{
		{"Eventually cannot be asked\nFor belongs to Consistently: Eventually(f).Within(d), Consistently(f).For(d)\n",
			func(w *harness.World) *harness.Assertion { return w.Eventually(w.Elapsed).For(1) }},
		{"Consistently cannot be asked\nWithin belongs to Eventually: Eventually(f).Within(d), Consistently(f).For(d)\n",
			func(w *harness.World) *harness.Assertion { return w.Consistently(w.Elapsed).Within(1) }},
		{"Eventually cannot be asked\nWithin(-1ns): the bound lies in the past\n",
			func(w *harness.World) *harness.Assertion { return w.Eventually(w.Elapsed).Within(-1) }},
	} {
		got := failing(t, func(tb harness.TB) { c.ask(harness.New(tb, 42)).Should(equals{7}) })
		if !strings.HasPrefix(got, c.want) {
			t.Errorf("got:\n%s\nwant it to begin with:\n%s", got, c.want)
		}
	}
}
