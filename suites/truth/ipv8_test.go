package truth_test

import (
	"fmt"
	"math"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/fixtures/overlays"
	"github.com/overlaytest/overlaytest/ipv8"
	"github.com/overlaytest/overlaytest/ipv8/bootstrap"
	"github.com/overlaytest/overlaytest/ipv8/walk"
	"github.com/overlaytest/overlaytest/sim"
)

// walker is a peer of IPv8 that walks on for ever, and how often somebody was introduced to it: an answer tells of one, and so does a request,
// of who sends it.
type walker struct {
	*overlays.Simple
	introduced int
}

// walkers makes peers that start from one tracker.
func walkers(w *sim.World, n int) []walker {
	tracker := w.Node("tracker", func(n *sim.Node) { overlays.NewTracker(n, "stand-in") }).Addrs()[0]
	all := make([]walker, n)
	crowd(w, n, func(n *sim.Node, i int, _ []netip.AddrPort) {
		kind := overlays.Simples(struct{ ID int }{i})
		meet := bootstrap.Dispersy{Addresses: []netip.AddrPort{tracker}}
		all[i].Simple = ipv8.Join(overlays.Stack(n, "stand-in"), kind, ipv8.MaxPeers(-1), walk.Random{Peers: 10 * len(all)}, meet)
	})
	w.Run(0)
	w.Watch(func(e sim.Event) {
		what := overlays.Describe(e.Data)
		if i := e.Node.Index() - 1; i >= 0 && (strings.HasPrefix(what, "introduction-re")) {
			all[i].introduced++
		}
	}, sim.Delivered)
	return all
}

// Coupon collector, as a bound: of n others, t introductions at random make n(1-(1-1/n)^t) known in the mean, and a walk along introductions,
// which comes back to whom it knows, no more. A walker of IPv8 keeps to it while there is somebody left to find, and to half of it at least.
func TestAWalkerOfIPv8FindsNoMoreThanTheCouponCollector(t *testing.T) {
	seed := seeds(t)
	const n = 60
	curve := map[time.Duration][]float64{}
	times := []time.Duration{5 * time.Second, 10 * time.Second, 20 * time.Second, 40 * time.Second}
	for range size(8, 40) {
		w := sim.New(seed.Uint64(), sim.Latency(20*time.Millisecond))
		all := walkers(w, n)
		for _, at := range times {
			w.Run(at - w.Elapsed())
			known, bound := 0.0, 0.0
			for _, one := range all {
				known += float64(one.PeerCount())
				bound += (n - 1) * (1 - math.Pow(1-1.0/(n-1), float64(one.introduced)))
			}
			curve[at] = append(curve[at], known/bound)
		}
		w.Close()
	}
	for _, at := range times {
		isMean(t, fmt.Sprintf("known after %v, by the bound", at), curve[at], 0.75, 0.25)
	}
}
