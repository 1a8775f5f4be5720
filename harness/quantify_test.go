package harness_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/harness"
)

const footer = `
	at %s of virtual time, after %s, seed 0x2a
	replay: go test github.com/overlaytest/overlaytest/harness -run '^TestThings$'`

func at(when, events string) string { return fmt.Sprintf(footer, when, events) }

func TestNeverShowsWhatWasSeen(t *testing.T) {
	got := failing(t, func(tb harness.TB) {
		w, c := counting(tb)
		w.Never("big numbers", func() []string { return []string{"three"}[:c.n/3] })
		w.Run(time.Minute)
	})
	expect(t, got, `
	the promise "big numbers" was broken
	three
	promised at quantify_test.go:N`+at("3s", "4 events"))
}

func TestNeverTakesSightsOfManyKinds(t *testing.T) {
	type pair struct{ a, b int }
	for want, seen := range map[string]any{
		"it was so":     func() bool { return true },
		"words":         func() string { return "words" },
		"an error":      func() error { return errors.New("an error") },
		"{1 2}\n{3 4}":  func() []pair { return []pair{{1, 2}, {3, 4}} },
		"n0\nn1":        func() []string { return []string{"n0", "n1"} },
		"and 2 more":    func() []int { return make([]int, 10) },
		"message 3 at ": func() []harness.Letter { return []harness.Letter{{ID: 3}} },
	} {
		got := failing(t, func(tb harness.TB) {
			w, _ := counting(tb)
			w.Never("seen", seen)
			w.Run(0)
		})
		if !strings.Contains(got, want) {
			t.Errorf("got:\n%s\nwant in it: %s", got, want)
		}
	}
}

func TestNeverHoldsWhileNothingIsSeen(t *testing.T) {
	w, _ := counting(t)
	w.Never("seen", func() bool { return false })
	w.Never("seen", func() string { return "" })
	w.Never("seen", func() error { return nil })
	w.Never("seen", func() []int { return nil })
	w.Never("seen", func() []string { return []string{} })
	w.Run(time.Minute)
}

func TestNeverCannotBeAskedAnything(t *testing.T) {
	for _, c := range []struct {
		seen  any
		wrong string
	}{
		{7, "wanted a func() bool, func() string, func() error or func() []T, to ask after every event; got int"},
		{func() int { return 1 }, "wanted a func() bool, func() string, func() error or func() []T, to ask after every event; got func() int"},
		{(func() bool)(nil), "wanted a function to ask after every event; got nil"},
	} {
		got := failing(t, func(tb harness.TB) { harness.New(tb, 42).Never("seen", c.seen) })
		expect(t, got, `
	Never cannot be asked
	`+c.wrong+at("0s", "0 events"))
	}
}

func TestSometimesIsContentWithOnce(t *testing.T) {
	w, c := counting(t)
	w.Sometimes("the count is three", func() bool { return c.n == 3 })
	w.Run(time.Minute)
}

func TestSometimesFailsAtTheEnd(t *testing.T) {
	f := &fakeTB{name: "TestThings"}
	w, c := counting(f)
	w.Sometimes("the count is a hundred", func() bool { return c.n == 100 })
	w.Run(time.Minute)
	if f.failed {
		t.Fatal("it failed before the end")
	}
	func() {
		defer func() { _ = recover() }()
		f.cleanups[len(f.cleanups)-1]()
	}()
	expect(t, lineless(f.failure), `
	nothing ever showed "the count is a hundred"
	it was to be so at least once, and never was: the test proves nothing about it
	demanded at quantify_test.go:N`+at("1m0s", "61 events"))
}

// asking is a test that wants to know of what is so sometimes, as the judge of a law does.
type asking struct {
	fakeTB
	told []string
}

func (a *asking) Sometimes(words string, held bool) {
	a.told = append(a.told, fmt.Sprint(words, " ", held))
}

func TestSometimesTellsAJudgeInsteadOfFailing(t *testing.T) {
	a := &asking{}
	w, c := counting(a)
	w.Sometimes("three", func() bool { return c.n == 3 })
	w.Sometimes("a hundred", func() bool { return c.n == 100 })
	w.Run(time.Minute)
	for _, end := range a.cleanups {
		end()
	}
	same(t, "told", a.told, []string{"three true", "a hundred false"})
}

func TestSometimesIsSharedBySeeds(t *testing.T) {
	harness.Seeds(t, 3, func(w *harness.World) {
		w.Sometimes("the seed is two", func() bool { return w.Seed() == 2 })
		w.Run(0)
	})
	got := failing(t, func(tb harness.TB) {
		harness.Seeds(tb, 3, func(w *harness.World) {
			w.Sometimes("the seed is nine", func() bool { return w.Seed() == 9 })
			w.Run(0)
		})
	})
	expect(t, got, `
	nothing ever showed "the seed is nine"
	it was to be so at least once, and never was: the test proves nothing about it
	demanded at quantify_test.go:N
	in none of 3 worlds`)
}

