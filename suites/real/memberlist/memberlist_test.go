package memberlist_test

import (
	"slices"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/harness/bdd"
	"github.com/overlaytest/overlaytest/properties"
	"github.com/overlaytest/overlaytest/sim"
	"github.com/overlaytest/overlaytest/sim/bubble"
	"github.com/overlaytest/overlaytest/suites/real/internal/again"
)

// claimed is what a program that rejoins survives, as SWIM's paper and memberlist's documentation claim it.
var claimed = properties.Budget{
	Down: sim.Percent(50), Outage: 30 * time.Second, Disks: []sim.DiskFate{sim.Unsynced, sim.Kept},
	Cut: time.Minute, Loss: sim.Percent(10), Duplicate: sim.Percent(20), Reorder: 500 * time.Millisecond,
}

// meets is the law of memberlist: once the faults are over, everybody sees all who are up, and nobody else.
func meets(t *testing.T) properties.Law[*member] {
	return properties.Law[*member]{
		Name: "members see those who are up, and nobody else",
		Space: properties.Scenarios(properties.Nodes(2, 8), properties.Duration(30*time.Second), properties.Latency(), properties.Faulty(claimed),
			properties.ChurnBy(harness.Crash, harness.Restart, harness.Join)),
		Within: claimed.Holds,
		Boot:   bubble.Boot(start),
		Judge: properties.Judge(
			properties.NoSelf((*member).ID, (*member).Known),
			properties.NoPhantoms((*member).ID, (*member).Known),
			properties.Discovers((*member).ID, (*member).Known, properties.Everybody, 2*time.Minute),
			properties.Forgets((*member).ID, (*member).Known, 2*time.Minute),
		),
		Around: bubble.Around(t),
	}
}

// returns is the law about who says goodbye and comes back at another port: all see it again. The first member stays, for the others to find.
// Gossip takes the goodbye to everybody with high probability: see missed.
func returns(t *testing.T) properties.Law[*member] {
	return properties.Law[*member]{
		Name: "who left and comes back at another port is seen",
		Space: properties.Scenarios(properties.Nodes(2, 6), properties.Duration(20*time.Second), properties.Latency(),
			properties.Ops("come back", 3), properties.Topology(harness.Choice{Name: "complete"})),
		Boot: bubble.Boot(start),
		Judge: properties.Judge(
			func(r *harness.Run[*member]) (then func()) {
				r.On("come back", func(m *harness.Member[*member], _ uint64) { m.Overlay.comeBack(m.Index, true) })
				r.On("come back unheard", func(m *harness.Member[*member], _ uint64) { m.Overlay.comeBack(m.Index, false) })
				return func() {}
			},
			properties.Discovers((*member).ID, (*member).Known, properties.Everybody, 2*time.Minute),
		),
		Around: bubble.Around(t),
	}
}

func TestMembersMeet(t *testing.T)        { meets(t).Check(t) }
func TestWhoComesBackIsSeen(t *testing.T) { returns(t).Check(t) }
func TestMembersAgain(t *testing.T)       { again.Check(t, meets(t), 5) }
func TestMembersReturnAgain(t *testing.T) { again.Check(t, returns(t), 5) }

func TestSpecs(t *testing.T) { bdd.RunSpecs(t, "Memberlist") }

// eight makes the body of a spec with eight members on a network of 20 ms.
func eight(body func(w *harness.World, members []*harness.Member[*member])) func() {
	return func() {
		bdd.Bubble(func(w *harness.World) {
			w.Link(sim.Latency(20 * time.Millisecond))
			members := harness.Spawn(w, 8, fixtures.Star, bubble.Boot(start))
			w.Eventually(seen(members)).Within(2 * time.Minute).Should(HaveEach(7))
			body(w, members)
		})
	}
}

// seen returns how many others each member that is up sees.
func seen(members []*harness.Member[*member]) func() []int {
	return func() (counts []int) {
		for _, m := range members {
			if m.Ready() {
				counts = append(counts, len(slices.Collect(m.Overlay.Known())))
			}
		}
		return counts
	}
}

// halves are the first half of the members, and the second one.
func halves(members []*harness.Member[*member]) (first, second []*sim.Node) {
	for i, m := range members {
		if 2*i < len(members) {
			first = append(first, m.Node)
		} else {
			second = append(second, m.Node)
		}
	}
	return first, second
}

var _ = Describe("Memberlist", func() {
	It("declares a crashed member dead within half a minute", eight(func(w *harness.World, members []*harness.Member[*member]) {
		members[3].Crash()
		w.Eventually(seen(members)).Within(30 * time.Second).Should(HaveEach(6))
	}))

	It("declares nobody dead when one packet of fifty is lost", eight(func(w *harness.World, members []*harness.Member[*member]) {
		w.Link(sim.Loss(sim.Percent(2)))
		w.Consistently(seen(members)).For(2 * time.Minute).Should(HaveEach(7))
	}))

	It("is two groups while it is cut in two, and one again when it is not", eight(func(w *harness.World, members []*harness.Member[*member]) {
		heal := w.Partition(halves(members))
		w.Eventually(seen(members)).Within(time.Minute).Should(HaveEach(3))
		w.Run(5 * time.Minute)
		heal()
		w.Eventually(seen(members)).Within(30 * time.Second).Should(HaveEach(7))
	}))

	It("takes a member back that left and has another port", eight(func(w *harness.World, members []*harness.Member[*member]) {
		members[5].Overlay.comeBack(5, true)
		w.Eventually(seen(members)).Within(10 * time.Second).Should(ContainElement(6))
		// Who missed the goodbye takes it back when it forgets the dead, after ten minutes: see missed in story_test.go.
		w.Eventually(seen(members)).Within(15 * time.Minute).Should(HaveEach(7))
	}))
})
