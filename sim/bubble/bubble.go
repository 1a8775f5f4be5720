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
	"testing/synctest"
	"time"

	"github.com/overlaytest/overlaytest/sim"
)

// bubble joins a world to the bubble of testing/synctest that it is played in.
type bubble struct {
	w *sim.World

	number uint64    // of the bubble in the process
	began  time.Time // what the bubble's clock showed when the world began
	hosts  []*Host   // by index of node, nil where there is none

	factor, offset int // of the permutation of lanes

	mu     turn                   // the world's; whoever runs the world holds it while events run
	runner atomic.Pointer[string] // the goroutine that runs the world, nil when none does
	owner  string                 // the one that runs it, or ran it last
	ended  time.Duration          // the bubble's time when the world last ran
	due    time.Duration          // when its next event was due then
	target time.Duration          // until when the runner sleeps; negative: it does not
	kick   chan struct{}          // wakes the runner: something is due before the target
	dirty  bool                   // something was scheduled since the runner looked at the queue
	event  bool                   // the runner is in an event
	since  time.Duration          // the bubble's time when the event began
	events uint64                 // how many began
	wakes  []func()               // wake who is to be woken when the event has ended, or the world runs

	broken  atomic.Pointer[string] // what a program's goroutine panicked with
	history string                 // the file in which the world is written down, if one is asked for
}

// of returns the bubble of a node's world, which is joined to that of the calling goroutine when it is first asked for.
func of(n *sim.Node) *bubble {
	return sim.Shared(n, func() *bubble {
		mustBeInside()
		w := n.World()
		b := &bubble{w: w, number: bubbles.Add(1), began: time.Now().Add(-w.Elapsed()), kick: make(chan struct{}, 1), target: -1, event: w.Event() != 0, since: w.Elapsed()}
		b.mu = turn{make(chan struct{}, 1), b.eventWaits}
		b.rest()
		reseed(w.Seed())
		b.draw()
		b.record()
		w.Pace((*pace)(b))
		w.Speak(describe)
		w.Watch(b.crashed, sim.Crashed)
		w.Watch(b.stopped, sim.Paused, sim.Resumed)
		return b
	})
}

// mustBeInside panics with what is to be done when the calling goroutine is in no bubble.
func mustBeInside() {
	defer func() {
		if recover() != nil {
			panic("bubble: a world of programs is played in a bubble: see bubble.Test, and bubble.Around for a law")
		}
	}()
	synctest.Wait()
}

// elapsed is how far the bubble's clock has come, counted as the world's is.
func (b *bubble) elapsed() time.Duration { return time.Since(b.began) }

// lock takes hold of the world for the calling goroutine, and returns what lets go of it. Code that an event calls has hold of it already.
func (b *bubble) lock() (unlock func()) {
	if now := time.Now(); now != now.Round(0) { // with a monotonic reading, which there is none of in a bubble
		panic("bubble: a goroutine outside the bubble uses a world of programs: start it inside the function of bubble.Test or bdd.Bubble, or by Host.Go, and clean up there")
	}
	if !b.mu.TryLock() {
		if runner := b.runner.Load(); runner != nil && *runner == self() {
			return func() {}
		}
		b.mu.Lock()
	}
	now := b.elapsed()
	switch runs := b.runner.Load() != nil; {
	case runs && b.event:
		b.eventWaits()
	case !runs && now-b.ended > unattended:
		b.testWaits()
	}
	b.w.CatchUp(now)
	return b.mu.Unlock
}

// scheduled notes that the queue of the world has got longer, and wakes the runner if it would sleep for too long.
func (b *bubble) scheduled() {
	b.dirty = true
	if next, ok := b.w.Next(); ok && next < b.target {
		select {
		case b.kick <- struct{}{}:
		default:
		}
	}
}

// wake has everybody who waits on c look again, at the time of [bubble.stir].
func (b *bubble) wake(c *sync.Cond) { b.stir(c.Broadcast) }

// stir calls f, which sets goroutines going: once the event that runs has ended; when the world runs, if the test calls while it does not, since
// it is the test's alone until then; else now.
func (b *bubble) stir(f func()) {
	if b.event || b.runner.Load() == nil && b.owner == self() {
		b.wakes = append(b.wakes, f)
	} else {
		f()
	}
}

// draw begins the numbers anew that the calling goroutine draws, as it runs the world: each event has its own, whatever was drawn before by
// those who look at the world, and what they draw is nobody else's.
func (b *bubble) draw() { reseedSelf(b.w.Seed() ^ b.events*0x9e3779b97f4a7c15 ^ 1) }

// self names the calling goroutine.
func self() string {
	var buffer [64]byte
	name, _, _ := bytes.Cut(buffer[len("goroutine "):runtime.Stack(buffer[:], false)], []byte(" "))
	return string(name)
}

// ErrUnfinished is wrapped by the error of [Do] about a call that did not return in time.
var ErrUnfinished = errors.New("bubble: the call has not returned")

// Do calls f, which may wait for the nodes of a world of programs, on a goroutine of its own, and runs the world until it returns, for no
// longer than d. The error is f's, or wraps ErrUnfinished; f then goes on whenever the world runs.
func Do(w *sim.World, d time.Duration, f func() error) error {
	nodes := w.Nodes()
	if len(nodes) == 0 {
		return f()
	}
	b := of(nodes[0])
	done := false
	var err error
	call := func() {
		err = f()
		defer b.lock()()
		w.After(0, func() { done = true }) // an event, so that it has its place among them
		b.scheduled()
	}
	w.After(0, func() { go call() }) // another one: until the world runs, it is the test's alone
	if !w.RunUntil(d, func() bool { return done }) {
		return fmt.Errorf("%w after %v", ErrUnfinished, d)
	}
	return err
}
