// Command bootstrap plays the second simulation of IPv8's tutorial.
package main

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/overlaytest/overlaytest/examples/internal/show"
	"github.com/overlaytest/overlaytest/fixtures/overlays"
	"github.com/overlaytest/overlaytest/ipv8/config"
	"github.com/overlaytest/overlaytest/sim"
)

func main() {
	show.Main(show.Settings{Seed: 1, Peers: 20, Trackers: 2, Duration: 2 * time.Minute, Curve: "medium", Interval: 2 * time.Second}, start)
}

func start(p *show.Play) {
	var trackers []netip.AddrPort
	for i := range p.Trackers { // we start the bootstrap nodes
		n := p.World.Node(fmt.Sprint("tracker ", i), func(n *sim.Node) { overlays.NewTracker(n, p.Curve) })
		trackers = append(trackers, n.Addrs()[0])
	}
	for i := range p.Peers {
		builder := config.New().ClearKeys().ClearOverlays()
		builder.AddKey("my peer", p.Curve, p.File("ec%d.pem", i))
		bootstrappers := []config.BootstrapperDefinition{{Class: config.DispersyBootstrapper, Init: config.Init{"ip_addresses": trackers}}}
		walkers := []config.WalkerDefinition{{Strategy: config.RandomWalk, Peers: 10, Init: config.Init{"timeout": 3.0}}}
		builder.AddOverlay("SimpleCommunity", "my peer", walkers, bootstrappers, config.Init{"id": i}, config.Call{"started", p.Interval})
		p.Start(fmt.Sprint("peer ", i), config.Must(builder.Finalize()), config.With("SimpleCommunity", overlays.Simples))
	}
}
