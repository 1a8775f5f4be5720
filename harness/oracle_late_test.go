package harness_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/sim"
)

// parter has a timer set at any time, which looks whether it has left.
type parter struct{ left bool }

func (p *parter) Leave() { p.left = true }

func bootParter(n *sim.Node, _ []netip.AddrPort) *parter {
	p := &parter{}
	var again func()
	again = func() {
		if !p.left {
			n.After(400*time.Millisecond, again)
		}
	}
	again()
	return p
}

// A timer set before the goodbye may fire as late as the scenario makes timers.
func TestLateTimersAreNoTrafficAfterTheGoodbye(t *testing.T) {
	for seed := range uint64(50) {
		r := harness.Start(t, harness.Scenario{
			Seed: seed, Nodes: []string{"a"}, Topology: harness.Choice{Name: "complete"}, Duration: time.Minute,
			Faults: []harness.Fault{{ID: "f1", Do: harness.LateTimers, Within: 3 * time.Second}},
		}, bootParter)
		r.Play()
		r.Heal()
		r.Farewell()
	}
}