// even is broken in every other second.
func (c *counter) even() error {
	if c.n%2 == 1 {
		return errors.New("odd")
	}
	return nil
}

func TestPromiseWithinMayBeBrokenForAWhile(t *testing.T) {
	w, c := counting(t)
	w.Always("even", c.even).Within(time.Second)
	w.Run(time.Minute)
	same(t, "margins", fmt.Sprint(w.Margins()), "[even: 1s of 1s (100 %)]")
}

func TestPromiseWithinIsBrokenWhenItTakesTooLong(t *testing.T) {
	got := failing(t, func(tb harness.TB) {
		w, c := counting(tb)
		w.Always("even", c.even).Within(900 * time.Millisecond)
		w.Run(time.Minute)
	})
	expect(t, got, `
	the promise "even" was broken
	it was so again too late
	promised at quantify_test.go:N
	not so since 1s, for 1s; it was to be so again within 900ms`+at("2s", "3 events"))
}

func TestPromiseWithinLessThanNothingCannotBeAsked(t *testing.T) {
	got := failing(t, func(tb harness.TB) {
		w, c := counting(tb)
		w.Always("even", c.even).Within(-time.Second)
	})
	expect(t, got, `
	a promise cannot be asked
	"even" Within(-1s): the bound lies in the past`+at("0s", "1 event"))
}

func TestEachWithinCountsForEachLifeByItself(t *testing.T) {
	w := harness.New(t, 42)
	members := harness.Spawn(w, 2, fixtures.Ring, bootCounter)
	harness.Each(members, "three is reached", func(m *harness.Member[*counter]) error {
		if m.Overlay.n < 3 {
			return fmt.Errorf("at %d", m.Overlay.n)
		}
		return nil
	}).Within(3 * time.Second)
	w.Run(2 * time.Second)
	members[1].Crash()
	w.Run(time.Minute)
	members[1].Restart()
	w.Run(time.Minute)
	same(t, "margins", fmt.Sprint(w.Margins()), "[three is reached: 3s of 3s (100 %)]")
}

func TestEachWithinNamesWhoIsLate(t *testing.T) {
	got := failing(t, func(tb harness.TB) {
		w := harness.New(tb, 42)
		members := harness.Spawn(w, 2, fixtures.Ring, bootCounter)
		members[1].Crash()
		w.Run(time.Second)
		harness.Each(members, "is first", func(m *harness.Member[*counter]) error { return fmt.Errorf("at %d", m.Overlay.n) }).Within(2 * time.Second)
		members[1].Restart()
		w.Run(time.Minute)
	})
	expect(t, got, `
	the promise "is first" was broken
	by n0: at 4
	promised at quantify_test.go:N
	not so since 1s, for 3s; it was to be so again within 2s`+at("4s", "9 events"))
}

func TestSampledPromiseSaysSo(t *testing.T) {
	got := failing(t, func(tb harness.TB) {
		w, c := counting(tb)
		w.Never("seven", func() bool { return c.n >= 7 }).Every(5 * time.Second)
		w.Run(time.Minute)
	})
	expect(t, got, `
	the promise "seven" was broken
	it was so
	looked at once every 5s; it last held at 5s
	promised at quantify_test.go:N`+at("10s", "11 events"))
}

func TestConvergesWaitsUntilItStays(t *testing.T) {
	w, c := counting(t)
	w.Converges(func() bool { return c.n == 3 || c.n >= 20 }).For(5*time.Second).Should(equals{true}, "three, or twenty and more")
	same(t, "time", w.Elapsed(), 25*time.Second)
	same(t, "margins", fmt.Sprint(w.Margins()), "[Converges three, or twenty and more: 20s of 1m0s (33 %)]")
}

func TestConvergesFailsOnWhatDoesNotStay(t *testing.T) {
	got := failing(t, func(tb harness.TB) {
		w, c := counting(tb)
		w.Converges(c.count).Within(10*time.Second).Should(equals{8}, "eight")
	})
	expect(t, got, `
	Converges eight: did not come to stay so in time
	looked 13 times in 10s; the last time:
	Expected
	    <int>: 10
	to equal
	    <int>: 8`+at("10s", "11 events"))
}

func TestConvergesSettles(t *testing.T) {
	w, c := counting(t)
	w.Converges(func() int { return min(c.n, 12) }).Settle()
	same(t, "time", w.Elapsed(), 22*time.Second)
}

func TestConvergesFailsOnWhatNeverSettles(t *testing.T) {
	got := failing(t, func(tb harness.TB) {
		w, c := counting(tb)
		w.Converges(c.count).Within(3 * time.Second).Settle()
	})
	expect(t, got, `
	Converges counter.count: did not settle in time
	looked 8 times in 4s of 3s; the last time:
	it changed again, to
	    <int>: 4`+at("4s", "5 events"))
	got = failing(t, func(tb harness.TB) {
		w, c := counting(tb)
		w.Eventually(c.count).Settle()
	})
	expect(t, got, `
	Eventually cannot be asked
	Settle belongs to Converges: Converges(f).Within(d).Settle()`+at("0s", "1 event"))
}
