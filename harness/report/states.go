package report

import (
	"fmt"
	"time"

	"github.com/overlaytest/overlaytest/sim"
)

// state is what a node may be for a while, by the kind of event that begins it.
type state struct {
	node *sim.Node
	kind sim.Kind
}

// enter notes that a node is in a state from now on, instead of one of the same kind.
func (r *Recording) enter(e sim.Event, words string) {
	r.leave(e.Node, e.Kind)
	r.states[state{e.Node, e.Kind}] = r.begin(e.Node.Name()+" "+words, e.Node)
}

// leave notes that a node is not in a state any more.
func (r *Recording) leave(n *sim.Node, kind sim.Kind) {
	r.close(r.states[state{n, kind}])
	delete(r.states, state{n, kind})
}

// machine takes in how slow a node is, or how wrong its clock; nothing ends it.
func (r *Recording) machine(e sim.Event) {
	switch by := time.Duration(e.Amount); {
	case e.Amount == 0:
		r.leave(e.Node, e.Kind)
	case e.Kind == sim.Slowed:
		r.enter(e, fmt.Sprintf("slow: %v an event", by))
	case e.Kind == sim.Lagging:
		r.enter(e, fmt.Sprintf("with timers up to %v late", by))
	case e.Kind == sim.Drifted:
		r.enter(e, fmt.Sprintf("with a clock that drifts by %d ppm", e.Amount))
	case e.Kind == sim.ClockSet:
		r.enter(e, fmt.Sprintf("with a clock set off by %v", by))
	}
}
