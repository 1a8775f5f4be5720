package harness_test

import (
	"errors"
	"net/netip"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/sim"
)

// counter is an overlay that counts seconds.
type counter struct{ n int }

func bootCounter(n *sim.Node, _ []netip.AddrPort) *counter {
	c := &counter{}
	n.Every(time.Second, time.Second, func() { c.n++ })
	return c
}

func TestPromiseOfAWorldIsLookedAtAfterEveryEvent(t *testing.T) {
	got := failing(t, func(tb harness.TB) {
		w := harness.New(tb, 42)
		m := harness.Spawn(w, 1, fixtures.Ring, bootCounter)[0]
		w.Always("nobody counts to three", func() error {
			if m.Overlay.n == 3 {
				return errors.New("somebody counted to 3")
			}
			return nil
		})
		w.Run(time.Hour)
	})
	expect(t, got, `
	the promise "nobody counts to three" was broken
	somebody counted to 3
	promised at world_test.go:N
	at 3s of virtual time, after 4 events, seed 0x2a
	replay: go test github.com/overlaytest/overlaytest/harness -run '^TestThings$'`)
}

func TestPromiseOfMembersNamesTheOneThatBrokeIt(t *testing.T) {
	got := failing(t, func(tb harness.TB) {
		w := harness.New(tb, 42)
		members := harness.Spawn(w, 3, fixtures.Ring, bootCounter)
		harness.Each(members, "counts are small", func(m *harness.Member[*counter]) error {
			if m.Index == 1 && m.Overlay.n > 7 {
				return errors.New("too much")
			}
			return nil
		})
		w.Run(time.Hour)
	})
	expect(t, got, `
	the promise "counts are small" was broken
	by n1: too much
	promised at world_test.go:N
	at 8s of virtual time, after 26 events, seed 0x2a
	replay: go test github.com/overlaytest/overlaytest/harness -run '^TestThings$'`)
}

func TestPromiseOfMembersIsLookedAtForWhomAnEventTouchedWhileUp(t *testing.T) {
	w := harness.New(t, 1)
	members := harness.Spawn(w, 3, fixtures.Ring, bootCounter)
	var looked []int
	harness.Each(members, "is looked at", func(m *harness.Member[*counter]) error {
		looked = append(looked, m.Index)
		return nil
	})
	w.Run(500 * time.Millisecond)
	members[1].Crash()
	w.Run(time.Second)
	if want := []int{0, 1, 2, 0, 2, 0, 2}; !slices.Equal(looked, want) {
		t.Errorf("looked at %v, want %v: all at the start of a run, then whom an event touched", looked, want)
	}
}

func TestOverlayPanicsBecomeFailuresThatNameTheirPlace(t *testing.T) {
	got := failing(t, func(tb harness.TB) {
		w := harness.New(tb, 42)
		harness.Spawn(w, 2, fixtures.Ring, func(n *sim.Node, _ []netip.AddrPort) *counter {
			c := &counter{}
			n.After(time.Second, c.explode)
			return c
		})
		w.Run(time.Hour)
	})
	expect(t, got, `
	a panic in harness_test.(*counter).explode
	panic: runtime error: index out of range [0] with length 0
	in event 3, on n0
	    harness_test.(*counter).explode world_test.go:N
	at 1s of virtual time, after 3 events, seed 0x2a
	replay: go test github.com/overlaytest/overlaytest/harness -run '^TestThings$'`)
}

func (c *counter) explode() { c.n = []int{}[c.n] }

func TestPromiseThatPanicsIsNamed(t *testing.T) {
	got := failing(t, func(tb harness.TB) {
		w := harness.New(tb, 42)
		w.Always("it is so", func() error { panic("oh") })
		w.Run(0)
	})
	expect(t, got, `
	the promise "it is so" ended in a panic at world_test.go:N
	panic: oh
	    harness_test.TestPromiseThatPanicsIsNamed.func1.1 world_test.go:N
	at 0s of virtual time, after 0 events, seed 0x2a
	replay: go test github.com/overlaytest/overlaytest/harness -run '^TestThings$'`)
}

func TestPanicsOfTheTestPassThrough(t *testing.T) {
	defer func() {
		if p := recover(); p != (ended{}) {
			t.Errorf("recovered %v, want the panic that ends the test", p)
		}
	}()
	w := harness.New(t, 1)
	w.After(time.Second, func() { panic(ended{}) })
	w.Run(time.Minute)
}

func TestFailNowInsideAnEventEndsTheTest(t *testing.T) {
	finished := make(chan bool)
	go func() {
		defer close(finished)
		f := &goexitTB{}
		w := harness.New(f, 1)
		w.After(time.Second, f.FailNow)
		w.Run(time.Minute)
		finished <- true
	}()
	if <-finished {
		t.Error("Run returned after FailNow")
	}
}

func TestRapidSkipsAndFailsThroughAWorld(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := harness.New(rt, rapid.Uint64().Draw(rt, "seed"))
		w.After(time.Second, func() {
			if rapid.Bool().Draw(rt, "skip") {
				rt.Skip("inside an event")
			}
		})
		w.Run(time.Minute)
	})
}

