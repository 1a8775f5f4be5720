package properties_test

import (
	"fmt"
	"time"

	"github.com/overlaytest/overlaytest/fixtures/overlays"
	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/properties"
	"github.com/overlaytest/overlaytest/sim"
)

// delivers is a law about the gossip overlay. A package has it as a variable, with two functions:
//
//	func TestDelivers(t *testing.T) { delivers.Check(t) }
//	func FuzzDelivers(f *testing.F) { delivers.Fuzz(f) }
var delivers = properties.Law[*overlays.Gossip]{
	Name:  "a rumour reaches everybody",
	Space: properties.Scenarios(properties.Nodes(2, 8), properties.Churn, properties.Loss(sim.Percent(30)), properties.Ops("publish", 3)),
	Boot:  overlays.NewGossip,
	Judge: func(r *harness.Run[*overlays.Gossip]) {
		mail := harness.NewMail(r.Members, (*overlays.Gossip).OnRumour)
		r.On("publish", func(m *harness.Member[*overlays.Gossip], id uint64) {
			mail.Sent(id)
			m.Overlay.Publish(id)
		})
		r.Play()
		r.Heal()
		r.Eventually(mail.Missing).Within(time.Minute).Should(empty{})
	},
}

func ExampleLaw() {
	t := &fakeTB{name: "TestDelivers"} // the *testing.T of a test, or GinkgoT()
	delivers.Check(t)
	fmt.Println("failed:", t.Failed())
	// Output: failed: false
}

func ExampleScenarios() {
	space := properties.Scenarios(properties.Nodes(2, 5), properties.Churn, properties.Loss(sim.Percent(20)), properties.Ops("publish", 2))
	fmt.Printf("%#v\n", space.Example(1818)) // in a property of rapid's: space.Draw(t, "scenario")
	// Output:
	// harness.Scenario{
	// 	Seed:     0x3a,
	// 	Nodes:    []string{"n0", "n1", "n2", "n3", "n4"},
	// 	Topology: harness.Choice{Name: "ring"},
	// 	Loss:     25000,
	// 	Churn: []harness.Change{
	// 		{At: 28 * time.Second, Node: "n2", Do: harness.Crash},
	// 		{At: 38 * time.Second, Node: "n2", Do: harness.Restart},
	// 	},
	// 	Work: []harness.Op{
	// 		{At: time.Second, Node: "n3", Op: "publish", Arg: 1},
	// 	},
	// 	Duration: time.Minute,
	// }
}
