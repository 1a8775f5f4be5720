package sim

import (
	"fmt"
	"math"
	"time"
)

// clock is a node's own, as far as it is not the world's. Its rate is one and ppm millionths; what it reads is
//
//	reading(t) = t + gained + ⌊((t-since)·ppm + rest) / 10⁶⌋     timers follow it: it only goes forward
//	Now(t)     = reading(t) + skew + stepped                      what the node is told
type clock struct {
	since   int64 // the world's instant in which the rate was set
	gained  int64 // how far the reading was ahead of the world then, in nanoseconds
	rest    int64 // and millionths of one, less than 10⁶
	ppm     int64
	skew    int64
	stepped int64
}

const million = 1_000_000

// ahead is how far the reading is ahead of the world at an instant: nanoseconds and millionths of one.
func (c *clock) ahead(t int64) (whole, rest int64) {
	x := t - c.since
	rest = x%million*c.ppm + c.rest
	whole = rest / million
	if rest -= whole * million; rest < 0 {
		whole--
		rest += million
	}
	return c.gained + x/million*c.ppm + whole, rest
}

// reading is what the clock reads at an instant of the world, without skew and steps.
func (c *clock) reading(t int64) int64 {
	whole, _ := c.ahead(t)
	return t + whole
}

// moment is the first instant of the world, from now on, in which the clock reads that or more.
func (c *clock) moment(now, reading int64) int64 {
	if reading == math.MaxInt64 {
		return math.MaxInt64
	}
	far, pace := reading-c.gained-c.since, million+c.ppm // (t-since)·pace + rest ≥ far·10⁶
	if far <= 0 {
		return now
	}
	whole := far / pace
	if whole >= math.MaxInt64/million-1 {
		return math.MaxInt64
	}
	part := far%pace*million - c.rest
	x := whole*million + part/pace
	if part > 0 && part%pace != 0 {
		x++
	}
	if x > math.MaxInt64-c.since {
		return math.MaxInt64
	}
	return max(now, c.since+x)
}

// after is what the clock will read when d has passed on it, and the first instant in which it does.
func (c *clock) after(now, d int64) (reading, at int64) {
	reading = c.reading(now)
	if d > math.MaxInt64-reading {
		return math.MaxInt64, math.MaxInt64
	}
	return reading + d, c.moment(now, reading+d)
}

// drift sets the rate from an instant on.
func (c *clock) drift(now, ppm int64) {
	c.gained, c.rest = c.ahead(now)
	c.since, c.ppm = now, ppm
}

// off is how far what the node is told is off the world's time.
func (c *clock) off(now int64) int64 {
	whole, _ := c.ahead(now)
	return whole + c.skew + c.stepped
}

// The rates that a clock can have, in millionths.
const (
	slowest = -500_000
	fastest = 1_000_000
)

// Skew sets by how much the node's clock is fast or, if d is negative, slow; 0 undoes it. It is the machine's, like steps and drift: it
// outlasts crashes. Timers do not notice; the world's own time, its traces and logs neither. More than a hundred years is a programmer's error and
// panics.
func (n *Node) Skew(d time.Duration) {
	n.checkError("Skew", d, 0)
	n.setClock(func(c *clock) { c.skew = int64(d) })
}

// Step has the node's clock jump by d, forward or back, as an operator or a time server may have it; Step(-d) undoes it. Timers do not notice.
// All steps together are at most a hundred years, else a programmer's error that panics.
func (n *Node) Step(d time.Duration) {
	n.checkError("Step", d, time.Duration(n.extra().clock.stepped))
	n.setClock(func(c *clock) { c.stepped += int64(d) })
}

// farthest is how far a clock can be set wrong.
const farthest = 100 * 365 * 24 * time.Hour

// checkError refuses what no clock is off by, on top of what it is already.
func (n *Node) checkError(verb string, d, already time.Duration) {
	if d < -farthest || d > farthest || d+already < -farthest || d+already > farthest {
		panic(fmt.Sprintf("sim: node %q: %s(%v): a clock is off by %v at most", n.name, verb, d, farthest))
	}
}

// Correct sets the node's clock right, as a time server does: what skew, steps and drift have made of it until now is gone. A drift goes on.
func (n *Node) Correct() {
	n.setClock(func(c *clock) { c.skew, c.stepped = 0, 0; c.stepped = -c.off(n.w.now) })
}

// Drift sets how many millionths faster than the world's the node's clock goes from now on; 0 ends the drift, but not the error it has made.
// It is from -500,000 to 1,000,000, else a programmer's error that panics. The clock goes on from where it is, and fractions of a nanosecond
// are kept, however often its rate changes.
//
// Timers follow it, pending ones too: one of d fires in the first nanosecond in which the clock, steps apart, has gone on by d or more since it
// was set; a periodic one in the first in which it has by first, first+period, first+2·period…
func (n *Node) Drift(ppm int64) {
	if ppm < slowest || ppm > fastest {
		panic(fmt.Sprintf("sim: node %q: a clock that drifts by %d ppm: it can by %d to %d", n.name, ppm, int64(slowest), int64(fastest)))
	}
	n.extra().clock.drift(n.w.now, ppm)
	n.amiss = true
	n.w.markAmount(Drifted, n, ppm)
	n.w.retimeSoon(n)
}

// setClock changes what the node's clock shows, and says by how much it is off then.
func (n *Node) setClock(change func(*clock)) {
	c := &n.extra().clock
	change(c)
	n.amiss = true
	n.w.markAmount(ClockSet, n, c.off(n.w.now))
}

// Now returns the time on the node's clock: the world's, with the node's skew, steps and drift.
func (n *Node) Now() time.Time {
	if !n.amiss {
		return n.w.Now()
	}
	return n.w.Now().Add(time.Duration(n.clock.off(n.w.now)))
}

// retimeSoon has the pending timers of a node put in their new places before time goes on: once for all nodes of an instant.
func (w *World) retimeSoon(n *Node) {
	if len(w.retimed) == 0 {
		w.schedule(w.now, refRetime)
	}
	if !n.rest.retime {
		n.rest.retime = true
		w.retimed = append(w.retimed, n)
	}
}

// retime puts timers in their new places. What is left of them in the old ones is recognised there: it is early, or its timer has fired.
func (w *World) retime() {
	for slot := range w.timers.made {
		t := w.timers.at(slot)
		if t.f == nil || t.node == nil || t.node.rest == nil || !t.node.retime || t.life != t.node.life {
			continue
		}
		w.schedule(t.node.clock.moment(w.now, t.due), refTimer|uint64(t.gen)<<timerSlots|uint64(slot))
	}
	for _, n := range w.retimed {
		n.retime = false
	}
	w.retimed = w.retimed[:0]
}
