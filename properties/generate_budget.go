package properties

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/sim"
)

// Budget is what an overlay claims to survive: it keeps its safety meanwhile, and comes back to its duty once the faults are over. Nothing
// else goes wrong in the scenarios drawn by it: what is zero does not happen, and a time of zero is no limit.
//
// A budget counts what a whole scenario does, by churn and by faults.
type Budget struct {
	// Down is the share of the nodes that may be absent at one time: crashed, paused, gone, not there yet. It is rounded down, but never to
	// nobody; 0 is nobody.
	Down sim.Chance
	// Outage is how long a node may be crashed or paused at a stretch.
	Outage time.Duration
	// Disks are what crashes by faults may do to disks, the most harmless first. None: they keep what was synced.
	Disks []sim.DiskFate
	// Cut is how long packets may be stopped from passing at a stretch, by cuts and holds together; 0: there are none. Stretches less than
	// five seconds apart are one.
	Cut time.Duration
	// Loss is the chance of a packet to be lost, by all that loses packets at one time. Single packets are lost besides, unless it is 0.
	Loss sim.Chance
	// Duplicate is the chance of a packet to arrive twice, by all that duplicates packets at one time.
	Duplicate sim.Chance
	// Reorder is by how much packets may be held back.
	Reorder time.Duration
	// Forged is how many packets a second each adversary may send; 0: there is none.
	Forged int64
}

// Usual is what an overlay for the internet should survive: a third of the nodes down at once, half a minute without a network, every fifth
// packet lost or doubled, packets a second late. Disks lose at most what was not synced, and nobody means ill.
var Usual = Budget{
	Down: sim.Percent(34), Outage: 30 * time.Second, Disks: []sim.DiskFate{sim.Unsynced, sim.Kept},
	Cut: 30 * time.Second, Loss: sim.Percent(20), Duplicate: sim.Percent(20), Reorder: time.Second,
}

// down is how many of n nodes may be absent.
func (b Budget) down(n int) int {
	if b.Down == 0 {
		return 0
	}
	return max(1, int(uint64(n)*uint64(b.Down)/uint64(sim.Percent(100))))
}

func (b Budget) disks() []sim.DiskFate {
	if len(b.Disks) == 0 {
		return []sim.DiskFate{sim.Unsynced}
	}
	return b.Disks
}

// breath is how long packets must pass between two cuts for them to be two.
const breath = 5 * time.Second

// account is what a scenario spends of a budget. Everything in it may be spent in any order.
type account struct {
	Budget
	nodes  int
	down   int // how many nodes may be absent
	absent []absence
	stops  []span // cuts and holds
	losses []burst
	copies []burst
}

// absence is a node that is not there.
type absence struct {
	node int
	span
}

// burst is something that happens to packets with a chance.
type burst struct {
	span
	chance int64
}

func (b Budget) account(nodes int) *account {
	return &account{Budget: b, nodes: nodes, down: b.down(nodes)}
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

// busy reports whether a node is absent around a time already.
func (a *account) busy(node int, s span) bool {
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

// left is what is left of a chance during a time.
func left(most sim.Chance, bursts []burst, s span) int64 {
	rest := int64(most)
	for _, b := range bursts {
		if b.from < s.to && s.from < b.to {
			rest -= b.chance
		}
	}
	return rest
}

// Holds returns an error, which wraps [harness.ErrScenario], for a scenario that is beyond the budget: nil for all that are drawn by it.
func (b Budget) Holds(s harness.Scenario) error {
	a := b.account(len(s.Nodes))
	if int64(s.Loss) > int64(b.Loss) {
		return beyond("Loss", s.Loss, b.Loss)
	}
	a.losses = append(a.losses, burst{span{0, s.Duration}, int64(s.Loss)})
	for i, f := range s.Faults {
		if err := a.spend(s, fmt.Sprintf("Faults[%d]", i), f); err != nil {
			return err
		}
	}
	return a.spendChurn(s)
}

func beyond(field string, value, budget any) error {
	return fmt.Errorf("%w: %s: %v is beyond the budget, %v", harness.ErrScenario, field, value, budget)
}

// spend spends what one fault does.
func (a *account) spend(s harness.Scenario, field string, f harness.Fault) error {
	during := span{f.At, f.At + f.For}
	if f.For == 0 {
		during.to = s.Duration
	}
	switch f.Do {
	case harness.Lose:
		return a.flow(&a.losses, a.Loss, field, during, f.Amount)
	case harness.Duplicate:
		return a.flow(&a.copies, a.Duplicate, field, during, f.Amount)
	case harness.Reorder:
		if f.Within > a.Reorder {
			return beyond(field+".Within", f.Within, a.Reorder)
		}
	case harness.Cut, harness.CutOneWay, harness.Hold, harness.HoldShuffled:
		if !a.stop(during) {
			return beyond(field+".For", during.long(), a.Cut)
		}
	case harness.Crash, harness.Pause:
		return a.outage(s, field, f, during)
	case harness.Mutate:
		if f.Amount > a.Forged {
			return beyond(field+".Amount", f.Amount, a.Forged)
		}
	}
	return nil
}

// flow spends a chance of packets.
func (a *account) flow(bursts *[]burst, most sim.Chance, field string, during span, amount int64) error {
	if rest := left(most, *bursts, during); amount > rest {
		return beyond(field+".Amount", sim.Chance(amount), sim.Chance(max(0, rest)))
	}
	*bursts = append(*bursts, burst{during, amount})
	return nil
}

// outage spends a crash or a pause.
func (a *account) outage(s harness.Scenario, field string, f harness.Fault, during span) error {
	if a.Outage != 0 && during.long() > a.Outage {
		return beyond(field+".For", during.long(), a.Outage)
	}
	if disk := cmp.Or(f.Disk, sim.Unsynced); f.Do == harness.Crash && !slices.Contains(a.disks(), disk) {
		return beyond(field+".Disk", fmt.Sprintf("%q", disk), fmt.Sprintf("%q", a.disks()))
	}
	nodes := f.Nodes
	if len(nodes) == 0 {
		nodes = s.Nodes
	}
	for _, node := range nodes {
		if !a.miss(slices.Index(s.Nodes, node), during) {
			return beyond(field+".Nodes", fmt.Sprintf("%s down at %v", node, during.from), fmt.Sprintf("%d of %d nodes at once", a.down, a.nodes))
		}
	}
	return nil
}
