package sim

import (
	"cmp"
	"slices"
)

// Held is a hold on part of the network, made by [World.Hold], with the packets that wait in it.
type Held struct {
	w        *World
	from, to nodeSet
	sides    [2][]*Node
	waiting  []uint64 // packets, as queue references, in the order in which they came
	ledger   Ledger
}

// Hold has packets from one group of nodes to another wait instead of arriving, in this direction, until they are released. It is judged on
// arrival, after partitions, so a packet that is in the air already is held as well. A node may be in both groups. When several holds
// are in a packet's way, it waits in the first of them.
func (w *World) Hold(from, to []*Node) *Held {
	h := &Held{w: w, from: setOf(from), to: setOf(to), sides: [2][]*Node{slices.Clone(from), slices.Clone(to)}}
	h.ledger = Ledger{Name: between("hold from", from, "to", to)}
	w.holds = append(w.holds, h)
	w.accounts.open(&h.ledger)
	w.announce(Holding, OneWay, h.sides)
	return h
}

// Len returns how many packets wait.
func (h *Held) Len() int { return len(h.waiting) }

// Release ends the hold: what waits arrives in this instant, in the order in which it came, each packet in an event of its own. What stands
// in its way then is judged as for any other packet: nodes that are down, partitions, other holds. A hold that is released stays so.
func (h *Held) Release() { h.release(h.waiting) }

// ReleaseShuffled is [Held.Release] in an order drawn by the seed. Which of two packets is first depends on their senders and receivers, on
// how many of that pair waited before each, and on the instant: on no other packet.
func (h *Held) ReleaseShuffled() { h.release(h.shuffled()) }

func (h *Held) release(order []uint64) {
	if !h.ledger.Armed {
		return
	}
	h.ledger.Armed = false
	h.w.holds = without(h.w.holds, h)
	h.w.announce(Released, OneWay, h.sides)
	h.w.scheduleInTurn(holdSalt, order)
	h.waiting = nil
}

// shuffled returns what waits in an order drawn by the seed.
func (h *Held) shuffled() []uint64 {
	type drawn struct{ rank, ref uint64 }
	order := make([]drawn, len(h.waiting))
	before := map[uint64]uint64{}
	for i, ref := range h.waiting {
		p := h.w.packets.at(uint32(ref))
		pair := mix(p.from.id, p.to.id)
		order[i] = drawn{scramble(mix(mix(h.w.seed^holdSalt, pair), mix(uint64(h.w.now), before[pair]))), ref}
		before[pair]++
	}
	slices.SortStableFunc(order, func(a, b drawn) int { return cmp.Compare(a.rank, b.rank) })
	refs := make([]uint64, len(order))
	for i, d := range order {
		refs[i] = d.ref
	}
	return refs
}

// holding returns the first hold that stands in a packet's way, nil when there is none. Each that does is told so.
func (w *World) holding(p *packet) (first *Held) {
	for _, h := range w.holds {
		if h.from.has(p.from.index) && h.to.has(p.to.index) {
			h.ledger.Eligible++
			if first == nil {
				first = h
			}
		}
	}
	return first
}

// take has a packet wait. The outcome is another one if it would have reached its receiver now.
func (h *Held) take(p *packet, ref uint64) {
	w := h.w
	h.ledger.Fired++
	if w.obstacle(p, p.to) != "" {
		h.ledger.idle++
	}
	h.waiting = append(h.waiting, ref)
	w.fold(Caught, p.to.id^p.src, p.hash)
	if w.watched(Caught) {
		w.emit(w.packetEvent(Caught, p))
	}
}
