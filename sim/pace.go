package sim

import (
	"math"
	"math/bits"
	"time"
)

// pacer is what a world shares its time with: see [World.Pace].
type pacer interface {
	Begin()
	Settle()
	Wait(until time.Duration) (reached bool)
	End()
	Close()
}

// Pace has a world share its time with something outside that has a clock of its own, such as goroutines in a bubble of testing/synctest.
//
// Begin and End are called when the world begins to run events and when it ends. Settle is called after each event, before those who check
// the world; it returns when nothing outside goes on by itself. Before each event, and before the clock moves past the last, Wait lets
// outside time pass up to that instant, counted from the world's start; if something was scheduled meanwhile it returns false, and is called
// again with the instant that is now the next.
//
// What is outside calls the world while it waits, after [World.CatchUp]. Close is called when the world is closed. Pace is called once; from
// inside an event, Begin follows at once.
func (w *World) Pace(outside interface {
	Begin()
	Settle()
	Wait(until time.Duration) (reached bool)
	End()
	Close()
}) {
	if w.pacer != nil {
		panic("sim: a world keeps pace with one thing outside: Pace was called before")
	}
	w.pacer = outside
	if w.guard.busy {
		outside.Begin()
	}
}

// Paced reports whether the world shares its time with something outside: whoever then watches may be called by goroutines of that, in the
// middle of what they do.
func (w *World) Paced() bool { return w.pacer != nil }

// keepPace lets outside time pass up to the next event, or to the limit if there is none before.
func (w *World) keepPace(limit int64) {
	for w.guard.err == nil {
		at := limit
		if next, ok := w.events.next(); ok {
			at = min(at, next)
		}
		if w.pacer.Wait(time.Duration(at)) {
			return
		}
	}
}

// CatchUp moves the clock to an instant, counted from the world's start, and runs nothing: it is for whoever paces the world, whose own
// clock has come so far. What was due before will run late. An instant that has passed already changes nothing.
func (w *World) CatchUp(to time.Duration) { w.arrive(int64(to)) }

// Next returns when the next event is due, counted from the world's start, and whether there is one. It may be a timer that was stopped.
func (w *World) Next() (at time.Duration, ok bool) {
	next, ok := w.events.next()
	return time.Duration(max(next, w.now)), ok
}

// Event returns the id of the event that is running, 0 when none is.
func (w *World) Event() uint64 { return w.current.id }

// Acting returns the node on which the event that is running happens, nil when none is, or it belongs to no node.
func (w *World) Acting() *Node { return w.current.node }

// Because runs f as a part of an event that ran before on a node of the world: what f sends and schedules has that event as its cause. It is
// for code that reacts to an event on a goroutine of its own.
func (w *World) Because(event uint64, n *Node, f func()) {
	before, reacting := w.current, w.reacting
	w.current, w.reacting = running{event, n}, true
	defer func() { w.current, w.reacting = before, reacting }()
	f()
}

// Reacting reports whether what happens now is a part of an event that ran before: see [World.Because].
func (w *World) Reacting() bool { return w.reacting }

// Speak has describe say what payloads mean of those that it knows, "" of others: for whoever sends packets on behalf of programs.
func (w *World) Speak(describe func(data []byte) string) { w.describe = describe }

// Meaning says what a payload means, as [World.Speak] was told to; "" is unknown.
func (w *World) Meaning(data []byte) string {
	if w.describe == nil {
		return ""
	}
	return w.describe(data)
}

// next returns when the earliest entry is due, and whether there is one.
func (q *queue) next() (at int64, ok bool) {
	if q.size == 0 {
		return 0, false
	}
	at = math.MaxInt64
	if len(q.late) > 0 {
		at = q.late[0].at
	}
	switch {
	case q.head < len(q.run):
		at = min(at, q.run[q.head].at)
	case q.levels != 0:
		at = min(at, q.earliest())
	}
	return at, true
}

// earliest returns when the earliest entry of the buckets is due: it lies in the lowest one. Floor is at its instant already if it lies in the
// span of that bucket, for entries leave only with all of their bucket, but for those of one instant.
func (q *queue) earliest() int64 {
	level := uint(bits.TrailingZeros32(q.levels))
	digit := uint(bits.TrailingZeros64(q.masks[level]))
	shift := level * digitBits
	start := int64(uint64(q.base)>>(shift+digitBits)<<(shift+digitBits) | uint64(digit)<<shift)
	if q.floor < start {
		q.due(q.buckets[level*fanout+digit], -1) // raises floor
	}
	return q.floor
}
