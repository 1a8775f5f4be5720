package faults_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/harness"
)

// churn is who goes and comes in a scenario.
var churn = []fault{
	{"churn join", churnJoin},
	{"churn leave", churnLeave},
	{"churn crash", churnCrash},
	{"churn restart", churnRestart},
	{"churn move", churnMove},
	{"churn renew", churnRenew},
	{"somebody else altogether", churnMoveAndRenew},
}

// changed starts a drill whose churn happens to b, one change every ten seconds.
func changed(t *testing.T, verbs ...harness.Verb) *drill {
	t.Helper()
	return newDrill(t, func(s *harness.Scenario) {
		for i, do := range verbs {
			s.Churn = append(s.Churn, harness.Change{At: time.Duration(i+1) * 10 * second, Node: "b", Do: do})
		}
	})
}

// churnJoin: who joins is absent until then.
func churnJoin(t *testing.T) {
	d := changed(t, harness.Join)
	d.is("b is up at the start", d.Members[1].Up(), false)
	d.Play()
	d.link("a→b", strings.Repeat("x", 10)+quiet[10:])
	d.link("b→a", strings.Repeat(" ", 10)+quiet[10:])
	d.is("life of b", d.Members[1].Life(), 0)
	d.ledgers(acted("churn join", 1))
}

// churnLeave: the node says goodbye and is gone for good.
func churnLeave(t *testing.T) {
	d := changed(t, harness.Leave)
	d.Play()
	d.is("goodbyes to a", count(d.heard["b→a"], "goodbye"), 1)
	d.is("goodbyes to c", count(d.heard["b→c"], "goodbye"), 1)
	d.link("a→b", quiet[:10]+strings.Repeat("x", 20))
	d.Heal()
	d.is("b is up after healing", d.Members[1].Up(), false)
	d.ledgers(acted("churn leave", 1))
}

// churnCrash: the node goes down without a word, and boots again when all is healed.
func churnCrash(t *testing.T) {
	d := changed(t, harness.Crash)
	d.Play()
	d.is("goodbyes", count(d.heard["b→a"], "goodbye"), 0)
	d.link("a→b", quiet[:10]+strings.Repeat("x", 20))
	d.link("b→a", quiet[:10])
	d.Heal()
	d.is("b is up after healing", d.Members[1].Up(), true)
	d.ledgers(acted("churn crash", 1))
}

// churnRestart: who is down boots again, and is itself.
func churnRestart(t *testing.T) {
	d := changed(t, harness.Crash, harness.Restart)
	b, before := d.Members[1], d.identity()
	d.Play()
	d.link("a→b", during("x"))
	d.link("b→a", during(" "))
	d.is("life of b", b.Life(), 1)
	d.is("identity", d.identity(), before)
	d.ledgers(acted("churn crash", 1), acted("churn restart", 1))
}

// churnMove: the node boots again elsewhere under its old key, and what is sent to its old address is lost.
func churnMove(t *testing.T) {
	d := changed(t, harness.Move)
	before := d.identity()
	d.Play()
	d.link("a→b", quiet[:10]+strings.Repeat("x", 20))
	d.link("b→a", quiet)
	d.is("its address is its old one", d.identity().address == before.address, false)
	d.is("key", d.identity().key, before.key)
	d.ledgers(acted("churn move", 1))
}

// churnRenew: the node boots again at its address under another key.
func churnRenew(t *testing.T) {
	d := changed(t, harness.Renew)
	before := d.identity()
	d.Play()
	d.link("a→b", quiet)
	d.link("b→a", quiet)
	d.is("its key is its old one", d.identity().key == before.key, false)
	d.is("address", d.identity().address, before.address)
	d.ledgers(acted("churn renew", 1))
}

// churnMoveAndRenew: both in one instant.
func churnMoveAndRenew(t *testing.T) {
	d := newDrill(t, func(s *harness.Scenario) {
		s.Churn = []harness.Change{{At: second, Node: "b", Do: harness.Renew}, {At: second, Node: "b", Do: harness.Move}}
	})
	before := d.identity()
	d.Play()
	d.is("its key is its old one", d.identity().key == before.key, false)
	d.is("its address is its old one", d.identity().address == before.address, false)
	d.ledgers(acted("churn renew", 1), acted("churn move", 1))
}

// person is who a node is to others.
type person struct {
	key     uint64
	address string
}

// identity is who b is.
func (d *drill) identity() person {
	return person{d.Members[1].Overlay.key, d.Members[1].Addrs()[0].String()}
}

func count(texts []string, text string) int {
	return len(slices.DeleteFunc(slices.Clone(texts), func(one string) bool { return one != text }))
}
