package harness

import (
	"fmt"
	"slices"

	"github.com/overlaytest/overlaytest/sim"
)

// account is the ledger of something that a scenario has: a fault, a verb of its churn, an operation.
type account struct {
	name  string
	what  string // in words, where that is not the name of a fault
	armed bool   // its time came
	met   uint64 // what it could act on
	did   uint64 // of that, what it acted on
	rules []int  // places of accounts of the world that are its own
}

// count notes what it acted on.
func (a *account) count(n int) {
	a.met += uint64(n)
	a.did += uint64(n)
}

// tried notes that it came to its time, and whether it acted.
func (a *account) tried(acted bool) {
	a.armed = true
	a.met++
	if acted {
		a.did++
	}
}

// ledger adds up what it did and what its rules did in a world.
func (a *account) ledger(w *sim.World) sim.Ledger {
	l := sim.Ledger{Name: a.name, Armed: a.armed, Eligible: a.met, Fired: a.did, Changed: a.did}
	for _, i := range a.rules {
		rule := w.Account(i)
		l.Eligible += rule.Eligible
		l.Fired += rule.Fired
		l.Changed += rule.Changed
		l.Dropped += rule.Dropped
		l.Copied += rule.Copied
	}
	return l
}

// books are the accounts of what a scenario has beside its faults, by name.
type books struct {
	order []*account
}

// of is the account of all that has one name, a new one when there is none.
func (b *books) of(kind, one string) *account {
	name := kind + " " + one
	if i := slices.IndexFunc(b.order, func(a *account) bool { return a.name == name }); i >= 0 {
		return b.order[i]
	}
	a := &account{name: name, what: fmt.Sprintf("%s %q", kind, one)}
	b.order = append(b.order, a)
	return a
}

// Ledgers returns what came of everything the scenario has: its losses, under the names "loss" and "loss model"; the boxes of its NAT, under
// "NAT", if there are any; each fault, under its id, in the order of the
// scenario; the changes by their verbs, "churn crash" and so on; the operations, "work publish" and so on. What is configured is listed,
// armed is what came to its time. Faults that happen to packets are asked about packets, crashes and pauses are eligible for nodes that are
// up, changes and operations count themselves. The accounts of the network's rules are those of [sim.World.Ledgers].
func (r *Run[O]) Ledgers() []sim.Ledger {
	world := r.World.World
	var all []sim.Ledger
	for _, a := range r.losses {
		all = append(all, a.ledger(world))
	}
	if boxes := world.GatewaysLedger(); boxes.Armed {
		boxes.Name = "NAT"
		all = append(all, boxes)
	}
	for _, o := range r.faults.all {
		all = append(all, o.ledger(world))
	}
	for _, b := range []books{r.churn, r.work} {
		for _, a := range b.order {
			all = append(all, a.ledger(world))
		}
	}
	return all
}

// unmet says of everything the scenario has that it met nothing to act on.
func (r *Run[O]) unmet() (reasons []string) {
	world := r.World.World
	for _, a := range r.losses {
		if a.ledger(world).Eligible == 0 {
			reasons = append(reasons, fmt.Sprintf("the %s never met a packet", a.what))
		}
	}
	for _, o := range r.faults.all {
		if o.ledger(world).Eligible == 0 {
			reasons = append(reasons, fmt.Sprintf("fault %s (%s) never met %s", o.ID, o.Do, o.prey()))
		}
	}
	for _, a := range r.churn.order {
		if a.did == 0 {
			reasons = append(reasons, fmt.Sprintf("no %s met a node that it could change", a.what))
		}
	}
	if idle := r.idle(); idle != "" {
		reasons = append(reasons, idle)
	}
	for _, a := range r.work.order {
		if a.did == 0 {
			reasons = append(reasons, fmt.Sprintf("no %s met a member that was up", a.what))
		}
	}
	return reasons
}
