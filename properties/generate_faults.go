package properties

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/sim"
)

// Faults draws up to eight faults within the budget, for a world of these nodes that lasts d. Each list has some of the kinds only; without
// any kinds, those are all that the budget allows. Nodes are rebound only in scenarios that [Scenarios] draws, where there are NATs.
func Faults(nodes []string, d time.Duration, b Budget, kinds ...harness.Verb) *rapid.Generator[[]harness.Fault] {
	mustBeSome(1, len(nodes))
	mustLast(d)
	able := b.kinds(kinds)
	return rapid.Map(blows(able), func(drawn []blow) []harness.Fault {
		return stage{nodes: nodes, end: d}.faults(b.account(len(nodes)), able, drawn)
	})
}

// allKinds are the kinds of faults, the simplest first.
func allKinds() []harness.Verb {
	return []harness.Verb{
		harness.Crash, harness.Cut, harness.Lose, harness.Pause, harness.Hold, harness.Duplicate, harness.Reorder, harness.CutOneWay, harness.LosePacket,
		harness.HoldShuffled, harness.Isolate, harness.Bridge, harness.Majorities, harness.LoseBurst, harness.Corrupt, harness.Truncate, harness.Replay,
		harness.MTU, harness.Throttle, harness.Slow, harness.LateTimers, harness.Skew, harness.Step, harness.Drift, harness.FailDisk, harness.Rebind,
		harness.Reuse, harness.Twin, harness.Mutate,
	}
}

// checked panics for a budget by which impossible scenarios would be drawn, or none that it names.
func (b Budget) checked() Budget {
	known := func(name string) bool {
		return slices.ContainsFunc(fixtures.NATs(), func(m fixtures.Model) bool { return m.Name == name })
	}
	switch i := slices.IndexFunc(b.NAT, func(name string) bool { return !known(name) }); {
	case i >= 0:
		_, err := fixtures.NATNamed(b.NAT[i])
		panic("properties: Budget.NAT: " + err.Error())
	case b.MTU != 0 && b.MTU < 68:
		panic(fmt.Sprintf("properties: Budget.MTU: %d: want 0, or 68 or more", b.MTU))
	case b.Rate != 0 && b.Rate < 1000:
		panic(fmt.Sprintf("properties: Budget.Rate: %d: want 0, or 1000 or more", b.Rate))
	case b.Drift > sim.Percent(50):
		panic(fmt.Sprintf("properties: Budget.Drift: %v: want at most 50%%", b.Drift))
	}
	return b
}

// kinds are those of the kinds that the budget allows, the simplest first.
func (b Budget) kinds(asked []harness.Verb) (able []harness.Verb) {
	for _, kind := range allKinds() {
		if b.allows(kind) && (len(asked) == 0 || slices.Contains(asked, kind)) {
			able = append(able, kind)
		}
	}
	for _, kind := range asked {
		if !slices.Contains(able, kind) {
			panic(fmt.Sprintf("properties: a fault %q: the budget has %q", kind, b.kinds(nil)))
		}
	}
	return able
}

// blow is a fault, as drawn: what, when, how long, from which node on, how many of them, every how manieth, how strong, of which form, whether
// it comes and goes, and which packets it is about.
type blow struct{ kind, at, stretch, node, many, stride, strong, form, flap, match uint32 }

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

// flaps are the periods in which a fault comes and goes; 0: it stays.
var flaps = []time.Duration{0, 0, 0, 0, 0, 2 * time.Second, 10 * time.Second, 500 * time.Millisecond}

