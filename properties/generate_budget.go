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
// else goes wrong in the scenarios drawn by it: what is zero does not happen, and a time of zero is no limit where that is said.
//
// A budget counts what a whole scenario does, by churn and by faults. A fault that comes and goes counts as if it stayed. What the network is
// like, such as latency, access links and conditions, is not counted: that is no fault.
type Budget struct {
	// Down is the share of the nodes that may be absent at one time: crashed, paused, gone, not there yet. It is rounded down, but never to
	// nobody; 0 is nobody.
	Down sim.Chance
	// Outage is how long a node may be crashed or paused at a stretch; 0 is no limit.
	Outage time.Duration
	// Disks are what crashes by faults may do to disks, the most harmless first. None: they keep what was synced.
	Disks []sim.DiskFate
	// Failing is what may happen to what disks are told, each time with a chance of Fail, by all that fails at one time.
	Failing []sim.DiskFate
	Fail    sim.Chance
	// Cut is how long packets may be stopped from passing at a stretch, by cuts of any kind and holds together. Stretches less than five
	// seconds apart are one.
	Cut time.Duration
	// Loss is the chance of a packet to be lost, by all that loses packets at one time. Single packets are lost besides, unless it is 0.
	Loss sim.Chance
	// Duplicate is the chance of a packet to arrive twice, by all that duplicates packets at one time.
	Duplicate sim.Chance
	// Corrupt is the chance of a packet to arrive damaged, with bits flipped or its end cut off, by all that damages packets at one time.
	Corrupt sim.Chance
	// Reorder is by how much packets may be held back, and Replay how much later they may come once more.
	Reorder, Replay time.Duration
	// MTU is the largest IP packet that surely passes, from 68 bytes on; 0: packets of all sizes do. Rate is how many bits a second surely pass
	// to and from a node, from 1000 on; 0: there is no limit.
	MTU, Rate int64
	// Slow is how long a node may take over each event, and Late how late timers may fire, each by all that does so at one time.
	Slow, Late time.Duration
	// Clock is by how much clocks may be wrong, by skews and steps at one time, and Drift how much too fast or too slow they may run.
	Clock time.Duration
	Drift sim.Chance
	// Forged is how many packets a second each adversary may send; 0: there is none.
	Forged int64
	// Twins is how many nodes may have a twin at one time: another node of the same identity.
	Twins int64
	// Reuse is whether an address may pass from one node to another.
	Reuse bool
	// NAT are the names of the NATs that the overlay works behind. Behind any of them, nodes may be rebound.
	NAT []string
}

