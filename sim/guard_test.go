package sim

import (
	"errors"
	"net/netip"
	"testing"
	"time"
)

func TestTimeStandingStillIsAnError(t *testing.T) {
	w := New(0xbeef)
	w.Limit(Limits{PerInstant: 1000})
	boot := func(n *Node) { n.Listen(func(from, _ netip.AddrPort, data []byte) { n.Send(from, data) }) }
	a, b := w.Node("a", boot), w.Node("b", boot)
	w.Run(time.Second)
	a.Send(b.Addrs()[0], nil)
	w.Run(time.Second)
	var h *Halt
	if !errors.As(w.Err(), &h) || h.At != time.Second || h.Seed != 0xbeef || h.Event == 0 || h.Node == "" {
		t.Fatalf("the error is %v (%+v)", w.Err(), h)
	}
	if want := `sim: time stands still: 1000 events in one instant, the last on node "a" in event 1002 at 1s (seed 0xbeef)`; w.Err().Error() != want {
		t.Fatalf("the error is\n%s, want\n%s", w.Err(), want)
	}
	if w.Step() || w.RunUntil(time.Hour, func() bool { return false }) || w.Elapsed() != time.Second || w.Find("a") != a {
		t.Fatal("a stopped world went on")
	}
}

func TestABudgetOfEvents(t *testing.T) {
	w := New(1)
	w.Limit(Limits{Events: 10})
	w.Every(0, time.Second, func() {})
	w.Run(time.Hour)
	if want := "sim: the budget of 10 events is spent, the last in the test's own event 10 at 9s (seed 0x1)"; w.Err() == nil || w.Err().Error() != want {
		t.Fatalf("the error is %v, want %s", w.Err(), want)
	}
}

func TestAHandlersPanicPassesAndIsNoted(t *testing.T) {
	w := New(1)
	n := w.Node("a", nil)
	n.After(time.Second, func() { panic("boom") })
	func() {
		defer func() {
			if r := recover(); r != "boom" {
				t.Fatalf("recovered %v, want boom", r)
			}
		}()
		w.Run(time.Minute)
	}()
	var h *Halt
	if !errors.As(w.Err(), &h) || h.Node != "a" || h.At != time.Second || w.Step() {
		t.Fatalf("the error is %v", w.Err())
	}
}

func TestThePathOfAPacketDoesNotAllocate(t *testing.T) {
	w := New(1, LatencyBy("jitter", func(p *Packet) time.Duration { return time.Duration(1 + p.N(1e6)) }), Loss(0))
	payload := make([]byte, 200)
	for _, name := range []string{"a", "b"} {
		w.Node(name, nil)
	}
	a, b := w.Nodes()[0], w.Nodes()[1]
	b.Listen(func(from, _ netip.AddrPort, data []byte) { b.Send(from, data) })
	a.Listen(func(from, _ netip.AddrPort, data []byte) { a.Send(from, data) })
	a.Send(b.Addrs()[0], payload)
	w.Run(time.Second)
	if allocs := testing.AllocsPerRun(10, func() { w.Run(time.Second) }); allocs != 0 {
		t.Fatalf("%v allocations in a second of some 2,000 packets, want none", allocs)
	}
}

func TestATimerDoesNotAllocate(t *testing.T) {
	w := New(1)
	n := w.Node("a", nil)
	var again func()
	again = func() { n.After(time.Millisecond, again) }
	again()
	n.Every(0, time.Millisecond, func() {})
	w.Run(time.Second)
	if allocs := testing.AllocsPerRun(10, func() { w.Run(time.Second) }); allocs != 0 {
		t.Fatalf("%v allocations in a second of 2,000 timers, want none", allocs)
	}
}
