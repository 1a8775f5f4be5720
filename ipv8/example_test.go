package ipv8_test

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/overlaytest/overlaytest/ipv8"
	"github.com/overlaytest/overlaytest/ipv8/keys"
)

type Ping struct{}
type Pong struct{}

func (Ping) MessageID() byte { return 1 }
func (Pong) MessageID() byte { return 2 }

// Two peers, introduced to each other by hand, ping once a second.
func Example() {
	pingPong := ipv8.Define(ipv8.Named("ping-pong"), func(c *ipv8.Community) *ipv8.Community {
		ipv8.Handle(c, func(from *ipv8.Peer, _ Ping) { c.Send(from, Pong{}) })
		ipv8.Handle(c, func(from *ipv8.Peer, _ Pong) { fmt.Println(c.WAN(), "has a pong from", from.Address()) })
		c.Every(time.Second, time.Second, func() {
			for p := range c.Peers() {
				c.Send(p, Ping{})
			}
		})
		return c
	})

	w, ring := newWorld(), keys.NewRing()
	random := keys.Reader(rand.New(rand.NewPCG(1, 2)))
	var joined []*ipv8.Community
	for _, at := range []string{"81.1.1.1:2001", "82.2.2.2:2002"} {
		key, err := ring.Generate(keys.Curve25519, random)
		if err != nil {
			panic(err)
		}
		joined = append(joined, ipv8.Join(ipv8.NewStack(w.host(at), key), pingPong))
	}
	joined[0].WalkTo(joined[1].WAN())
	w.run(1500 * time.Millisecond)
	// Output:
	// 81.1.1.1:2001 has a pong from 82.2.2.2:2002
	// 82.2.2.2:2002 has a pong from 81.1.1.1:2001
}
