package sim

import (
	"fmt"
	"slices"
)

// cut is a partition in force: what is sent from one side to the other is lost on arrival.
type cut struct {
	from, to nodeSet
	both     bool                      // and back
	apart    func(from, to *Node) bool // instead of the sides, nil: they count
	ledger   Ledger
}

// stops reports whether the partition stands between two nodes.
func (c *cut) stops(from, to *Node) bool {
	if c.apart != nil {
		return c.apart(from, to)
	}
	return c.between(from.index, to.index)
}

func (c *cut) between(from, to uint32) bool {
	return c.from.has(from) && c.to.has(to) || c.both && c.to.has(from) && c.from.has(to)
}

// nodeSet is a set of nodes, a bit each.
type nodeSet []uint64

func setOf(nodes []*Node) (s nodeSet) {
	for _, n := range nodes {
		for int(n.index)/64 >= len(s) {
			s = append(s, 0)
		}
		s[n.index/64] |= 1 << (n.index % 64)
	}
	return s
}

func (s nodeSet) has(i uint32) bool { return int(i/64) < len(s) && s[i/64]&(1<<(i%64)) != 0 }

// Partition cuts the network between two groups of nodes, in both directions: packets between them are lost on arrival. The returned
// function heals it. Nodes of neither group are not touched. A node on both sides is a programmer's error and panics.
func (w *World) Partition(a, b []*Node) (heal func()) {
	return w.cut(a, b, &cut{from: setOf(a), to: setOf(b), both: true, ledger: Ledger{Name: between("partition of", a, "and", b)}})
}

// PartitionOneWay cuts the network from one group of nodes to another: packets in this direction are lost on arrival. The returned function
// heals it. A node on both sides is a programmer's error and panics.
func (w *World) PartitionOneWay(from, to []*Node) (heal func()) {
	return w.cut(from, to, &cut{from: setOf(from), to: setOf(to), ledger: Ledger{Name: between("one-way partition from", from, "to", to)}})
}

// PartitionBy cuts the network between all pairs of nodes that are apart: packets from the one to the other are lost on arrival. How says
// what shape the cut has, in a noun; apart must depend on nothing but the two nodes. The returned function heals it.
func (w *World) PartitionBy(how string, apart func(from, to *Node) bool) (heal func()) {
	return w.sever(Reason(how), [2][]*Node{}, &cut{apart: apart, ledger: Ledger{Name: "partition: " + how}})
}

// cut puts a partition in force.
func (w *World) cut(from, to []*Node, c *cut) (heal func()) {
	for _, n := range from {
		if c.to.has(n.index) {
			panic(fmt.Sprintf("sim: Partition: node %q is on both sides", n.name))
		}
	}
	way := OneWay
	if c.both {
		way = BothWays
	}
	return w.sever(way, [2][]*Node{slices.Clone(from), slices.Clone(to)}, c)
}

// sever puts a partition in force, of which watchers are told its way and its sides.
func (w *World) sever(way Reason, sides [2][]*Node, c *cut) (heal func()) {
	w.cuts = append(w.cuts, c)
	w.accounts.open(&c.ledger)
	w.announce(Cut, way, sides)
	return func() {
		if c.ledger.Armed {
			c.ledger.Armed = false
			w.cuts = without(w.cuts, c)
			w.announce(Healed, way, sides)
		}
	}
}

// announce notes that something between two groups of nodes begins or ends.
func (w *World) announce(k Kind, way Reason, sides [2][]*Node) {
	for i, side := range sides {
		for _, n := range side {
			w.fold(k, n.id, uint64(i))
		}
	}
	w.fold(k, 0, hashString(string(way)))
	w.seq++
	if w.watched(k) {
		w.emit(Event{ID: w.seq, Cause: w.current.id, At: w.Elapsed(), Kind: k, Reason: way, Sides: sides})
	}
}

// stopped reports whether a packet that arrives now is lost in a partition, waits in a hold or is stopped by a filter, and does that.
func (w *World) stopped(p *packet, ref uint64) bool {
	if c := w.cutting(p); c != nil {
		c.ledger.Fired++
		c.ledger.Dropped++
		w.lose(uint32(ref), Partitioned)
		return true
	}
	h := w.holding(p)
	if h != nil {
		h.take(p, ref)
	}
	return h != nil || len(w.gates) != 0 && !w.meet(p, uint32(ref))
}

// cutting returns the first partition that stands in a packet's way, nil when there is none. Each that does is told so; the outcome is changed
// by a partition that is the only one, if nothing else is in the way.
func (w *World) cutting(p *packet) (first *cut) {
	in := 0
	for _, c := range w.cuts {
		if c.stops(p.from, p.to) {
			c.ledger.Eligible++
			if in++; first == nil {
				first = c
			}
		}
	}
	if first != nil && (in > 1 || w.obstacle(p, p.to) != "") {
		first.ledger.idle++
	}
	return first
}
