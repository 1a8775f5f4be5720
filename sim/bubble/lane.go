package bubble

import (
	"time"

	"github.com/overlaytest/overlaytest/sim"
)

// Lanes: each node has a nanosecond of its own in every microsecond, in which it starts and is given packets. Timers that a program sets for
// whole microseconds then keep to it, so that no two nodes wake at the same instant, which the runtime would order at random:
//
//	          lane of a    lane of b            lane of a    lane of b
//	time ────────┼────────────┼────────────────────┼────────────┼──────▶
//	             |            |◀─── timer of b: n µs ───────────|
//	          one microsecond of lanes       the next one
//
// Which node has which lane is drawn by the seed. More nodes than lanes share them.
const lanes = 1000

// laneOf is the node's nanosecond in each microsecond: a place in a permutation of all, by the world's seed.
func (b *bubble) laneOf(n *sim.Node) time.Duration {
	// An affine map modulo a number is a permutation where the factor has no divisor in common with it: 1000 = 2³·5³.
	if b.factor == 0 {
		r := b.w.Rand("lanes of bubbles")
		b.factor, b.offset = 1+10*r.IntN(lanes/10), r.IntN(lanes)
	}
	return time.Duration((n.Index()*b.factor + b.offset) % lanes)
}

// untilLane is how long it is until the host's next lane.
func (h *Host) untilLane() time.Duration {
	return (h.lane - h.b.elapsed()%lanes + lanes) % lanes
}
