package sim

import "fmt"

// tieOrder decides which of two events of one instant comes first. The zero value is the order of scheduling: an event's key in the queue is
// its id. When ties are permuted, a rank drawn by the seed stands before the id:
//
//	rank 24 | id 40
//
// The rank depends on whose event it is (the node, or both ends of a packet), on its instant, on the instant of scheduling, and on how many
// of the same were scheduled before: on no other node, so that what others do changes nothing about the order here.
type tieOrder struct {
	salt uint64 // 0: not permuted
	seen ordinals
}

const (
	tieID   = 1<<40 - 1
	tieRank = ^uint64(tieID)
)

// id returns the event's id from its key.
func (o *tieOrder) id(key uint64) uint64 {
	if o.salt == 0 {
		return key
	}
	return key & tieID
}

// rank draws the rank of an event, in the place where a key has it.
func (o *tieOrder) rank(who uint64, at, now int64) uint64 {
	k := mix(mix(mix(o.salt, who), uint64(at)), uint64(now))
	return scramble(k+o.seen.next(now, k)*golden) & tieRank
}

// key returns the key of an event in the queue.
func (w *World) key(id uint64, at int64, ref uint64) uint64 {
	if w.ties.salt == 0 {
		return id
	}
	return w.permutedKey(id, at, ref)
}

// permutedKey is apart so that key is inlined.
func (w *World) permutedKey(id uint64, at int64, ref uint64) uint64 {
	return w.ties.rank(w.actor(ref), at, w.now) | checkID(id)
}

func checkID(id uint64) uint64 {
	if id > tieID {
		panic(fmt.Sprintf("sim: event %d of a world whose ties are permuted: there can be at most %d", id, uint64(tieID)))
	}
	return id
}

// actor is whose event it is.
func (w *World) actor(ref uint64) uint64 {
	switch ref & refKind {
	case refPacket:
		return w.packets.at(uint32(ref)).ends()
	case refWait:
		return w.packets.at(w.stays.at(uint32(ref)).slot).ends()
	case refTimer, refLate:
		if n := w.timers.at(uint32(ref & timerSlot)).node; n != nil {
			return n.id
		}
		return 0
	case refRetime:
		return 0
	}
	return w.nodes[uint32(ref)].id
}

// ends is what both ends of a packet are keyed with.
func (p *packet) ends() uint64 { return mum(p.from.id^mixA, p.to.id^mixB) }

// scheduleInTurn makes events of the present instant that keep their order among themselves, also where ties are permuted. Who is whose they
// are.
func (w *World) scheduleInTurn(who uint64, refs []uint64) {
	var rank uint64
	if w.ties.salt != 0 {
		rank = scramble(mix(mix(w.ties.salt, who), uint64(w.now))) & tieRank
	}
	for _, ref := range refs {
		w.seq++
		w.events.push(entry{at: w.now, key: rank | checkID(w.seq), ref: ref})
	}
}
