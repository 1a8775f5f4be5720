package pingpong_test

import (
	"fmt"
	"net/netip"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/fixtures/overlays"
	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/harness/bdd"
	"github.com/overlaytest/overlaytest/sim"
)

type PingPong = overlays.PingPong

// The messages of PingPong.
const (
	ping byte = 1
	pong byte = 2
)

// mailbox holds when which node got a message, as "n0 at 2s".
type mailbox []string

// Arrived returns the whole mailbox.
func (m *mailbox) Arrived() []string { return *m }

// mailboxOf is filled with all messages of one id from now on.
func mailboxOf(w *harness.World, id byte) *mailbox {
	m := &mailbox{}
	w.Watch(func(e sim.Event) {
		if e.Kind == sim.Delivered && e.Data[22] == id {
			*m = append(*m, fmt.Sprintf("%s at %v", e.Node.Name(), e.At))
		}
	})
	return m
}

// nobody is an address that no node of any world has.
var nobody = netip.MustParseAddrPort("192.0.2.1:2001")

var _ = Describe("Two members of PingPong", func() {
	var (
		w       *harness.World
		members []*harness.Member[*PingPong]
		pings   *mailbox
		pongs   *mailbox
	)

	BeforeEach(func() {
		w = bdd.New()
		members = harness.Spawn(w, 2, fixtures.Complete, overlays.NewPingPong)
		w.Run(time.Second)
		pings, pongs = mailboxOf(w, ping), mailboxOf(w, pong)
	})

	It("know each other", func() {
		Expect(members[0].Overlay.PeerCount()).To(Equal(1))
		Expect(members[1].Overlay.PeerCount()).To(Equal(1))
	})

	It("send pings every two seconds", func() {
		w.Run(4 * time.Second)
		Expect(*pings).To(ConsistOf("n0 at 2s", "n1 at 2s", "n0 at 4s", "n1 at 4s"))
	})

	It("answer each ping with a pong", func() {
		w.Run(time.Minute)
		Expect(*pongs).To(ContainElements("n0 at 1m0s", "n1 at 1m0s"))
		Expect(*pongs).To(HaveLen(len(*pings)))
	})

	It("get a pong after the way there and back", func() {
		w.Link(sim.Latency(50 * time.Millisecond))
		w.Run(2 * time.Second)
		Expect(*pings).To(ConsistOf("n0 at 2.05s", "n1 at 2.05s"))
		Expect(*pongs).To(ConsistOf("n0 at 2.1s", "n1 at 2.1s"))
	})

	It("get a pong after one way there and another back", func() {
		w.Link(fixtures.FromTo(members[0].Node, members[1].Node, sim.Latency(50*time.Millisecond)))
		w.Link(fixtures.FromTo(members[1].Node, members[0].Node, sim.Latency(80*time.Millisecond)))
		w.Run(2 * time.Second)
		Expect(*pings).To(HaveExactElements("n1 at 2.05s", "n0 at 2.08s"))
		Expect(*pongs).To(ConsistOf("n0 at 2.13s", "n1 at 2.13s"))
	})

	It("hear nothing of each other while all packets are lost", func() {
		w.Link(sim.Loss(sim.Percent(100)))
		w.Consistently(pings.Arrived).For(time.Minute).Should(BeEmpty())
	})

	It("hear nothing of each other while the network is cut", func() {
		heal := w.Partition(harness.Nodes(members[:1]), harness.Nodes(members[1:]))
		w.Run(2 * time.Second)
		heal()
		w.Run(2 * time.Second)
		Expect(*pings).To(ConsistOf("n0 at 4s", "n1 at 4s"))
	})
})

var _ = Describe("A destination that nobody has", func() {
	It("is an error to who walks there", func() {
		w := bdd.New()
		w.LoseUnknown()
		members := harness.Spawn(w, 1, fixtures.Line, overlays.NewPingPong)
		Expect(members[0].Overlay.WalkTo(nobody)).To(MatchError(sim.ErrNoSuchAddress))
	})

	It("fails the test that does not expect it", func() {
		Expect(failureOf(func(t harness.TB) {
			w := harness.New(t, 1)
			members := harness.Spawn(w, 1, fixtures.Line, overlays.NewPingPong)
			_ = members[0].Overlay.WalkTo(nobody)
			w.Run(time.Second)
		})).To(And(HavePrefix("a packet was sent to an address nobody ever had"), ContainSubstring("n0 sent 192 bytes to 192.0.2.1:2001 at 0s")))
	})
})

var _ = Describe("A member of PingPong that crashes", func() {
	var (
		w       *harness.World
		members []*harness.Member[*PingPong]
		pongs   *mailbox
	)

	BeforeEach(func() {
		w = bdd.New(sim.Latency(50 * time.Millisecond))
		pongs = mailboxOf(w, pong)
		members = harness.Spawn(w, 2, fixtures.Complete, overlays.NewPingPong)
		w.Run(3 * time.Second)
		members[1].Crash()
		*pongs = nil
	})

	It("answers no more", func() {
		w.Consistently(pongs.Arrived).For(time.Minute).Should(BeEmpty())
	})

	It("has forgotten everybody when it comes back", func() {
		w.Link(sim.Loss(sim.Percent(100)))
		members[1].Restart()
		w.Run(time.Second)
		Expect(members[1].Overlay.PeerCount()).To(BeZero())
	})

	It("is the same peer when it comes back: its key is the same", func() {
		members[1].Restart()
		w.Run(time.Minute)
		Expect(members[0].Overlay.PeerCount()).To(Equal(1))
		Expect(members[0].Overlay.Table().Len()).To(Equal(1))
	})

	It("plays again after it walked to the other", func() {
		members[1].Restart()
		w.Run(2500 * time.Millisecond)
		Expect(*pongs).To(ConsistOf("n0 at 4.1s", "n1 at 5.1s"))
	})

	It("gets no pong that was on its way when it crashed again", func() {
		members[1].Restart()
		w.Run(2 * time.Second)
		members[1].Crash()
		w.Run(time.Minute)
		Expect(*pongs).To(ConsistOf("n0 at 4.1s"))
	})
})

// witness is a test that may fail: it keeps what it is failed with.
type witness struct {
	GinkgoTInterface
	said string
}

type stopped struct{}

// EndsTest has worlds pass it on.
func (stopped) EndsTest() {}

// Fatalf keeps the failure and ends the test.
func (w *witness) Fatalf(format string, args ...any) {
	w.said = fmt.Sprintf(format, args...)
	panic(stopped{})
}

// failureOf returns what a test is failed with.
func failureOf(test func(t harness.TB)) string {
	w := &witness{GinkgoTInterface: GinkgoT()}
	func() {
		defer func() {
			if p := recover(); p != nil && p != (stopped{}) {
				panic(p)
			}
		}()
		test(w)
	}()
	return w.said
}
