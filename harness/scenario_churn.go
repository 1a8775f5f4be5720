package harness

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/sim"
)

// Churning returns the scenario with what a churn has its nodes do added to Churn, one by one: what is drawn comes from the seed. Who goes
// down does [Crash], or [Leave] when it says goodbye; who is not there at the start does [Join] when it comes up first, or at the end if it
// does not; who comes up again does [Restart]. Who is listed to join already does so then.
//
// So [fixtures.Trace] becomes changes that can be pasted, and made fewer.
func (s Scenario) Churning(c fixtures.Churn) Scenario {
	streams := sim.New(s.Seed)
	defer streams.Close()
	s.Churn = append(slices.Clone(s.Churn), s.changes(c, streams)...)
	return s
}

// changes are what a churn comes to, with the streams of a world.
func (s Scenario) changes(c fixtures.Churn, streams *sim.World) (changes []Change) {
	seen, absent, listed := map[string]bool{}, map[string]bool{}, late(s.Churn)
	for _, step := range c(s.Nodes, s.Duration, churnStreams(streams)) {
		one := Change{step.At, step.Node, verbOf(step)}
		first := !seen[step.Node]
		seen[step.Node] = true
		if first && step.At == 0 && !step.Up {
			absent[step.Node] = !listed[step.Node]
			continue
		}
		if absent[step.Node] {
			one.Do, absent[step.Node] = Join, false
		}
		changes = append(changes, one)
	}
	for _, name := range s.Nodes {
		if absent[name] {
			changes = append(changes, Change{s.Duration, name, Join})
		}
	}
	return changes
}

// churnStreams are what a world's nodes draw their churn from.
func churnStreams(w *sim.World) func(name string) *rand.Rand {
	return func(name string) *rand.Rand { return w.Rand("churn " + name) }
}

// verbOf is what a step of somebody who has been there does.
func verbOf(step fixtures.Step) Verb {
	switch {
	case step.Up:
		return Restart
	case step.Bye:
		return Leave
	}
	return Crash
}

// late are the nodes that are to join.
func late(changes []Change) map[string]bool {
	late := map[string]bool{}
	for _, c := range changes {
		late[c.Node] = late[c.Node] || c.Do == Join
	}
	return late
}

func (s Scenario) churnModel() (fixtures.Churn, error) {
	return named(model{"ChurnModel", s.ChurnModel}, fixtures.ChurnNamed)
}

// changeField is the field that the i-th change of all comes from.
func (s Scenario) changeField(i int) string {
	if i < len(s.Churn) {
		return fmt.Sprintf("Churn[%d].Do", i)
	}
	return "ChurnModel"
}

// nobody is the churn model that is none.
const nobody = "none"

// idle says that the churn model has nobody go or come, "" if it does.
func (r *Run[O]) idle() string {
	name := r.Scenario.ChurnModel.Name
	if name == "" || name == nobody || len(r.changes) > len(r.Scenario.Churn) {
		return ""
	}
	return fmt.Sprintf("the churn model of %s has nobody go or come within %v", name, r.Scenario.Duration)
}
