package gossip_test

import (
	"fmt"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/properties"
	"github.com/overlaytest/overlaytest/sim"
)

var delivers = properties.Law[*Gossip]{
	Name: "a rumour reaches everybody",
	Space: properties.Scenarios(properties.Nodes(2, 30), properties.Churn, properties.Loss(sim.Percent(30)), properties.Latency(),
		properties.Ops("publish", 5)),
	Boot: boot,
	Judge: func(r *harness.Run[*Gossip]) {
		mail := harness.NewMail(r.Members, (*Gossip).OnRumour)
		r.On("publish", func(m *harness.Member[*Gossip], id uint64) { mail.Sent(id); m.Overlay.Publish(id) })
		r.Play()
		r.Heal()
		r.Eventually(mail.Missing).Within(time.Minute).Should(BeEmpty())
	},
}

func TestDelivers(t *testing.T) { delivers.Check(t) }
func FuzzDelivers(f *testing.F) { delivers.Fuzz(f) }

var repeats = properties.Law[*Gossip]{
	Name: "a scenario has one digest, whatever runs beside it",
	Space: properties.Scenarios(properties.Nodes(2, 8), properties.Churn, properties.Loss(sim.Percent(30)), properties.Latency(),
		properties.Ops("publish", 5)),
	Boot: boot,
	Judge: func(r *harness.Run[*Gossip]) {
		once := digest(r)
		again := harness.Start(r.T, r.Scenario, boot)
		beside := r.Scenario
		beside.Seed++
		other := harness.Start(r.T, beside, boot)
		again.Watch(func(sim.Event) { other.Step() })
		NewWithT(r.T).Expect(digest(again)).To(Equal(once))
	},
}

// digest plays a scenario, heals it, and returns what came of it a while later.
func digest(r *harness.Run[*Gossip]) string {
	r.On("publish", func(m *harness.Member[*Gossip], id uint64) { m.Overlay.Publish(id) })
	r.Play()
	r.Heal()
	r.Run(10 * time.Second)
	return fmt.Sprintf("%#x", r.Digest())
}

var _ = Describe("A generated world of gossip", func() {
	It("is the same when it is played again, whatever runs beside it", func() { repeats.Check(GinkgoT()) })
})
