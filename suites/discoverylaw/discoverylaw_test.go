// Package discoverylaw_test holds a law over generated worlds: members of an IPv8 overlay that walk discover each other, whoever was introduced
// to whom, whatever was lost and whoever crashed meanwhile.
package discoverylaw_test

import (
	"fmt"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/overlaytest/overlaytest/fixtures/overlays"
	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/properties"
	"github.com/overlaytest/overlaytest/sim"
)

type Simple = overlays.Simple

// walked is how many peers the walkers of Simple are content with.
const walked = 10

// meeting is how long two islands may take to meet when only two members were introduced to each other across: each goes there once in forty
// steps, of half a second, so that they have not met yet with a chance of e to the minus 18.
const meeting = 3 * time.Minute

// Of 22 members or more, two halves may be content with themselves, when what would have joined them was lost early: an overlay of walkers
// promises each member its ten peers, not one island. Nobody moves: members go back to the addresses they were told at the start, and a star
// whose centre is elsewhere has none.
var discovers = properties.Law[*Simple]{
	Name: "every member is discovered",
	Space: properties.Scenarios(properties.Nodes(2, 30), properties.ChurnBy(harness.Crash, harness.Restart, harness.Join),
		properties.Loss(sim.Percent(30)), properties.Latency()),
	Boot: overlays.NewSimple,
	Judge: func(r *harness.Run[*Simple]) {
		known := harness.Knows(r.Members, overlays.Self, overlays.Known)
		r.Play()
		r.Heal()
		others := min(walked, len(r.Members)-1)
		r.Eventually(known.Degrees).Within(meeting).Should(HaveEach(BeNumerically(">=", others)))
		NewWithT(r.T).Expect(known.Self()).To(BeEmpty())
		NewWithT(r.T).Expect(known.Phantoms()).To(BeEmpty())
	},
}

func TestDiscovers(t *testing.T) { discovers.Check(t) }
func FuzzDiscovers(f *testing.F) { discovers.Fuzz(f) }

var repeats = properties.Law[*Simple]{
	Name:  "a scenario has one digest, whatever runs beside it",
	Space: properties.Scenarios(properties.Nodes(2, 8), properties.Churn, properties.Loss(sim.Percent(30)), properties.Latency()),
	Boot:  overlays.NewSimple,
	Judge: func(r *harness.Run[*Simple]) {
		once := digest(r)
		again := harness.Start(r.T, r.Scenario, overlays.NewSimple)
		beside := r.Scenario
		beside.Seed++
		other := harness.Start(r.T, beside, overlays.NewSimple)
		again.Watch(func(sim.Event) { other.Step() })
		NewWithT(r.T).Expect(digest(again)).To(Equal(once))
	},
}

// digest plays a scenario, heals it, and returns what came of it a while later.
func digest(r *harness.Run[*Simple]) string {
	r.Play()
	r.Heal()
	r.Run(10 * time.Second)
	return fmt.Sprintf("%#x", r.Digest())
}

func TestDiscoveryLaw(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Discovery law")
}

var _ = Describe("A generated world of IPv8", func() {
	It("is the same when it is played again, whatever runs beside it", func() { repeats.Check(GinkgoT()) })
})
