package bench

import (
	"net/netip"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/fixtures/overlays"
	"github.com/overlaytest/overlaytest/ipv8"
	"github.com/overlaytest/overlaytest/ipv8/bootstrap"
	"github.com/overlaytest/overlaytest/ipv8/walk"
	"github.com/overlaytest/overlaytest/sim"
)

// discovery is the tutorial's second simulation: peers that meet by trackers and walk at random until they know ten others.
func discovery(seed uint64, peers, trackers int, curve string) *sim.World {
	w := sim.New(seed)
	addrs := make([]netip.AddrPort, trackers)
	for i := range addrs {
		n := w.Node("tracker "+strconv.Itoa(i), func(n *sim.Node) { overlays.NewTracker(n, curve) })
		addrs[i] = n.Addrs()[0]
	}
	for i := range peers {
		w.Node("peer "+strconv.Itoa(i), func(n *sim.Node) {
			kind := overlays.Simples(struct{ ID int }{i})
			s := ipv8.Join(overlays.Stack(n, curve), kind, bootstrap.Dispersy{Addresses: addrs}, walk.Random{Peers: 10, Timeout: 3 * time.Second})
			s.Started(2 * time.Second)
		})
	}
	return w
}

// worlds measures whole worlds of two virtual minutes, set-up, keys and tables included.
func worlds(peers, trackers int, curve string) func(*testing.B) {
	return func(b *testing.B) {
		seed := uint64(0)
		perOp(b, func() {
			seed++
			w := discovery(seed, peers, trackers, curve)
			w.Run(2 * time.Minute)
			w.Close()
		})
	}
}

// bigWorld measures one world of 10,000 peers, and the memory that the process holds in the end.
func bigWorld(b *testing.B) {
	perOp(b, func() {
		w := discovery(1, 10_000, 20, "stand-in curve25519")
		w.Run(2 * time.Minute)
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		b.ReportMetric(float64(m.Sys-m.HeapReleased)/(1<<20), "MiB")
		w.Close()
	})
}
