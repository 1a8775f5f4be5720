package properties

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/sim"
)

// Faults draws up to eight faults within the budget, for a world of these nodes that lasts d. Each list has some of the kinds only; without
// any kinds, those are all that the budget allows.
func Faults(nodes []string, d time.Duration, b Budget, kinds ...harness.Verb) *rapid.Generator[[]harness.Fault] {
	mustBeSome(1, len(nodes))
	mustLast(d)
	able := b.kinds(kinds)
	return rapid.Map(blows(able), func(drawn []blow) []harness.Fault {
		return stage{nodes: nodes, end: d}.faults(b.account(len(nodes)), able, drawn)
	})
}

// kinds are those of the kinds that the budget allows, the simplest first.
func (b Budget) kinds(asked []harness.Verb) (able []harness.Verb) {
	for _, kind := range []struct {
		does    harness.Verb
		allowed bool
	}{
		{harness.Crash, b.Down > 0}, {harness.Cut, b.Cut > 0}, {harness.Lose, b.Loss > 0}, {harness.Pause, b.Down > 0},
		{harness.Hold, b.Cut > 0}, {harness.Duplicate, b.Duplicate > 0}, {harness.Reorder, b.Reorder > 0}, {harness.CutOneWay, b.Cut > 0},
		{harness.LosePacket, b.Loss > 0}, {harness.HoldShuffled, b.Cut > 0}, {harness.Mutate, b.Forged > 0},
	} {
		if kind.allowed && (len(asked) == 0 || slices.Contains(asked, kind.does)) {
			able = append(able, kind.does)
		}
	}
	for _, kind := range asked {
		if !slices.Contains(able, kind) {
			panic(fmt.Sprintf("properties: a fault %q: the budget has %q", kind, b.kinds(nil)))
		}
	}
	return able
}

// blow is a fault, as drawn: what, when, how long, from which node on, how many of them, every how manieth, how strong.
type blow struct{ kind, at, stretch, node, many, stride, strong uint32 }

// How many nodes a fault touches: one; all, or half of them where all makes no sense; two; half of them; a third of them.
const (
	one = iota
	everybody
	two
	half
	third
	crowds
)

// strengths are what part of the most a fault is. What comes first is drawn somewhat more often: the most shows the most.
var strengths = []int64{1, 2, 8}

var (
	kindGen   = rapid.Uint32Range(0, 1<<8-1)
	crowdGen  = rapid.Uint32Range(0, crowds-1)
	strideGen = rapid.Uint32Range(0, 3) // 3: every other node
	strongGen = rapid.Uint32Range(0, uint32(len(strengths)-1))
	blowGen   = rapid.Custom(func(t *rapid.T) blow {
		return blow{
			kindGen.Draw(t, "kind"), fineGen.Draw(t, "at"), stretchGen.Draw(t, "for"), nodeGen.Draw(t, "node"),
			crowdGen.Draw(t, "many"), strideGen.Draw(t, "stride"), strongGen.Draw(t, "strong"),
		}
	})
	blowsGen = rapid.SliceOfN(blowGen, 0, items)
)

// blows draws faults of some of the kinds: the kind of each is its place among all of them.
func blows(kinds []harness.Verb) *rapid.Generator[[]blow] {
	if len(kinds) == 0 {
		return rapid.Just[[]blow](nil)
	}
	return rapid.Custom(func(t *rapid.T) []blow {
		some := swarm(t, len(kinds))
		drawn := slices.Clone(blowsGen.Draw(t, "faults"))
		for i := range drawn {
			drawn[i].kind = uint32(some[int(drawn[i].kind)%len(some)])
		}
		return drawn
	})
}

// faults makes blows faults, in the order of time, as far as the account allows.
func (g stage) faults(a *account, kinds []harness.Verb, drawn []blow) (faults []harness.Fault) {
	for _, b := range drawn {
		f := harness.Fault{Do: kinds[b.kind], At: g.fine(b.at)}
		if g.strike(a, b, &f) {
			faults = append(faults, f)
		}
	}
	slices.SortStableFunc(faults, func(x, y harness.Fault) int { return cmp.Compare(x.At, y.At) })
	for i := range faults {
		faults[i].ID = faultNames[i]
	}
	return faults
}

