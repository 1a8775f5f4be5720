package sim

import (
	"fmt"
	"math"
	"net/netip"
	"time"
)

// timer is one pending call. Its number outside is slot and generation, so that a stale stop never meets a stranger's timer.
type timer struct {
	f      func()
	node   *Node // nil: the test's own
	due    int64 // what the node's clock reads then, skew and steps apart: nanoseconds since Epoch
	period int64 // 0: fires once
	cause  uint64
	life   uint32 // of the node, with isLate
	gen    uint32
}

// isLate marks a timer that is late already: it fires by a reference of kind refLate.
const isLate = 1 << 31

// An event's reference in the queue says what it is in the top bits:
//
//	refTimer   kind 4 | generation 32 | slot 28
//	refPacket  kind 4 | life 28       | slot 32    (of a packet that waited for a paused node; else 0)
//	refBoot    kind 4 | life 28       | node 32
//	refLate    as refTimer, of one that was late already
//	refServe   kind 4 | life 28       | node 32    (what a slow node works on is done)
//	refRetime  kind 4 | 60 of 0                    (clocks have changed their rates)
//	refWait    kind 4 | 28 of 0       | slot 32    (of a packet that was postponed on arrival)
const (
	refKind   uint64 = 0xf << 60
	refTimer  uint64 = 1 << 60
	refPacket uint64 = 2 << 60
	refBoot   uint64 = 3 << 60
	refWait   uint64 = 4 << 60
	refLate   uint64 = 5 << 60
	refServe  uint64 = 6 << 60
	refRetime uint64 = 7 << 60

	timerSlots = 28
	timerSlot  = 1<<timerSlots - 1
	refLife    = 1<<28 - 1
)

// number is the number of a timer in a reference to it.
func number(ref uint64) uint64 { return ref &^ refKind }

// lifeIn is a life as the references of packets and boots have it.
func lifeIn(n *Node) uint64 { return uint64(n.life&refLife) << 32 }

// After has f called d from now, in an event of its own, unless the timer is stopped. It is for tests and scenarios; a node's timers,
// which end with its life, are made by [Node.After]. A negative d is a programmer's error and panics.
func (w *World) After(d time.Duration, f func()) (id uint64) { return w.setTimer(nil, d, 0, f) }

// Every has f called first from now and then once in each period, counted from the first call without drift.
func (w *World) Every(first, period time.Duration, f func()) (id uint64) {
	return w.setTimer(nil, first, checkPeriod(period), f)
}

// Stop ends a timer made by [World.After] or [World.Every], and reports whether it was still pending.
func (w *World) Stop(id uint64) bool { return w.stopTimer(nil, id) }

// After has f called d from now, in an event of its own, unless the timer is stopped or the node crashes. The number it returns is for
// [Node.Stop]; it is never 0, but for a node that is down, whose timers are void. A negative d is a programmer's error and panics.
func (n *Node) After(d time.Duration, f func()) (id uint64) {
	if !n.up {
		n.refuse(netip.AddrPort{}, nil)
		return 0
	}
	return n.w.setTimer(n, d, 0, f)
}

// Every has f called first from now and then once in each period, counted from the first call without drift, until it is stopped or the
// node crashes. Periods missed while the node was paused are made up for by one call.
func (n *Node) Every(first, period time.Duration, f func()) (id uint64) {
	checkPeriod(period)
	if !n.up {
		n.refuse(netip.AddrPort{}, nil)
		return 0
	}
	return n.w.setTimer(n, first, period, f)
}

// Stop ends a timer of this node, and reports whether it was still pending. A stopped timer never moves the clock.
func (n *Node) Stop(id uint64) bool { return n.w.stopTimer(n, id) }

func checkPeriod(period time.Duration) time.Duration {
	if period <= 0 {
		panic(fmt.Sprintf("sim: Every with a period of %v: it must be positive, or time would stand still", period))
	}
	return period
}

