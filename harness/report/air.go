package report

import "math/bits"

// air is what is known of the packets that are on their way, by the id of their event: an open-addressed table, so that a packet costs no
// allocation. It grows with the packets that are on their way at once, not with those that were ever sent.
type air struct {
	slots []flight // a power of two
	used  int
}

// flight is one packet; id 0 is a free slot.
type flight struct {
	id   uint64
	sent int64
	kind int32
}

func (a *air) home(id uint64) int {
	const golden = 0x9e3779b97f4a7c15
	return int(id * golden >> (64 - bits.Len(uint(len(a.slots)-1))))
}

// put notes a packet.
func (a *air) put(f flight) {
	if 4*a.used >= 3*len(a.slots) {
		a.grow()
	}
	i := a.home(f.id)
	for a.slots[i].id != 0 && a.slots[i].id != f.id {
		i = (i + 1) & (len(a.slots) - 1)
	}
	if a.slots[i].id == 0 {
		a.used++
	}
	a.slots[i] = f
}

func (a *air) grow() {
	old := a.slots
	a.slots, a.used = make([]flight, max(64, 2*len(old))), 0
	for _, f := range old {
		if f.id != 0 {
			a.put(f)
		}
	}
}

// take forgets a packet and returns it; ok is false when it was not noted.
func (a *air) take(id uint64) (f flight, ok bool) {
	if a.used == 0 {
		return f, false
	}
	mask := len(a.slots) - 1
	i := a.home(id)
	for a.slots[i].id != id {
		if a.slots[i].id == 0 {
			return f, false
		}
		i = (i + 1) & mask
	}
	f = a.slots[i]
	a.used--
	for hole := i; ; { // who stands behind and would not be found moves up
		i = (i + 1) & mask
		if a.slots[i].id == 0 {
			a.slots[hole] = flight{}
			return f, true
		}
		if (i-a.home(a.slots[i].id))&mask >= (i-hole)&mask {
			a.slots[hole] = a.slots[i]
			hole = i
		}
	}
}

// each calls f with every packet. The order is that of the table.
func (a *air) each(f func(*flight)) {
	for i := range a.slots {
		if a.slots[i].id != 0 {
			f(&a.slots[i])
		}
	}
}