func TestPacketsToNobodyFailAHandWrittenWorld(t *testing.T) {
	got := failing(t, func(tb harness.TB) {
		w := harness.New(tb, 42)
		n := w.Node("n0", nil)
		w.After(time.Second, func() { _ = n.Send(netip.MustParseAddrPort("1.2.3.4:5"), []byte("hello")) })
		w.Run(time.Hour)
	})
	expect(t, got, `
	a packet was sent to an address nobody ever had
	n0 sent 5 bytes to 1.2.3.4:5 at 1s
	if that is meant, say w.LoseUnknown(): then it is a loss
	at 1s of virtual time, after 2 events, seed 0x2a
	replay: go test github.com/overlaytest/overlaytest/harness -run '^TestThings$'`)
}

func TestPacketsToNobodyAreLossesOnRequest(t *testing.T) {
	w := harness.New(t, 42)
	w.LoseUnknown()
	n := w.Node("n0", nil)
	if err := n.Send(netip.MustParseAddrPort("1.2.3.4:5"), nil); !errors.Is(err, sim.ErrNoSuchAddress) {
		t.Errorf("Send returned %v, want %v", err, sim.ErrNoSuchAddress)
	}
	w.Run(time.Hour)
}

func TestRunawayWorldsFail(t *testing.T) {
	got := failing(t, func(tb harness.TB) {
		w := harness.New(tb, 42)
		w.Limit(sim.Limits{PerInstant: 1000})
		n := w.Node("n0", nil)
		n.Every(time.Second, time.Second, func() { spin(n) })
		w.Run(time.Hour)
	})
	expect(t, got, `
	the world ran away
	sim: time stands still: 1000 events in one instant, the last on node "n0" in event 1002 at 1s (seed 0x2a)
	at 1s of virtual time, after 1001 events, seed 0x2a
	replay: go test github.com/overlaytest/overlaytest/harness -run '^TestThings$'`)
}

func spin(n *sim.Node) { n.After(0, func() { spin(n) }) }

func TestSeedsStopAtTheLowestThatFails(t *testing.T) {
	var tried []uint64
	got := failing(t, func(tb harness.TB) {
		harness.Seeds(tb, 100, func(w *harness.World) {
			tried = append(tried, w.Seed())
			w.Always("the seed is not three", func() error {
				if w.Seed() == 3 {
					return errors.New("it is")
				}
				return nil
			})
			w.Run(0)
		})
	})
	expect(t, got, `
	the promise "the seed is not three" was broken
	it is
	promised at world_test.go:N
	at 0s of virtual time, after 0 events, seed 0x3
	replay: OVERLAYTEST_SEED=0x3 go test github.com/overlaytest/overlaytest/harness -run '^TestThings$'`)
	if !slices.Equal(tried, []uint64{1, 2, 3}) {
		t.Errorf("tried %v", tried)
	}
}

func TestSeedsSayWhichSeedTheTestFailedIn(t *testing.T) {
	f := trying(func(tb harness.TB) {
		harness.Seeds(tb, 100, func(w *harness.World) {
			w.Run(time.Minute)
			tb.Fatalf("I do not like it")
		})
	})
	if len(f.logs) != 1 {
		t.Fatalf("logged %q", f.logs)
	}
	expect(t, f.logs[0], `
	failed in the world of seed 0x1 at 1m0s of virtual time
	replay: OVERLAYTEST_SEED=0x1 go test github.com/overlaytest/overlaytest/harness -run '^TestThings$'`)
}

func TestSeedsReplayTheSeedAskedFor(t *testing.T) {
	t.Setenv("OVERLAYTEST_SEED", "0x2a")
	var tried []uint64
	harness.Seeds(t, 100, func(w *harness.World) { tried = append(tried, w.Seed()) })
	if !slices.Equal(tried, []uint64{42}) {
		t.Errorf("tried %v, want 42 alone", tried)
	}
}

func TestSeedsRefuseWhatIsNoSeed(t *testing.T) {
	t.Setenv("OVERLAYTEST_SEED", "tuesday")
	got := failing(t, func(tb harness.TB) { harness.Seeds(tb, 1, func(*harness.World) {}) })
	expect(t, got, `OVERLAYTEST_SEED="tuesday" is not a seed: want a number below 2^64, such as 42 or 0x2a`)
}

func TestReplayCommandsSelectTheTest(t *testing.T) {
	for name, want := range map[string]string{
		"TestX":                     "-run '^TestX$'",
		"TestX/a_case(1)":           `-run '^TestX$/^a_case\(1\)$'`,
		"FuzzX":                     "-run '^FuzzX$'",
		"Gossip forgets it's peers": `-ginkgo.focus 'Gossip forgets it'\''s peers$'`,
		"a (b) [c]":                 `-ginkgo.focus 'a \(b\) \[c\]$'`,
	} {
		w := harness.New(&fakeTB{name: name}, 1)
		if got := w.Replay(); got != "go test github.com/overlaytest/overlaytest/harness "+want {
			t.Errorf("%s is replayed by %s, want …%s", name, got, want)
		}
	}
}
