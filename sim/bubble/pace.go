package bubble

import (
	"fmt"
	"math"
	"testing/synctest"
	"time"
)

// pace has a world run at the pace of its bubble: see [sim.World.Pace]. Its methods are called by the goroutine that runs the world.
type pace bubble

// Begin takes hold of the world.
func (p *pace) Begin() {
	name := self()
	p.mu.Lock()
	(*bubble)(p).mustBeInTime()
	p.runner.Store(&name)
	p.owner = name
	(*bubble)(p).draw()
	if !p.event { // else the world is joined in the middle of one
		p.wakeAll() // what the test itself set going
	}
}

// End lets go of it.
func (p *pace) End() {
	p.event = false
	(*bubble)(p).rest()
	p.runner.Store(nil)
	p.mu.Unlock()
}

// rest notes that the world does not run from here on.
func (b *bubble) rest() {
	b.owner, b.ended, b.due = self(), b.elapsed(), math.MaxInt64
	if next, ok := b.w.Next(); ok {
		b.due = next
	}
}

// mustBeInTime panics when the bubble's time has passed without the world, so that what happens next would happen too late.
func (b *bubble) mustBeInTime() {
	due := b.due
	if next, ok := b.w.Next(); ok {
		due = min(due, next)
	}
	if now := b.elapsed(); due < now && b.ended < now {
		b.mu.Unlock()
		panic(fmt.Sprintf("bubble: the world did not run from %v to %v, and its next event was due at %v: "+
			"have time pass by its Run alone, not by time.Sleep or another world's, and call what waits by bubble.Do", b.ended, now, due))
	}
}

// Wait lets the bubble's time pass, and says whether all of it has.
func (p *pace) Wait(until time.Duration) (reached bool) {
	p.event = false // also when what was due turned out to be a timer that was stopped
	b := (*bubble)(p)
	if d := until - b.elapsed(); d > 0 && until != math.MaxInt64 && !p.dirty {
		p.sleep(until, d)
	}
	if p.dirty {
		p.dirty = false
		return false
	}
	p.event, p.since = true, b.elapsed()
	p.events++
	b.draw()
	return true
}

// sleep lets d pass, or less if something becomes due earlier.
func (p *pace) sleep(until, d time.Duration) {
	p.target = until
	p.mu.Unlock()
	timer := time.NewTimer(d)
	select {
	case <-timer.C:
	case <-p.kick:
		timer.Stop()
	}
	synctest.Wait()
	p.mu.Lock()
	p.target = -1
	select {
	case <-p.kick:
	default:
	}
	p.w.CatchUp(min(until, (*bubble)(p).elapsed()))
	p.passOn()
}

// Settle has whom the event woke run until they are blocked again, one after the other.
func (p *pace) Settle() {
	p.event = false
	if took := (*bubble)(p).elapsed() - p.since; took > 0 {
		panic(fmt.Sprintf("bubble: the event at %v took %v of the bubble's time: what the world calls must return without waiting; "+
			"what waits is started with Host.Go", p.since, took))
	}
	p.wakeAll()
	p.passOn()
}

// wakeAll has who is to be woken run until they are blocked again, one after the other, and everybody else.
func (p *pace) wakeAll() {
	for len(p.wakes) > 0 {
		wake := p.wakes[0]
		p.wakes = p.wakes[1:]
		wake()
		p.settle()
	}
	p.settle()
}

// passOn panics with what a program's goroutine panicked with.
func (p *pace) passOn() {
	if broken := p.broken.Swap(nil); broken != nil {
		panic(*broken)
	}
}

// Close ends what runs on the hosts, gives it time to, and panics with the names of what does not.
func (p *pace) Close() {
	b := (*bubble)(p)
	defer b.recordOutsiders()
	unlock := b.lock()
	for _, h := range b.hosts {
		if h != nil {
			h.crash()
		}
	}
	for _, wake := range p.wakes {
		wake()
	}
	p.wakes = nil
	unlock()
	time.Sleep(farewell)
	synctest.Wait()
	if left := b.left(); left != "" {
		namedAlready.Store(bubbleName(), true)
		panic("bubble: goroutines that outlive their node by " + farewell.String() + ":\n" + left)
	}
}

// settle waits, without hold of the world, until every other goroutine of the bubble is durably blocked.
func (p *pace) settle() {
	p.mu.Unlock()
	synctest.Wait()
	p.mu.Lock()
}
