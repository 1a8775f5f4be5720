package properties_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/properties"
	"github.com/overlaytest/overlaytest/sim"
)

// ten is a scenario of ten nodes and a minute in which those faults happen.
func ten(faults ...harness.Fault) harness.Scenario {
	return harness.Scenario{
		Nodes:    []string{"n0", "n1", "n2", "n3", "n4", "n5", "n6", "n7", "n8", "n9"},
		Topology: harness.Choice{Name: "ring"}, Faults: faults, Duration: time.Minute,
	}
}

func churning(changes ...harness.Change) harness.Scenario {
	s := ten()
	s.Churn = changes
	return s
}

func lossy(c sim.Chance) harness.Scenario {
	s := ten(harness.Fault{ID: "f1", Do: harness.Lose, At: time.Second, Amount: 150_000})
	s.Loss = c
	return s
}

var half = []string{"n0", "n1", "n2", "n3", "n4"}

const second = time.Second

func TestScenariosBeyondTheBudget(t *testing.T) {
	for want, s := range map[string]harness.Scenario{
		"Loss: 30% is beyond the budget, 20%":                                                               lossy(sim.Percent(30)),
		"Faults[0].Amount: 15% is beyond the budget, 10%":                                                   lossy(sim.Percent(10)),
		"Faults[0].Amount: 30% is beyond the budget, 20%":                                                   ten(harness.Fault{Do: harness.Duplicate, Amount: 300_000}),
		"Faults[0].Within: 2s is beyond the budget, 1s":                                                     ten(harness.Fault{Do: harness.Reorder, Amount: 1, Within: 2 * second}),
		"Faults[0].For: 31s is beyond the budget, 30s":                                                      ten(harness.Fault{Do: harness.Cut, For: 31 * second, Nodes: half}),
		"Faults[0].For: 40s is beyond the budget, 30s":                                                      ten(harness.Fault{Do: harness.Hold, At: 20 * second}),
		"Faults[1].For: 14s is beyond the budget, 30s":                                                      ten(harness.Fault{Do: harness.Cut, For: 14 * second, Nodes: half}, harness.Fault{Do: harness.Cut, At: 18 * second, For: 14 * second, Nodes: half}),
		"Faults[0].For: 31s is beyond the budget, 30s ":                                                     ten(harness.Fault{Do: harness.Pause, For: 31 * second, Nodes: half[:1]}),
		"Faults[0].Disk: \"all lost\" is beyond the budget, [\"unsynced writes lost\" \"all writes kept\"]": ten(harness.Fault{Do: harness.Crash, For: second, Nodes: half[:1], Disk: sim.Wiped}),
		"Faults[0].Nodes: n3 down at 0s is beyond the budget, 3 of 10 nodes at once":                        ten(harness.Fault{Do: harness.Crash, For: second, Nodes: half}),
		"Faults[0].Nodes: n3 down at 5s is beyond the budget, 3 of 10 nodes at once":                        ten(harness.Fault{Do: harness.Pause, At: 5 * second, For: second}),
		"Faults[0].By: 40s is beyond the budget, 30s":                                                       ten(harness.Fault{Do: harness.Step, By: 40 * second}),
		"Faults[1].By: -20s is beyond the budget, 10s":                                                      ten(harness.Fault{Do: harness.Skew, By: 20 * second}, harness.Fault{Do: harness.Step, By: -20 * second}),
		"Faults[0].Amount: 0.1% is beyond the budget, 0.05%":                                                ten(harness.Fault{Do: harness.Drift, Amount: -1000}),
		"Faults[0].Within: 2s is beyond the budget, 1s ":                                                    ten(harness.Fault{Do: harness.LateTimers, Within: 2 * second}),
		"Churn[0]: n0 crashed for 31s is beyond the budget, 30s":                                            churning(harness.Change{Node: "n0", Do: harness.Crash}, harness.Change{At: 31 * second, Node: "n0", Do: harness.Move}),
		"Churn[3]: n3 away at 0s is beyond the budget, 3 of 10 nodes at once": churning(
			harness.Change{At: 4 * second, Node: "n0", Do: harness.Join}, harness.Change{At: 4 * second, Node: "n1", Do: harness.Join},
			harness.Change{At: 4 * second, Node: "n2", Do: harness.Join}, harness.Change{At: 4 * second, Node: "n3", Do: harness.Join}),
	} {
		err := properties.Usual.Holds(s)
		if want = "harness: impossible scenario: " + strings.TrimSpace(want); err == nil || err.Error() != want || !errors.Is(err, harness.ErrScenario) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// What a budget does not have at all is beyond it by its kind.
func TestKindsBeyondTheBudget(t *testing.T) {
	for _, f := range []harness.Fault{
		{Do: harness.Mutate, Amount: 1}, {Do: harness.Corrupt, Amount: 1, Size: 1}, {Do: harness.Twin, Nodes: half[:1]}, {Do: harness.Rebind},
		{Do: harness.Reuse, Nodes: half[:2]}, {Do: harness.FailDisk, Amount: 1}, {Do: "no such thing"},
	} {
		want := fmt.Sprintf("harness: impossible scenario: Faults[0].Do: %q is beyond the budget, [\"crash\" ", f.Do)
		if err := properties.Usual.Holds(ten(f)); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %v, want %s…", err, want)
		}
	}
	gated := ten()
	gated.NAT.Name = "symmetric"
	if err := properties.Usual.Holds(gated); err == nil || properties.Usual.Holds(ten(harness.Fault{Do: harness.LosePacket, Nodes: half[:2], Amount: 1})) != nil {
		t.Errorf("NAT: %v", err)
	}
	if err := (properties.Budget{}).Holds(ten(harness.Fault{Do: harness.LosePacket, Nodes: half[:2], Amount: 1})); err == nil {
		t.Error("a budget of nothing loses a packet")
	}
}

func TestScenariosWithinTheBudget(t *testing.T) {
	for name, s := range map[string]harness.Scenario{
		"nothing":               ten(),
		"loss in turn":          ten(harness.Fault{Do: harness.Lose, For: second, Amount: 200_000}, harness.Fault{Do: harness.Lose, At: second, Amount: 200_000}),
		"two cuts":              ten(harness.Fault{Do: harness.Cut, For: 25 * second, Nodes: half}, harness.Fault{Do: harness.Cut, At: 30 * second, For: 25 * second, Nodes: half}),
		"crash after crash":     ten(harness.Fault{Do: harness.Crash, For: second, Nodes: half[:3]}, harness.Fault{Do: harness.Crash, At: second, For: second, Nodes: half[2:]}),
		"a packet":              ten(harness.Fault{Do: harness.LosePacket, Nodes: half[:2], Amount: 1}),
		"moves of who is there": churning(harness.Change{Node: "n0", Do: harness.Move}, harness.Change{Node: "n1", Do: harness.Move}, harness.Change{Node: "n2", Do: harness.Renew}, harness.Change{Node: "n3", Do: harness.Move}),
		"one of two": {Nodes: []string{"a", "b"}, Duration: time.Minute, Churn: []harness.Change{
			{Node: "a", Do: harness.Leave}, {At: second, Node: "a", Do: harness.Restart}, {At: second, Node: "b", Do: harness.Leave},
		}},
	} {
		if err := properties.Usual.Holds(s); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestABudgetOfNothingHasNoFaults(t *testing.T) {
	space := properties.Scenarios(properties.Faulty(properties.Budget{}), properties.Churn, properties.Loss(sim.Percent(50)))
	for seed := range 500 {
		if s := space.Example(seed); len(s.Faults) > 0 || len(s.Churn) > 0 || s.Loss > 0 {
			t.Fatalf("seed %d: %#v", seed, s)
		}
	}
}

func TestDrawnScenariosCanBeWrittenAndRead(t *testing.T) {
	for seed := range 500 {
		var read harness.Scenario
		s := wild.Example(seed)
		text, err := json.Marshal(s)
		if err = errors.Join(err, json.Unmarshal(text, &read)); err != nil {
			t.Fatal(err)
		}
		again, _ := json.Marshal(read)
		if string(again) != string(text) {
			t.Fatalf("seed %d: %s became %s", seed, text, again)
		}
	}
}
