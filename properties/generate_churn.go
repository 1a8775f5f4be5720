package properties

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/harness"
)

// Changes draws churn for a world of these nodes that lasts d, within the budget: up to eight times, a node goes and comes back. Each list has
// some of the verbs only; without any verbs, those are [harness.Crash], Restart, Join and Move.
//
// Nodes go by Crash and by Leave, and come back by Restart, Move and Renew, or by Move and Renew at once as somebody else. With Join some come
// late. Without a way to go they change where they are and who they are at once; without a way back, who crashed is back when the scenario is
// healed, and who left is gone for good, up to half of the nodes.
func Changes(nodes []string, d time.Duration, b Budget, verbs ...harness.Verb) *rapid.Generator[[]harness.Change] {
	mustBeSome(1, len(nodes))
	mustLast(d)
	return rapid.Map(outages(verbs), func(drawn []outage) []harness.Change {
		return stage{nodes: nodes, end: d}.changes(b.account(len(nodes)), drawn)
	})
}

// outage is a node going and coming back, as drawn: the verbs, when, for how long, which.
type outage struct {
	out, back         harness.Verb // "": it goes by coming back; it does not come back
	renew             bool         // beside the way back
	at, stretch, node uint32
}

// ways are what outages are made of.
type ways struct{ out, back []harness.Verb }

var usualVerbs = []harness.Verb{harness.Crash, harness.Restart, harness.Join, harness.Move}

func waysOf(verbs []harness.Verb) (w ways) {
	if len(verbs) == 0 {
		verbs = usualVerbs
	}
	for _, verb := range verbs {
		switch verb {
		case harness.Crash, harness.Leave, harness.Join:
			w.out = append(w.out, verb)
		case harness.Restart, harness.Move, harness.Renew:
			w.back = append(w.back, verb)
		default:
			panic(fmt.Sprintf("properties: churn by %q: want some of crash, leave, restart, join, move, renew", verb))
		}
	}
	if len(w.out) == 0 && slices.Contains(w.back, harness.Restart) {
		panic("properties: churn by restart: nobody goes, by crash or leave, who could restart")
	}
	return w
}

// outages draws churn by some of the verbs.
func outages(verbs []harness.Verb) *rapid.Generator[[]outage] {
	all := waysOf(verbs)
	gen := rapid.SliceOfN(rapid.Custom(drawOutage), 0, items)
	return rapid.Custom(func(t *rapid.T) []outage {
		some := ways{subset(t, all.out), subset(t, all.back)}
		drawn := gen.Draw(t, "outages")
		outages := make([]outage, len(drawn))
		for i, o := range drawn {
			outages[i] = some.outage(o)
		}
		return outages
	})
}

// rawOutage is an outage whose verbs are numbers.
type rawOutage struct{ out, back, at, stretch, node uint32 }

func drawOutage(t *rapid.T) rawOutage {
	return rawOutage{
		kindGen.Draw(t, "out"), kindGen.Draw(t, "back"), lateGen.Draw(t, "at"), stretchGen.Draw(t, "for"), nodeGen.Draw(t, "node"),
	}
}

func subset(t *rapid.T, all []harness.Verb) (verbs []harness.Verb) {
	for _, i := range swarm(t, len(all)) {
		verbs = append(verbs, all[i])
	}
	return verbs
}

// outage says which verbs the numbers mean.
func (w ways) outage(o rawOutage) outage {
	drawn := outage{at: o.at, stretch: o.stretch, node: o.node}
	if n := len(w.out); n > 0 {
		drawn.out = w.out[int(o.out)%n]
	}
	if n := len(w.back); n > 0 {
		drawn.back = w.back[int(o.back)%n]
	}
	drawn.renew = drawn.back == harness.Move && slices.Contains(w.back, harness.Renew) && o.back/8%2 == 1
	return drawn
}