var (
	kindGen   = rapid.Uint32Range(0, 1<<8-1)
	crowdGen  = rapid.Uint32Range(0, crowds-1)
	strideGen = rapid.Uint32Range(0, 3) // 3: every other node
	strongGen = rapid.Uint32Range(0, uint32(len(strengths)-1))
	flapGen   = rapid.Uint32Range(0, uint32(len(flaps)-1))
	blowGen   = rapid.Custom(func(t *rapid.T) blow {
		return blow{
			kindGen.Draw(t, "kind"), fineGen.Draw(t, "at"), stretchGen.Draw(t, "for"), nodeGen.Draw(t, "node"),
			crowdGen.Draw(t, "many"), strideGen.Draw(t, "stride"), strongGen.Draw(t, "strong"), kindGen.Draw(t, "form"), flapGen.Draw(t, "flap"),
			kindGen.Draw(t, "match"),
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
	switch f.Do {
	case harness.LosePacket:
		return g.snatch(b, f)
	case harness.Rebind, harness.Reuse:
		return g.swap(a, b, f)
	case harness.Crash, harness.Pause:
		return g.fell(a, b, f)
	case harness.Cut, harness.CutOneWay, harness.Hold, harness.HoldShuffled, harness.Bridge, harness.Majorities, harness.Isolate:
		return g.part(a, b, f)
	}
	var during span
	during, f.For = g.stretch(f.At, b.stretch, 0)
	f.Nodes = g.crowd(b, everybody)
	g.flap(b, f, during)
	return g.weaken(a, b, f, during)
}

// flap makes a fault come and go.
func (g stage) flap(b blow, f *harness.Fault, during span) {
	if every := flaps[b.flap]; f.Do != harness.Mutate && f.Do != harness.Twin && every*2 <= during.long() {
		f.Every = every
	}
}

// part makes a cut or a hold.
func (g stage) part(a *account, b blow, f *harness.Fault) bool {
	during, length := g.stretch(f.At, b.stretch, a.Cut)
	f.For = length
	n, enough := len(g.nodes), true
	switch f.Do {
	case harness.Cut, harness.CutOneWay:
		f.Nodes, enough = g.crowd(b, half), n > 1
	case harness.Bridge:
		f.Nodes, enough = g.bridge(b), n > 2
	case harness.Majorities:
		enough = n > 3 // everybody's
	default:
		f.Nodes = g.crowd(b, everybody)
	}
	g.flap(b, f, during)
	return enough && a.stop(during)
}

// bridge are a node, and those after it who see the rest through it alone.
func (g stage) bridge(b blow) (names []string) {
	n := len(g.nodes)
	if n < 3 {
		return nil
	}
	behind := 1 + int(b.many)%(n-2)
	for i := range behind + 1 {
		names = append(names, g.nodes[(g.index(b.node)+i)%n])
	}
	return names
}

// fell makes a crash or a pause, of as many of the nodes as may be absent.
func (g stage) fell(a *account, b blow, f *harness.Fault) bool {
	during, length := g.stretch(f.At, b.stretch, a.Outage)
	f.For = length
	for _, i := range g.chosen(b, a.down) {
		if !a.away(i, during) && a.miss(i, during) {
			f.Nodes = append(f.Nodes, g.nodes[i])
		}
	}
	if disk := a.disks()[int(b.form)%len(a.disks())]; f.Do == harness.Crash && disk != usualFate {
		f.Disk = disk
	}
	g.flap(b, f, during)
	return len(f.Nodes) > 0
}

// snatch makes the loss of a single packet, one of the first ten between two nodes.
func (g stage) snatch(b blow, f *harness.Fault) bool {
	n := len(g.nodes)
	if n < 2 {
		return false
	}
	f.At, f.Nodes, f.Amount, f.Match = 0, g.pair(b), 1+int64(b.at%10), g.match(b, f.Do)
	return true
}

// pair are two nodes; there must be as many.
func (g stage) pair(b blow) []string {
	n, first := len(g.nodes), g.index(b.node)
	return []string{g.nodes[first], g.nodes[(first+1+int(b.many)%(n-1))%n]}
}

// swap makes what happens to addresses in a moment.
func (g stage) swap(a *account, b blow, f *harness.Fault) bool {
	if f.Do == harness.Rebind {
		f.Nodes = g.crowd(b, everybody)
		if g.quiet == 0 {
			g.flap(b, f, span{f.At, g.end})
		}
		return g.gated
	}
	if len(g.nodes) < 2 || g.gated { // behind a box an address is not given away
		return false
	}
	f.Nodes = g.pair(b)
	return !slices.ContainsFunc(f.Nodes, func(name string) bool { return a.away(slices.Index(g.nodes, name), span{f.At, f.At}) })
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
