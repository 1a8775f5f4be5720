package harness_test

import (
	"strings"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/harness"
)

// moody returns a judge whose worlds go on differently each time.
func moody() func(t harness.TB, s harness.Scenario) {
	played := 0
	return func(t harness.TB, s harness.Scenario) {
		played++
		r := harness.Start(t, s, bootCaller)
		r.After(time.Second, func() {
			if played%2 == 0 {
				r.Members[1].Crash()
			}
		})
		r.Run(time.Minute)
		t.Fatalf("it never works")
	}
}

func TestWorldThatGoesOnDifferentlyIsFlaky(t *testing.T) {
	a := harness.Account{Case: harness.Case{Scenario: harness.Scenario{Nodes: []string{"anna", "bert"}, Topology: harness.Choice{Name: "ring"}, Duration: time.Minute}},
		Play: moody(), Unsaved: true}
	got := telling(t, a)
	want := `flaky: two runs differ, first in what happened as number 4:
    both       0s #1  anna booted
    both       0s #2  bert booted
    both       1s #3  the test's timer fired
    one run    1s #4  bert crashed
    the other  the end
`
	if !strings.Contains(got, want) || !strings.Contains(got, "proof: reproduced 2 of 3") {
		t.Errorf("got:\n%s\nwant in it:\n%s", got, want)
	}
}

func TestCausesAndTraceOnRequest(t *testing.T) {
	t.Setenv("OVERLAYTEST_BECAUSE", "#5")
	t.Setenv("OVERLAYTEST_TRACE", "1")
	t.Setenv("OVERLAYTEST_DIFF", "1")
	s := callers()
	s.Loss, s.Latency = 0, harness.Choice{Name: "constant", Params: []int64{50e6}}
	got := telling(t, harness.Account{Case: harness.Case{Scenario: s}, Play: nobodyHears, Unsaved: true})
	for _, want := range []string{
		"\nbecause #5:\n  3.05s #5: anna got \"7\" from bert, sent at 3s; sent at failure_screen_test.go:N (harness_test.(*caller).call); ran failure_screen_test.go:N (harness_test.(*caller).hear)\n  3s #4: because ",
		"\ndiff: 3 runs agree event for event, ",
		"\ntrace:\n    0.000000000 #1    anna booted\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("got:\n%s\nwant in it:\n%s", got, want)
		}
	}
}

func TestCausesOfWhatIsNoEvent(t *testing.T) {
	t.Setenv("OVERLAYTEST_BECAUSE", "the crash")
	const want = `OVERLAYTEST_BECAUSE="the crash" is not the number of an event: want one such as 18`
	s := callers()
	s.Loss, s.Latency = 0, harness.Choice{Name: "constant", Params: []int64{50e6}}
	got := telling(t, harness.Account{Case: harness.Case{Scenario: s}, Play: nobodyHears, Unsaved: true})
	if !strings.Contains(got, "\nbecause: "+want+"\n") {
		t.Errorf("got:\n%s", got)
	}
	if got := failing(t, func(tb harness.TB) { harness.New(tb, 1) }); got != want {
		t.Errorf("got %q", got)
	}
}
