package zoo_test

import (
	"time"

	"pgregory.net/rapid"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/fixtures/overlays"
	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/properties"
	"github.com/overlaytest/overlaytest/properties/linearizable"
	"github.com/overlaytest/overlaytest/sim"
)

// stores is the law of [overlays.ABD]. Members read and write one register all the time: there are always some at it at once.
func stores(boot harness.Boot[*overlays.Store]) properties.Law[*overlays.Store] {
	return properties.Law[*overlays.Store]{
		Name: "the store is linearizable",
		Space: rapid.Map(properties.Scenarios(properties.Nodes(1, 7), properties.Duration(5*time.Second), properties.Latency(),
			properties.Topology(harness.Choice{Name: "complete"}), properties.ChurnBy(harness.Crash, harness.Restart, harness.Join),
			properties.Faulty(claimed)), doing(fixtures.PoissonWork(100*time.Millisecond).Keys(1, 0, sim.Percent(80)))),
		Within: claimed.Holds,
		Boot:   boot,
		Judge:  properties.Judge(linearizable.Registers((*overlays.Store).Write, (*overlays.Store).Read, 1, time.Minute)),
	}
}

// doing has the nodes of a scenario work.
func doing(w fixtures.Workload) func(s harness.Scenario) harness.Scenario {
	return func(s harness.Scenario) harness.Scenario { return s.Doing(w) }
}

// calmStores are scenarios of a store in which nothing goes wrong, and everything is done before something else is.
func calmStores() *rapid.Generator[harness.Scenario] {
	calm := properties.Scenarios(properties.Nodes(3, 10), properties.Latency(), properties.Topology(harness.Choice{Name: "complete"}),
		properties.Ops("write", 12), properties.Ops("read", 12))
	return rapid.Map(calm, func(s harness.Scenario) harness.Scenario {
		for i := range s.Work {
			s.Work[i].At = time.Duration(i) * 2 * time.Second
		}
		return s
	})
}
