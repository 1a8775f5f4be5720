package harness_test

import (
	"fmt"
	"time"

	"github.com/overlaytest/overlaytest/fixtures/overlays"
	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/sim"
)

func ExampleFault() {
	s := harness.Scenario{
		Seed:     7,
		Nodes:    []string{"ann", "bob", "eve"},
		Topology: harness.Choice{Name: "complete"},
		Faults: []harness.Fault{
			{ID: "bad line", Do: harness.Lose, Nodes: []string{"ann"}, Amount: 250_000}, // from the start until healed
			{ID: "island", Do: harness.Cut, At: 10 * time.Second, For: 20 * time.Second, Nodes: []string{"eve"}},
			{ID: "new machine", Do: harness.Crash, At: 20 * time.Second, Nodes: []string{"bob"}, Disk: sim.Wiped},
		},
		Duration: time.Minute,
	}
	r := harness.Start(t, s, overlays.NewGossip)
	r.Play()
	for _, l := range r.Ledgers() {
		fmt.Printf("%s: met %d, acted on %d, changed what became of %d\n", l.Name, l.Eligible, l.Fired, l.Changed)
	}
	verdict, _ := r.Verdict()
	fmt.Println(verdict)
	// Output:
	// bad line: met 152, acted on 35, changed what became of 35
	// island: met 28, acted on 28, changed what became of 25
	// new machine: met 1, acted on 1, changed what became of 1
	// pass
}

func ExampleRun_Verdict() {
	s := harness.Scenario{
		Seed: 7, Nodes: []string{"ann", "bob"}, Topology: harness.Choice{Name: "line"}, Duration: time.Minute,
		Faults: []harness.Fault{
			{ID: "1", Do: harness.Crash, At: 10 * time.Second, Nodes: []string{"bob"}},
			{ID: "2", Do: harness.Pause, At: 20 * time.Second, Nodes: []string{"bob"}},
		},
	}
	r := harness.Start(t, s, overlays.NewGossip)
	r.Given("somebody is known", func() bool {
		for range r.Members[0].Overlay.Known() {
			return true
		}
		return false
	})
	r.Play()
	fmt.Println(r.Verdict())
	r.AllowVacuous("to show the verdict")
	fmt.Println(r.Verdict())
	// Output:
	// vacuous [fault 2 (pause) never met a node that was running]
	// pass []
}
