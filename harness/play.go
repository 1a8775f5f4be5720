package harness

import (
	"fmt"
	"slices"
	"strings"

	"github.com/overlaytest/overlaytest/sim"
)

// Run is a scenario's world, with its members.
type Run[O any] struct {
	*World
	// Members run the overlay, in the order of Scenario.Nodes.
	Members []*Member[O]
	// Scenario is what is played. It must not be changed.
	Scenario Scenario

	ops    map[string]func(m *Member[O], arg uint64)
	heals  []func()            // end the faults that last
	absent map[*Member[O]]bool // who left for good
}

// leaver is an overlay that can say goodbye.
type leaver interface{ Leave() }

// Start makes the world of a scenario, boots every member and runs the first instant. Nothing of the churn and the workload happens before
// [Run.Play]. An impossible scenario fails the test.
func Start[O any](t TB, s Scenario, boot Boot[O]) *Run[O] {
	t.Helper()
	if err := s.Validate(); err != nil {
		t.Fatalf("%v", err)
	}
	topology, _ := s.topology()
	latency, _ := s.latency()
	r := &Run[O]{World: New(t, s.Seed, latency...), Scenario: s, ops: map[string]func(*Member[O], uint64){}, absent: map[*Member[O]]bool{}}
	r.LoseUnknown()
	if s.Loss != 0 {
		r.heals = append(r.heals, r.Link(sim.Loss(s.Loss)))
	}
	r.Members = spawn(r.World, s.Nodes, topology, boot)
	r.checkGoodbyes()
	return r
}

// checkGoodbyes fails the test if somebody is to leave and cannot say goodbye.
func (r *Run[O]) checkGoodbyes() {
	r.T.Helper()
	if _, can := any(r.Members[0].Overlay).(leaver); can {
		return
	}
	for i, c := range r.Scenario.Churn {
		if c.Do == Leave {
			r.T.Fatalf("%v", wrongf(fmt.Sprintf("Churn[%d].Do", i), "a %T has no method Leave(): it can only crash", r.Members[0].Overlay))
		}
	}
}

// On says what an operation of the workload means. It must be said before [Run.Play] for every operation that the scenario has.
func (r *Run[O]) On(op string, do func(m *Member[O], arg uint64)) { r.ops[op] = do }

// Play plays the scenario: its churn and its workload, for its duration. The faults that last, such as loss, go on until [Run.Heal].
func (r *Run[O]) Play() {
	r.T.Helper()
	r.checkOps()
	members := map[string]*Member[O]{}
	for _, m := range r.Members {
		members[m.Name()] = m
	}
	for _, c := range r.Scenario.Churn {
		r.After(c.At, func() { r.change(members[c.Node], c.Do) })
	}
	for _, op := range r.Scenario.Work {
		r.After(op.At, func() { r.work(members[op.Node], op) })
	}
	r.Run(r.Scenario.Duration)
}

// checkOps fails the test if the workload has an operation that means nothing.
func (r *Run[O]) checkOps() {
	r.T.Helper()
	for i, op := range r.Scenario.Work {
		if r.ops[op.Op] == nil {
			r.T.Fatalf("%v", wrongf(fmt.Sprintf("Work[%d].Op", i), "nobody said r.On(%q, …) before r.Play()%s", op.Op, r.known()))
		}
	}
}

// known lists the operations that mean something.
func (r *Run[O]) known() string {
	names := []string{}
	for op := range r.ops { // any order: sorted below
		names = append(names, fmt.Sprintf("%q", op))
	}
	if len(names) == 0 {
		return ""
	}
	slices.Sort(names)
	return "; it was said of " + strings.Join(names, ", ")
}

// change carries out a step of the churn.
func (r *Run[O]) change(m *Member[O], do Verb) {
	switch {
	case do == Restart && !m.Up():
		delete(r.absent, m)
		m.Restart()
	case do == Crash:
		m.Crash()
	case do == Leave && m.Up():
		if m.ready() {
			any(m.Overlay).(leaver).Leave()
		}
		r.absent[m] = true
		m.Crash()
	}
}

// work carries out an operation of the workload.
func (r *Run[O]) work(m *Member[O], op Op) {
	if m.ready() {
		r.ops[op.Op](m, op.Arg)
		r.touch(m.Node)
	}
}

// Heal ends the faults: packets are lost no more, who crashed boots again, and the present instant runs. Who left stays away, and the
// latency stays as it is.
func (r *Run[O]) Heal() {
	r.T.Helper()
	for _, heal := range r.heals {
		heal()
	}
	r.heals = nil
	for _, m := range r.Members {
		m.Resume()
		if !m.Up() && !r.absent[m] {
			m.Restart()
		}
	}
	r.World.Run(0)
}