// changes makes outages churn, in the order of time, as far as the account allows.
func (g stage) changes(a *account, drawn []outage) (changes []harness.Change) {
	gone := 0
	for _, o := range drawn {
		node := g.index(o.node)
		during, back := g.away(a, o)
		forGood := o.out == harness.Leave && o.back == ""
		switch {
		case a.away(node, during), forGood && gone >= len(g.nodes)/2, !a.spare(o, node, during):
			continue
		case forGood:
			gone++
		}
		say := func(at time.Duration, verb harness.Verb) {
			changes = append(changes, harness.Change{At: at, Node: g.nodes[node], Do: verb})
		}
		if o.out == harness.Join {
			say(during.to, harness.Join)
			continue
		}
		if o.out != "" {
			say(during.from, o.out)
		}
		if back && o.renew {
			say(during.to, harness.Renew)
		}
		if back {
			say(during.to, o.back)
		}
	}
	return inTime(changes)
}

// inTime sorts changes as they are to happen.
func inTime(changes []harness.Change) []harness.Change {
	slices.SortStableFunc(changes, func(a, b harness.Change) int {
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(goes(a.Do), goes(b.Do)))
	})
	return changes
}

// goes is 1 for the verbs that take a node away: who goes does so after all who come back in that instant.
func goes(do harness.Verb) int {
	if do == harness.Crash || do == harness.Leave {
		return 1
	}
	return 0
}

// away is when the node of an outage is absent, and whether a change ends that.
func (g stage) away(a *account, o outage) (during span, back bool) {
	at := g.at(o.at)
	switch {
	case o.out == harness.Join:
		return span{0, max(at, g.at(1))}, true
	case o.out == "":
		return span{at, at}, true
	case o.back == "":
		return span{at, g.end}, false
	case o.out == harness.Leave:
		during, _ = g.stretch(at, o.stretch, 0)
		return during, true
	}
	during, length := g.stretch(at, o.stretch, a.Outage)
	return during, length != 0
}

// spare spends an outage of a node, unless that would be too much.
func (a *account) spare(o outage, node int, during span) bool {
	tooLong := o.out == harness.Crash && a.Outage != 0 && during.long() > a.Outage
	return o.out == "" || !tooLong && a.miss(node, during)
}

// withChurn is a scenario with what its churn model does listed.
func withChurn(s harness.Scenario) harness.Scenario {
	churn, err := fixtures.ChurnNamed(s.ChurnModel.Name, s.ChurnModel.Params...)
	if s.ChurnModel.Name == "" || err != nil {
		return s
	}
	s = s.Churning(churn)
	s.ChurnModel = harness.Choice{}
	return s
}

// spendChurn spends what the churn of a scenario does, of which so many changes are listed and the others come of its model.
func (a *account) spendChurn(s harness.Scenario, listed int) error {
	order := make([]int, len(s.Churn)) // the changes in the order of time
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, k int) int { return cmp.Compare(s.Churn[i].At, s.Churn[k].At) })
	for place, i := range order {
		c := s.Churn[i]
		during := span{c.At, s.Duration}
		switch c.Do {
		case harness.Join:
			during = span{0, c.At}
		case harness.Restart, harness.Move, harness.Renew:
			continue
		}
		for _, k := range order[place+1:] {
			if end := s.Churn[k]; c.Do != harness.Join && end.Node == c.Node && end.Do != harness.Crash && end.Do != harness.Leave {
				during.to = min(during.to, end.At)
				break // the others are later
			}
		}
		field := "ChurnModel"
		if i < listed {
			field = fmt.Sprintf("Churn[%d]", i)
		}
		if err := a.spendAbsence(s, i, field, during); err != nil {
			return err
		}
	}
	return nil
}

func (a *account) spendAbsence(s harness.Scenario, i int, field string, during span) error {
	c := s.Churn[i]
	if c.Do == harness.Crash && a.Outage != 0 && during.long() > a.Outage {
		return beyond(field, fmt.Sprintf("%s crashed for %v", c.Node, during.long()), a.Outage)
	}
	if !a.miss(slices.Index(s.Nodes, c.Node), during) {
		return beyond(field, fmt.Sprintf("%s away at %v", c.Node, during.from), fmt.Sprintf("%d of %d nodes at once", a.down, a.nodes))
	}
	return nil
}
