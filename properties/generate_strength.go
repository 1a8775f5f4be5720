package properties

import (
	"time"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/sim"
)

// usualFate is what a crash does to a disk that says nothing else.
const usualFate = sim.Unsynced

// Sizes that faults are drawn with: how many bits are flipped, how many bytes are cut off, how long a burst of losses is.
var (
	flips  = []int64{1, 3, 16}
	stumps = []int64{1, 8, 1000}
	slots  = []time.Duration{time.Second, 100 * time.Millisecond, 5 * time.Second}
	queues = []time.Duration{200 * time.Millisecond, 50 * time.Millisecond, time.Second}
)

// ethernet is the largest IP packet that passes usually, in bytes.
const ethernet = 1500

// of is one of a list by a number drawn.
func of[T any](list []T, drawn uint32) T { return list[int(drawn)%len(list)] }

// weaken says how strong a fault is, which lasts for that long, and spends it; it reports whether anything is left to be spent.
func (g stage) weaken(a *account, b blow, f *harness.Fault, during span) bool {
	part := strengths[b.strong]
	f.Match = g.match(b, f.Do)
	switch f.Do {
	case harness.Reorder:
		f.Amount, f.Within = 500_000/part, max(1, a.Reorder/time.Duration(part))
		return true
	case harness.Replay:
		f.Amount, f.Within = 200_000/part, max(1, a.Replay/time.Duration(part))
		f.By = f.Within / time.Duration(1+b.form%2) * time.Duration(b.form/2%2) // from at once, from half of it, at its end
		return true
	case harness.MTU:
		f.Size = max(a.MTU, a.MTU+(ethernet-a.MTU)*(part-1)/8)
		return true
	case harness.Throttle:
		f.Amount, f.Within = a.Rate*part, of(queues, b.form)
		return true
	case harness.Mutate:
		f.Amount = max(1, a.Forged/part)
		return true
	case harness.Twin:
		f.Nodes = nil
		for _, i := range g.chosen(b, int(a.twins.left(during))) {
			f.Nodes = append(f.Nodes, g.nodes[i])
		}
		return len(f.Nodes) > 0 && a.twins.take(during, int64(len(f.Nodes)))
	}
	return a.pour(during, part, b, f)
}

// pour makes a fault as strong as it may be beside the others of its sort.
func (a *account) pour(during span, part int64, b blow, f *harness.Fault) bool {
	switch f.Do {
	case harness.LoseBurst:
		f.Within = of(slots, b.form)
	case harness.Corrupt:
		f.Size = of(flips, b.form)
	case harness.Truncate:
		f.Size = of(stumps, b.form)
	case harness.FailDisk:
		f.Disk = of(a.Failing, b.form)
	}
	p, amount := a.purse(f.Do), strengthOf(f)
	*amount.value = min(p.most/part, p.left(during))
	if !p.take(during, *amount.value) || *amount.value == 0 {
		return false
	}
	if (f.Do == harness.Step || f.Do == harness.Drift) && b.form%2 == 1 {
		*amount.value = -*amount.value
	}
	return true
}

// match is which packets a fault is about, if it is about packets.
func (g stage) match(b blow, do harness.Verb) string {
	switch do {
	case harness.Lose, harness.LoseBurst, harness.LosePacket, harness.Duplicate, harness.Reorder, harness.Corrupt, harness.Truncate, harness.Replay,
		harness.MTU:
		if len(g.matches) > 0 {
			return of(g.matches, b.match)
		}
	}
	return ""
}
