package digests_test

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/fixtures/overlays"
	"github.com/overlaytest/overlaytest/sim"
)

// nats are peers who meet by a tracker, behind the NATs of a measured mix, behind carriers, and behind one box of their own with every behaviour
// there is; now and then a box is rebound, or a node moves.
func nats(w *sim.World) {
	t := w.Node("tracker", func(n *sim.Node) { overlays.NewTracker(n, "stand-in") })
	boot := func(n *sim.Node) { overlays.NewSimpleBy(t.Addrs()[0])(n, nil) }
	home := fixtures.NewBox(w, "home", fixtures.NAT{Mapping: fixtures.ADM, Filtering: fixtures.ADF, Ports: fixtures.SequentialPorts, Parity: true,
		Hairpin: true, InboundRefresh: true, Timeout: 40 * time.Second, Unreplied: 10 * time.Second, Capacity: 6})
	for i, mix := range []fixtures.Mix{fixtures.Tribler2011, fixtures.BehindCarriers(2, time.Minute), func(*sim.World, string) sim.Place { return sim.Behind(home) }} {
		w.Settle(mix)
		for j := range 8 {
			w.Node(fmt.Sprint(i, " ", j), boot)
		}
	}
	w.Settle(nil)
	wall := w.Node("behind a wall", boot, sim.Behind(fixtures.NewBox(w, "wall", fixtures.Firewall())))
	r := w.Rand("rebinding")
	w.Every(20*time.Second, 20*time.Second, func() {
		n := w.Nodes()[r.IntN(len(w.Nodes()))]
		if !n.Rebind() {
			n.Move()
			n.Restart()
		}
		_ = wall.Send(netip.AddrPortFrom(home.IP(), 2000), []byte("unasked"))
	})
}
