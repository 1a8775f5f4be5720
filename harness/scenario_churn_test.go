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

// village are four people of whom nothing is known.
func village() harness.Scenario {
	return harness.Scenario{Seed: 7, Nodes: []string{"anna", "bert", "carl", "dora"}, Topology: harness.Choice{Name: "complete"}, Duration: time.Minute}
}

// whoWasThere says who was there when: anna leaves and comes back, bert comes late, carl never, dora crashes.
const whoWasThere = `node,at,state
anna,10,leave
anna,20,up
bert,15,up
carl,0,down
dora,30,down
`

func traced(t *testing.T, table string) fixtures.Churn {
	t.Helper()
	c, err := fixtures.Trace(strings.NewReader(table))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestATraceBecomesChanges(t *testing.T) {
	s := village()
	s.Churn = []harness.Change{{At: 5 * time.Second, Node: "dora", Do: harness.Move}}
	got := s.Churning(traced(t, whoWasThere))
	if err := got.Validate(); err != nil {
		t.Fatal(err)
	}
	same(t, "changes", got.Churn, []harness.Change{
		{At: 5 * time.Second, Node: "dora", Do: harness.Move},
		{At: 10 * time.Second, Node: "anna", Do: harness.Leave},
		{At: 15 * time.Second, Node: "bert", Do: harness.Join},
		{At: 20 * time.Second, Node: "anna", Do: harness.Restart},
		{At: 30 * time.Second, Node: "dora", Do: harness.Crash},
		{At: time.Minute, Node: "carl", Do: harness.Join},
	})
	s.Churn = []harness.Change{{At: 40 * time.Second, Node: "bert", Do: harness.Join}}
	got = s.Churning(traced(t, whoWasThere))
	if err := got.Validate(); err != nil || slices.Contains(got.Churn[1:], harness.Change{At: 15 * time.Second, Node: "bert", Do: harness.Join}) {
		t.Errorf("who is listed to join: %v, %v", got.Churn, err)
	}
}

// lives plays a scenario and tells who was up when, and what came of it.
func lives(t *testing.T, s harness.Scenario) (told []string) {
	r := harness.Start(t, s, overlays.NewGossip)
	r.AllowVacuous("what it comes to is compared")
	tell := func(e sim.Event) { told = append(told, fmt.Sprint(e.At, e.Kind, e.Node.Name())) }
	for _, m := range r.Members {
		told = append(told, fmt.Sprint(m.Name(), m.Up()))
	}
	r.Watch(tell, sim.Booted, sim.Crashed)
	r.Play()
	r.Heal()
	return append(told, fmt.Sprint(r.Digest(), r.Ledgers()))
}

func TestAChurnModelIsPlayedAsIfItWereListed(t *testing.T) {
	for _, m := range []harness.Choice{
		{Name: "exponential", Params: []int64{10e9, 3e9}}, {Name: "flash-crowd", Params: []int64{700_000, 5e9, 10e9}}, {Name: "skype06", Params: []int64{1_000_000, 1}},
		{Name: "mass-exit", Params: []int64{600_000, 20e9, 1e9}}, {Name: "diurnal", Params: []int64{10e9, 5e9, 300_000, 60e9, 3}}, {Name: "none"},
	} {
		s := village()
		s.Churn = []harness.Change{{At: 12 * time.Second, Node: "bert", Do: harness.Move}, {At: 9 * time.Second, Node: "carl", Do: harness.Join}}
		s.Faults = []harness.Fault{{ID: "f", Do: harness.Crash, At: 20 * time.Second, For: 10 * time.Second, Nodes: []string{"anna", "dora"}}}
		churn, err := fixtures.ChurnNamed(m.Name, m.Params...)
		if err != nil {
			t.Fatal(err)
		}
		listed := s.Churning(churn)
		s.ChurnModel = m
		if added := len(listed.Churn) - len(s.Churn); (added == 0) != (m.Name == "none") {
			t.Errorf("%s: %d changes", m.Name, added)
		}
		same(t, m.Name, lives(t, s), lives(t, listed))
		same(t, m.Name+" without bert", lives(t, s.Without("bert")), lives(t, listed.Without("bert")))
	}
}

func TestAChurnModelIsWrittenAndReadAndJudged(t *testing.T) {
	s := village()
	s.ChurnModel = harness.Choice{Name: "exponential", Params: []int64{10e9, 1e9}}
	text, err := json.Marshal(s)
	if err != nil || !strings.Contains(string(text), `"churn_model":{"name":"exponential","params":[10000000000,1000000000]}`) {
		t.Fatal(string(text), err)
	}
	var again harness.Scenario
	if err := json.Unmarshal(text, &again); err != nil {
		t.Fatal(err)
	}
	same(t, "what was read", again, s)
	if literal := fmt.Sprintf("%#v", s); !strings.Contains(literal, `ChurnModel: harness.Choice{Name: "exponential", Params: []int64{10000000000, 1000000000}},`) {
		t.Errorf("as Go: %s", literal)
	}
	s.ChurnModel.Params[0] = 0
	if err := s.Validate(); err == nil || !strings.HasPrefix(err.Error(), "harness: impossible scenario: ChurnModel: ") {
		t.Errorf("the error is %v", err)
	}
}

func TestAChurnModelNeedsGoodbyesOfWhoSaysThem(t *testing.T) {
	s := village()
	s.ChurnModel = harness.Choice{Name: "skype06", Params: []int64{1_000_000, 1}}
	why := failing(t, func(t harness.TB) { harness.Start(t, s, overlays.ABD{}.Boot) })
	if want := "harness: impossible scenario: ChurnModel: a *overlays.Store has no method Leave(): it can only crash"; why != want {
		t.Errorf("failed with %q, want %q", why, want)
	}
}

func TestAChurnModelOfWhichNothingComesIsVacuous(t *testing.T) {
	for name, want := range map[string]string{"exponential": "the churn model of exponential has nobody go or come within 1m0s", "none": ""} {
		s := village()
		s.ChurnModel = harness.Choice{Name: name}
		if name != "none" {
			s.ChurnModel.Params = []int64{int64(8760 * time.Hour), 1e9}
		}
		r := harness.Start(t, s, overlays.NewGossip)
		r.Play()
		v, reasons := r.Verdict()
		if got := strings.Join(reasons, "; "); got != want {
			t.Errorf("%s: %s, %q", name, v, got)
		}
		r.AllowVacuous("it was looked at")
	}
}

// The trace as a churn by hand: the same people, until it is stopped.
func TestChurnByHand(t *testing.T) {
	w := harness.New(t, 7)
	members := harness.Spawn(w, 4, fixtures.Complete, overlays.NewGossip)
	table := strings.NewReplacer("anna", "n0", "bert", "n1", "carl", "n2", "dora", "n3").Replace(whoWasThere)
	stop := w.Churn(harness.Nodes(members), traced(t, table), time.Minute)
	up := func() (text string) {
		for _, m := range members {
			text += map[bool]string{true: "+", false: "-"}[m.Up()]
		}
		return text
	}
	var seen []string
	for range 6 {
		w.Run(8 * time.Second)
		seen = append(seen, up())
	}
	same(t, "who is up every 8 s", seen, []string{"+--+", "-+-+", "++-+", "++--", "++--", "++--"})
	members[3].Restart()
	w.Run(0)
	members[3].Crash()
	stop()
	stop()
	w.Run(0)
	same(t, "who is up after the end", up(), "+++-")
}

func TestChurnByHandStops(t *testing.T) {
	w := harness.New(t, 7)
	members := harness.Spawn(w, 10, fixtures.Complete, overlays.NewGossip)
	stop := w.Churn(harness.Nodes(members), fixtures.Exponential(5*time.Second, 5*time.Second), time.Hour)
	w.Run(time.Minute)
	stop()
	w.Run(0)
	life := func() (sum int) {
		for _, m := range members {
			if sum += m.Life(); !m.Up() {
				t.Errorf("%s is down", m.Name())
			}
		}
		return sum
	}
	before := life()
	w.Run(time.Minute)
	if after := life(); after != before || before < 20 {
		t.Errorf("%d crashes, then %d", before, after)
	}
}

func TestChurnByHandNeedsGoodbyes(t *testing.T) {
	churn := traced(t, "n1,10,leave\n")
	want := "harness: Churn: at 10s n1 is to say goodbye, and has no method Leave(): it can only crash, as fixtures.Silent has it"
	why := failing(t, func(t harness.TB) {
		w := harness.New(t, 7)
		w.Churn(harness.Nodes(harness.Spawn(w, 2, fixtures.Complete, overlays.ABD{}.Boot)), churn, time.Minute)
	})
	if why != want {
		t.Errorf("failed with %q", why)
	}
	w := harness.New(t, 7)
	members := harness.Spawn(w, 2, fixtures.Complete, overlays.ABD{}.Boot)
	w.Churn(harness.Nodes(members), fixtures.Silent(churn), time.Minute)
	w.Run(time.Minute)
	same(t, "n1 is up", members[1].Up(), false)
}
