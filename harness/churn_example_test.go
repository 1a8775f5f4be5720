package harness_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/fixtures/overlays"
	"github.com/overlaytest/overlaytest/harness"
)

func ExampleWorld_Churn() {
	w := harness.New(t, 7)
	members := harness.Spawn(w, 20, fixtures.Ring, overlays.NewGossip)
	known := harness.Knows(members, (*overlays.Gossip).ID, (*overlays.Gossip).Known)
	stop := w.Churn(harness.Nodes(members), fixtures.Exponential(time.Minute, 20*time.Second), time.Hour)
	w.Run(2 * time.Minute)
	fmt.Println("up:", len(known.Degrees()), "of", len(members))
	stop() // and who is down boots again
	w.Run(time.Minute)
	fmt.Println("up:", len(known.Degrees()), "of", len(members), "on", len(known.Islands()), "island")
	// Output:
	// up: 15 of 20
	// up: 20 of 20 on 1 island
}

func ExampleScenario_Churning() {
	trace, err := fixtures.Trace(strings.NewReader("node,at,state\nann,10,leave\nann,1m,up\nbob,30,up\n"))
	if err != nil {
		fmt.Println(err)
	}
	s := harness.Scenario{
		Seed: 7, Nodes: []string{"ann", "bob", "eve"}, Topology: harness.Choice{Name: "complete"}, Duration: 2 * time.Minute,
	}
	for _, c := range s.Churning(trace).Churn {
		fmt.Println(c.At, c.Node, c.Do)
	}
	// Output:
	// 10s ann leave
	// 30s bob join
	// 1m0s ann restart
}
