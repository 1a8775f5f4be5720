package sim

import (
	"errors"
	"fmt"
	"time"
)

// Limits bound a world that runs away. Zero means no limit.
type Limits struct {
	Events     uint64 // in the world's whole life; by default unlimited
	PerInstant uint64 // without time moving on; by default 10,000,000
}

var defaultLimits = Limits{PerInstant: 10_000_000}

// Halt is why a world stopped by itself: it is the error of [World.Err].
type Halt struct {
	Why   string        // what went wrong
	Node  string        // on which node the last event ran; empty for the test's own
	At    time.Duration // when, in virtual time
	Event uint64        // the event's id
	Seed  uint64
}

// Error says what stopped the world, where and when.
func (h *Halt) Error() string {
	on := "in the test's own event"
	if h.Node != "" {
		on = fmt.Sprintf("on node %q in event", h.Node)
	}
	return fmt.Sprintf("sim: %s %s %d at %v (seed %#x)", h.Why, on, h.Event, h.At, h.Seed)
}

var errClosed = errors.New("sim: the world is closed")

// guard ends worlds that run away.
type guard struct {
	Limits
	events  uint64 // run so far
	instant uint64 // of them since time moved last
	busy    bool   // an event may be running
	closed  bool
	err     error
}

// Limit sets how many events the world may run before it stops with an error.
func (w *World) Limit(l Limits) { w.guard.Limits = l }

// Err returns why the world stopped by itself: a [*Halt] for an event budget spent, for time that stands still, or for an event whose code
// panicked or ended the test; nil while it can go on. A stopped world stays as it is, and can be read.
func (w *World) Err() error { return w.guard.err }

// admit counts an event of that instant, and reports whether it may run.
func (g *guard) admit(w *World, at int64) bool {
	if at > w.now {
		g.instant = 0
	}
	switch {
	case g.Limits.Events != 0 && g.events >= g.Limits.Events:
		w.halt(fmt.Sprintf("the budget of %d events is spent, the last", g.events))
		return false
	case g.PerInstant != 0 && g.instant >= g.PerInstant:
		w.halt(fmt.Sprintf("time stands still: %d events in one instant, the last", g.instant))
		return false
	}
	g.events++
	g.instant++
	return true
}

// halt stops the world.
func (w *World) halt(why string) {
	h := &Halt{Why: why, At: w.Elapsed(), Event: w.last.id, Seed: w.seed}
	if w.last.node != nil {
		h.Node = w.last.node.name
	}
	w.guard.err = h
}

// enter begins to run events; leave ends it, also when an event's code panicked or called runtime.Goexit: that is noted here, not stopped.
func (w *World) enter() {
	if w.guard.busy {
		panic("sim: Run, RunUntil or Step called from inside an event: schedule with After instead")
	}
	w.guard.busy = true
	if w.pacer != nil {
		w.pacer.Begin()
	}
}

func (w *World) leave() {
	w.guard.busy = false
	if w.pacer != nil {
		w.pacer.End()
	}
	if w.current.id != 0 {
		w.last = w.current
		w.halt("a panic or the end of the test")
	}
}
