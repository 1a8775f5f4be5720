package quic_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/quic-go/quic-go"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/harness/bdd"
	"github.com/overlaytest/overlaytest/sim"
	"github.com/overlaytest/overlaytest/sim/bubble"
)

// large is the letter of 64 KiB, which takes longer than 100 ms on a network of 20 ms.
const large = 12273

// halfway makes the body of a spec with a server and a client who is in the middle of a large letter.
func halfway(body func(w *harness.World, server, client *harness.Member[*echo])) func() {
	return func() {
		bdd.Bubble(func(w *harness.World) {
			w.Link(sim.Latency(20 * time.Millisecond))
			members := harness.Spawn(w, 2, fixtures.Star, bubble.Boot(start))
			members[1].Overlay.write(large)
			w.Run(100 * time.Millisecond)
			Expect(members[1].Overlay.waits()).To(Equal(1))
			body(w, members[0], members[1])
		})
	}
}

// behind makes a server, and a client behind a NAT that knows it.
func behind(w *harness.World) (home *fixtures.Box, client *echo) {
	w.Link(sim.Latency(20 * time.Millisecond))
	home = fixtures.NewBox(w.World, "home", fixtures.FullCone())
	members := harness.Spawn(w, 1, fixtures.Complete, bubble.Boot(start))
	w.Node("client", func(n *sim.Node) { client = bubble.Boot(start)(n, members[0].Addrs()) }, sim.Behind(home))
	w.Run(0)
	return home, client
}

var _ = Describe("QUIC", func() {
	It("exchanges a hundred letters where one packet of a hundred is lost", func() {
		bdd.Bubble(func(w *harness.World) {
			w.Link(sim.Latency(20*time.Millisecond), sim.Loss(sim.Percent(1)))
			members := harness.Spawn(w, 101, fixtures.Star, bubble.Boot(start))
			for i, m := range members[1:] {
				m.Overlay.write(uint64(i))
			}
			w.Eventually(func() int { return waiting(members) }).Within(time.Minute).Should(BeZero())
		})
	})

	It("goes on when the client's NAT gives it another port", func() {
		bdd.Bubble(func(w *harness.World) {
			home, client := behind(w)
			client.write(large)
			w.Run(100 * time.Millisecond)
			Expect(client.waits()).To(Equal(1))
			home.Rebind()
			w.Eventually(client.waits).Within(10 * time.Second).Should(BeZero())
			Expect(client.dialled.Load()).To(BeEquivalentTo(1))
		})
	})

	It("goes on, on the same connection, after a cut of ten seconds", halfway(func(w *harness.World, server, client *harness.Member[*echo]) {
		heal := w.Isolate(server.Node)
		w.Run(10 * time.Second)
		Expect(client.Overlay.waits()).To(Equal(1))
		heal()
		w.Eventually(client.Overlay.waits).Within(15 * time.Second).Should(BeZero())
		Expect(client.Overlay.dialled.Load()).To(BeEquivalentTo(1))
	}))

	It("says after thirty seconds that nobody is there any more", halfway(func(w *harness.World, server, client *harness.Member[*echo]) {
		server.Crash()
		w.Run(29 * time.Second)
		Expect(client.Overlay.why()).To(Succeed())
		w.Run(2 * time.Second)
		Expect(client.Overlay.why()).To(MatchError(&quic.IdleTimeoutError{}))
	}))

	It("says after five seconds that nobody shakes hands", halfway(func(w *harness.World, server, client *harness.Member[*echo]) {
		server.Crash()
		client.Overlay.write(1)
		w.Run(4900 * time.Millisecond)
		Expect(client.Overlay.why()).To(Succeed())
		w.Run(200 * time.Millisecond)
		Expect(client.Overlay.why()).To(MatchError(&quic.IdleTimeoutError{}))
	}))

	It("has the client dial anew when a server has crashed and is back", halfway(func(w *harness.World, server, client *harness.Member[*echo]) {
		server.Crash()
		w.Run(2 * time.Second)
		server.Restart()
		w.Eventually(client.Overlay.waits).Within(35 * time.Second).Should(BeZero())
		Expect(client.Overlay.dialled.Load()).To(BeEquivalentTo(2))
	}))
})
