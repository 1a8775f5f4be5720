package harness

import (
	"cmp"

	"github.com/overlaytest/overlaytest/sim"
)

// afflict has a fault do what it does to nodes, and returns what ends it.
func (f *faults) afflict(o *outbreak) (end func()) {
	switch o.Do {
	case Crash:
		return f.crash(o)
	case Pause:
		return f.pause(o)
	case Slow, LateTimers, Drift:
		return f.load(o)
	case Skew, Step:
		return f.shift(o)
	case FailDisk:
		return f.failDisks(o)
	case Throttle:
		return f.throttle(o)
	case Rebind:
		return f.rebind(o)
	case Twin:
		return f.twins(o)
	case Reuse:
		return f.reuse(o)
	}
	return f.adversary(o)
}

// crash takes nodes down. Its end brings back those that are still as it left them.
func (f *faults) crash(o *outbreak) (end func()) {
	type victim struct {
		*sim.Node
		life int
	}
	var victims []victim
	for _, n := range f.touched(o) {
		if !n.Up() || f.gone[n] {
			continue
		}
		n.Crash(cmp.Or(o.Disk, sim.Unsynced))
		victims = append(victims, victim{n, n.Life()})
	}
	o.count(len(victims))
	return func() {
		for _, v := range victims {
			if !v.Up() && v.Life() == v.life && !f.gone[v.Node] {
				v.Restart()
			}
		}
	}
}

// pause stops nodes. Its end lets go on those that it stopped.
func (f *faults) pause(o *outbreak) (end func()) {
	stopped := 0
	for _, n := range f.touched(o) {
		if !n.Up() || f.paused(n) {
			continue
		}
		n.Pause()
		f.lull[n] = respite{o, n.Life()}
		stopped++
	}
	o.count(stopped)
	return func() {
		for _, n := range f.w.Nodes() {
			if f.paused(n) && f.lull[n].by == o {
				n.Resume()
				delete(f.lull, n)
			}
		}
	}
}

// paused reports whether a fault has stopped the node in the life it is in.
func (f *faults) paused(n *sim.Node) bool {
	r, ok := f.lull[n]
	return ok && n.Up() && r.life == n.Life()
}
