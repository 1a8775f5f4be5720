// Package bubble lets Go code with goroutines and sockets of its own run, as it is, on the nodes of a simulated world.
//
// The code runs in a bubble of testing/synctest, whose clock and the world's advance together: an event of the world happens when every
// goroutine of the bubble is durably blocked, and the goroutines run until they are so again before the next. What they send over the
// sockets of their [Host] passes the world's rules, faults and traces like any packet.
//
// Without more, runs of one seed are alike as far as goroutines that are ready at once do not race. Under
// go run github.com/overlaytest/overlaytest/cmd/overlaytest test, one seed has one history.
package bubble

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/overlaytest/overlaytest/sim"
)

// Net joins a world to the bubble that it was made in. All that follows from it must be used in that bubble.
type Net struct {
	w     *sim.World
	began time.Time // what the bubble's clock showed when the world began

	factor, offset int     // of the permutation of lanes
	hosts          []*Host // by index of node, nil where there is none

	mu     sync.Mutex             // the world's; whoever runs the world holds it while events run
	runner atomic.Pointer[string] // the goroutine that runs the world, nil when none does
	target time.Duration          // until when the runner sleeps; negative: it does not
	kick   chan struct{}          // wakes the runner: something is due before the target
	dirty  bool                   // something was scheduled since the runner looked at the queue
	event  bool                   // the runner is in an event
	since  time.Duration          // the bubble's time when the event began
	wakes  []*sync.Cond           // who is to be woken when the event has ended
}

// New joins a world, in which nothing has run yet, to the bubble of the calling goroutine, and seeds the bubble's order with the world's
// seed where that is possible. The world is run as ever, by [sim.World.Run] and what is built on it, by one goroutine at a time. A call that
// waits for other nodes belongs into [Host.Go], or into [Net.Do] where the test itself makes it.
func New(w *sim.World) *Net {
	b := &Net{w: w, began: time.Now().Add(-w.Elapsed()), kick: make(chan struct{}, 1), target: -1}
	reseed(w.Seed())
	w.Pace((*pace)(b))
	w.Watch(b.crashed, sim.Crashed)
	return b
}

// World returns what New was given.
func (b *Net) World() *sim.World { return b.w }

// elapsed is how far the bubble's clock has come, counted as the world's is.
func (b *Net) elapsed() time.Duration { return time.Since(b.began) }

// lock takes hold of the world for the calling goroutine, and returns what lets go of it. Code that an event calls has hold of it already.
func (b *Net) lock() (unlock func()) {
	if !b.mu.TryLock() {
		if runner := b.runner.Load(); runner != nil && *runner == self() {
			return func() {}
		}
		b.mu.Lock()
	}
	b.w.CatchUp(b.elapsed())
	return b.mu.Unlock
}

// scheduled notes that the queue of the world has got longer, and wakes the runner if it would sleep for too long.
func (b *Net) scheduled() {
	b.dirty = true
	if next, ok := b.w.Next(); ok && next < b.target {
		select {
		case b.kick <- struct{}{}:
		default:
		}
	}
}

// wake has everybody who waits on c look again, once the event that runs has ended, or now when none does.
func (b *Net) wake(c *sync.Cond) {
	if b.event {
		b.wakes = append(b.wakes, c)
	} else {
		c.Broadcast()
	}
}

// self names the calling goroutine.
func self() string {
	var buffer [64]byte
	name, _, _ := bytes.Cut(buffer[len("goroutine "):runtime.Stack(buffer[:], false)], []byte(" "))
	return string(name)
}

// ErrUnfinished is wrapped by the error of [Net.Do] about a call that did not return in time.
var ErrUnfinished = errors.New("bubble: the call has not returned")

// Do calls f, which may wait for nodes of the world, on a goroutine of its own, and runs the world until it returns, for no longer than d.
// The error is f's, or wraps ErrUnfinished; f then goes on whenever the world runs.
func (b *Net) Do(d time.Duration, f func() error) error {
	var done atomic.Bool
	var err error
	go func() {
		err = f()
		done.Store(true)
		defer b.lock()()
		b.w.After(0, func() {})
		b.scheduled()
	}()
	if !b.w.RunUntil(d, done.Load) {
		return fmt.Errorf("%w after %v", ErrUnfinished, d)
	}
	return err
}
