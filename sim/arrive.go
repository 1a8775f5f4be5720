package sim

import (
	"fmt"
	"math"
	"time"
)

// stay is a packet that stays at a filter for a time: until [World.Proceed], or until the delay is over that it got on arrival.
//
//	Send ─▶ filters ──▶ in the air ──▶ partitions ─▶ holds ─▶ gates ──▶ address, listener, pause ─▶ node
//	          └ stay ┘                                        └ stay ┘
type stay struct {
	view     Packet
	slot     uint32
	gen      uint32 // tells apart those that had the place in turn
	at       *bound
	delay    time.Duration // so far, of a packet that is being sent
	arriving bool
	pending  bool
}

// Wait has the packet stay at the filter that asks for it: what Apply or Arrive returns is void, and no later filter is asked before
// [World.Proceed] is called with the ticket, in a later event. So are queues made that decide about a packet by what comes after it.
func (p *Packet) Wait() (ticket uint64) {
	if p.ticket != 0 {
		panic(fmt.Sprintf("sim: Packet.Wait: a packet from node %q to %q waits already", p.From.name, p.To.name))
	}
	slot := p.w.stays.take()
	s := p.w.stays.at(slot)
	s.gen++
	if s.gen == 0 {
		s.gen = 1
	}
	p.ticket = uint64(s.gen)<<32 | uint64(slot)
	return p.ticket
}

// park keeps a packet whose filter had it wait.
func (w *World) park(v *Packet, slot uint32, b *bound, delay time.Duration, arriving bool) {
	if v.touched {
		w.rewrite(v, slot)
	}
	s := w.stays.at(uint32(v.ticket))
	s.view, s.slot, s.at, s.delay, s.arriving, s.pending = *v, slot, b, delay, arriving, true
}

// Proceed ends a packet's wait with the fate that its filter has come to; with it the packet goes on to the next filter. A ticket is good for
// once: another one is a programmer's error and panics.
func (w *World) Proceed(ticket uint64, fate Fate) {
	if slot := uint32(ticket); slot >= w.stays.made || !w.stays.at(slot).pending || w.stays.at(slot).gen != uint32(ticket>>32) {
		panic(fmt.Sprintf("sim: Proceed: no packet waits with the ticket %#x", ticket))
	}
	v, s := w.unpark(uint32(ticket))
	b := s.at
	switch {
	case fate.Drop != "":
		b.ledger.Dropped++
		w.lose(s.slot, fate.Drop)
	case s.arriving:
		b.checkArrival(fate)
		w.postpone(v, s.slot, after(w.gates, b), b, fate.Delay)
	default:
		if fate.Delay < 0 || fate.Copies < 0 {
			b.refuse(fate)
		}
		next, delay := after(w.filters, b), s.delay+fate.Delay
		if delay < 0 {
			delay = math.MaxInt64
		}
		for range fate.Copies {
			b.ledger.Copied++
			w.duplicate(v, s.slot, next, delay)
		}
		w.travel(v, s.slot, next, delay)
	}
	w.depth--
}

// unpark ends a wait. The view is one of the scratch: the caller gives it back.
func (w *World) unpark(slot uint32) (*Packet, stay) {
	s := w.stays.at(slot)
	s.pending = false
	v := w.view()
	*v = s.view
	v.ticket, v.touched, v.waited = 0, false, true
	w.stays.give(slot)
	return v, *s
}

// after returns the place of the first filter that was linked after one, which may be out of force by now.
func after(filters []*bound, one *bound) int {
	for i, b := range filters {
		if b.place > one.place {
			return i
		}
	}
	return len(filters)
}

// meet asks the filters that have a say on arrival about a packet that has come, and reports whether it reaches its node now.
func (w *World) meet(p *packet, slot uint32) bool {
	pair := p.ends()
	v := w.view()
	v.From, v.To, v.Data = p.from, p.to, w.payloads.get(p.block, p.size)
	v.w, v.src, v.dst, v.pair, v.ordinal = w, p.src, p.dst, pair, w.meetings.next(w.now, pair)
	v.lineage, v.bred, v.key, v.at, v.ticket, v.touched, v.local = golden, 0, 0, w.now, 0, false, p.way == local
	here := w.pass(v, slot, 0)
	w.depth--
	return here
}

// pass asks the filters from the i-th on about a packet that has come, and reports whether it reaches its node now.
func (w *World) pass(v *Packet, slot uint32, i int) bool {
	for ; i < len(w.gates); i++ {
		b := w.gates[i]
		v.filter, v.draws = b.key, 0
		if b.Concerns != nil && !b.Concerns(v) {
			continue
		}
		fate := b.Arrive(v)
		b.ledger.Eligible++
		if fate.none() && !v.touched && v.ticket == 0 {
			continue
		}
		b.ledger.Fired++
		changed := v.ticket != 0 || !fate.none()
		if v.touched && v.ticket == 0 {
			changed = w.rewrite(v, slot) || changed
		}
		if p := w.packets.at(slot); !changed || fate.Drop != "" && w.obstacle(p, p.to) != "" {
			b.ledger.idle++
		}
		switch b.checkArrival(fate); {
		case v.ticket != 0:
			w.park(v, slot, b, 0, true)
			return false
		case fate.Drop != "":
			b.ledger.Dropped++
			w.lose(slot, fate.Drop)
			return false
		case fate.Delay > 0:
			w.postpone(v, slot, i+1, b, fate.Delay)
			return false
		}
	}
	w.packets.at(slot).stage = judged
	return true
}

// checkArrival refuses what cannot happen to a packet that has come.
func (b *bound) checkArrival(fate Fate) {
	if fate.Delay < 0 {
		b.refuse(fate)
	}
	if fate.Copies != 0 {
		panic(fmt.Sprintf("sim: filter %q makes %d copies of a packet on arrival: only at sending can there be copies", b.Name, fate.Copies))
	}
}

// postpone has a packet that has come go on later: to the filters from the next on, if there are any, else to its node.
func (w *World) postpone(v *Packet, slot uint32, next int, b *bound, d time.Duration) {
	at := w.later(d)
	if next == len(w.gates) {
		w.packets.at(slot).stage = judged
		w.schedule(at, refPacket|uint64(slot))
		return
	}
	number := uint32(v.Wait())
	w.park(v, slot, b, 0, true)
	w.stays.at(number).pending = false // nobody has its ticket
	w.schedule(at, refWait|uint64(number))
}

// proceed ends the wait of a packet that was postponed.
func (w *World) proceed(ref uint64) {
	v, s := w.unpark(uint32(ref))
	p := w.packets.at(s.slot)
	w.current = running{p.id, p.to}
	here := w.pass(v, s.slot, after(w.gates, s.at))
	w.depth--
	if here {
		w.deliver(refPacket | uint64(s.slot))
	}
}
