package harness

import (
	"slices"

	"github.com/overlaytest/overlaytest/sim"
)

// sever has a fault do what it does to the network between nodes, and returns what ends it.
func (f *faults) sever(o *outbreak) (end func()) {
	switch o.Do {
	case Cut:
		return f.w.Partition(o.nodes, f.rest(o.nodes))
	case CutOneWay:
		return f.w.PartitionOneWay(o.nodes, f.rest(o.nodes))
	case Bridge:
		return f.w.Bridge(o.nodes[0], o.nodes[1:])
	case Majorities:
		return f.w.Majorities(f.members(o))
	case Isolate:
		if len(o.nodes) == 0 {
			return f.w.PartitionBy("everybody is alone", func(from, to *sim.Node) bool { return to != from })
		}
		return f.w.Isolate(o.nodes...)
	}
	return f.hold(o)
}

// rest are the nodes that are not among these.
func (f *faults) rest(nodes []*sim.Node) (rest []*sim.Node) {
	for _, n := range f.w.Nodes() {
		if !slices.Contains(nodes, n) {
			rest = append(rest, n)
		}
	}
	return rest
}

// touched are the fault's nodes, or all there are.
func (f *faults) touched(o *outbreak) []*sim.Node {
	if len(o.nodes) == 0 {
		return f.w.Nodes()
	}
	return o.nodes
}

// members are the fault's nodes, or all of the scenario.
func (f *faults) members(o *outbreak) (nodes []*sim.Node) {
	if len(o.nodes) > 0 {
		return o.nodes
	}
	for _, name := range f.names {
		nodes = append(nodes, f.w.Find(name))
	}
	return nodes
}

// hold has the packets from or to the nodes wait.
func (f *faults) hold(o *outbreak) (end func()) {
	nodes := f.touched(o)
	held := []*sim.Held{f.w.Hold(nodes, f.w.Nodes())}
	if rest := f.rest(nodes); len(rest) > 0 {
		held = append(held, f.w.Hold(rest, nodes))
	}
	return func() {
		for _, h := range held {
			if o.Do == HoldShuffled {
				h.ReleaseShuffled()
			} else {
				h.Release()
			}
		}
	}
}
