package faults_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/sim"
)

// churnModels are churn by a model, in a scenario and by hand.
var churnModels = []fault{
	{"churn model of a scenario", churnModel},
	{"churn model with goodbyes", churnModelGoodbyes},
	{"churn model with latecomers", churnModelLatecomers},
	{"churn by hand", churnByHand},
	{"churn by hand with goodbyes", churnByHandGoodbyes},
	{"end of churn by hand", churnByHandEnds},
}

// comings is a churn of which much comes in half a minute; the model is its name.
var comings = harness.Choice{Name: "exponential", Params: []int64{int64(4 * second), int64(2 * second)}}

// steps are what a churn should do in a drill.
func steps(t *testing.T, c harness.Choice) []fixtures.Step {
	t.Helper()
	churn, err := fixtures.ChurnNamed(c.Name, c.Params...)
	if err != nil {
		t.Fatal(err)
	}
	w := sim.New(1987)
	return churn([]string{"a", "b", "c"}, 30*second, func(name string) *rand.Rand { return w.Rand("churn " + name) })
}

// modelled starts a drill with a churn model.
func modelled(t *testing.T, c harness.Choice) *drill {
	t.Helper()
	return newDrill(t, func(s *harness.Scenario) { s.ChurnModel = c })
}

// attend looks, right after each step, whether its node is up as it should be, until a time.
func (d *drill) attend(all []fixtures.Step, until time.Duration) (seen *int) {
	d.t.Helper()
	seen = new(int)
	for _, s := range all {
		if s.At < until {
			d.After(s.At+1, func() {
				d.is(s.Node+" is up at "+s.At.String(), d.Find(s.Node).Up(), s.Up)
				*seen++
			})
		}
	}
	return seen
}

// churnModel: every node goes and comes when its model says so, and all are back when all is healed.
func churnModel(t *testing.T) {
	d, all := modelled(t, comings), steps(t, comings)
	seen := d.attend(all, 30*second)
	d.Play()
	d.is("steps seen, of many", *seen == len(all) && len(all) > 10, true)
	ups := len(slices.DeleteFunc(slices.Clone(all), func(s fixtures.Step) bool { return !s.Up }))
	d.ledgers(acted("churn crash", uint64(len(all)-ups)), acted("churn restart", uint64(ups)))
	d.Heal()
	for _, m := range d.Members {
		d.is(m.Name()+" is up after healing", m.Up(), true)
	}
}

// churnModelGoodbyes: who is to take its leave does.
func churnModelGoodbyes(t *testing.T) {
	polite := harness.Choice{Name: "kad", Params: []int64{1_000_000, 0}}
	said := map[string]int{}
	d := modelled(t, polite)
	d.Play()
	for _, s := range steps(t, polite) {
		said[s.Node] += one(s.Bye)
	}
	heard := 0
	for _, node := range []string{"a", "b", "c"} {
		at := map[string]string{"a": "b", "b": "c", "c": "a"}[node]
		sent := 0
		for _, c := range d.calls[node+"→"+at] {
			sent += one(c.text == "goodbye")
		}
		d.is("goodbyes of "+node, sent, said[node])
		heard += sent
	}
	d.is("there were some", heard > 0, true)
}

// churnModelLatecomers: who is not there yet has not booted.
func churnModelLatecomers(t *testing.T) {
	crowd := harness.Choice{Name: "flash-crowd", Params: []int64{900_000, int64(10 * second), int64(5 * second)}}
	d, all := modelled(t, crowd), steps(t, crowd)
	late := 0
	for _, m := range d.Members {
		absent := slices.ContainsFunc(all, func(s fixtures.Step) bool { return s.Node == m.Name() && !s.Up })
		d.is(m.Name()+" is up at the start", m.Up(), !absent)
		late += one(absent)
	}
	d.is("some come late", late > 0, true)
	d.attend(slices.DeleteFunc(all, func(s fixtures.Step) bool { return !s.Up }), 30*second)
	d.Play()
	d.ledgers(acted("churn join", uint64(late)))
	for _, m := range d.Members {
		d.is("lives of "+m.Name(), m.Life(), 0)
	}
}

// handmade is a world of callers with a churn by hand.
func handmade(t *testing.T, c harness.Choice) (d *drill, stop func()) {
	t.Helper()
	d = newDrill(t, func(*harness.Scenario) {})
	churn, err := fixtures.ChurnNamed(c.Name, c.Params...)
	if err != nil {
		t.Fatal(err)
	}
	return d, d.Churn(harness.Nodes(d.Members), churn, 30*second)
}

// churnByHand: the same by a call.
func churnByHand(t *testing.T) {
	d, _ := handmade(t, comings)
	all := steps(t, comings)
	seen := d.attend(all, 30*second)
	d.World.Run(30 * second)
	d.is("steps seen", *seen, len(all))
}

// churnByHandGoodbyes: as in a scenario.
func churnByHandGoodbyes(t *testing.T) {
	polite := harness.Choice{Name: "kad", Params: []int64{1_000_000, 0}}
	d, _ := handmade(t, polite)
	d.World.Run(30 * second)
	byes, sent := 0, 0
	for _, s := range steps(t, polite) {
		byes += 2 * one(s.Bye)
	}
	for _, calls := range d.calls { // any order: they are counted
		for _, c := range calls {
			sent += one(c.text == "goodbye")
		}
	}
	d.is("goodbyes, of some", sent == byes && byes > 0, true)
}

// churnByHandEnds: when it is stopped everybody boots, and nobody goes any more.
func churnByHandEnds(t *testing.T) {
	d, stop := handmade(t, comings)
	down := func() (sum int) {
		for _, m := range d.Members {
			sum += one(!m.Up())
		}
		return sum
	}
	d.World.RunUntil(10*second, func() bool { return down() > 0 })
	before := down()
	stop()
	d.World.Run(0)
	d.is("somebody was down, and nobody is", before > 0 && down() == 0, true)
	d.World.RunUntil(30*second, func() bool { return down() > 0 })
	d.is("nobody goes", down(), 0)
}
