package properties

import (
	"fmt"
	"slices"
	"time"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/sim"
)

// breath is how long packets must pass between two cuts for them to be two.
const breath = 5 * time.Second

// account is what a scenario spends of a budget. Everything in it may be spent in any order.
type account struct {
	Budget
	nodes                                                       int
	down                                                        int // how many nodes may be absent
	absent                                                      []absence
	stops                                                       []span // cuts and holds
	loss, copies, damage, busy, late, clock, drift, disk, twins purse
}

// absence is a node that is not there.
type absence struct {
	node int
	span
}

// purse is what there may be of something at one time, and what there is.
type purse struct {
	most  int64
	spent []burst
}

// burst is so much of something for a time.
type burst struct {
	span
	amount int64
}

func (b Budget) account(nodes int) *account {
	return &account{
		Budget: b, nodes: nodes, down: b.down(nodes),
		loss: purse{most: int64(b.Loss)}, copies: purse{most: int64(b.Duplicate)}, damage: purse{most: int64(b.Corrupt)},
		busy: purse{most: int64(b.Slow)}, late: purse{most: int64(b.Late)}, clock: purse{most: int64(b.Clock)}, drift: purse{most: int64(b.Drift)},
		disk: purse{most: int64(b.Fail)}, twins: purse{most: b.Twins},
	}
}

// purse is what a kind of fault spends, together with others; nil if it spends nothing of that sort.
func (a *account) purse(do harness.Verb) *purse {
	switch do {
	case harness.Lose, harness.LoseBurst:
		return &a.loss
	case harness.Duplicate:
		return &a.copies
	case harness.Corrupt, harness.Truncate:
		return &a.damage
	case harness.Slow:
		return &a.busy
	case harness.LateTimers:
		return &a.late
	case harness.Skew, harness.Step:
		return &a.clock
	case harness.Drift:
		return &a.drift
	case harness.FailDisk:
		return &a.disk
	case harness.Twin:
		return &a.twins
	}
	return nil
}

// left is what is left during a time.
func (p *purse) left(s span) int64 {
	rest := p.most
	for _, b := range p.spent {
		if b.from < s.to && s.from < b.to {
			rest -= b.amount
		}
	}
	return max(0, rest)
}

// take spends so much, unless there is less left.
func (p *purse) take(s span, amount int64) bool {
	if amount > p.left(s) {
		return false
	}
	p.spent = append(p.spent, burst{s, amount})
	return true
}

// strength is what says how strong a fault is: the more, the worse. Its sign is a direction.
type strength struct {
	field string
	value *int64
	unit  unit
}

// unit is what a strength counts.
type unit uint8

const (
	things unit = iota
	times
	chances // parts per million
)

// strengthOf is the strength of a fault, to be changed in place; its field is "" when it has none.
func strengthOf(f *harness.Fault) strength {
	switch f.Do {
	case harness.Lose, harness.LoseBurst, harness.Duplicate, harness.Reorder, harness.Corrupt, harness.Truncate, harness.Replay, harness.Drift,
		harness.FailDisk:
		return strength{"Amount", &f.Amount, chances}
	case harness.Slow, harness.Skew, harness.Step:
		return strength{"By", (*int64)(&f.By), times}
	case harness.LateTimers:
		return strength{"Within", (*int64)(&f.Within), times}
	case harness.Mutate:
		return strength{"Amount", &f.Amount, things}
	}
	return strength{}
}

// size is the strength without its direction.
func (s strength) size() int64 { return max(*s.value, -*s.value) }

// show writes the strength as its field has it; of chances, without the direction.
func (s strength) show() string {
	if s.unit == chances {
		return s.unit.show(s.size())
	}
	return s.unit.show(*s.value)
}

// show writes a value as a field has it.
func (u unit) show(v int64) string {
	switch u {
	case times:
		return time.Duration(v).String()
	case chances:
		return sim.Chance(v).String()
	}
	return fmt.Sprint(v)
}

// miss spends an absence, unless too many are absent then.
func (a *account) miss(node int, s span) bool {
	next := absence{node, s}
	if a.absentAt(next, s.from) > a.down {
		return false
	}
	for _, other := range a.absent {
		if s.from < other.from && other.from < s.to && a.absentAt(next, other.from) > a.down {
			return false
		}
	}
	a.absent = append(a.absent, next)
	return true
}

// absentAt counts who is absent at a moment, with one who is.
func (a *account) absentAt(one absence, at time.Duration) int {
	var few [16]int
	nodes := append(few[:0], one.node)
	for _, other := range a.absent {
		if other.from <= at && at < other.to && !slices.Contains(nodes, other.node) {
			nodes = append(nodes, other.node)
		}
	}
	return len(nodes)
}

// away reports whether a node is absent around a time already.
func (a *account) away(node int, s span) bool {
	return slices.ContainsFunc(a.absent, func(other absence) bool {
		return other.node == node && s.from <= other.to && other.from <= s.to
	})
}

// stop spends a cut or a hold, unless the stretch it belongs to becomes too long.
func (a *account) stop(s span) bool {
	whole := s
	for range a.stops {
		for _, other := range a.stops {
			if whole.from < other.to+breath && other.from < whole.to+breath {
				whole = span{min(whole.from, other.from), max(whole.to, other.to)}
			}
		}
	}
	if whole.long() > a.Cut {
		return false
	}
	a.stops = append(a.stops, s)
	return true
}
