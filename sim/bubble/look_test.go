package bubble_test

import (
	"context"
	"math/rand/v2"
	"net/netip"
	"strconv"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/sim"
	"github.com/overlaytest/overlaytest/sim/bubble"
)

// drawing plays two programs that draw numbers all the time, and the world, which draws some in an event, is looked at after each event.
func drawing(t *testing.T, look func()) (digest uint64) {
	bubble.Test(t, 7, func(t *testing.T) {
		w := sim.New(7)
		defer w.Close()
		start := func(h *bubble.Host, _ []netip.AddrPort) (*bubble.Host, error) {
			conn, err := h.ListenPacket("udp", ":7")
			h.Go(func(ctx context.Context) {
				names := map[string]bool{}
				for i := range 20 {
					names["name"+strconv.Itoa(i)] = true
				}
				for tick := time.Tick(time.Second); ctx.Err() == nil; <-tick {
					for name := range names {
						_, _ = conn.WriteTo(strconv.AppendUint([]byte(name), rand.Uint64(), 10), conn.LocalAddr())
						break
					}
				}
			})
			return h, err
		}
		for _, name := range []string{"a", "b"} {
			n := w.Node(name, func(n *sim.Node) { bubble.Boot(start)(n, nil) })
			n.Every(0, time.Second, func() { _ = n.Send(n.Addrs()[0], strconv.AppendUint(nil, rand.Uint64(), 10)) })
		}
		w.Check(func(*sim.Node) { look() })
		w.Run(10 * time.Second)
		digest = w.Digest()
	})
	return digest
}

// TestALookChangesNothing has what looks at a world draw numbers, too.
func TestALookChangesNothing(t *testing.T) {
	if !bubble.Exact {
		t.Skip("run by: go run ./cmd/overlaytest test ./sim/bubble")
	}
	blind := drawing(t, func() {})
	for name, look := range map[string]func(){ // any order: each by itself
		"math/rand": func() { rand.Uint64() },
		"the order of a map": func() {
			for range map[int]int{1: 2, 3: 4} {
				break
			}
		},
	} {
		if seen := drawing(t, look); seen != blind {
			t.Errorf("whoever looked drew from %s: that changed the digest from %#x to %#x", name, blind, seen)
		}
	}
}
