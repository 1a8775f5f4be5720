package properties

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/overlaytest/overlaytest/harness"
)

// What is drawn is a plan: unsigned numbers that mean something once it is known how many nodes there are and how long the world lasts. A
// node is drawn before their number is, and taken modulo it. Every item of a plan draws as much as any other, whatever it comes to.
//
// A change here gives every seed, and every input of a fuzzer, another world: the tests pin some.

// steps is how fine times are; fineSteps are those of faults, which so begin between two steps as well.
const (
	steps     = 60
	fineSteps = 4 * (steps - 1)
	items     = 8 // at most, of a list of faults or of churn
)

var (
	stepGen = rapid.Uint32Range(0, steps)
	lateGen = rapid.Uint32Range(0, steps-1)
	fineGen = rapid.Uint32Range(0, fineSteps)
	nodeGen = rapid.Uint32Range(0, 1<<16-1)
	coinGen = rapid.Bool()
)

// Nodes are named n0, n1 and so on; most worlds need no more names than these.
var someNames = namesUpTo(64)

func namesUpTo(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("n%d", i)
	}
	return names
}

func nodeNames(n uint32) []string {
	if int(n) <= len(someNames) {
		return slices.Clone(someNames[:n])
	}
	return namesUpTo(int(n))
}

// Names draws least to most names for nodes.
func Names(least, most int) *rapid.Generator[[]string] {
	mustBeSome(least, most)
	return rapid.Map(rapid.Uint32Range(uint32(least), uint32(most)), nodeNames)
}

// Work draws a workload of one operation, up to so many times, within d: its arguments are 1, 2, 3 and so on, in the order of time.
func Work(nodes []string, d time.Duration, op string, most int) *rapid.Generator[[]harness.Op] {
	mustBeSome(1, len(nodes))
	return rapid.Map(errands(op, most), func(drawn []errand) []harness.Op { return stage{nodes: nodes, end: d}.ops(drawn) })
}

// errand is an operation, as drawn.
type errand struct {
	op       string
	at, node uint32
}

func errands(op string, most int) *rapid.Generator[[]errand] {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) errand {
		return errand{op, stepGen.Draw(t, "at"), nodeGen.Draw(t, "node")}
	}), 0, most)
}

// stage is what plans are made scenarios for: whom, and until when something may happen.
type stage struct {
	nodes   []string
	end     time.Duration // nothing begins later
	quiet   time.Duration // at the end; 0: what lasts may last until the scenario is healed
	leaves  bool          // who goes by a model of churn may say goodbye
	gated   bool          // there are NATs
	matches []string      // what faults of packets may be about, "" is all of them
}

// at is a step of the grid.
func (g stage) at(step uint32) time.Duration { return time.Duration(step) * (g.end / steps) }

// fine is a quarter of a step.
func (g stage) fine(step uint32) time.Duration { return time.Duration(step) * (g.end / steps) / 4 }

func (g stage) index(drawn uint32) int { return int(drawn) % len(g.nodes) }

// ops makes errands a workload, in the order of time.
func (g stage) ops(errands []errand) (ops []harness.Op) {
	for _, e := range errands {
		ops = append(ops, harness.Op{At: g.at(e.at), Node: g.nodes[g.index(e.node)], Op: e.op})
	}
	slices.SortStableFunc(ops, func(a, b harness.Op) int { return cmp.Compare(a.At, b.At) })
	for i := range ops {
		ops[i].Arg = uint64(i) + 1
	}
	return ops
}

// span is a time from which to which something is so; the end is not part of it.
type span struct{ from, to time.Duration }

func (s span) long() time.Duration { return s.to - s.from }

// stretches are how long a fault or an absence lasts, unless it may not last so long; 0: as long as it may.
var stretches = []time.Duration{10 * time.Second, 3 * time.Second, 30 * time.Second, time.Second, 0, 100 * time.Millisecond}

var stretchGen = rapid.Uint32Range(0, uint32(len(stretches)-1))

// stretch is how long something that begins at that time lasts: as drawn, but at most so long (0: no limit), and not into the quiet end. What
// would end with the scenario or later lasts until it is healed, which is said by a length of 0.
func (g stage) stretch(at time.Duration, drawn uint32, most time.Duration) (s span, length time.Duration) {
	length = stretches[drawn]
	if length == 0 || most != 0 && length > most {
		length = most
	}
	switch {
	case length != 0 && at+length < g.end:
		return span{at, at + length}, length
	case g.quiet != 0:
		return span{at, g.end}, g.end - at
	}
	return span{at, g.end}, 0
}

// many are so many kinds that half of them are too many for one world.
const many = 12

var rareGen = rapid.Uint32Range(0, 2)

// swarm draws which of so many kinds there are in a world: each with an even chance; of many, each with a chance of a half, a quarter or an
// eighth, as the world has it. None of them is all of them.
func swarm(t *rapid.T, kinds int) (some []int) {
	rare := uint32(0)
	if kinds >= many {
		rare = rareGen.Draw(t, "rare")
	}
	for i := range kinds {
		in := coinGen.Draw(t, "kind")
		if kinds >= many {
			once, twice := coinGen.Draw(t, "rather"), coinGen.Draw(t, "really")
			in = in && (once || rare < 1) && (twice || rare < 2)
		}
		if in {
			some = append(some, i)
		}
	}
	if len(some) > 0 {
		return some
	}
	for i := range kinds {
		some = append(some, i)
	}
	return some
}

func mustBeSome(least, most int) {
	if least < 1 || most < least {
		panic(fmt.Sprintf("properties: Nodes(%d, %d): want at least one, and not fewer at most than at least", least, most))
	}
}
