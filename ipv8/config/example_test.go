package config_test

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/overlaytest/overlaytest/ipv8"
	"github.com/overlaytest/overlaytest/ipv8/config"
	"github.com/overlaytest/overlaytest/ipv8/internal/testhost"
	"github.com/overlaytest/overlaytest/ipv8/tracker"
)

// Simple is an overlay that says how many peers it knows.
type Simple struct {
	*ipv8.Community
	id int
}

// Started is called by the name "started".
func (s *Simple) Started() {
	s.Every(time.Minute, time.Minute, func() { fmt.Println("I am peer", s.id, "and know", s.PeerCount(), "peers") })
}

// NewSimple returns the kind of a Simple with a number.
func NewSimple(v struct{ ID int }) ipv8.Kind[*Simple] {
	return ipv8.Define(ipv8.Named("simple"), func(c *ipv8.Community) *Simple { return &Simple{c, v.ID} })
}

// Three peers, described with the words of py-ipv8, meet through a tracker.
func Example() {
	w := testhost.New()
	tracker.Start(w.Host(1), w.Host(1).Key())
	for i := range 3 {
		builder := config.New().ClearKeys().ClearOverlays()
		builder.AddKey("my peer", "curve25519", fmt.Sprintf("ec%d.pem", i))
		bootstrappers := []config.BootstrapperDefinition{{Class: config.DispersyBootstrapper,
			Init: config.Init{"ip_addresses": []netip.AddrPort{w.Host(1).Addr()}, "dns_addresses": nil}}}
		walkers := []config.WalkerDefinition{{Strategy: config.RandomWalk, Peers: 10, Init: config.Init{"timeout": 3.0}}}
		builder.AddOverlay("SimpleCommunity", "my peer", walkers, bootstrappers, config.Init{"id": i}, config.Call{"started"})

		_, err := config.Start(w.Host(10+i), w.Ring, config.Memory{}, config.Must(builder.Finalize()), config.With("SimpleCommunity", NewSimple))
		if err != nil {
			panic(err)
		}
	}
	w.Run(time.Minute)
	// Output:
	// I am peer 0 and know 2 peers
	// I am peer 1 and know 2 peers
	// I am peer 2 and know 2 peers
}
