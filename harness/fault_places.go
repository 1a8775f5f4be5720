package harness

import (
	"github.com/overlaytest/overlaytest/sim"
)

// rebind has the boxes before the nodes start anew.
func (f *faults) rebind(o *outbreak) (end func()) {
	rebound := map[sim.Gateway]bool{}
	for _, n := range f.touched(o) {
		if box := n.Gateway(); box != nil && !rebound[box] {
			rebound[box] = true
			o.tried(n.Rebind())
		}
	}
	return func() {}
}

// twins gives the nodes their twins. Its end takes them away.
func (f *faults) twins(o *outbreak) (end func()) {
	var twins []*sim.Node
	for _, n := range o.nodes {
		if !n.Up() && n.Life() == 0 {
			continue // it is yet to join: there is nobody to resemble
		}
		name := n.Name() + "'s twin"
		for f.w.Find(name) != nil {
			name += "'"
		}
		twins = append(twins, n.Twin(name, f.boots[n.Name()]))
	}
	o.count(len(twins))
	return func() {
		for _, twin := range twins {
			f.gone[twin] = true
			twin.Crash()
		}
	}
}

// reuse has a node move away, and another one take its address. Behind a gateway addresses are not given away.
func (f *faults) reuse(o *outbreak) (end func()) {
	giver, taker := o.nodes[0], o.nodes[1]
	free := func(n *sim.Node) bool { return n.Up() && !f.paused(n) && n.Gateway() == nil }
	if free(giver) && free(taker) {
		addr := giver.Addrs()[0]
		giver.Move()
		giver.Restart()
		taker.MoveTo(addr)
		taker.Restart()
		o.count(1)
	}
	return func() {}
}

// failDisks has something go wrong with the nodes' disks.
func (f *faults) failDisks(o *outbreak) (end func()) {
	var mend []func()
	for _, n := range f.touched(o) {
		mend = append(mend, n.Disk().Suffer(o.Disk, sim.Chance(o.Amount), o.ID))
	}
	return func() {
		for _, one := range mend {
			one()
		}
	}
}
