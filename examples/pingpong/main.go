// Command pingpong plays the first simulation of IPv8's tutorial.
package main

import (
	"fmt"
	"time"

	"github.com/overlaytest/overlaytest/examples/internal/show"
	"github.com/overlaytest/overlaytest/fixtures/overlays"
	"github.com/overlaytest/overlaytest/ipv8/config"
)

func main() {
	show.Main(show.Settings{Seed: 1, Peers: 2, Duration: 10 * time.Second, Curve: "medium", Interval: 2 * time.Second}, start)
}

func start(p *show.Play) {
	instances := make([]*config.Instance, p.Peers)
	for i := range instances {
		builder := config.New().ClearKeys().ClearOverlays()
		builder.AddKey("my peer", p.Curve, p.File("ec%d.pem", i+1))
		builder.AddOverlay("PingPongCommunity", "my peer", nil, nil, nil, config.Call{"started", p.Interval})
		instances[i] = p.Start(fmt.Sprint("peer ", i+1), config.Must(builder.Finalize()), config.Plain("PingPongCommunity", overlays.PingPongs))
	}
	for _, from := range instances { // introduce peers to each other
		for _, to := range instances {
			if from != to {
				p.Check(from.Stack.Overlays()[0].WalkTo(to.Stack.Host().Addrs()[0]))
			}
		}
	}
}
