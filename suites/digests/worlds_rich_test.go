package digests_test

import (
	"time"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/fixtures/overlays"
	"github.com/overlaytest/overlaytest/sim"
)

// narrow are members of a gossip behind access links, half of them with a queue that controls its delay, which meet in one bottleneck.
func narrow(w *sim.World) {
	nodes := introduce(w, 20, fixtures.Star, publishing)
	w.Link(fixtures.AccessOf(nodes[:10], fixtures.Rate{Up: 64_000, Down: 256_000}, fixtures.DropTail(20_000)))
	w.Link(fixtures.AccessOf(nodes[10:], fixtures.Rate{Up: 64_000, Down: 256_000}, fixtures.CoDel(20_000)))
	w.Link(fixtures.Between(nodes[:5], nodes[5:], fixtures.Bottleneck(32_000, fixtures.CoDel(10_000))))
}

// mistimed are members whose clocks are wrong, run wrong and jump, who are slow, and whose timers are late.
func mistimed(w *sim.World) {
	nodes := introduce(w, 12, fixtures.Ring, overlays.NewPingPong)
	for i, n := range nodes {
		n.Skew(time.Duration(i) * time.Second)
		n.Drift(int64(i-6) * 50_000)
	}
	w.After(20*time.Second, func() {
		nodes[0].Step(-5 * time.Second)
		nodes[1].Step(time.Hour)
		nodes[2].Slow(300 * time.Millisecond)
		nodes[3].LateTimers(3 * time.Second)
	})
	w.After(40*time.Second, func() {
		nodes[2].Slow(0)
		nodes[3].LateTimers(0)
		nodes[4].Drift(0)
	})
}
