package harness

import (
	"math/bits"
	"time"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/sim"
)

// How slow and how fast clocks run at most, in parts per million.
const (
	slowest = -500_000
	fastest = 1_000_000
)

// burden is what the faults in force together do to a machine.
type burden struct {
	slow, late time.Duration
	drift      int64
	drifted    bool
}

// load slows machines down, or their clocks. What several faults do to one adds up.
func (f *faults) load(o *outbreak) (end func()) {
	nodes := f.machines(o)
	f.bear(o, nodes, 1)
	return func() { f.bear(o, nodes, -1) }
}

// bear puts a fault's load on machines, or takes it off.
func (f *faults) bear(o *outbreak, nodes []*sim.Node, sign int64) {
	for _, n := range nodes {
		b := f.burdens[n]
		if b == nil {
			b = &burden{}
			f.burdens[n] = b
		}
		switch o.Do {
		case Slow:
			b.slow += time.Duration(sign) * o.By
			n.Slow(b.slow)
		case LateTimers:
			b.late += time.Duration(sign) * o.Within
			n.LateTimers(b.late)
		case Drift:
			b.drift, b.drifted = b.drift+sign*o.Amount, true
			n.Drift(max(slowest, min(fastest, b.drift)))
		}
	}
}

// shift sets clocks wrong, and back by as much.
func (f *faults) shift(o *outbreak) (end func()) {
	nodes := f.machines(o)
	by := map[*sim.Node]time.Duration{}
	for _, n := range nodes {
		if by[n] = o.By; o.Do == Skew {
			by[n] = time.Duration(f.w.Rand("skew "+o.ID+" of "+n.Name()).Int64N(2*int64(o.By)+1)) - o.By
		}
		n.Step(by[n])
	}
	return func() {
		for _, n := range nodes {
			n.Step(-by[n])
		}
	}
}

// machines are the nodes that are up, of those it touches; they are the account's.
func (f *faults) machines(o *outbreak) (up []*sim.Node) {
	for _, n := range f.touched(o) {
		if n.Up() {
			up = append(up, n)
		}
	}
	o.count(len(up))
	return up
}

// correct sets right what drifting clocks are off by.
func (f *faults) correct() {
	for _, n := range f.w.Nodes() {
		if b := f.burdens[n]; b != nil && b.drifted {
			n.Correct()
		}
	}
}

// The queues of throttled links, in bytes.
const (
	leastQueue = 3000
	mostQueue  = 1e9
)

// throttle puts the nodes behind links of little bandwidth, with a queue as long as the longest wait.
func (f *faults) throttle(o *outbreak) (end func()) {
	rate := fixtures.Rate{Up: o.Amount, Down: o.Amount}
	hi, lo := bits.Mul64(uint64(o.Amount), uint64(o.Within))
	bytes, _ := bits.Div64(hi, lo, uint64(8*time.Second))
	queue := fixtures.DropTail(max(leastQueue, min(mostQueue, int64(bytes))))
	return f.w.Link(fixtures.Keyed(o.ID, fixtures.AccessOf(f.touched(o), rate, queue)))
}

// lateness is by how much the faults of a scenario may delay what a node does, at most.
func (s Scenario) lateness() (sum time.Duration) {
	for _, f := range s.Faults {
		switch f.Do {
		case Slow:
			sum += f.By
		case LateTimers:
			sum += f.Within
		}
	}
	return sum
}
