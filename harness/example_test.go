package harness_test

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/fixtures/overlays"
	"github.com/overlaytest/overlaytest/harness"
)

// t stands for the *testing.T of a test.
var t = &fakeTB{name: "TestGossip"}

func ExampleSpawn() {
	w := harness.New(t, 42, fixtures.Internet)
	members := harness.Spawn(w, 20, fixtures.Ring, overlays.NewGossip)
	known := harness.Knows(members, (*overlays.Gossip).ID, (*overlays.Gossip).Known)
	fmt.Println(known.Degrees())
	w.Run(10 * time.Second)
	fmt.Println(known.Degrees(), len(known.Islands()))
	// Output:
	// [0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0]
	// [19 19 19 19 19 19 19 19 19 19 19 19 19 19 19 19 19 19 19 19] 1
}

func ExampleWorld_Eventually() {
	w := harness.New(t, 42, fixtures.Internet)
	members := harness.Spawn(w, 20, fixtures.Ring, overlays.NewGossip)
	known := harness.Knows(members, (*overlays.Gossip).ID, (*overlays.Gossip).Known)
	// Any of Gomega's matchers will do: Should(BeEmpty()).
	members[3].Crash()
	w.Eventually(known.Phantoms).Within(time.Minute).Should(equals{[]string{}})
	fmt.Println(len(members[4].Overlay.ID()) > 0, len(known.Degrees()))
	// Output: true 19
}

func ExampleStart() {
	s := harness.Scenario{
		Seed:     7,
		Nodes:    []string{"ann", "bob", "eve"},
		Topology: harness.Choice{Name: "line"},
		Loss:     200_000, // one packet in five
		Churn:    []harness.Change{{At: 2 * time.Second, Node: "bob", Do: harness.Crash}},
		Work:     []harness.Op{{At: time.Second, Node: "ann", Op: "publish", Arg: 1}},
		Duration: 10 * time.Second,
	}
	r := harness.Start(t, s, overlays.NewGossip)
	mail := harness.NewMail(r.Members, (*overlays.Gossip).OnRumour)
	r.On("publish", func(m *harness.Member[*overlays.Gossip], id uint64) {
		mail.Sent(id)
		m.Overlay.Publish(id)
	})
	r.Play()
	fmt.Println(mail.Missing())
	r.Heal()
	r.Eventually(mail.Missing).Within(time.Minute).Should(equals{[]harness.Letter{}})
	fmt.Println(mail.Missing())
	// Output:
	// []
	// []
}

func ExampleScenario() {
	s := harness.Scenario{
		Seed: 7, Nodes: []string{"ann", "bob"}, Topology: harness.Choice{Name: "line"},
		Work:     []harness.Op{{At: time.Second, Node: "ann", Op: "publish", Arg: 1}},
		Duration: time.Minute,
	}
	fmt.Printf("%#v\n", s)
	written, _ := json.Marshal(s)
	fmt.Println(string(written))
	s.Work[0].Node = "eve"
	fmt.Println(s.Validate())
	// Output:
	// harness.Scenario{
	// 	Seed:     0x7,
	// 	Nodes:    []string{"ann", "bob"},
	// 	Topology: harness.Choice{Name: "line"},
	// 	Work: []harness.Op{
	// 		{At: time.Second, Node: "ann", Op: "publish", Arg: 1},
	// 	},
	// 	Duration: time.Minute,
	// }
	// {"version":1,"seed":"0x7","nodes":["ann","bob"],"topology":{"name":"line"},"work":[{"at":"1s","node":"ann","op":"publish","arg":1}],"duration":"1m0s"}
	// harness: impossible scenario: Work[0].Node: there is no node "eve" among the 2
}
