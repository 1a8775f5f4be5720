package sim

import (
	"fmt"
	"math/bits"
	"time"
)

// pace is how a node's machine is slower than none: every event of it takes time, and its timers fire late.
//
//	timer due ──▶ late by 0 … lateness ──▶ ┌ backlog: one after the other ┐
//	packet ──▶ room in the buffer? ──────▶ └ the first one takes so long  ┘──▶ carried out
type pace struct {
	each     time.Duration // that an event takes
	serving  uint64        // the event in which the first of the backlog is dealt with; 0: none is
	lateness time.Duration
	drawn    int64  // the instant of the last draw of a lateness,
	draws    uint64 // and how many there were in it
}

// Slow has every packet and every timer of the node take d of processing, one after the other, in the order in which they come: what one of
// them does, it does when it is done. Input waits meanwhile, with what is in work up to the bound of [Node.Pause], and is lost beyond it with
// the reason [BufferFull]. A pause interrupts: what is in work begins anew at its end; a crash loses all that waits. A timer that is stopped
// while it waits takes no time. 0 undoes it: what waits is dealt with at once, in order, when what is in work is done. It is the machine's, and
// outlasts crashes; boot takes no time. A negative d is a programmer's error and panics.
func (n *Node) Slow(d time.Duration) {
	n.checkPace("Slow", d)
	n.extra().pace.each = d
	n.hinder()
	n.w.markAmount(Slowed, n, int64(d))
}

// LateTimers has every timer of the node, those of its coroutines included, fire late by a draw of its own from 0 to d, every nanosecond equally
// likely, counted from when it comes due; a periodic one does not drift by it. The draws depend on the seed, the node, the instant and how many
// timers of the node came due in that instant before. 0 undoes it; who is late already stays late. It is the machine's, and outlasts
// crashes. A negative d is a programmer's error and panics.
func (n *Node) LateTimers(d time.Duration) {
	n.checkPace("LateTimers", d)
	n.extra().pace.lateness = d
	n.hinder()
	n.w.markAmount(Lagging, n, int64(d))
}

func (n *Node) checkPace(verb string, d time.Duration) {
	if d < 0 {
		panic(fmt.Sprintf("sim: node %q: %s(%v): nothing takes less than no time", n.name, verb, d))
	}
}

// hinder notes whether events of the node may be put off.
func (n *Node) hinder() {
	n.hindered = n.pace.each != 0 || n.pace.lateness != 0 || n.backlog.len() > 0
}

// works reports whether the node's events take time, or have to wait for others that do.
func (n *Node) works() bool {
	if n.pace.each != 0 || n.backlog.len() > 0 {
		return true
	}
	n.hinder()
	return false
}

// putOff has a timer that came due wait for what stands before it: pause, lateness, work. It reports whether anything does.
func (n *Node) putOff(ref uint64, t *timer) bool {
	switch {
	case n.paused:
	case ref&refKind == refTimer && n.pace.lateness != 0:
		t.life |= isLate
		n.w.schedule(n.w.later(n.lateness()), refLate|number(ref))
		return true
	case !n.works():
		return false
	}
	n.await(ref)
	return true
}

// await has an event wait in the backlog.
func (n *Node) await(ref uint64) {
	r := n.extra()
	r.backlog.push(ref)
	if !n.paused {
		n.work()
	}
}

// work has the node begin with the first event of its backlog, unless it works already.
func (n *Node) work() {
	for n.pace.serving == 0 && n.backlog.len() > 0 {
		if n.w.due(entry{at: n.w.now, ref: n.backlog.first()}) {
			n.pace.serving = n.w.schedule(n.w.later(n.pace.each), refServe|lifeIn(n)|uint64(n.index))
			return
		}
		n.backlog.shift()
	}
}

// serve carries out what the node has dealt with.
func (w *World) serve(id uint64, n *Node) {
	ref := n.backlog.first()
	n.backlog.shift()
	n.pace.serving = 0
	if ref&refKind == refPacket {
		n.backlogSize -= int(w.packets.at(uint32(ref)).size)
	}
	n.hindered = false // this one has had its turn
	if w.due(entry{at: w.now, ref: ref}) {
		w.dispatch(id, ref)
	}
	n.hinder()
	if n.up && !n.paused {
		n.work()
	}
}

// lateness draws by how much the timer that comes due is late.
func (n *Node) lateness() time.Duration {
	w, p := n.w, &n.pace
	if p.drawn != w.now {
		p.drawn, p.draws = w.now, 0
	}
	p.draws++
	word := scramble(mix(mix(w.seed^lateSalt, n.id), uint64(w.now)) + p.draws*golden)
	hi, _ := bits.Mul64(word, uint64(p.lateness)+1)
	return time.Duration(hi)
}

// backlog is a queue of events, as queue references.
type backlog struct {
	refs []uint64
	head int
}

func (b *backlog) len() int        { return len(b.refs) - b.head }
func (b *backlog) first() uint64   { return b.refs[b.head] }
func (b *backlog) all() []uint64   { return b.refs[b.head:] }
func (b *backlog) push(ref uint64) { b.refs = append(b.refs, ref) }
func (b *backlog) clear()          { b.refs, b.head = nil, 0 }

// shift removes the first. The room before it is used again when it is half of all.
func (b *backlog) shift() {
	b.head++
	if 2*b.head >= len(b.refs) {
		b.refs = b.refs[:copy(b.refs, b.refs[b.head:])]
		b.head = 0
	}
}
