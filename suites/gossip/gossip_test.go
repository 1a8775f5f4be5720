package gossip_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/fixtures/overlays"
	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/harness/bdd"
	"github.com/overlaytest/overlaytest/sim"
)

type (
	Gossip  = overlays.Gossip
	Members = []*harness.Member[*Gossip]
)

var boot = overlays.NewGossip

var _ = Describe("Gossip", func() {
	var (
		w       *harness.World
		members Members
		known   *harness.Graph
		mail    *harness.Mail
	)

	BeforeEach(func() {
		w = bdd.New(fixtures.Internet)
		members = harness.Spawn(w, 20, fixtures.Ring, boot)
		known = harness.Knows(members, (*Gossip).ID, (*Gossip).Known)
		mail = harness.NewMail(members, (*Gossip).OnRumour)
	})

	publish := func(m *harness.Member[*Gossip], id uint64) {
		mail.Sent(id)
		m.Overlay.Publish(id)
	}

	Describe("members", func() {
		It("come to know everybody, from two neighbours each", func() {
			w.Eventually(known.Degrees).Within(time.Minute).Should(HaveEach(19))
		})

		It("never know themselves", func() {
			w.Consistently(known.Self).For(time.Minute).Should(BeEmpty())
		})

		It("forget a peer that crashed", func() {
			w.Eventually(known.Degrees).Within(time.Minute).Should(HaveEach(19))
			members[3].Crash()
			w.Eventually(known.Degrees).Within(time.Minute).Should(HaveEach(18))
		})

		It("forget who left well before they would forget who crashed", func() {
			w.Run(time.Minute)
			members[3].Overlay.Leave()
			members[3].Crash()
			w.Eventually(known.Phantoms).Within(5 * time.Second).Should(BeEmpty())
		})

		It("know a peer again that came back", func() {
			w.Run(time.Minute)
			members[3].Crash()
			w.Eventually(known.Degrees).Within(time.Minute).Should(HaveEach(18))
			members[3].Restart()
			w.Eventually(known.Degrees).Within(time.Minute).Should(HaveEach(19))
		})

		It("find each other again after the network was cut in two", func() {
			w.Run(time.Minute)
			heal := w.Partition(harness.Nodes(members[:10]), harness.Nodes(members[10:]))
			w.Eventually(known.Islands).Within(time.Minute).Should(HaveLen(2))
			heal()
			w.Eventually(known.Islands).Within(time.Minute).Should(HaveLen(1))
		})
	})

	Describe("a rumour", func() {
		It("reaches everybody", func() {
			publish(members[0], 1)
			w.Eventually(mail.Missing).Within(time.Minute).Should(BeEmpty())
		})

		It("is heard once by each", func() {
			publish(members[0], 1)
			w.Run(time.Minute)
			Expect(mail.Duplicate()).To(BeEmpty())
		})

		It("does not cross a cut, and crosses once it is healed", func() {
			heal := w.Partition(harness.Nodes(members[:10]), harness.Nodes(members[10:]))
			publish(members[0], 1)
			w.Consistently(mail.Missing).For(time.Minute).ShouldNot(BeEmpty())
			heal()
			w.Eventually(mail.Missing).Within(time.Minute).Should(BeEmpty())
		})

		It("outlives the crash of the only one who knows it", func() {
			cut := w.Link(sim.Loss(sim.Percent(100)))
			publish(members[0], 1)
			members[0].Crash()
			cut()
			members[0].Restart()
			w.Eventually(mail.Missing).Within(time.Minute).Should(BeEmpty())
		})
	})
})
