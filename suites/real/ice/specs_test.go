package ice_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/pion/ice/v4"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/harness/bdd"
	"github.com/overlaytest/overlaytest/sim"
	"github.com/overlaytest/overlaytest/sim/bubble"
)

// pair makes two peers behind NATs of their own, introduced to each other.
func pair(w *harness.World, one, other fixtures.NAT, options ...ice.AgentOption) []*harness.Member[*peer] {
	w.Link(sim.Latency(30 * time.Millisecond))
	w.Settle(func(w *sim.World, name string) sim.Place {
		return fixtures.Behind(map[string]fixtures.NAT{"n0": one, "n1": other}[name])(w, name)
	})
	peers := harness.Spawn(w, 2, fixtures.Complete, bubble.Boot(starting(options...)))
	w.Settle(nil)
	introduce(w)
	return peers
}

var _ = DescribeTable("ICE without a relay",
	func(one, other fixtures.NAT, ends int) {
		bdd.Bubble(func(w *harness.World) {
			peers := pair(w, one, other)
			w.Run(40 * time.Second)
			Expect(connected(peers)()).To(HaveLen(ends))
		})
	},
	Entry("connects full cones", fixtures.FullCone(), fixtures.FullCone(), 2),
	Entry("connects port-restricted cones", fixtures.PortRestrictedCone(), fixtures.PortRestrictedCone(), 2),
	Entry("connects a symmetric NAT to a full cone", fixtures.SymmetricNAT(), fixtures.FullCone(), 2),
	Entry("connects a symmetric NAT to a restricted cone", fixtures.SymmetricNAT(), fixtures.RestrictedCone(), 2),
	Entry("does not connect a symmetric NAT to a port-restricted cone", fixtures.SymmetricNAT(), fixtures.PortRestrictedCone(), 0),
	Entry("does not connect symmetric NATs", fixtures.SymmetricNAT(), fixtures.SymmetricNAT(), 0),
)

// talking makes the body of a spec with two peers behind NATs that let them connect, and who have been connected for a while.
func talking(body func(w *harness.World, peers []*harness.Member[*peer])) func() {
	return func() {
		bdd.Bubble(func(w *harness.World) {
			peers := pair(w, fixtures.FullCone(), fixtures.PortRestrictedCone())
			w.Run(10 * time.Second)
			Expect(connected(peers)()).To(HaveLen(2))
			body(w, peers)
		})
	}
}

// round is the round that a peer is in.
func round(m *harness.Member[*peer]) int { return m.Overlay.signals.now() }

var _ = Describe("Two peers that are connected by ICE", func() {
	It("go on after a cut of 25 s, as they were", talking(func(w *harness.World, peers []*harness.Member[*peer]) {
		heal := w.Isolate(peers[0].Node)
		w.Run(25 * time.Second)
		Expect(connected(peers)()).To(BeEmpty())
		heal()
		w.Eventually(connected(peers)).Within(3 * time.Second).Should(HaveLen(2))
		Expect(round(peers[0])).To(Equal(1))
	}))

	It("start anew after a cut of a minute", talking(func(w *harness.World, peers []*harness.Member[*peer]) {
		heal := w.Isolate(peers[0].Node)
		w.Run(time.Minute)
		heal()
		w.Eventually(silence(w, peers)).Within(patience).Should(HaveEach(BeNumerically("<", time.Second)))
		Expect(round(peers[0])).To(BeNumerically(">", 1))
	}))

	It("start anew when one crashes and is back", talking(func(w *harness.World, peers []*harness.Member[*peer]) {
		peers[1].Crash()
		w.Run(2 * time.Second)
		peers[1].Restart()
		w.Eventually(silence(w, peers)).Within(3 * time.Second).Should(HaveEach(BeNumerically("<", time.Second)))
		Expect(round(peers[0])).To(Equal(2))
	}))

	It("start anew, when an agent has failed, where a NAT has another address", talking(func(w *harness.World, peers []*harness.Member[*peer]) {
		peers[0].Rebind()
		w.Run(25 * time.Second)
		Expect(connected(peers)()).NotTo(HaveLen(2))
		w.Eventually(connected(peers)).Within(15 * time.Second).Should(HaveLen(2))
		Expect(round(peers[0])).To(Equal(2))
	}))
})

var _ = Describe("What pion/ice does that one might not expect", func() {
	It("says for ever that it is connected to one whom it hears and who does not hear it", func() {
		bdd.Bubble(func(w *harness.World) {
			peers := pair(w, fixtures.FullCone(), fixtures.FullCone(), ice.WithFailedTimeout(0))
			w.Run(10 * time.Second)
			w.PartitionOneWay([]*sim.Node{peers[0].Node}, []*sim.Node{peers[1].Node})
			w.Run(10 * time.Second)
			w.Consistently(connected(peers)).For(5 * time.Minute).Should(Equal([]string{"n0"}))
		})
	})

	It("hears one whose NAT has got another address, does not answer there, and says that it is disconnected", func() {
		bdd.Bubble(func(w *harness.World) {
			peers := pair(w, fixtures.FullCone(), fixtures.FullCone())
			w.Run(10 * time.Second)
			peers[0].Rebind()
			w.Run(25 * time.Second)
			Expect(connected(peers)()).To(Equal([]string{"n0"}))
			Expect(silence(w, peers)()[1]).To(BeNumerically("<", time.Second))
			Expect(silence(w, peers)()[0]).To(BeNumerically(">", 20*time.Second))
		})
	})

	It("fails 30 s after it began, even if it was restarted shortly before", func() {
		bdd.Bubble(func(w *harness.World) {
			peers := pair(w, fixtures.SymmetricNAT(), fixtures.SymmetricNAT())
			w.After(28*time.Second, func() { peers[0].Overlay.signals.restart(1) })
			w.Run(29 * time.Second)
			Expect(round(peers[0])).To(Equal(2))
			w.Run(2 * time.Second)
			Expect(round(peers[0])).To(BeNumerically(">", 2), "the round after an agent has failed")
		})
	})
})
