package harness

import (
	"fmt"
	"math/bits"
	"time"
)

// Margin is how much of its bound a promise has used while it held: a promise that uses nearly all of it will be broken soon.
type Margin struct {
	// Promise says what was promised.
	Promise string
	// Used and Bound are in units of Unit; when that is empty, they are durations.
	Used, Bound int64
	// Unit is a word in the plural: "entries".
	Unit string
}

// String writes the margin with its share: Eventually Graph.Degrees: 7.978s of 1m0s (13 %).
func (m Margin) String() string {
	if m.Unit == "" {
		return fmt.Sprintf("%s: %v of %v (%d %%)", m.Promise, time.Duration(m.Used), time.Duration(m.Bound), m.percent())
	}
	return fmt.Sprintf("%s: %d of %d %s (%d %%)", m.Promise, m.Used, m.Bound, m.Unit, m.percent())
}

// percent is the share used, rounded down; all of a bound that is nothing.
func (m Margin) percent() uint64 {
	if m.Bound <= 0 {
		return 100
	}
	hi, lo := bits.Mul64(uint64(min(max(m.Used, 0), m.Bound)), 100)
	share, _ := bits.Div64(hi, lo, uint64(m.Bound))
	return share
}

// Wider reports whether the margin has used a larger share of its bound than the other, or the same share and more in all.
func (m Margin) Wider(other Margin) bool {
	aHi, aLo := bits.Mul64(uint64(max(m.Used, 0)), uint64(max(other.Bound, 1)))
	bHi, bLo := bits.Mul64(uint64(max(other.Used, 0)), uint64(max(m.Bound, 1)))
	switch {
	case aHi != bHi:
		return aHi > bHi
	case aLo != bLo:
		return aLo > bLo
	}
	return m.Used > other.Used
}

// Used notes how much of a bound something has used: the widest of each promise is one of [World.Margins].
func (w *World) Used(m Margin) {
	for i, known := range w.laws.margins {
		if known.Promise == m.Promise {
			if m.Wider(known) {
				w.laws.margins[i] = m
			}
			return
		}
	}
	w.laws.margins = append(w.laws.margins, m)
}

// Margins returns how much of their bounds the promises have used so far: what [World.Eventually] and [World.Converges] took,
// [Promise.Within] and what was noted with [World.Used]. Of each promise it is the widest.
func (w *World) Margins() []Margin {
	for _, p := range w.promises {
		if p.grace != nil {
			w.Used(Margin{Promise: p.words, Used: int64(p.grace.longest), Bound: int64(p.grace.bound)})
		}
	}
	return append([]Margin(nil), w.laws.margins...)
}
