package harness_test

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/sim"
)

func tried(play func(t harness.TB), watch ...func(*harness.World)) *harness.Trial {
	return harness.Try(&fakeTB{name: "TestTried"}, play, watch...)
}

func TestTrialOfWhatHolds(t *testing.T) {
	var made []*harness.World
	cleaned := false
	x := tried(func(tb harness.TB) {
		tb.Cleanup(func() { cleaned = true })
		tb.Logf("the name is %s", tb.Name())
		harness.New(tb, 7).Run(time.Minute)
		harness.New(tb, 8)
	}, func(w *harness.World) { made = append(made, w) })
	if x.Breach != nil || x.Elapsed != time.Minute || x.Digest != made[0].Digest() || len(made) != 2 || !cleaned {
		t.Errorf("%+v of %d worlds, cleaned up: %v", x, len(made), cleaned)
	}
	same(t, "the logs", x.Logs, []string{"the name is TestTried"})
}

func TestTrialOfWhatNeverShows(t *testing.T) {
	cleaned := false
	x := tried(func(tb harness.TB) {
		tb.Cleanup(func() { cleaned = true })
		harness.New(tb, 7).Sometimes("it snows", func() bool { return false })
	})
	if x.Breach == nil || x.Breach.Promise() != `nothing ever showed "it snows"` || !cleaned {
		t.Errorf("the breach is %v, cleaned up: %v", x.Breach, cleaned)
	}
}

func TestBreachesAreToldApartWithoutTimesAndNodes(t *testing.T) {
	for want, play := range map[string]func(w *harness.World){
		`the promise "it is early" was broken`: func(w *harness.World) {
			w.Always("it is early", func() error { return map[bool]error{true: errors.New("late")}[w.Elapsed() > time.Second] })
		},
		"a packet was sent to an address nobody ever had": func(w *harness.World) {
			w.Node("anna", func(n *sim.Node) { _ = n.Send(netip.MustParseAddrPort("192.0.2.1:7"), nil) })
		},
		"the world ran away": func(w *harness.World) { w.Limit(sim.Limits{Events: 1}) },
	} {
		x := tried(func(tb harness.TB) {
			w := harness.New(tb, 7)
			w.Every(time.Second, time.Second, func() {})
			play(w)
			w.Run(time.Minute)
		})
		if x.Breach == nil || x.Breach.Promise() != want {
			t.Errorf("the breach is %v, want %q", x.Breach, want)
		}
	}
}

func TestWordsOfTheJudgeAreKnownByTheirPlace(t *testing.T) {
	x := tried(func(tb harness.TB) { tb.Fatalf("at %v\nand so on", time.Second) })
	if b := x.Breach; !strings.HasPrefix(b.Promise(), "failure_trial_test.go:") || b.Place() != b.Promise() || b.String() != b.Promise()+": at 1s\nand so on" {
		t.Errorf("the breach is %q, known by %q", b, b.Promise())
	}
}

func TestPanicsAreErrorsAndPromisesAreNot(t *testing.T) {
	if b := tried(func(tb harness.TB) { harness.New(tb, 7).Guard(func() { panic("oh") }) }).Breach; !b.IsError() {
		t.Errorf("a panic is no error: %v", b)
	}
	if b := tried(func(tb harness.TB) { tb.Fatalf("oh") }).Breach; b.IsError() {
		t.Errorf("a failure is an error: %v", b)
	}
}

func TestFrameworksEndTheirTestsThroughATrial(t *testing.T) {
	defer func() {
		if p := recover(); p != (ended{}) {
			t.Errorf("the panic that came through is %v", p)
		}
	}()
	tried(func(harness.TB) { panic(ended{}) })
	t.Error("the test was not ended")
}

func TestWorldsWithoutALawAnswer(t *testing.T) {
	t.Setenv("OVERLAYTEST_BECAUSE", "2")
	t.Setenv("OVERLAYTEST_TRACE", "1")
	f := trying(func(tb harness.TB) {
		w := harness.New(tb, 7)
		w.Node("anna", func(n *sim.Node) { n.After(time.Second, func() {}) })
		w.Run(time.Minute)
	})
	got := lineless(strings.Join(f.logs, "\n"))
	for _, want := range []string{
		"because #2:\n  1s #2: anna's timer fired; ran failure_trial_test.go:N (harness_test.TestWorldsWithoutALawAnswer.",
		"\n  0s #1: because anna booted; ran failure_trial_test.go:N (",
		"trace:\n    0.000000000 #1    anna booted\n    1.000000000 #2    anna fired",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("logged:\n%s\nwant in it:\n%s", got, want)
		}
	}
}

func TestPayloadsAreDescribed(t *testing.T) {
	w := harness.New(t, 7)
	same(t, "a text", w.Payload([]byte("hello")), `"hello"`)
	same(t, "bytes", w.Payload([]byte{1, 2}), "2 B")
	w.Describe(func(data []byte) string { return map[bool]string{true: "a ping"}[len(data) == 2] })
	same(t, "a description", w.Payload([]byte{1, 2}), "a ping")
	same(t, "what it says nothing about", w.Payload([]byte{1}), "1 B")
}
