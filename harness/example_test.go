package harness_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
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
	everybody := slices.Repeat([]int{19}, 20)
	w.Eventually(known.Degrees).Within(time.Minute).Should(equals{everybody}) // with Gomega: HaveEach(19)
	fmt.Println("everybody knew everybody after", w.Elapsed())
	// Output: everybody knew everybody after 7.978150441s
}

func ExampleEach() {
	w := harness.New(t, 42, fixtures.Internet)
	members := harness.Spawn(w, 20, fixtures.Ring, overlays.NewGossip)
	harness.Each(members, "nobody knows itself", func(m *harness.Member[*overlays.Gossip]) error {
		for id := range m.Overlay.Known() {
			if id == m.Overlay.ID() {
				return errors.New("does")
			}
		}
		return nil
	})
	w.Run(time.Minute)
	fmt.Println("failed:", t.Failed())
	// Output: failed: false
}

func ExampleSeeds() {
	harness.Seeds(t, 10, func(w *harness.World) {
		w.Link(fixtures.Internet)
		members := harness.Spawn(w, 5, fixtures.Line, overlays.NewGossip)
		mail := harness.NewMail(members, (*overlays.Gossip).OnRumour)
		mail.Sent(1)
		members[0].Overlay.Publish(1)
		w.Eventually(mail.Missing).Within(time.Minute).Should(equals{[]harness.Letter{}})
	})
	fmt.Println("failed:", t.Failed()) // if so, OVERLAYTEST_SEED=0x2a replays the world of that seed alone
	// Output: failed: false
}

func ExampleStart() {
	s := harness.Scenario{
		Seed:     7,
		Nodes:    []string{"ann", "bob", "eve"},
		Topology: harness.Choice{Name: "line"},
		Loss:     200_000,                                                   // one packet in five
		Churn:    []harness.Change{{At: 0, Node: "bob", Do: harness.Crash}}, // who stands between them
		Work:     []harness.Op{{At: 3 * time.Second, Node: "ann", Op: "publish", Arg: 1}},
		Duration: 10 * time.Second,
	}
	r := harness.Start(t, s, overlays.NewGossip)
	mail := harness.NewMail(r.Members, (*overlays.Gossip).OnRumour)
	r.On("publish", func(m *harness.Member[*overlays.Gossip], id uint64) {
		mail.Sent(id)
		m.Overlay.Publish(id)
	})
	r.Play()
	fmt.Println(mail.Missing()) // bob, who is down, is not waited for
	r.Heal()
	r.Eventually(mail.Missing).Within(time.Minute).Should(equals{[]harness.Letter{}})
	fmt.Println(mail.Missing())
	// Output:
	// [message 1 at eve, sent at 3s, never heard]
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
