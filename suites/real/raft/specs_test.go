package raft_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/harness/bdd"
	"github.com/overlaytest/overlaytest/sim"
	"github.com/overlaytest/overlaytest/sim/bubble"
)

// five makes the body of a spec with five nodes on a network of 20 ms, who have elected a leader and applied a few entries.
func five(body func(w *harness.World, members []*harness.Member[*peer])) func() {
	return func() {
		bdd.Bubble(func(w *harness.World) {
			w.Link(sim.Latency(20 * time.Millisecond))
			members := harness.Spawn(w, 5, fixtures.Complete, bubble.Boot(start))
			w.Always("raft is safe", sim.Shared(members[0].Node, newPast).err)
			w.Eventually(progress(members)).Within(10 * time.Second).Should(HaveEach(BeNumerically(">", 6)))
			body(w, members)
		})
	}
}

// progress returns how far each member that is up has come.
func progress(members []*harness.Member[*peer]) func() []uint64 {
	return func() []uint64 { return applied(members) }
}

// split returns the leader and so many others, and the rest.
func split(members []*harness.Member[*peer], others int) (with, without []*sim.Node) {
	for _, m := range members {
		switch {
		case m == leader(members):
			with = append(with, m.Node)
		case others > 0:
			with, others = append(with, m.Node), others-1
		default:
			without = append(without, m.Node)
		}
	}
	return with, without
}

// goesOn is that everybody who is up applies more than anybody has now, within ten seconds.
func goesOn(w *harness.World, members []*harness.Member[*peer]) {
	w.Eventually(progress(members)).Within(10 * time.Second).Should(HaveEach(BeNumerically(">", highest(applied(members)))))
}

var _ = Describe("Raft", func() {
	It("elects another leader when one crashes", five(func(w *harness.World, members []*harness.Member[*peer]) {
		leader(members).Crash()
		goesOn(w, members)
	}))

	It("goes on where the majority is when the leader is cut off, who applies nothing", five(func(w *harness.World, members []*harness.Member[*peer]) {
		leads := leader(members)
		heal := w.Partition(split(members, 1))
		w.Run(time.Second) // what was on its way has come
		before := leads.Overlay.applied.Load()
		w.Run(30 * time.Second)
		Expect(leads.Overlay.applied.Load()).To(Equal(before))
		Expect(highest(applied(members))).To(BeNumerically(">", before+10))
		heal()
		goesOn(w, members)
	}))

	It("keeps its leader when a minority that was cut off is back, and brings it up to date", five(func(w *harness.World, members []*harness.Member[*peer]) {
		leads, term := leader(members), leader(members).Overlay.term.Load()
		heal := w.Partition(split(members, 2))
		w.Run(time.Minute)
		heal()
		goesOn(w, members)
		Expect(leader(members)).To(Equal(leads))
		Expect(leads.Overlay.term.Load()).To(Equal(term))
	}))

	It("brings up to date who crashed before its disk had what it wrote", five(func(w *harness.World, members []*harness.Member[*peer]) {
		_, rest := split(members, 3)
		crashed := members[rest[0].Index()]
		w.RunUntil(10*time.Second, crashed.Overlay.appending.Load)
		written := len(logOf(crashed))
		crashed.Crash()
		Expect(len(logOf(crashed))).To(BeNumerically("<", written))
		crashed.Restart()
		goesOn(w, members)
	}))

	It("goes on when everybody has crashed and is back", five(func(w *harness.World, members []*harness.Member[*peer]) {
		before := highest(applied(members))
		for _, m := range members {
			m.Crash()
			m.Restart()
		}
		w.Eventually(progress(members)).Within(10 * time.Second).Should(HaveEach(BeNumerically(">", before)))
	}))
})

// logOf is what a member's disk has of its log.
func logOf(m *harness.Member[*peer]) []byte {
	b, _ := m.Disk().Read("log")
	return b
}
