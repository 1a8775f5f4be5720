package discovery_test

import (
	"fmt"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/fixtures/overlays"
	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/harness/bdd"
	"github.com/overlaytest/overlaytest/ipv8/walk"
	"github.com/overlaytest/overlaytest/properties"
)

type Walker = overlays.Walker

// supernodes are twenty peers who go and come as Skype's supernodes did in 2006, but three hundred times as often: a session has a median of
// about a minute.
func supernodes(seed uint64) harness.Scenario {
	s := harness.Scenario{
		Seed: seed, Topology: harness.Choice{Name: "complete"}, Latency: harness.Choice{Name: "cities"},
		ChurnModel: harness.Choice{Name: "skype06", Params: []int64{300, 1}}, Duration: 15 * time.Minute,
	}
	for i := range 20 {
		s.Nodes = append(s.Nodes, fmt.Sprint("n", i))
	}
	return s
}

// evening says who was there when, as a crawler would.
const evening = `node,at,state
n0,5m,leave
n1,4m,down
n1,9m,up
n2,3m30s,down
n3,2m,up
`

var _ = Describe("Churn", func() {
	DescribeTable("as measured in Skype leaves what the laws of walks say", func(seed uint64) {
		properties.Judge(
			properties.NoSelf((*Walker).ID, (*Walker).Known),
			properties.NoPhantoms((*Walker).ID, (*Walker).Known),
			properties.Bounded("peers and addresses", (*Walker).State, 200),
			properties.Discovers((*Walker).ID, (*Walker).Known, 5, 3*time.Minute),
			properties.Forgets((*Walker).ID, (*Walker).Known, 5*time.Minute),
		)(harness.Start(GinkgoT(), supernodes(seed), overlays.Walk{Meet: overlays.ByTopology}.Boot))
	}, Entry(nil, uint64(1)), Entry(nil, uint64(2)), Entry(nil, uint64(3)))

	It("is replayed from a table of who was there when", func() {
		trace, err := fixtures.Trace(strings.NewReader(evening))
		Expect(err).NotTo(HaveOccurred())
		w := bdd.New(fixtures.Internet)
		members := harness.Spawn(w, 5, fixtures.Complete, walking(walk.Random{}, walk.Churn{}))
		known := harness.Knows(members, overlays.Self, overlays.Known)
		stop := w.Churn(harness.Nodes(members), trace, time.Hour)
		w.Run(15 * time.Minute)
		Expect(known.Degrees()).To(Equal([]int{2, 2, 2})) // n1, n3 and n4 are there
		stop()
		w.Eventually(known.Degrees).Within(5 * time.Minute).Should(HaveEach(4))
	})
})