// Usual is what an overlay for the internet should survive: a third of the nodes down at once, half a minute without a network, every fifth
// packet lost or doubled, packets a second late, machines that are busy, and clocks as they are set by hand. Disks lose at most what was not
// synced, and nobody means ill.
var Usual = Budget{
	Down: sim.Percent(34), Outage: 30 * time.Second, Disks: []sim.DiskFate{sim.Unsynced, sim.Kept},
	Cut: 30 * time.Second, Loss: sim.Percent(20), Duplicate: sim.Percent(20), Reorder: time.Second,
	Slow: 100 * time.Millisecond, Late: time.Second, Clock: 30 * time.Second, Drift: 500,
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

// allows reports whether faults of a kind may be at all.
func (b Budget) allows(do harness.Verb) bool {
	switch do {
	case harness.Crash, harness.Pause:
		return b.Down > 0
	case harness.Cut, harness.CutOneWay, harness.Hold, harness.HoldShuffled, harness.Bridge, harness.Majorities, harness.Isolate:
		return b.Cut > 0
	case harness.LosePacket:
		return b.Loss > 0
	case harness.Reorder:
		return b.Reorder > 0
	case harness.Replay:
		return b.Replay > 0
	case harness.MTU:
		return b.MTU > 0
	case harness.Throttle:
		return b.Rate > 0
	case harness.Mutate:
		return b.Forged > 0
	case harness.Reuse:
		return b.Reuse
	case harness.Rebind:
		return len(b.NAT) > 0
	case harness.FailDisk:
		return b.Fail > 0 && len(b.Failing) > 0
	}
	p := b.account(1).purse(do)
	return p != nil && p.most > 0
}

// Holds returns an error, which wraps [harness.ErrScenario], for a scenario that is beyond the budget: nil for all that are drawn by it.
func (b Budget) Holds(s harness.Scenario) error {
	a := b.account(len(s.Nodes))
	if int64(s.Loss) > int64(b.Loss) {
		return beyond("Loss", s.Loss, b.Loss)
	}
	if s.NAT.Name != "" && s.NAT.Name != noNAT && !slices.Contains(b.NAT, s.NAT.Name) {
		return beyond("NAT", fmt.Sprintf("%q", s.NAT.Name), fmt.Sprintf("%q", b.NAT))
	}
	a.loss.take(span{0, s.Duration}, int64(s.Loss))
	for i, f := range s.Faults {
		if err := a.spend(s, fmt.Sprintf("Faults[%d]", i), f); err != nil {
			return err
		}
	}
	return a.spendChurn(withChurn(s), len(s.Churn))
}

// noNAT is the name of the open internet.
const noNAT = "none"

func beyond(field string, value, budget any) error {
	return fmt.Errorf("%w: %s: %v is beyond the budget, %v", harness.ErrScenario, field, value, budget)
}

// spend spends what one fault does.
func (a *account) spend(s harness.Scenario, field string, f harness.Fault) error {
	during := span{f.At, f.At + f.For}
	if f.For == 0 {
		during.to = s.Duration
	}
	if !a.allows(f.Do) {
		return beyond(field+".Do", fmt.Sprintf("%q", f.Do), fmt.Sprintf("%q", a.kinds(nil)))
	}
	switch f.Do {
	case harness.Crash, harness.Pause:
		return a.outage(s, field, f, during)
	case harness.Cut, harness.CutOneWay, harness.Hold, harness.HoldShuffled, harness.Bridge, harness.Majorities, harness.Isolate:
		if !a.stop(during) {
			return beyond(field+".For", during.long(), a.Cut)
		}
	case harness.FailDisk:
		if !slices.Contains(a.Failing, f.Disk) {
			return beyond(field+".Disk", fmt.Sprintf("%q", f.Disk), fmt.Sprintf("%q", a.Failing))
		}
	}
	if err := a.single(field, f); err != nil {
		return err
	}
	return a.share(field, f, during)
}

// share spends what is shared by all faults of a sort.
func (a *account) share(field string, f harness.Fault, during span) error {
	p, amount := a.purse(f.Do), strengthOf(&f)
	switch {
	case p == nil:
	case f.Do == harness.Twin:
		if !p.take(during, int64(len(f.Nodes))) {
			return beyond(field+".Nodes", fmt.Sprintf("%d twins", len(f.Nodes)), p.left(during))
		}
	case !p.take(during, amount.size()):
		return beyond(field+"."+amount.field, amount.show(), amount.unit.show(p.left(during)))
	}
	return nil
}

// single is about what each fault is held to by itself.
func (a *account) single(field string, f harness.Fault) error {
	switch {
	case f.Do == harness.Reorder && f.Within > a.Reorder:
		return beyond(field+".Within", f.Within, a.Reorder)
	case f.Do == harness.Replay && f.Within > a.Replay:
		return beyond(field+".Within", f.Within, a.Replay)
	case f.Do == harness.MTU && f.Size < a.MTU:
		return beyond(field+".Size", f.Size, a.MTU)
	case f.Do == harness.Throttle && f.Amount < a.Rate:
		return beyond(field+".Amount", f.Amount, a.Rate)
	case f.Do == harness.Mutate && f.Amount > a.Forged:
		return beyond(field+".Amount", f.Amount, a.Forged)
	}
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