// setTimer takes a slot for a timer and schedules it.
func (w *World) setTimer(n *Node, d, period time.Duration, f func()) uint64 {
	if f == nil {
		panic(fmt.Sprintf("sim: a timer of %v with nothing to call", d))
	}
	slot := w.timers.take()
	if slot > timerSlot {
		panic(fmt.Sprintf("sim: more than %d timers pending", timerSlot))
	}
	t := w.timers.at(slot)
	t.gen++
	if t.gen == 0 {
		t.gen = 1
	}
	at := w.later(d)
	t.f, t.node, t.period, t.cause, t.due = f, n, int64(period), w.current.id, at
	if n != nil {
		t.life = n.life
		if n.amiss {
			t.due, at = n.clock.after(w.now, int64(d))
		}
	}
	id := uint64(t.gen)<<timerSlots | uint64(slot)
	w.schedule(at, refTimer|id)
	return id
}

// stopTimer frees a pending timer of that node; its entry in the queue is dropped when it is popped.
func (w *World) stopTimer(n *Node, id uint64) bool {
	t := w.pending(id)
	if t == nil || t.node != n || n != nil && t.life&^isLate != n.life {
		return false
	}
	w.freeTimer(id, t)
	return true
}

// pending returns the timer of that number, nil when it has fired or was stopped.
func (w *World) pending(id uint64) *timer {
	slot := uint32(id & timerSlot)
	if slot >= w.timers.made {
		return nil
	}
	if t := w.timers.at(slot); t.f != nil && t.gen == uint32(id>>timerSlots) {
		return t
	}
	return nil
}

func (w *World) freeTimer(id uint64, t *timer) {
	t.f, t.node = nil, nil
	w.timers.give(uint32(id & timerSlot))
}

// due reports whether an entry of the queue still stands for an event.
func (w *World) due(e entry) bool {
	switch ref := e.ref; ref & refKind {
	case refTimer:
		t := w.pending(ref &^ refKind)
		if t == nil {
			return false
		}
		if t.node == nil || t.life == t.node.life && !t.node.amiss {
			return true
		}
		return w.stillDue(e, t)
	case refLate:
		t := w.pending(number(ref))
		return t != nil && w.stillDue(e, t)
	case refBoot:
		n := w.nodes[uint32(ref)]
		return n.up && lifeIn(n) == ref&(refLife<<32)
	case refServe:
		return w.nodes[uint32(ref)].pace.serving == w.ties.id(e.key)
	case refRetime:
		w.retime()
		return false
	}
	return true
}

// stillDue is due for a timer that is late, of another life, or of a node whose clock is amiss: what was left of it in a place that it had
// before the clock's rate changed is early, or not that of a late one.
func (w *World) stillDue(e entry, t *timer) bool {
	n := t.node
	if t.life&^isLate != n.life {
		w.freeTimer(number(e.ref), t)
		return false
	}
	return (e.ref&refKind == refLate) == (t.life&isLate != 0) && (!n.amiss || n.clock.reading(e.at) >= t.due)
}

// dispatch carries out one event.
func (w *World) dispatch(id, ref uint64) {
	switch ref & refKind {
	case refTimer, refLate:
		w.fire(id, ref)
	case refServe:
		w.serve(id, w.nodes[uint32(ref)])
	case refPacket:
		w.deliver(ref)
	case refBoot:
		w.runBoot(id, ref, w.nodes[uint32(ref)])
	case refWait:
		w.proceed(ref)
	}
}

// fire calls a timer's function, or lets it wait while its node is paused.
func (w *World) fire(id, ref uint64) {
	number := ref &^ refKind
	t := w.timers.at(uint32(number & timerSlot))
	n, f := t.node, t.f
	if n != nil && (n.paused || n.hindered) && n.putOff(ref, t) {
		return
	}
	w.current = running{id, n}
	w.fired(id, t)
	if !w.again(id, ref, t) {
		w.freeTimer(number, t)
	}
	f()
}

// again schedules the next call of a periodic timer, and reports whether there is one: not after the end of time.
func (w *World) again(id, ref uint64, t *timer) bool {
	if t.period == 0 {
		return false
	}
	now := w.now
	if n := t.node; n != nil && n.amiss {
		now = n.clock.reading(now)
	}
	last := now - (now-t.due)%t.period // the period that began last
	if last > math.MaxInt64-t.period {
		return false
	}
	t.due, t.cause = last+t.period, id
	at := t.due
	if n := t.node; n != nil && n.amiss {
		at = n.clock.moment(w.now, at)
	}
	t.life &^= isLate
	w.schedule(at, refTimer|number(ref))
	return true
}
