package sim

import (
	"fmt"
	"strings"
)

// Ledger is the account of one rule, partition, hold or gateway of a world: what it could have acted on, and what it did.
//
// A rule counts at sending. Partitions and holds count on arrival, and what several of them stand in the way of, each counts as eligible.
type Ledger struct {
	Name     string // of the filter; of a partition or hold, with the nodes at both ends
	Armed    bool   // it is in force now
	Eligible uint64 // packets it could act on
	Fired    uint64 // of them, packets it did something to
	Changed  uint64 // of those, packets whose outcome is another one: lost, copied, later, or with another payload
	Dropped  uint64 // packets it lost
	Copied   uint64 // duplicates it made
	Again    uint64 // how often it was put in force again after it had ended
	idle     uint64 // of those fired, not changed: the seldom case, and so the cheaper one to count
}

// accounts are what a world keeps of what was ever put in force.
type accounts struct {
	opened []*Ledger            // in the order in which they were put in force
	lines  []*series            // of Ledgers
	named  map[string][]*series // those of one name
}

// series is what was in force under one name, each after the one before had ended.
type series struct{ parts []*Ledger }

// last is the part that may be in force still.
func (l *series) last() *Ledger { return l.parts[len(l.parts)-1] }

// open enters the account of something that is put in force, under the first line of its name that has ended, or a line of its own.
func (a *accounts) open(account *Ledger) {
	account.Armed = true
	a.opened = append(a.opened, account)
	for _, l := range a.named[account.Name] {
		if !l.last().Armed {
			l.parts = append(l.parts, account)
			return
		}
	}
	if a.named == nil {
		a.named = map[string][]*series{}
	}
	l := &series{[]*Ledger{account}}
	a.lines = append(a.lines, l)
	a.named[account.Name] = append(a.named[account.Name], l)
}

// Ledgers returns the accounts of the rules that were ever linked, the partitions, the holds and what disks suffer, in the order in which they
// were put in force. What is put in force again, by the name, when it has ended has one account in all: so a link that flaps is one line. The
// place of an account does not change. The gateways, if there are any, have one line together, the last.
func (w *World) Ledgers() []Ledger {
	all := make([]Ledger, len(w.accounts.lines), len(w.accounts.lines)+1)
	for i, l := range w.accounts.lines {
		all[i] = Ledger{Name: l.last().Name, Armed: l.last().Armed, Again: uint64(len(l.parts)) - 1}
		for _, part := range l.parts {
			all[i].add(part)
		}
	}
	if gateways := w.GatewaysLedger(); gateways.Armed {
		all = append(all, gateways)
	}
	return all
}

// add counts what a part did.
func (l *Ledger) add(part *Ledger) {
	l.Eligible += part.Eligible
	l.Fired += part.Fired
	l.Changed += part.Fired - part.idle
	l.Dropped += part.Dropped
	l.Copied += part.Copied
}

// Accounts returns how often something has been put in force that has an account: the place of the next one for [World.Account].
func (w *World) Accounts() int { return len(w.accounts.opened) }

// Account returns the account of what was put in force as the i-th, from 0 on, by itself: not of what [World.Ledgers] joins it with. A place
// that nothing has panics.
func (w *World) Account(i int) Ledger {
	part := w.accounts.opened[i]
	l := Ledger{Name: part.Name, Armed: part.Armed}
	l.add(part)
	return l
}

// between names what stands between two groups of nodes.
func between(what string, a []*Node, and string, b []*Node) string {
	return fmt.Sprintf("%s %s %s %s", what, listed(a), and, listed(b))
}

// listed names some nodes: all of them if they are few.
func listed(nodes []*Node) string {
	const few = 6
	var b strings.Builder
	for i, n := range nodes {
		if i == few && len(nodes) > few+1 {
			fmt.Fprintf(&b, " and %d more", len(nodes)-few)
			break
		}
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(n.name)
	}
	return "[" + b.String() + "]"
}
