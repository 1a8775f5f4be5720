package harness

import (
	"cmp"
	"slices"
	"time"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/sim"
)

// faults are those of a scenario, being played.
type faults struct {
	w       *World
	all     []*outbreak                  // in the order of the scenario
	names   []string                     // of the scenario's nodes
	lull    map[*sim.Node]respite        // the nodes that a fault has paused
	boots   map[string]func(n *sim.Node) // what runs on each of those nodes
	gone    map[*sim.Node]bool           // twins that are no more
	burdens map[*sim.Node]*burden        // what slows nodes down
	thefts
	spies
}

// outbreak is a fault with what it has come to.
type outbreak struct {
	Fault
	account
	nodes []*sim.Node // whom it touches: those named, else nil
	end   func()      // nil: it is not in force
	again int         // how often it is still to begin
}

// respite is a pause that a fault began.
type respite struct {
	by   *outbreak
	life int
}

// newFaults prepares the faults of a scenario; the nodes are found when the faults begin.
func newFaults(w *World, s Scenario) *faults {
	f := &faults{w: w, names: s.Nodes, lull: map[*sim.Node]respite{}, boots: map[string]func(n *sim.Node){}, gone: map[*sim.Node]bool{}, burdens: map[*sim.Node]*burden{}}
	for _, one := range s.Faults {
		f.all = append(f.all, &outbreak{Fault: one, account: account{name: one.ID}})
	}
	return f
}

// arm puts in force what counts since the world began.
func (f *faults) arm() {
	for _, o := range f.inOrder() {
		switch o.Do {
		case LosePacket:
			f.begin(o)
		case Mutate:
			f.listen(f.w)
		}
	}
}

// write puts the ends and the beginnings of the faults into a script of that duration, in this order.
func (f *faults) write(s *script, d time.Duration) {
	for _, o := range f.inOrder() {
		for _, one := range o.spells(d) {
			if one.ends {
				s.add(one.to, func() { f.finish(o) })
			}
		}
	}
	for _, o := range f.inOrder() {
		for _, one := range o.spells(d) {
			o.again++
			s.add(one.from, func() { f.begin(o) })
		}
	}
}

// spell is a time in which a fault is in force.
type spell struct {
	from, to time.Duration
	ends     bool // else it lasts until healed
}

// spells are the times in which a fault of a scenario of that duration is in force. What counts since the world began is so already.
func (f Fault) spells(d time.Duration) (all []spell) {
	if f.Do == LosePacket {
		return nil
	}
	last := spell{f.At, f.At + f.For, f.For != 0}
	if f.Every == 0 {
		return []spell{last}
	}
	for at := f.At; at < last.to || !last.ends && at <= d; at += f.Every {
		one := spell{at, at + f.Every/2, true}
		if last.ends {
			one.to = min(one.to, last.to)
		}
		one.ends = one.to <= d
		all = append(all, one)
	}
	return all
}

// script is what a scenario does at which instant. Each instant is one event, so that the order in it is ours even where ties are permuted,
// and leaving out a part of it leaves the rest as it was.
type script struct {
	instants []time.Duration
	at       map[time.Duration][]func()
}

// add has something done at an instant, after what was added for it before.
func (s *script) add(at time.Duration, do func()) {
	if s.at == nil {
		s.at = map[time.Duration][]func(){}
	}
	if s.at[at] == nil {
		s.instants = append(s.instants, at)
	}
	s.at[at] = append(s.at[at], do)
}

// schedule makes the script events of a world, and returns their timers.
func (s *script) schedule(w *World) (timers []uint64) {
	slices.Sort(s.instants)
	for _, at := range s.instants {
		timers = append(timers, w.After(at, func() {
			for _, do := range s.at[at] {
				do()
			}
		}))
	}
	return timers
}

// inOrder are the faults in the order of their ids.
func (f *faults) inOrder() []*outbreak {
	sorted := slices.Clone(f.all)
	slices.SortFunc(sorted, func(a, b *outbreak) int { return cmp.Compare(a.ID, b.ID) })
	return sorted
}

// heal ends all that is in force.
func (f *faults) heal() {
	for _, o := range f.inOrder() {
		f.finish(o)
	}
	f.correct()
}

// begin puts a fault in force, and notes which accounts of the world are its own.
func (f *faults) begin(o *outbreak) {
	for _, name := range o.Nodes {
		if n := f.w.Find(name); n != nil { // LosePacket is armed before there are any
			o.nodes = append(o.nodes, n)
		}
	}
	if words := o.describe(); words != "" && !o.armed {
		f.w.note(nil, "the fault %s began: %s", o.ID, words)
	}
	o.again--
	first := f.w.Accounts()
	o.armed, o.end = true, f.w.during(o.title(), func() func() { return f.start(o) })
	for i := first; i < f.w.Accounts(); i++ {
		o.rules = append(o.rules, i)
	}
}

// finish ends a fault that is in force.
func (f *faults) finish(o *outbreak) {
	if o.end != nil {
		o.end()
		o.end, o.nodes = nil, nil
		if o.describe() != "" && o.again <= 0 {
			f.w.note(nil, "the fault %s ended", o.ID)
		}
	}
}

// start has a fault do what it does, and returns what ends it.
func (f *faults) start(o *outbreak) (end func()) {
	if o.Do == LosePacket {
		return f.w.Link(f.losePacket(o))
	}
	switch form, _ := formOf(o.Do); form.kind {
	case toPackets:
		return f.w.Link(fixtures.Keyed(o.ID, o.rule()))
	case toNetwork:
		return f.sever(o)
	}
	return f.afflict(o)
}
