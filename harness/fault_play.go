package harness

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/sim"
)

// faults are those of a scenario, being played.
type faults struct {
	w    *World
	all  []*outbreak           // in the order of the scenario
	lull map[*sim.Node]respite // the nodes that a fault has paused
	spies
}

// outbreak is a fault with what it has come to.
type outbreak struct {
	Fault
	account
	nodes []*sim.Node // whom it touches: those named, else nil
	end   func()      // nil: it is not in force
}

// respite is a pause that a fault began.
type respite struct {
	by   *outbreak
	life int
}

// newFaults prepares the faults; the nodes are found when the faults begin.
func newFaults(w *World, list []Fault) *faults {
	f := &faults{w: w, lull: map[*sim.Node]respite{}}
	for _, one := range list {
		f.all = append(f.all, &outbreak{Fault: one, account: account{name: one.ID}})
	}
	return f
}

// arm puts in force what counts since the world began.
func (f *faults) arm() {
	for _, o := range f.all {
		switch o.Do {
		case LosePacket:
			f.begin(o)
		case Mutate:
			f.listen(f.w)
		}
	}
}

// write puts the ends and the beginnings of the faults into a script, in this order.
func (f *faults) write(s *script) {
	for _, o := range f.inOrder() {
		if o.Do != LosePacket && o.For != 0 {
			s.add(o.At+o.For, func() { f.finish(o) })
		}
	}
	for _, o := range f.inOrder() {
		if o.Do != LosePacket {
			s.add(o.At, func() { f.begin(o) })
		}
	}
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

// schedule makes the script events of a world.
func (s *script) schedule(w *World) {
	slices.Sort(s.instants)
	for _, at := range s.instants {
		w.After(at, func() {
			for _, do := range s.at[at] {
				do()
			}
		})
	}
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
}

// begin puts a fault in force, and notes which accounts of the world are its own.
func (f *faults) begin(o *outbreak) {
	for _, name := range o.Nodes {
		if n := f.w.Find(name); n != nil { // LosePacket is armed before there are any
			o.nodes = append(o.nodes, n)
		}
	}
	if words := o.describe(); words != "" {
		f.w.note(nil, "the fault %s began: %s", o.ID, words)
	}
	first := len(f.w.World.Ledgers())
	o.armed, o.end = true, f.w.during(o.title(), func() func() { return f.start(o) })
	for i := first; i < len(f.w.World.Ledgers()); i++ {
		o.rules = append(o.rules, i)
	}
}

// finish ends a fault that is in force.
func (f *faults) finish(o *outbreak) {
	if o.end != nil {
		o.end()
		o.end, o.nodes = nil, nil
		if o.describe() != "" {
			f.w.note(nil, "the fault %s ended", o.ID)
		}
	}
}

// start has a fault do what it does, and returns what ends it.
func (f *faults) start(o *outbreak) (end func()) {
	switch o.Do {
	case Crash:
		return f.crash(o)
	case Pause:
		return f.pause(o)
	case Cut:
		return f.w.Partition(o.nodes, f.rest(o.nodes))
	case CutOneWay:
		return f.w.PartitionOneWay(o.nodes, f.rest(o.nodes))
	case Hold, HoldShuffled:
		return f.hold(o)
	case Mutate:
		return f.adversary(o)
	}
	return f.w.Link(fixtures.Keyed(o.ID, o.rule()))
}

// rule is what the fault does to packets.
func (o *outbreak) rule() sim.Rule {
	chance := sim.Chance(o.Amount)
	switch o.Do {
	case Lose:
		return o.touching(sim.Loss(chance))
	case Duplicate:
		return o.touching(fixtures.Duplicate(chance))
	case Reorder:
		return o.touching(fixtures.Reorder(chance, o.Within))
	}
	return losePacket(o.Nodes[0], o.Nodes[1], o.Amount)
}

// touching restricts a rule to the packets from or to the fault's nodes.
func (o *outbreak) touching(rule sim.Rule) sim.Rule {
	if len(o.nodes) == 0 {
		return rule
	}
	in := make([]bool, len(o.nodes[0].World().Nodes()))
	for _, n := range o.nodes {
		in[n.Index()] = true
	}
	has := func(n *sim.Node) bool { return n.Index() < len(in) && in[n.Index()] }
	return fixtures.Where(func(p *sim.Packet) bool { return has(p.From) || has(p.To) }, rule)
}

// losePacket loses the k-th packet from one node to another.
func losePacket(from, to string, k int64) sim.Rule {
	return func(*sim.World) sim.Filter {
		sent := int64(0)
		this := func(p *sim.Packet) bool {
			if p.From.Name() != from || p.To.Name() != to {
				return false
			}
			sent++
			return sent == k
		}
		return sim.Filter{Name: "lose packet", Concerns: this, Apply: func(*sim.Packet) sim.Fate { return sim.Fate{Drop: sim.Lost} }}
	}
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

// crash takes nodes down. Its end brings back those that are still as it left them.
func (f *faults) crash(o *outbreak) (end func()) {
	type victim struct {
		*sim.Node
		life int
	}
	var victims []victim
	for _, n := range f.touched(o) {
		if !n.Up() {
			continue
		}
		n.Crash(cmp.Or(o.Disk, sim.Unsynced))
		victims = append(victims, victim{n, n.Life()})
	}
	o.count(len(victims))
	return func() {
		for _, v := range victims {
			if !v.Up() && v.Life() == v.life {
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

// title is what a picture calls the fault: its id, what it does, with what chance and to whom.
func (o *outbreak) title() string {
	words := fmt.Sprintf("%s: %s", o.ID, o.Do)
	if form, _ := formOf(o.Do); form.most == certain {
		words += " " + sim.Chance(o.Amount).String()
	}
	return strings.TrimSpace(words + " " + few(o.Nodes))
}

// describe says what a fault does of which the world does not tell by itself.
func (o *outbreak) describe() string {
	whose := "packets"
	if len(o.Nodes) > 0 {
		whose = "packets from or to " + strings.Join(o.Nodes, ", ")
	}
	switch o.Do {
	case LosePacket:
		return o.prey() + " is lost"
	case Lose:
		return fmt.Sprintf("%s are lost (%v)", whose, sim.Chance(o.Amount))
	case Duplicate:
		return fmt.Sprintf("%s arrive twice (%v)", whose, sim.Chance(o.Amount))
	case Reorder:
		return fmt.Sprintf("%s are held back by up to %v (%v)", whose, o.Within, sim.Chance(o.Amount))
	}
	return ""
}
