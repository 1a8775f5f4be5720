package harness

import (
	"slices"
	"time"

	"github.com/overlaytest/overlaytest/sim"
)

// whom is what the nodes of a fault mean.
type whom uint8

const (
	anybody  whom = iota // these, or everybody
	somebody             // these, and there is one
	oneSide              // these against the rest: neither is empty
	twoEnds              // a sender and a receiver
	bridged              // the first is the bridge; the others are a side, the rest is another: neither is empty
	ringed               // four or more, or everybody
)

// kind is what a fault happens to.
type kind uint8

const (
	toPackets kind = iota // it is a rule, and may be restricted to some packets
	toNetwork
	toNodes
)

// bounds are the least and the most that a number may be, and the unit, after a blank; both 0: there is none.
type bounds struct {
	least, most int64
	unit        string
}

// faultForm says what a kind of fault is described by.
type faultForm struct {
	do     Verb
	kind   kind
	whom   whom
	amount bounds
	size   bounds
	by     bounds
	within bool
	disks  []sim.DiskFate // those of a Crash may be left out
	once   bool           // it does not come and go
	moment bool           // it does not last
}

const (
	certain   = 1_000_000 // parts per million
	maxWithin = time.Hour // the longest delay of fixtures
	maxSkew   = 1000 * time.Hour
)

var chance = bounds{1, certain, " ppm"}

var faultForms = []faultForm{
	{do: Lose, amount: chance},
	{do: Duplicate, amount: chance},
	{do: Reorder, amount: chance, within: true},
	{do: Corrupt, amount: chance, size: bounds{1, 64, " bits"}},
	{do: Truncate, amount: chance, size: bounds{1, sim.MaxDatagram, " bytes"}},
	{do: MTU, size: bounds{68, 65535, " bytes"}},
	{do: Replay, amount: chance, by: bounds{most: int64(maxWithin)}, within: true},
	{do: LoseBurst, amount: chance, within: true},
	{do: Cut, kind: toNetwork, whom: oneSide},
	{do: CutOneWay, kind: toNetwork, whom: oneSide},
	{do: Bridge, kind: toNetwork, whom: bridged},
	{do: Majorities, kind: toNetwork, whom: ringed},
	{do: Isolate, kind: toNetwork},
	{do: Crash, kind: toNodes, disks: []sim.DiskFate{sim.Unsynced, sim.Kept, sim.Wiped}},
	{do: Pause, kind: toNodes},
	{do: Slow, kind: toNodes, by: bounds{least: 1, most: int64(maxWithin)}},
	{do: LateTimers, kind: toNodes, within: true},
	{do: Skew, kind: toNodes, by: bounds{least: 1, most: int64(maxSkew)}},
	{do: Step, kind: toNodes, by: bounds{least: -int64(maxSkew), most: int64(maxSkew)}},
	{do: Drift, kind: toNodes, amount: bounds{slowest, fastest, " ppm"}},
	{do: Throttle, kind: toNodes, amount: bounds{1000, 1e12, " bit/s"}, within: true},
	{do: Rebind, kind: toNodes, moment: true},
	{do: Twin, kind: toNodes, whom: somebody, once: true},
	{do: Reuse, kind: toNodes, whom: twoEnds, once: true, moment: true},
	{do: FailDisk, kind: toNodes, amount: chance, disks: []sim.DiskFate{sim.LostWrite, sim.TornWrite, sim.FalseSync, sim.BitRot, sim.Unreadable, sim.DiskFull}},
	{do: Hold, kind: toNetwork},
	{do: HoldShuffled, kind: toNetwork},
	{do: LosePacket, whom: twoEnds, amount: bounds{least: 1, most: 1 << 40}, once: true},
	{do: Mutate, kind: toNodes, amount: bounds{1, 1000, " packets/s"}, once: true},
}

// formOf is the form of a kind of fault.
func formOf(do Verb) (faultForm, bool) {
	i := slices.IndexFunc(faultForms, func(f faultForm) bool { return f.do == do })
	if i < 0 {
		return faultForm{}, false
	}
	return faultForms[i], true
}

// faultVerbs lists the kinds of faults.
func faultVerbs() (verbs []Verb) {
	for _, f := range faultForms {
		verbs = append(verbs, f.do)
	}
	return verbs
}
