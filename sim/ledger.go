package sim

import (
	"fmt"
	"strings"
)

// Ledger is the account of one rule, partition or hold of a world: what it could have acted on, and what it did.
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
	idle     uint64 // of those fired, not changed: the seldom case, and so the cheaper one to count
}

// Ledgers returns the account of every rule that was ever linked, every partition and every hold, in the order in which they were put in
// force. What is put in force next will be at the end; the place of an account does not change.
func (w *World) Ledgers() []Ledger {
	all := make([]Ledger, len(w.accounts))
	for i, account := range w.accounts {
		all[i] = *account
		all[i].Changed, all[i].idle = account.Fired-account.idle, 0
	}
	return all
}

// Accounts returns how many accounts [World.Ledgers] has: the place of the next one.
func (w *World) Accounts() int { return len(w.accounts) }

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
