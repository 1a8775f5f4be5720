package harness_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/fixtures/overlays"
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

func TestTrafficIsPlayedAsIfItWereListed(t *testing.T) {
	s := harness.Scenario{Seed: 7, Nodes: []string{"anna", "bert", "carl"}, Topology: harness.Choice{Name: "ring"}, Duration: 10 * time.Second}
	listed := s.Doing(fixtures.PoissonWork(time.Second).Keys(3, 1000, sim.Percent(50)).Phased(time.Second, 0))
	s.Traffic = harness.Choice{Name: "hot-keys", Params: []int64{1e9, 3, 1000, 500_000, 1e9, 0}}
	did := func(s harness.Scenario) (ops []string) {
		r := harness.Start(t, s, overlays.NewGossip)
		for _, op := range []string{"read", "write"} {
			r.On(op, func(m *harness.Member[*overlays.Gossip], key uint64) {
				ops = append(ops, fmt.Sprintf("%v %s %s %d", r.Elapsed(), m.Name(), op, key))
			})
		}
		r.Play()
		return ops
	}
	same(t, "what was done", did(s), did(listed))
	if len(listed.Work) < 10 {
		t.Errorf("that is not much: %v", listed.Work)
	}
}

func TestPhasesAreWrittenAndReadAndJudged(t *testing.T) {
	work := fixtures.SteadyWork(time.Second).Phased(10*time.Second, 10*time.Second)
	s := harness.Scenario{Nodes: []string{"anna"}, Topology: harness.Choice{Name: "ring"}, Duration: time.Minute}.Doing(work)
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var again harness.Scenario
	if err := json.Unmarshal(text, &again); err != nil {
		t.Fatal(err)
	}
	same(t, "what was read", again, s)
	if literal := fmt.Sprintf("%#v", s); strings.Count(literal, `Phase: "warm-up"`) != 10 || strings.Count(literal, "Phase") != 20 {
		t.Errorf("as Go: %s", literal)
	}
	s.Work[3].Phase = "party"
	want := `harness: impossible scenario: Work[3].Phase: "party" is none of ["" "warm-up" "cool-down"]`
	if err := s.Validate(); err == nil || err.Error() != want {
		t.Errorf("the error is %v, want %s", err, want)
	}
}

func TestMailIsMeasuredInOnePhase(t *testing.T) {
	s := callers()
	s.Work, s.Churn, s.Faults = nil, nil, nil
	for i, phase := range []fixtures.Phase{fixtures.WarmUp, fixtures.Measure, fixtures.CoolDown} {
		s.Work = append(s.Work, harness.Op{At: time.Duration(i+1) * time.Second, Node: s.Nodes[0], Op: "publish", Arg: uint64(i) + 1, Phase: phase})
	}
	r := harness.Start(t, s, overlays.NewGossip)
	mail := harness.NewMail(r.Members, (*overlays.Gossip).OnRumour)
	mail.Sent(9)
	r.On("publish", func(m *harness.Member[*overlays.Gossip], id uint64) { mail.Sent(id); m.Overlay.Publish(id) })
	r.Play()
	if got := mail.String(); !strings.HasPrefix(got, "4 messages to 3 members: 9 of 12 heard, 3 missing") {
		t.Errorf("all: %s", got)
	}
	measured := mail.Measured()
	if got := measured.String(); !strings.HasPrefix(got, "2 messages to 3 members: 3 of 6 heard, 3 missing") {
		t.Errorf("measured: %s", got)
	}
	same(t, "what is missing", measured.Missing(), mail.Missing())
}

func TestDoingWithoutANodeIsWhatTheOthersDo(t *testing.T) {
	work := fixtures.PoissonWork(time.Second)
	s := harness.Scenario{Seed: 7, Nodes: []string{"anna", "bert", "carl"}, Topology: harness.Choice{Name: "ring"}, Duration: time.Minute}
	same(t, "who is left", s.Doing(work).Without("bert").Work, s.Without("bert").Doing(work).Work)
}
