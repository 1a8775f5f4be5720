package harness_test

import (
	"slices"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/sim"
)

func TestDoingAddsWhatAWorkloadSays(t *testing.T) {
	s := callers()
	own := len(s.Work)
	busy := s.Doing(fixtures.PoissonWork(time.Second).Keys(3, 1000, sim.Percent(50)))
	if err := busy.Validate(); err != nil || len(s.Work) != own || len(busy.Work) < own+20 || !slices.Equal(busy.Work[:own], s.Work) {
		t.Fatalf("%v, %d operations of %d: %v", err, len(busy.Work), own, busy.Work)
	}
	same(t, "the same scenario again", s.Doing(fixtures.PoissonWork(time.Second).Keys(3, 1000, sim.Percent(50))), busy)
}

func TestDoingWithoutANodeIsWhatTheOthersDo(t *testing.T) {
	work := fixtures.PoissonWork(time.Second)
	s := harness.Scenario{Seed: 7, Nodes: []string{"anna", "bert", "carl"}, Topology: harness.Choice{Name: "ring"}, Duration: time.Minute}
	same(t, "who is left", s.Doing(work).Without("bert").Work, s.Without("bert").Doing(work).Work)
}
