package discovery_test

import (
	"fmt"
	"net/netip"
	"sync"
	"time"

	"github.com/overlaytest/overlaytest/fixtures/overlays"
	"github.com/overlaytest/overlaytest/sim"
)

// means is how many others a peer knows on the average, right before a time and right after it.
type means map[time.Duration][2]float64

func (m means) at(t time.Duration) float64 { return (m[t][0] + m[t][1]) / 2 }

// curve returns the means over a hundred worlds of twenty peers and two trackers, in steps of two seconds.
var curve = sync.OnceValue(func() means {
	const worlds, peers, trackers = 100, 20, 2
	all := means{}
	for seed := range uint64(worlds) {
		w, members := tutorial(seed, peers, trackers)
		for at := 2 * time.Second; at <= 2*time.Minute; at += 2 * time.Second {
			w.Run(at - 1 - w.Elapsed())
			before := known(members)
			w.Run(1)
			m := all[at]
			all[at] = [2]float64{m[0] + before/worlds, m[1] + known(members)/worlds}
		}
		w.Close()
	}
	return all
})

// known is the mean number of peers that members know.
func known(members []*Simple) float64 {
	n := 0
	for _, m := range members {
		n += m.PeerCount()
	}
	return float64(n) / float64(len(members))
}

// tutorial makes the world of the tutorial's second simulation, in any size, with stand-in keys. The members are there after the first
// instant.
func tutorial(seed uint64, peers, trackers int) (*sim.World, []*Simple) {
	w := sim.New(seed)
	var addresses []netip.AddrPort
	for i := range trackers {
		n := w.Node(fmt.Sprint("tracker ", i), func(n *sim.Node) { overlays.NewTracker(n, "stand-in") })
		addresses = append(addresses, n.Addrs()[0])
	}
	members := make([]*Simple, peers)
	for i := range members {
		w.Node(fmt.Sprint("peer ", i), func(n *sim.Node) { members[i] = overlays.NewSimpleBy(addresses...)(n, nil) })
	}
	w.Run(0)
	return w, members
}
