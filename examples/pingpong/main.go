// Command pingpong plays the first simulation of IPv8's tutorial: peers that are introduced to each other send pings.
package main

import (
	"fmt"
	"time"

	"github.com/overlaytest/overlaytest/examples/internal/show"
	"github.com/overlaytest/overlaytest/fixtures/overlays"
	"github.com/overlaytest/overlaytest/ipv8"
	"github.com/overlaytest/overlaytest/sim"
)

func main() {
	show.Main(show.Settings{Seed: 1, Peers: 2, Duration: 10 * time.Second, Interval: 2 * time.Second, Curve: "medium"}, start)
}

func start(p *show.Play) error {
	var instances []*overlays.PingPong
	for i := range p.Peers {
		p.World.Node(fmt.Sprint("peer ", i+1), func(n *sim.Node) {
			key, _ := overlays.Key(n, p.Curve)
			o := ipv8.Join(ipv8.NewStack(n, key), overlays.PingPongs(ipv8.Named("PingPongCommunity")))
			o.Started(p.Interval)
			p.Add(o.Community)
			instances = append(instances, o)
		})
	}
	p.World.Run(0)
	for i, from := range instances { // introduce peers to each other
		for j, to := range p.World.Nodes() {
			if i != j {
				if err := from.WalkTo(to.Addrs()[0]); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
