package harness

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/sim"
)

// phases are those that an operation may belong to.
var phases = []fixtures.Phase{fixtures.Measure, fixtures.WarmUp, fixtures.CoolDown}

// Doing returns the scenario with what a workload has its nodes do added to Work, one by one: what is drawn comes from the seed.
func (s Scenario) Doing(w fixtures.Workload) Scenario {
	streams := sim.New(s.Seed)
	defer streams.Close()
	s.Work = append(slices.Clone(s.Work), s.tasks(w, streams)...)
	return s
}

// tasks are the operations of a workload, with the streams of a world.
func (s Scenario) tasks(w fixtures.Workload, streams *sim.World) (ops []Op) {
	stream := func(name string) *rand.Rand { return streams.Rand("workload " + name) }
	for _, op := range w(s.Nodes, s.Duration, stream) {
		ops = append(ops, Op(op))
	}
	return ops
}

// taskField is the field that the i-th operation of all comes from.
func (s Scenario) taskField(i int) string {
	if i < len(s.Work) {
		return fmt.Sprintf("Work[%d].Op", i)
	}
	return "Traffic"
}
