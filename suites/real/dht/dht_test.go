package dht_test

import (
	"fmt"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/properties"
	"github.com/overlaytest/overlaytest/sim"
	"github.com/overlaytest/overlaytest/sim/bubble"
	"github.com/overlaytest/overlaytest/suites/real/internal/again"
	"github.com/overlaytest/overlaytest/suites/real/internal/spec"
)

// claimed is what the DHT survives, when everybody is introduced to everybody. With cuts, or introduced by one node that crashes, some nodes do
// not find each other again.
var claimed = properties.Budget{
	Down: sim.Percent(34), Outage: 20 * time.Second, Disks: []sim.DiskFate{sim.Unsynced, sim.Kept},
	Loss: sim.Percent(10), Duplicate: sim.Percent(20), Reorder: 500 * time.Millisecond,
}

// finds is the law of the DHT: once the faults are over, whoever looks for a torrent finds all who have it and are up.
func finds(t *testing.T) properties.Law[*client] {
	return properties.Law[*client]{
		Name: "who looks for a torrent finds all who have it",
		Space: properties.Scenarios(properties.Nodes(3, 6), properties.Duration(20*time.Second), properties.Latency(), properties.Ops("add", 4),
			properties.Topology(harness.Choice{Name: "complete"}), properties.Faulty(claimed), properties.ChurnBy(harness.Crash, harness.Restart)),
		Within: claimed.Holds,
		Boot:   bubble.Boot(start),
		Judge: func(r *harness.Run[*client]) {
			r.On("add", func(m *harness.Member[*client], n uint64) { m.Overlay.add(n % torrents) })
			r.Play()
			r.Heal()
			r.Eventually(func() []string { return unseen(r.Members) }).Within(5 * time.Minute).Should(BeEmpty())
		},
		Around: bubble.Around(t),
	}
}

// unseen says who has not found whom, among those who are up.
func unseen(members []*harness.Member[*client]) (all []string) {
	for _, m := range members {
		for _, o := range members {
			for n := range uint64(torrents) {
				if m != o && m.Ready() && o.Ready() && o.Overlay.offers(n) && !m.Overlay.sees(n, o.Overlay.self()) {
					all = append(all, fmt.Sprintf("%s does not find that %s has torrent %d", m.Name(), o.Name(), n))
				}
			}
		}
	}
	return all
}

// TestWhoLooksFinds judges the same worlds each time, which only an exact runtime makes the same histories.
func TestWhoLooksFinds(t *testing.T) {
	if !bubble.Exact {
		t.Skip("run it by overlaytest test")
	}
	finds(t).Check(t)
}

func TestWhoLooksFindsAgain(t *testing.T) { again.Check(t, finds(t), 5) }
func TestSpecs(t *testing.T)              { spec.Run(t, "DHT") }

var _ = Describe("The DHT", func() {
	It("finds what one of thirty nodes has", spec.In(1, func(t harness.TB) {
		w := harness.New(t, 1, sim.Latency(40*time.Millisecond))
		members := harness.Spawn(w, 30, fixtures.Star, bubble.Boot(start))
		members[17].Overlay.add(1)
		w.Eventually(func() []string { return unseen(members) }).Within(2 * time.Minute).Should(BeEmpty())
	}))
})
