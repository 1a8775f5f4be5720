package properties_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/fixtures/overlays"
	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/properties"
	"github.com/overlaytest/overlaytest/sim"
)

// guest is an overlay that can leave, and may go on all the same.
type guest struct {
	node   *sim.Node
	timer  uint64
	lovely bool // leaves for good
}

func (g *guest) Leave() {
	if g.lovely {
		g.node.Stop(g.timer)
	}
}

// judgedGuests is what a judge of no clause fails with.
func judgedGuests(lovely bool) string {
	return checking(func(tb harness.TB) {
		properties.Judge[*guest]()(harness.Start(tb, quiet, func(n *sim.Node, _ []netip.AddrPort) *guest {
			return &guest{n, n.Every(time.Second, 1500*time.Millisecond, func() {}), lovely}
		}))
	})
}

var quiet = harness.Scenario{Seed: 42, Nodes: []string{"ann", "bob"}, Topology: harness.Choice{Name: "complete"}, Duration: 10 * time.Second}

func TestWhoLeavesMustFallSilent(t *testing.T) {
	expect(t, judgedGuests(true), "")
	expectPrefix(t, judgedGuests(false), `the promise "oracle: traffic after the goodbye" was broken
by bob: a timer of it fired at 11.5s, 1.5s after its goodbye; 1s is allowed
`)
}

func TestOverlaysFallSilentAfterTheirGoodbye(t *testing.T) {
	properties.Judge[*overlays.Gossip]()(harness.Start(t, quiet, overlays.NewGossip))
	properties.Judge[*overlays.Simple]()(harness.Start(t, quiet, overlays.NewSimple))
	properties.Judge[*overlays.PingPong]()(harness.Start(t, quiet, overlays.NewPingPong))
	properties.Judge[*overlays.Monger]()(harness.Start(t, quiet, overlays.Epidemic{}.Boot))
	properties.Judge[*overlays.Swimmer]()(harness.Start(t, quiet, overlays.Swim{}.Boot))
}
