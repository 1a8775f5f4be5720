package properties_test

import (
	"fmt"
	"net/netip"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/properties"
	"github.com/overlaytest/overlaytest/sim"
)

// timeless is what of a finding does not depend on the clock.
func timeless(f properties.Finding) string {
	return fmt.Sprintf("%s: world %d of %d, %d events\n%s\n%#x after %d runs, kept %s, moot %q %q\n%#v", f.Verdict(), f.World, f.Worlds, f.Events, f.Breach, f.Digest,
		f.Runs, f.Kept, f.Moot, f.Short, f.Scenario)
}

func TestFindingDoesNotDependOnCores(t *testing.T) {
	l := heard(properties.Churn, properties.Nodes(2, 30), properties.Loss(sim.Percent(1)), properties.Latency())
	find := func(cores int) string {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(min(cores, 2)))
		return timeless(l.Search(properties.Sweep{Cores: cores, Seed: 11}))
	}
	one := find(1)
	expectPrefix(t, one, "fail: world ")
	for _, cores := range []int{2, 3, 7} {
		if other := find(cores); other != one {
			t.Errorf("on one core:\n%s\non %d:\n%s", one, cores, other)
		}
	}
}

func TestReportDoesNotDependOnCores(t *testing.T) {
	t.Chdir(t.TempDir())
	l := heard(properties.Churn, properties.Nodes(2, 30), properties.Loss(sim.Percent(1)))
	report := func(cores int) string {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
		t.Chdir(t.TempDir())
		return checking(l.Check)
	}
	if one, two := report(1), report(2); one != two {
		t.Errorf("on one core:\n%s\non two:\n%s", one, two)
	}
}

func TestSweepOfTheEnvironment(t *testing.T) {
	t.Setenv("OVERLAYTEST_WORLDS", "17")
	f := &fakeTB{name: "TestLaw"}
	f.run(heard().Check)
	if len(f.logs) != 1 || f.failure != "" {
		t.Fatalf("logged %q, failed %q", f.logs, f.failure)
	}
	expectPrefix(t, f.logs[0], `the law "everybody hears everything" holds in 17 worlds, with `)
}

func TestSearchThatMayNotShrink(t *testing.T) {
	f := heard(properties.Churn).Search(properties.Sweep{Runs: -1})
	if f.Breach == nil || f.Runs != 0 || fmt.Sprintf("%#v", f.Drawn) != fmt.Sprintf("%#v", f.Scenario) {
		t.Error(timeless(f))
	}
}

func TestSearchOutOfRunsSaysSo(t *testing.T) {
	f := heard(properties.Churn, properties.Nodes(10, 30)).Search(properties.Sweep{Runs: 3})
	if f.Runs != 3 || f.Short != "there may be a smaller world: the search stopped after 3 runs, as OVERLAYTEST_SHRINK_RUNS has it" {
		t.Error(timeless(f))
	}
}

func TestSearchOutOfTimeSaysSo(t *testing.T) {
	f := heard(properties.Churn, properties.Nodes(10, 30)).Search(properties.Sweep{Shrink: 1})
	if f.Short != "there may be a smaller world: the search stopped after 0 runs, its time was over; OVERLAYTEST_SHRINK_FOR gives it more" {
		t.Error(timeless(f))
	}
}

// counting is a law about an overlay that keeps a count outside of every world.
func counting() properties.Law[*shouter] {
	var count atomic.Uint32
	l := heard()
	l.Name = "an overlay with a memory of other worlds"
	l.Boot = func(n *sim.Node, met []netip.AddrPort) *shouter {
		n.After(time.Duration(count.Add(1)), func() {})
		return bootShouter(n, met)
	}
	l.Judge = func(r *harness.Run[*shouter]) {
		r.On("shout", func(*harness.Member[*shouter], uint64) {})
		r.Play()
		r.T.Fatalf("broken")
	}
	return l
}

func TestFlakyOverlayIsFound(t *testing.T) {
	t.Chdir(t.TempDir())
	f := counting().Search(properties.Sweep{})
	if f.Verdict() != harness.Flaky || !strings.HasPrefix(f.Flaky, "played twice, one world came to two ends: it broke \"law_check_test.go:") {
		t.Error(timeless(f), f.Flaky)
	}
	if text := checking(counting().Check); !strings.Contains(text, "flaky: ") || !strings.Contains(text, "first") {
		t.Error(text)
	}
}

// leaving is a test whose FailNow ends its goroutine, as that of a testing.T does.
type leaving struct{ fakeTB }

func (l *leaving) FailNow() { runtime.Goexit() }
func (l *leaving) Skipf(form string, a ...any) {
	l.logs = append(l.logs, fmt.Sprintf(form, a...))
	runtime.Goexit()
}
func (l *leaving) run(test func(tb harness.TB)) (returned bool) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		test(l)
		returned = true
	}()
	<-done
	return returned
}

func TestTestThatIsLeftFromInsideAJudgeIsLeft(t *testing.T) {
	l, f := heard(), &leaving{}
	l.Judge = func(*harness.Run[*shouter]) { f.FailNow() }
	if f.run(l.Check) || len(f.logs) != 1 {
		t.Errorf("went on; logged %q", f.logs)
	}
	expectPrefix(t, f.logs[0], `the test was ended from inside the judge of the law "everybody hears everything"`)
}

func TestSkipInsideAJudgeSkipsTheTest(t *testing.T) {
	l, f := heard(), &leaving{}
	l.Judge = func(r *harness.Run[*shouter]) { r.T.(interface{ Skip(a ...any) }).Skip("not on this machine") }
	if f.run(l.Check) || len(f.logs) != 1 {
		t.Fatalf("went on; logged %q", f.logs)
	}
	expect(t, f.logs[0], "skipped by the judge of a law. not on this machine")
}

func TestLawThatSaysNothingFails(t *testing.T) {
	l := heard(properties.Loss(sim.Percent(20)))
	l.Judge = func(r *harness.Run[*shouter]) {
		r.On("shout", func(*harness.Member[*shouter], uint64) {})
		r.Sometimes("a member hears something", func() bool { return false })
		r.Given("two leaders", func() bool { return false })
		r.Play()
	}
	expect(t, checking(l.Check), `the law "everybody hears everything" is vacuous: it held in 100 worlds, but
- nothing ever showed "a member hears something"
- in every world: the precondition "two leaders" never held
- "loss" met nothing to act on in any of the 80 worlds that had it
where that is meant, its judge says r.AllowVacuous(why)`)
	f := l.Search(properties.Sweep{})
	if f.Verdict() != harness.Vacuous || len(f.Never) != 3 {
		t.Error(f.Verdict(), f.Never)
	}
}

func TestSkipOfTheTestItselfInsideAJudgeSkipsIt(t *testing.T) {
	skipped, went := false, true
	t.Run("skipped", func(t *testing.T) {
		t.Cleanup(func() { skipped = t.Skipped() })
		l := heard()
		l.Judge = func(*harness.Run[*shouter]) { t.Skip("not on this machine") }
		went = false
		l.Check(t)
		went = true
	})
	if !skipped || went {
		t.Errorf("skipped: %v, went on: %v", skipped, went)
	}
}

func TestPanicOfAGeneratorIsThatOfTheTest(t *testing.T) {
	l := heard()
	l.Space = rapid.Custom(func(*rapid.T) harness.Scenario { panic("no scenario today") })
	defer func() {
		if p := recover(); p == nil || !strings.Contains(fmt.Sprint(p), "no scenario today") {
			t.Errorf("panicked with %v", p)
		}
	}()
	l.Search(properties.Sweep{})
}
