package harness

import "github.com/overlaytest/overlaytest/fixtures"

// phase is that of the operation being carried out; measuring when there is none.
func (w *World) phase() fixtures.Phase {
	if w == nil || w.doing == nil {
		return fixtures.Measure
	}
	return w.doing.Phase
}

// Measured is the mail as it is now, of the messages only that were sent in an operation of the phase in which figures are taken, or in none:
// without those that warm the system up, or let it cool down. See [fixtures.Phase].
func (m *Mail) Measured() *Mail {
	some := &Mail{now: m.now, w: m.w, version: m.version, index: map[uint64]int{}, strays: m.strays}
	place := make([]int, len(m.letters)) // where the letters are in the new mail; -1: nowhere
	for i, l := range m.letters {
		place[i] = -1
		if l.phase == fixtures.Measure {
			place[i] = len(some.letters)
			some.index[l.id] = place[i]
			some.letters = append(some.letters, l)
		}
	}
	for _, who := range m.members {
		var got []int
		for _, i := range who.got {
			if place[i] >= 0 {
				got = append(got, place[i])
			}
		}
		who.got = got
		some.members = append(some.members, who)
	}
	for _, l := range m.extra {
		if _, kept := some.index[l.ID]; kept {
			some.extra = append(some.extra, l)
		}
	}
	return some
}
