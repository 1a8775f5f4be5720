package dht_test

import (
	"fmt"
	"net/netip"
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

// claimed is what a program that greets those it knows survives.
var claimed = properties.Budget{
	Down: sim.Percent(50), Outage: 30 * time.Second, Disks: []sim.DiskFate{sim.Unsynced, sim.Kept},
	Cut: time.Minute, Loss: sim.Percent(10), Duplicate: sim.Percent(20), Reorder: 500 * time.Millisecond,
}

// program starts a client on a host.
type program = func(h *bubble.Host, met []netip.AddrPort) (*client, error)

// scope says who should find whom.
type scope = func(up []*client, m, o *client) bool

// finds is the law of the DHT: once the faults are over, whoever looks for a torrent finds all who have it, are up, and should be found.
func finds(t *testing.T, start program, should scope) properties.Law[*client] {
	return properties.Law[*client]{
		Name: "who looks for a torrent finds all who have it",
		Space: properties.Scenarios(properties.Nodes(2, 8), properties.Duration(30*time.Second), properties.Latency(), properties.Ops("add", 4),
			properties.Faulty(claimed), properties.ChurnBy(harness.Crash, harness.Restart, harness.Join)),
		Within: claimed.Holds,
		Boot:   bubble.Boot(start),
		Judge: func(r *harness.Run[*client]) {
			r.On("add", func(m *harness.Member[*client], n uint64) { m.Overlay.add(n % torrents) })
			r.Play()
			r.Heal()
			r.Eventually(func() []string { return missed(r.Members, should) }).Within(2 * time.Minute).Should(BeEmpty())
		},
		Around: bubble.Around(t),
	}
}

// missed says who of those that are up, and should, has not found whom.
func missed(members []*harness.Member[*client], should scope) (all []string) {
	var up []*client
	for _, m := range members {
		if m.Ready() {
			up = append(up, m.Overlay)
		}
	}
	for _, o := range up {
		for n := range uint64(torrents) {
			if !o.offers(n) {
				continue
			}
			for _, m := range up {
				if m != o && should(up, m, o) && !m.sees(n, o.h.Addr()) {
					all = append(all, fmt.Sprintf("%s does not find that %s has torrent %d", m.h.Node().Name(), o.h.Node().Name(), n))
				}
			}
		}
	}
	return all
}

// near reports whether two programs were introduced to each other, or to a third that is up.
func near(up []*client, m, o *client) bool {
	return introduced(m, o) || slices.ContainsFunc(up, func(third *client) bool { return introduced(m, third) && introduced(third, o) })
}

func introduced(m, o *client) bool {
	knows := func(met []netip.AddrPort, who *client) bool { return slices.Contains(met, who.h.Addr()) }
	return knows(m.met, o) || knows(o.met, m)
}

// anybody should be found by anybody.
func anybody([]*client, *client, *client) bool { return true }

func TestWhoLooksFinds(t *testing.T)      { finds(t, start, near).Check(t) }
func TestWhoLooksFindsAgain(t *testing.T) { again.Check(t, finds(t, start, near), 5) }
func TestSpecs(t *testing.T)              { bdd.RunSpecs(t, "DHT") }

// swarm plays the body of a spec with so many programs on a network of 40 ms.
func swarm(n int, body func(w *harness.World, members []*harness.Member[*client])) {
	GinkgoHelper()
	bdd.Bubble(func(w *harness.World) {
		w.Link(sim.Latency(40 * time.Millisecond))
		body(w, harness.Spawn(w, n, fixtures.Star, bubble.Boot(start)))
	})
}

// all returns who has not found whom, of all who should.
func all(members []*harness.Member[*client]) func() []string {
	return func() []string { return missed(members, anybody) }
}

var _ = Describe("The DHT", Label("programs"), func() {
	It("finds what one of thirty nodes has", func() {
		swarm(30, func(w *harness.World, members []*harness.Member[*client]) {
			members[17].Overlay.add(1)
			w.Eventually(all(members)).Within(2 * time.Minute).Should(BeEmpty())
		})
	})

	It("finds what a node has while others come and go", func() {
		swarm(16, func(w *harness.World, members []*harness.Member[*client]) {
			members[0].Overlay.add(1)
			stop := w.Churn(harness.Nodes(members[1:]), fixtures.Exponential(3*time.Minute, time.Minute), 10*time.Minute)
			w.Run(10 * time.Minute)
			stop()
			w.Eventually(all(members)).Within(2 * time.Minute).Should(BeEmpty())
		})
	})

	It("finds across a cut when it has healed", func() {
		swarm(12, func(w *harness.World, members []*harness.Member[*client]) {
			nodes := harness.Nodes(members)
			heal := w.Partition(nodes[:6], nodes[6:])
			members[3].Overlay.add(1)
			w.Consistently(all(members)).For(3 * time.Minute).ShouldNot(BeEmpty())
			heal()
			w.Eventually(all(members)).Within(2 * time.Minute).Should(BeEmpty())
		})
	})
})
