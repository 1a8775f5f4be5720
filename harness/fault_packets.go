package harness

import (
	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/sim"
)

// rule is what the fault does to packets.
func (o *outbreak) rule() sim.Rule {
	rule := o.plainRule()
	if matching := o.matching(); matching != nil {
		rule = fixtures.Where(matching, rule)
	}
	return o.touching(rule)
}

// plainRule is what the fault does to packets, to all of them.
func (o *outbreak) plainRule() sim.Rule {
	chance := sim.Chance(o.Amount)
	switch o.Do {
	case Duplicate:
		return fixtures.Duplicate(chance)
	case Reorder:
		return fixtures.Reorder(chance, o.Within)
	case Corrupt:
		return fixtures.Corrupt(chance, int(o.Size))
	case Truncate:
		return fixtures.Truncate(chance, int(o.Size))
	case MTU:
		return fixtures.MTU(int(o.Size))
	case Replay:
		return fixtures.Replay(chance, o.By, o.Within)
	case LoseBurst:
		return fixtures.LoseBurst(chance, o.Within)
	}
	return sim.Loss(chance)
}

// matching says which packets it happens to, nil if to any.
func (o *outbreak) matching() func(*sim.Packet) bool {
	if o.Match == "" {
		return nil
	}
	matching, _ := fixtures.Matching(o.Match)
	return matching
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

// theft is the loss of a single packet: the k-th from one node to another, of those that match.
type theft struct {
	from, to string
	k, sent  int64
	matching func(*sim.Packet) bool // nil: all do
	now      bool                   // it is this packet
}

// thefts are those of a world. What one of them takes, the others do not see, and count all the same: the first of them to be asked about a
// packet counts for all.
type thefts []*theft

// see counts a packet.
func (all thefts) see(p *sim.Packet) {
	for _, t := range all {
		t.now = false
		if p.From.Name() == t.from && p.To.Name() == t.to && t.counts(p) {
			t.sent++
			t.now = t.sent == t.k
		}
	}
}

// counts reports whether a packet is one of those that match.
func (t *theft) counts(p *sim.Packet) bool {
	return t.matching == nil || t.matching(p)
}

// losePacket is the rule of one theft.
func (f *faults) losePacket(o *outbreak) sim.Rule {
	t := &theft{from: o.Nodes[0], to: o.Nodes[1], k: o.Amount, matching: o.matching()}
	f.thefts = append(f.thefts, t)
	this := func(p *sim.Packet) bool {
		if t == f.thefts[0] {
			f.thefts.see(p)
		}
		return t.now
	}
	return func(*sim.World) sim.Filter {
		return sim.Filter{Name: o.ID, Concerns: this, Apply: func(*sim.Packet) sim.Fate { return sim.Fate{Drop: sim.Lost} }}
	}
}
