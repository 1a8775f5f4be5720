package bubble_test

import (
	"context"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/sim"
	"github.com/overlaytest/overlaytest/sim/bubble"
)

const victimVariable = "OVERLAYTEST_VICTIM"

// victims are tests that do what a bubble does not take, and what they are told.
var victims = map[string]struct {
	do   func(t *testing.T, h *bubble.Host, w *sim.World)
	want []string
}{
	"a goroutine remains": {
		func(*testing.T, *bubble.Host, *sim.World) { go immovable() },
		[]string{"--- FAIL: TestVictim", "goroutines remain", "There remain:", "bubble_test.immovable"},
	},
	"a program panics": {
		func(_ *testing.T, h *bubble.Host, w *sim.World) {
			h.Go(func(context.Context) { time.Sleep(time.Second); panic("out of cheese") })
			w.Run(time.Minute)
		},
		[]string{`a goroutine of node "a" panicked: out of cheese`, "victims_test.go"},
	},
	"a goroutine from outside": {
		func(t *testing.T, h *bubble.Host, _ *sim.World) {
			if _, err := h.ListenPacket("udp", ":7"); err != nil {
				t.Error(err)
			}
			askOutside <- h
			<-answered
		},
		[]string{"a goroutine outside the bubble uses a world of programs"},
	},
	"an event waits": {
		func(_ *testing.T, h *bubble.Host, w *sim.World) {
			h.Go(chatter(h))
			h.Node().After(time.Second, func() { immovable() })
			w.Run(time.Minute)
		},
		[]string{`an event of node "a" at 2s waits`, "waits for goroutines", "bubble_test.immovable"},
	},
	"an event waits for a socket": {
		func(_ *testing.T, h *bubble.Host, w *sim.World) {
			h.Go(chatter(h))
			h.Node().After(time.Second, func() { _, _ = h.Dial("tcp", "a:80") })
			w.Run(time.Minute)
		},
		[]string{`an event of node "a" at 2s waits`, "waits for goroutines", "bubble.(*Host).Dial"},
	},
	"the test waits": {
		func(_ *testing.T, h *bubble.Host, w *sim.World) {
			h.Go(chatter(h))
			w.Run(time.Second)
			immovable()
		},
		[]string{"the test waits, and has waited for 1h", "while the world does not run", "bubble_test.immovable"},
	},
	"the test sleeps": {
		func(_ *testing.T, h *bubble.Host, w *sim.World) {
			h.Node().After(time.Second, func() {})
			time.Sleep(2 * time.Second)
			w.Run(time.Second)
		},
		[]string{"the world did not run from 1s to 3s, and its next event was due at 2s", "not by time.Sleep"},
	},
	"a start panics": {
		func(_ *testing.T, _ *bubble.Host, w *sim.World) {
			start := func(*bubble.Host, []netip.AddrPort) (int, error) { panic("out of cheese") }
			w.Node("b", func(n *sim.Node) { bubble.Boot(start)(n, nil) })
			w.Run(time.Second)
		},
		[]string{`a goroutine of node "b" panicked: out of cheese`, "victims_test.go"},
	},
	"a program's goroutine remains": {
		func(_ *testing.T, _ *bubble.Host, w *sim.World) {
			start := func(h *bubble.Host, _ []netip.AddrPort) (int, error) {
				h.Go(func(context.Context) {})
				go immovable()
				return 0, nil
			}
			w.Node("b", func(n *sim.Node) { bubble.Boot(start)(n, nil) })
			w.Run(time.Second)
		},
		[]string{"goroutines that outlive their node", `of node "b"`, "bubble_test.immovable"},
	},
	"a subtest": {
		func(t *testing.T, _ *bubble.Host, _ *sim.World) { t.Run("sub", func(*testing.T) {}) },
		[]string{"t.Run called inside synctest bubble"},
	},
}

// askOutside and answered lead to a goroutine outside of any bubble and back.
var askOutside, answered = make(chan *bubble.Host), make(chan bool)

func TestVictim(t *testing.T) {
	victim, named := victims[os.Getenv(victimVariable)]
	if !named {
		t.Skip("for TestWhatABubbleDoesNotTakeIsAClearError")
	}
	go func() {
		h := <-askOutside
		_, err := h.ListenPacket("udp", ":8")
		answered <- err == nil
	}()
	bubble.Test(t, 7, func(t *testing.T) {
		w := sim.New(7)
		defer w.Close()
		var h *bubble.Host
		w.Node("a", func(n *sim.Node) { h = host(n) })
		w.Run(time.Second)
		victim.do(t, h, w)
	})
}

func immovable() { select {} }

// chatter sends a packet every second, to itself.
func chatter(h *bubble.Host) func(context.Context) {
	return func(ctx context.Context) {
		conn, _ := h.ListenPacket("udp", ":7")
		for tick := time.Tick(time.Second); ctx.Err() == nil; <-tick {
			_, _ = conn.WriteTo([]byte("tick"), conn.LocalAddr())
		}
	}
}

// TestWhatABubbleDoesNotTakeIsAClearError plays each victim in a process of its own.
func TestWhatABubbleDoesNotTakeIsAClearError(t *testing.T) {
	var all sync.WaitGroup
	for name, v := range victims { // any order: each by itself
		all.Go(func() {
			c := exec.Command(os.Args[0], "-test.run=^TestVictim$")
			c.Env = append(os.Environ(), victimVariable+"="+name)
			out, err := c.CombinedOutput()
			if err == nil {
				t.Errorf("%s: nothing fails:\n%s", name, out)
			}
			for _, want := range v.want {
				if !strings.Contains(string(out), want) {
					t.Errorf("%s: nothing of %q in:\n%s", name, want, out)
				}
			}
		})
	}
	all.Wait()
}

// TestPlainRunsSayThatTheyAreNotExact wants that said once in a process, and not where it is exact.
func TestPlainRunsSayThatTheyAreNotExact(t *testing.T) {
	out, err := exec.Command(os.Args[0], "-test.run=^(TestAStreamArrivesWholeAndInOrder|TestDeadlines)$").CombinedOutput()
	want := 1
	if bubble.Exact {
		want = 0
	}
	if n := strings.Count(string(out), "cmd/overlaytest test"); err != nil || n != want {
		t.Errorf("%v, and said %d times, want %d:\n%s", err, n, want, out)
	}
}