var faultNames = func() (names [items]string) {
	for i := range names {
		names[i] = fmt.Sprintf("f%d", i+1)
	}
	return names
}()

// strike fills a fault in, and reports whether the account allows it.
func (g stage) strike(a *account, b blow, f *harness.Fault) bool {
	var during span
	switch f.Do {
	case harness.Crash, harness.Pause:
		return g.fell(a, b, f)
	case harness.Cut, harness.CutOneWay:
		during, f.For = g.stretch(f.At, b.stretch, a.Cut)
		f.Nodes = g.crowd(b, half)
		return len(g.nodes) > 1 && a.stop(during)
	case harness.Hold, harness.HoldShuffled:
		during, f.For = g.stretch(f.At, b.stretch, a.Cut)
		f.Nodes = g.crowd(b, everybody)
		return a.stop(during)
	case harness.LosePacket:
		return g.snatch(b, f)
	}
	during, f.For = g.stretch(f.At, b.stretch, 0)
	f.Nodes = g.crowd(b, everybody)
	return a.pour(during, strengths[b.strong], f)
}

// pour spends what happens to packets with a chance.
func (a *account) pour(during span, part int64, f *harness.Fault) bool {
	switch f.Do {
	case harness.Lose:
		f.Amount = min(int64(a.Loss)/part, left(a.Loss, a.losses, during))
		a.losses = append(a.losses, burst{during, max(0, f.Amount)})
	case harness.Duplicate:
		f.Amount = min(int64(a.Duplicate)/part, left(a.Duplicate, a.copies, during))
		a.copies = append(a.copies, burst{during, max(0, f.Amount)})
	case harness.Reorder:
		f.Amount = 500_000 / part
		f.Within = max(1, a.Reorder/time.Duration(part))
	case harness.Mutate:
		f.Amount = max(1, a.Forged/part)
	}
	return f.Amount > 0
}

// fell makes a crash or a pause, of as many of the nodes as may be absent.
func (g stage) fell(a *account, b blow, f *harness.Fault) bool {
	during, length := g.stretch(f.At, b.stretch, a.Outage)
	f.For = length
	for _, i := range g.chosen(b, a.down) {
		if !a.busy(i, during) && a.miss(i, during) {
			f.Nodes = append(f.Nodes, g.nodes[i])
		}
	}
	if disks := a.disks(); f.Do == harness.Crash && disks[int(b.strong)%len(disks)] != sim.Unsynced {
		f.Disk = disks[int(b.strong)%len(disks)]
	}
	return len(f.Nodes) > 0
}

// snatch makes the loss of a single packet, one of the first ten between two nodes.
func (g stage) snatch(b blow, f *harness.Fault) bool {
	n := len(g.nodes)
	if n < 2 {
		return false
	}
	from := g.index(b.node)
	to := (from + 1 + int(b.many)%(n-1)) % n
	f.At, f.Nodes, f.Amount = 0, []string{g.nodes[from], g.nodes[to]}, 1+int64(b.at%10)
	return true
}

// crowd names the nodes a fault touches; nobody stands for everybody, unless all is half.
func (g stage) crowd(b blow, all uint32) (names []string) {
	if b.many == everybody {
		b.many = all
	}
	if b.many == everybody {
		return nil
	}
	for _, i := range g.chosen(b, len(g.nodes)) {
		names = append(names, g.nodes[i])
	}
	if all == half && len(names) == len(g.nodes) {
		return names[:1]
	}
	return names
}

// chosen are the nodes a fault touches, at most so many, in their order.
func (g stage) chosen(b blow, most int) (nodes []int) {
	n := len(g.nodes)
	wanted := min(most, [crowds]int{one: 1, everybody: n, two: 2, half: max(1, n/2), third: max(1, n/3)}[b.many])
	stride := 1 + int(b.stride)/3
	for i := range n {
		node := (g.index(b.node) + i*stride) % n
		if len(nodes) < min(wanted, n) && !slices.Contains(nodes, node) {
			nodes = append(nodes, node)
		}
	}
	slices.Sort(nodes)
	return nodes
}
