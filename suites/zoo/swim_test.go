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

type Swimmer = overlays.Swimmer

var _ = Describe("SWIM", func() {
	var (
		w       *harness.World
		members []*harness.Member[*Swimmer]
		known   *harness.Graph
		mail    *harness.Mail
	)

	BeforeEach(func() {
		w = bdd.New(fixtures.Internet)
		members = harness.Spawn(w, 12, fixtures.Ring, overlays.Swim{}.Boot)
		known = harness.Knows(members, (*Swimmer).ID, (*Swimmer).Known)
		mail = harness.NewMail(members, (*Swimmer).OnMessage)
		w.Eventually(known.Degrees).Within(time.Minute).Should(HaveEach(11))
	})

	broadcast := func(m *harness.Member[*Swimmer], first, last uint64) {
		for id := first; id <= last; id++ {
			mail.Sent(id)
			m.Overlay.Broadcast(id)
		}
	}

	It("knows everybody for as long as nothing happens", func() {
		w.Consistently(known.Degrees).For(5 * time.Minute).Should(HaveEach(11))
	})

	It("notices a crash", func() {
		members[3].Crash()
		w.Eventually(known.Phantoms).Within(time.Minute).Should(BeEmpty())
	})

	It("notices a goodbye at once", func() {
		members[3].Overlay.Leave()
		members[3].Crash()
		w.Eventually(known.Phantoms).Within(time.Second).Should(BeEmpty())
	})

	It("keeps the dead in their graves", func() {
		members[3].Crash()
		w.Eventually(known.Phantoms).Within(time.Minute).Should(BeEmpty())
		w.Consistently(known.Phantoms).For(5 * time.Minute).Should(BeEmpty())
	})

	It("keeps a member that only some cannot reach", func() {
		w.Partition(harness.Nodes(members[:1]), harness.Nodes(members[1:2]))
		w.Consistently(known.Degrees).For(5 * time.Minute).Should(HaveEach(11))
	})

	It("knows again who came back from the dead", func() {
		members[3].Crash()
		w.Run(time.Minute)
		members[3].Restart()
		w.Eventually(known.Degrees).Within(time.Minute).Should(HaveEach(11))
	})

	It("knows again who left and came back elsewhere", func() {
		members[3].Overlay.Leave()
		members[3].Move()
		members[3].Restart()
		w.Eventually(known.Degrees).Within(time.Minute).Should(HaveEach(11))
	})

	It("takes who comes back under another key for another", func() {
		members[3].Renew()
		members[3].Restart()
		w.Run(time.Minute)
		Expect(known.Degrees()).To(HaveEach(11))
		Expect(known.Phantoms()).To(BeEmpty())
	})

	It("is whole again after a long cut", func() {
		heal := w.Partition(harness.Nodes(members[:6]), harness.Nodes(members[6:]))
		w.Eventually(known.Islands).Within(time.Minute).Should(HaveLen(2))
		w.Run(10 * time.Minute)
		heal()
		w.Eventually(known.Degrees).Within(time.Minute).Should(HaveEach(11))
	})

	It("does not believe in the death of a member that was only paused", func() {
		members[3].Pause()
		w.Run(time.Minute)
		members[3].Resume()
		w.Eventually(known.Degrees).Within(time.Minute).Should(HaveEach(11))
	})

	It("carries many messages to everybody, once", func() {
		broadcast(members[0], 1, 600)
		w.Eventually(mail.Missing).Within(time.Minute).Should(BeEmpty())
		Expect(mail.Duplicate()).To(BeEmpty())
	})

	It("carries many messages to who was away", func() {
		members[7].Crash()
		broadcast(members[0], 1, 600)
		w.Run(time.Minute)
		members[7].Restart()
		w.Eventually(mail.Missing).Within(time.Minute).Should(BeEmpty())
	})

	It("forgets nobody for good when many packets are lost", func() {
		unlink := w.Link(sim.Loss(sim.Percent(50)), fixtures.Duplicate(sim.Percent(20)))
		w.Run(2 * time.Minute)
		unlink()
		w.Eventually(known.Degrees).Within(time.Minute).Should(HaveEach(11))
	})
})
