// Package sim is a simulated world for overlays: one clock, one queue of events, one seed.
//
// A [World] holds [Node]s, which are machines with addresses, timers, a disk and named streams of random numbers, and the network between
// them, whose behaviour is a list of [Rule]s. Everything that happens is an event; events run one after the other in the order of
// (time, scheduling sequence), on the caller's goroutine, and time jumps from one to the next. A world is a pure function of its seed and
// the calls made on it: two worlds treated alike agree event for event, on any machine, and [World.Digest] proves it.
//
// A World and all that belongs to it must be used from one goroutine at a time. Several worlds may run side by side.
package sim

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"
)

// Epoch is the instant at which the clock of every world starts: 2000-01-01 00:00 UTC.
var Epoch = time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC)

// World is a simulated network of nodes with its clock and its queue. Make one with [New], end it with [World.Close].
type World struct {
	seed   uint64
	now    int64  // nanoseconds since Epoch
	seq    uint64 // the id of the latest scheduled event
	ties   tieOrder
	events queue

	nodes       []*Node
	rooms       slab[Node]
	names       map[string]*Node
	book        addressBook
	gateways    []*gateway // by the site behind them; nil: a site has none
	meeting     *gateway   // behind which the packet that is being sent meets its destination; nil: on the internet
	gateRecords map[Gateway]*gateway
	timers      slab[timer]
	retimed     []*Node // their clocks have changed their rates in this instant

	network
	observers
	current  running
	reacting bool // current is an event that is over
	last     running
	guard    guard
	pacer    pacer  // nil but where time is shared
	touched  uint64 // see foresee
	streams  map[string]*rand.Rand
	procs    []*Proc
	shared   map[any]any
	settling func(w *World, name string) Place
	describe func(data []byte) string // see Speak
}

// running is the event being carried out.
type running struct {
	id   uint64 // 0: none, the test itself is at work
	node *Node
}

// New makes a world from a seed, with rules for its network as by [World.Link]. Without rules every packet arrives at the instant it is sent.
func New(seed uint64, rules ...Rule) *World {
	w := &World{seed: seed, names: map[string]*Node{}, streams: map[string]*rand.Rand{}}
	w.guard.Limits = defaultLimits
	w.book.fill = 7
	w.book.grow()
	w.digest = mix(seed, digestSalt)
	w.Link(rules...)
	return w
}

// Seed returns the seed the world was made from.
func (w *World) Seed() uint64 { return w.seed }

// Now returns the world's time: [Epoch] plus [World.Elapsed].
func (w *World) Now() time.Time { return Epoch.Add(time.Duration(w.now)) }

// Elapsed returns how much virtual time has passed since the world was made.
func (w *World) Elapsed() time.Duration { return time.Duration(w.now) }

// Events returns how many events have run.
func (w *World) Events() uint64 { return w.guard.events }

// String says which world it is and how far it has come.
func (w *World) String() string {
	return fmt.Sprintf("world with seed %#x at %v", w.seed, w.Elapsed())
}

// GoString is String in place of all that the world holds, which %#v would print.
func (w *World) GoString() string { return w.String() }

// GomegaString is String for the messages of Gomega's matchers.
func (w *World) GomegaString() string { return w.String() }

// Rand returns the world's stream of that name: the same one on every call, depending on nothing but the seed and the name.
// It is for tests and scenarios; a node has streams of its own ([Node.Rand]).
func (w *World) Rand(name string) *rand.Rand {
	r := w.streams[name]
	if r == nil {
		r = keyed(mix(mix(w.seed, worldSalt), hashString(name)))
		w.streams[name] = r
	}
	return r
}

// Step runs the next event, however far away, and reports whether there was one. It returns false as well once [World.Err] is set.
func (w *World) Step() bool {
	w.enter()
	defer w.leave()
	return w.step(math.MaxInt64)
}

// Run lets d of virtual time pass: it runs every event up to and including those at exactly now+d, then the clock stands at now+d.
// Run(a) followed by Run(b) is Run(a+b). It stops early once [World.Err] is set. A negative d is a programmer's error and panics.
func (w *World) Run(d time.Duration) {
	until := w.later(d)
	w.enter()
	defer w.leave()
	for w.step(until) {
	}
	w.arrive(until)
}

// RunUntil is Run that ends as soon as done holds. It asks done before the first event and after every event, and reports whether done
// held; the clock then stands at the event that made it hold.
func (w *World) RunUntil(d time.Duration, done func() bool) bool {
	until := w.later(d)
	if done() {
		return true
	}
	w.enter()
	defer w.leave()
	for w.step(until) {
		if done() {
			return true
		}
	}
	if w.now == until {
		return false // the last answer still stands
	}
	w.arrive(until)
	return done()
}

// step runs the next event that is due by the limit, and reports whether there was one. Entries whose timer was stopped, or whose node's
// life is over, are dropped here; they never move the clock.
func (w *World) step(limit int64) bool {
	for w.guard.err == nil {
		if w.pacer != nil {
			w.keepPace(limit)
		}
		e, ok := w.events.pop(limit)
		if !ok {
			return false
		}
		if w.events.fresh {
			w.foresee()
		}
		if e.ref&refKind != refPacket && !w.due(e) {
			continue
		}
		if !w.guard.admit(w, e.at) {
			return false
		}
		w.now = max(w.now, e.at)
		w.dispatch(w.ties.id(e.key), e.ref)
		w.last, w.current = w.current, running{}
		if w.pacer != nil || len(w.checks) != 0 {
			w.settleEvent()
		}
		return true
	}
	return false
}

// settleEvent is called after an event if anybody waits for its end.
func (w *World) settleEvent() {
	if w.pacer != nil {
		w.pacer.Settle()
	}
	for _, c := range w.checks {
		c.f(w.last.node)
	}
}

// schedule puts an event into the queue and returns its id.
func (w *World) schedule(at int64, ref uint64) uint64 {
	w.seq++
	w.events.push(entry{at: at, key: w.key(w.seq, at, ref), ref: ref})
	return w.seq
}

// later is the instant d from now, in nanoseconds since Epoch.
func (w *World) later(d time.Duration) int64 {
	if d < 0 {
		panic(fmt.Sprintf("sim: %v: a negative duration would be in the past", d))
	}
	if int64(d) > math.MaxInt64-w.now {
		return math.MaxInt64
	}
	return w.now + int64(d)
}

// arrive moves the clock to an instant at which nothing happens, unless the world has stopped by itself.
func (w *World) arrive(at int64) {
	if w.guard.err == nil && at > w.now {
		w.now = at
		w.guard.instant = 0
	}
}

// Close unwinds the world's coroutines: their deferred functions run. A closed world can be read, and runs no more.
func (w *World) Close() {
	w.guard.closed = true
	if w.guard.err == nil {
		w.guard.err = errClosed
	}
	for len(w.procs) > 0 {
		w.procs[0].unwind()
	}
	if w.pacer != nil {
		w.pacer.Close()
		w.pacer = nil
	}
}
