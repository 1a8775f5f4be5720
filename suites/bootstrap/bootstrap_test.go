// Package bootstrap_test holds the behaviour of the tutorial's second simulation: peers that find each other through trackers and by walking,
// and what becomes of them when trackers cannot be reached.
package bootstrap_test

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/fixtures/overlays"
	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/harness/bdd"
	"github.com/overlaytest/overlaytest/sim"
)

func TestBootstrap(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Bootstrap")
}

type Simple = overlays.Simple

// startTrackers makes nodes with trackers, whose keys are stand-ins.
func startTrackers(w *harness.World, n int) (nodes []*sim.Node, addresses []netip.AddrPort) {
	for i := range n {
		node := w.Node(fmt.Sprint("tracker ", i), func(n *sim.Node) { overlays.NewTracker(n, "stand-in") })
		nodes, addresses = append(nodes, node), append(addresses, node.Addrs()[0])
	}
	return nodes, addresses
}

// strangers introduces nobody to anybody.
var strangers = fixtures.Gnp(0)

// atLeastTen is that each member knows ten others.
var atLeastTen = HaveEach(BeNumerically(">=", 10))

// tutorial is the world of the tutorial.
type tutorial struct {
	*harness.World
	trackers []*sim.Node
	members  []*harness.Member[*Simple]
	known    *harness.Graph
}

// newTutorial makes twenty peers, and two trackers whom they know.
func newTutorial(rules ...sim.Rule) (w tutorial) {
	w.World = bdd.New(rules...)
	var addresses []netip.AddrPort
	w.trackers, addresses = startTrackers(w.World, 2)
	w.members = harness.Spawn(w.World, 20, strangers, overlays.NewSimpleBy(addresses...))
	w.known = harness.Knows(w.members, overlays.Self, overlays.Known)
	return w
}

var _ = Describe("Twenty peers and two trackers", func() {
	var w tutorial

	BeforeEach(func() { w = newTutorial() })

	It("know ten others each within a minute", func() {
		w.Eventually(w.known.Degrees).Within(time.Minute).Should(atLeastTen)
	})

	It("are one island", func() {
		w.Run(time.Minute)
		Expect(w.known.Islands()).To(HaveLen(1))
	})

	It("never know themselves, nor anybody who is no peer, such as a tracker", func() {
		w.Run(2 * time.Minute)
		Expect(w.known.Self()).To(BeEmpty())
		Expect(w.known.Phantoms()).To(BeEmpty())
	})

	It("find each other when one of the trackers is down", func() {
		w.trackers[0].Crash()
		w.Eventually(w.known.Degrees).Within(2 * time.Minute).Should(atLeastTen)
	})

	It("go on without trackers once they have met", func() {
		w.Run(5 * time.Second)
		w.trackers[0].Crash()
		w.trackers[1].Crash()
		w.Eventually(w.known.Degrees).Within(2 * time.Minute).Should(atLeastTen)
	})

	It("take in a peer that comes back", func() {
		w.Run(time.Minute)
		w.members[3].Restart()
		w.Run(0)
		Expect(w.members[3].Overlay.PeerCount()).To(BeNumerically("<", 10))
		w.Eventually(func() int { return w.members[3].Overlay.PeerCount() }).Within(time.Minute).Should(BeNumerically(">=", 10))
	})
})

var _ = Describe("Twenty peers and two trackers over the internet", func() {
	It("know ten others each within a minute", func() {
		w := newTutorial(fixtures.Internet)
		w.Eventually(w.known.Degrees).Within(time.Minute).Should(atLeastTen)
	})
})

var _ = Describe("Twenty peers whose trackers cannot be reached", func() {
	var (
		w    tutorial
		heal func()
	)

	BeforeEach(func() {
		w = newTutorial(sim.Latency(50 * time.Millisecond))
		heal = w.Partition(w.trackers, harness.Nodes(w.members))
	})

	It("know nobody", func() {
		w.Consistently(w.known.Degrees).For(2 * time.Minute).Should(HaveEach(0))
	})

	It("know ten others each within a minute and a half after healing", func() {
		w.Run(time.Minute)
		heal()
		w.Eventually(w.known.Degrees).Within(90 * time.Second).Should(atLeastTen)
	})
})

var _ = Describe("A peer alone with a tracker", func() {
	It("knows nobody", func() {
		w := bdd.New()
		_, addresses := startTrackers(w, 1)
		members := harness.Spawn(w, 1, strangers, overlays.NewSimpleBy(addresses...))
		w.Run(time.Hour)
		Expect(members[0].Overlay.PeerCount()).To(BeZero())
	})
})
