package bdd_test

import (
	"context"
	"net"
	"net/netip"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/harness/bdd"
	"github.com/overlaytest/overlaytest/sim"
	"github.com/overlaytest/overlaytest/sim/bubble"
)

// greeter is a program that greets whom it has met, and counts greetings.
type greeter struct{ heard atomic.Int64 }

func start(h *bubble.Host, met []netip.AddrPort) (*greeter, error) {
	conn, err := h.ListenPacket("udp", h.Addr().String())
	if err != nil {
		return nil, err
	}
	g := &greeter{}
	h.Go(func(context.Context) {
		for _, to := range met {
			_, _ = conn.WriteTo([]byte("hello"), net.UDPAddrFromAddrPort(to))
		}
		for packet := make([]byte, 16); ; g.heard.Add(1) {
			if _, _, err := conn.ReadFrom(packet); err != nil {
				return
			}
		}
	})
	return g, nil
}

// The specs are run by func TestSpecs(t *testing.T) { bdd.RunSpecs(t, "Greeters") }.
var _ = It("greets everybody it has met", ExampleBubble)

func ExampleBubble() {
	bdd.Bubble(func(w *harness.World) {
		w.Link(sim.Latency(20 * time.Millisecond))
		members := harness.Spawn(w, 10, fixtures.Star, bubble.Boot(start))
		w.Eventually(members[0].Overlay.heard.Load).Within(time.Second).Should(BeEquivalentTo(9))
	})
}
