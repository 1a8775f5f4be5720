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

// stored is what [overlays.ABD] claims to survive: its members are who they are, where they are, and its packets are small.
// What a full disk does not take is not acknowledged.
var stored = func() properties.Budget {
	b := claimed
	b.Twins, b.Reuse, b.MTU = 0, false, 576
	b.Failing, b.Fail = []sim.DiskFate{sim.DiskFull}, sim.Percent(100)
	return b
}()

// registers are the worlds of [overlays.ABD].
var registers = []properties.Part{
	properties.Nodes(1, 7), properties.Duration(5 * time.Second), properties.Topology(harness.Choice{Name: "complete"}),
	properties.ChurnBy(harness.Crash, harness.Restart, harness.Join), properties.Faulty(stored),
}

// stores is the law of [overlays.ABD]. Members read and write one register all the time: there are always some at it at once.
func stores(boot harness.Boot[*overlays.Store]) properties.Law[*overlays.Store] {
	return properties.Law[*overlays.Store]{
		Name:   "the store is linearizable",
		Space:  rapid.Map(properties.Scenarios(append(registers, properties.Latency())...), working),
		Within: stored.Holds,
		Boot:   boot,
		Judge:  properties.Judge(linearizable.Registers((*overlays.Store).Write, (*overlays.Store).Read, 1, time.Minute)),
	}
}

// working has the nodes of a scenario read and write a register.
func working(s harness.Scenario) harness.Scenario {
	return s.Doing(fixtures.PoissonWork(100*time.Millisecond).Keys(1, 0, sim.Percent(80)))
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
