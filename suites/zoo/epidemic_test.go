package zoo_test

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

type Monger = overlays.Monger

var _ = DescribeTableSubtree("An epidemic", func(mode overlays.Mode) {
	var (
		w       *harness.World
		members []*harness.Member[*Monger]
		known   *harness.Graph
		mail    *harness.Mail
	)

	BeforeEach(func() {
		w = bdd.New(fixtures.Internet)
		members = harness.Spawn(w, 20, fixtures.Ring, overlays.Epidemic{Mode: mode}.Boot)
		known = harness.Knows(members, (*Monger).ID, (*Monger).Known)
		mail = harness.NewMail(members, (*Monger).OnRumour)
	})

	publish := func(m *harness.Member[*Monger], id uint64) {
		mail.Sent(id)
		m.Overlay.Publish(id)
	}

	It("reaches everybody", func() {
		publish(members[0], 1)
		w.Eventually(mail.Missing).Within(time.Minute).Should(BeEmpty())
	})

	It("is heard of once", func() {
		publish(members[0], 1)
		w.Consistently(mail.Duplicate).For(2 * time.Minute).Should(BeEmpty())
	})

	It("tells everybody of everybody", func() {
		w.Eventually(known.Degrees).Within(2 * time.Minute).Should(HaveEach(19))
	})

	It("tells of who left", func() {
		w.Run(time.Minute)
		members[3].Overlay.Leave()
		members[3].Crash()
		w.Eventually(known.Phantoms).Within(time.Minute).Should(BeEmpty())
	})

	It("crosses a cut that is healed, long after it was news", func() {
		heal := w.Partition(harness.Nodes(members[:10]), harness.Nodes(members[10:]))
		publish(members[0], 1)
		w.Run(2 * time.Minute)
		heal()
		w.Eventually(mail.Missing).Within(time.Minute).Should(BeEmpty())
	})

	It("reaches who was down", func() {
		members[7].Crash()
		publish(members[0], 1)
		w.Run(time.Minute)
		members[7].Restart()
		w.Eventually(mail.Missing).Within(time.Minute).Should(BeEmpty())
	})

	It("outlives the crash of the only one who knows it", func() {
		publish(members[0], 1)
		members[0].Crash()
		w.Run(time.Minute)
		members[0].Restart()
		w.Eventually(mail.Missing).Within(time.Minute).Should(BeEmpty())
	})

	It("goes on from a member that came back, though it counts anew", func() {
		publish(members[0], 1)
		w.Run(time.Minute)
		members[0].Restart()
		w.Run(0)
		publish(members[0], 2)
		w.Eventually(mail.Missing).Within(time.Minute).Should(BeEmpty())
	})

	It("survives that packets are lost and come twice and late", func() {
		w.Link(sim.Loss(sim.Percent(30)), fixtures.Duplicate(sim.Percent(30)), fixtures.Reorder(sim.Percent(30), 5*time.Second))
		publish(members[0], 1)
		w.Eventually(mail.Missing).Within(2 * time.Minute).Should(BeEmpty())
		w.Consistently(mail.Duplicate).For(time.Minute).Should(BeEmpty())
	})

	It("reaches who moved", func() {
		w.Run(time.Minute)
		members[7].Move()
		members[7].Restart()
		publish(members[0], 1)
		w.Eventually(mail.Missing).Within(time.Minute).Should(BeEmpty())
	})
},
	Entry("by push and pull", overlays.PushPull),
	Entry("by push", overlays.Push),
	Entry("by pull", overlays.Pull),
)
