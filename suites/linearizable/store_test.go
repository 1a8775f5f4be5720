package linearizable_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/fixtures/overlays"
	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/harness/bdd"
	"github.com/overlaytest/overlaytest/properties/linearizable"
	"github.com/overlaytest/overlaytest/sim"
)

var _ = Describe("A replicated store", func() {
	var (
		w       *harness.World
		members []*harness.Member[*Store]
		history *linearizable.History
	)

	BeforeEach(func() {
		w = bdd.New(fixtures.Internet)
		members = harness.Spawn(w, 5, fixtures.Complete, overlays.ABD{}.Boot)
		history = linearizable.Record(w)
		w.Never("the store is linearizable", history.Contradiction)
		w.Artefact("linearizability.html", history.Draw)
	})

	write := func(who int) {
		value, done := history.Write(members[who].Node, 1)
		members[who].Overlay.Write(1, value, done)
	}
	read := func(who int) (got func() []uint64) {
		values, done := []uint64{}, history.Read(members[who].Node, 1)
		members[who].Overlay.Read(1, func(value uint64) {
			done(value)
			values = append(values, value)
		})
		return func() []uint64 { return values }
	}
	written := func(who int) {
		write(who)
		w.Eventually(history.Unanswered).Should(BeEmpty())
	}

	It("holds nothing at first", func() {
		w.Eventually(read(1)).Should(Equal([]uint64{0}))
	})

	It("holds what was written last, wherever it is read", func() {
		written(0)
		written(1)
		w.Eventually(read(4)).Should(Equal([]uint64{2}))
	})

	It("takes two round trips to answer", func() {
		w := bdd.New(sim.Latency(50 * time.Millisecond))
		store := harness.Spawn(w, 3, fixtures.Complete, overlays.ABD{}.Boot)[0].Overlay
		answered := false
		store.Write(1, 7, func() { answered = true })
		w.Eventually(func() time.Duration { return map[bool]time.Duration{true: w.Elapsed()}[answered] }).Should(Equal(200 * time.Millisecond))
	})

	It("goes on when a minority is down", func() {
		written(0)
		members[0].Crash()
		members[1].Crash()
		w.Eventually(read(2)).Should(Equal([]uint64{1}))
	})

	It("waits when a majority is out of reach, and goes on when it is back", func() {
		heal := w.Partition(harness.Nodes(members[:3]), harness.Nodes(members[3:]))
		write(4)
		w.Consistently(history.Unanswered).Should(HaveLen(1))
		heal()
		w.Eventually(history.Unanswered).Should(BeEmpty())
	})

	It("outlives a power cut", func() {
		written(0)
		for _, m := range members {
			m.Crash(sim.Unsynced)
			m.Restart()
		}
		w.Run(0)
		w.Eventually(read(3)).Should(Equal([]uint64{1}))
	})

	It("promises nothing while the disk is full, and goes on when there is room", func() {
		mend := members[0].Disk().Suffer(sim.DiskFull, sim.Percent(100))
		write(0)
		w.Consistently(history.Unanswered).Should(HaveLen(1))
		mend()
		w.Eventually(history.Unanswered).Should(BeEmpty())
	})

	It("answers in spite of loss, repetition and delay", func() {
		w.Link(sim.Loss(sim.Percent(30)), fixtures.Duplicate(sim.Percent(30)), fixtures.Reorder(sim.Percent(30), 5*time.Second))
		write(0)
		write(1)
		read(2)
		w.Eventually(history.Unanswered).Should(BeEmpty())
	})
})
