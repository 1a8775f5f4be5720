// Package wire_test holds what whole IPv8 stacks make of what comes over the wire: packets as py-ipv8 sends them, spoilt ones, foreign ones.
package wire_test

import (
	"encoding/hex"
	"encoding/json"
	"net/netip"
	"os"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/fixtures/overlays"
	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/harness/bdd"
	"github.com/overlaytest/overlaytest/ipv8"
	"github.com/overlaytest/overlaytest/ipv8/keys"
	"github.com/overlaytest/overlaytest/sim"
)

func TestWire(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Wire")
}

type (
	PingPong = overlays.PingPong
	Member   = harness.Member[*PingPong]
)

// counts are how many peers each member knows.
func counts(members []*Member) func() []int {
	return func() (n []int) {
		for _, m := range members {
			n = append(n, m.Overlay.PeerCount())
		}
		return n
	}
}

// dropped is how many packets a member dropped for a reason.
func dropped(m *Member, why ipv8.Reason) uint64 { return m.Overlay.Stack().Dropped(why) }

// spoil is a rule for every packet.
func spoil(name string, how func(p *sim.Packet)) sim.Rule {
	return func(*sim.World) sim.Filter {
		return sim.Filter{Name: name, Apply: func(p *sim.Packet) sim.Fate { how(p); return sim.Fate{} }}
	}
}

var (
	// flip turns one random bit of each packet.
	flip = spoil("flip", func(p *sim.Packet) {
		bit := p.N(uint64(len(p.Data)) * 8)
		p.Mutate()[bit/8] ^= 1 << (bit % 8)
	})
	// truncate cuts each packet anywhere.
	truncate = spoil("truncate", func(p *sim.Packet) { p.Truncate(int(p.N(uint64(len(p.Data))))) })
	// twice sends each packet again.
	twice = func(*sim.World) sim.Filter {
		return sim.Filter{Name: "twice", Apply: func(*sim.Packet) sim.Fate { return sim.Fate{Copies: 1} }}
	}
)

// bootWith starts PingPong under a key of a curve; the nodes get the curves in turn.
func bootWith(curves ...string) harness.Boot[*PingPong] {
	return func(n *sim.Node, met []netip.AddrPort) *PingPong {
		p := ipv8.Join(overlays.Stack(n, curves[n.Index()%len(curves)]), overlays.PingPongs)
		p.Started(2 * time.Second)
		for _, a := range met {
			Expect(p.WalkTo(a)).To(Succeed())
		}
		return p
	}
}

var _ = Describe("A packet on the wire", func() {
	var w *harness.World

	BeforeEach(func() { w = bdd.New() })

	It("is prefix, message id, key, payload and the key's signature", func() {
		var ping []byte
		w.Watch(func(e sim.Event) {
			if e.Kind == sim.Sent && e.Node.Name() == "n0" && e.Data[22] == 1 {
				ping = append([]byte(nil), e.Data...)
			}
		})
		members := harness.Spawn(w, 2, fixtures.Complete, bootWith("low"))
		w.RunUntil(time.Minute, func() bool { return ping != nil })
		expectSignedPing(ping, members[0].Overlay.Key().Public())
	})

	It("that lost a bit makes nobody known", func() {
		w.Link(flip)
		members := harness.Spawn(w, 10, fixtures.Complete, bootWith("curve25519"))
		w.Consistently(counts(members)).For(time.Minute).Should(HaveEach(0))
	})

	It("that was cut makes nobody known", func() {
		w.Link(truncate)
		members := harness.Spawn(w, 10, fixtures.Complete, bootWith("curve25519"))
		w.Consistently(counts(members)).For(time.Minute).Should(HaveEach(0))
	})

	It("that comes twice makes nobody known twice", func() {
		w.Link(twice)
		members := harness.Spawn(w, 3, fixtures.Complete, overlays.NewPingPong)
		w.Run(time.Minute)
		Expect(counts(members)()).To(HaveEach(2))
	})

	It("of an overlay that nobody takes part in is dropped as foreign", func() {
		members := harness.Spawn(w, 1, fixtures.Line, overlays.NewPingPong)
		stranger := w.Node("stranger", nil)
		Expect(stranger.Send(members[0].Addrs()[0], make([]byte, 100))).To(Succeed())
		w.Run(0)
		Expect(dropped(members[0], ipv8.Foreign)).To(BeEquivalentTo(1))
	})

	It("that is too short for a message is dropped as such", func() {
		members := harness.Spawn(w, 1, fixtures.Line, overlays.NewPingPong)
		stranger := w.Node("stranger", nil)
		Expect(stranger.Send(members[0].Addrs()[0], []byte{0, 2})).To(Succeed())
		w.Run(0)
		Expect(dropped(members[0], ipv8.Short)).To(BeEquivalentTo(1))
	})

	It("is understood whatever the level of the sender's key", func() {
		members := harness.Spawn(w, 5, fixtures.Complete, bootWith("curve25519", "very-low", "low", "medium", "high"))
		w.Run(time.Second)
		Expect(counts(members)()).To(HaveEach(4))
	})
})

var _ = Describe("A packet that py-ipv8 sent", func() {
	var (
		w      *harness.World
		trace  trace
		member *PingPong
	)

	BeforeEach(func() {
		w, trace = bdd.New(), readTrace()
		id, _ := hex.DecodeString(trace.Community)
		at := netip.MustParseAddrPort("82.2.2.2:2002")
		w.Node("B", func(n *sim.Node) {
			member = ipv8.Join(overlays.Stack(n, "curve25519"), ipv8.Define(ipv8.ID(id), overlays.StartPingPong))
		}, sim.At(at))
		packet, _ := hex.DecodeString(trace.Packets[0].Hex)
		sender := w.Node("A", nil, sim.At(netip.MustParseAddrPort("81.1.1.1:2001")))
		Expect(sender.Send(at, packet)).To(Succeed())
		w.Run(0)
	})

	It("makes its sender known", func() {
		Expect(member.Table().ByAddress(netip.MustParseAddrPort("81.1.1.1:2001"))).NotTo(BeNil())
	})

	It("is an introduction request that is answered", func() {
		Expect(member.Traffic()).To(ContainElement(HaveField("MessageID", BeEquivalentTo(245))))
	})
})

// trace is a simulation as py-ipv8 played it. Its first packet is an introduction request from 81.1.1.1:2001 to 82.2.2.2:2002.
type trace struct {
	Community string `json:"community_id"`
	Packets   []struct{ Hex string }
}

func readTrace() (t trace) {
	data, err := os.ReadFile("../../ipv8/testdata/pingpong_trace_2peers_latency0.json")
	Expect(err).NotTo(HaveOccurred())
	Expect(json.Unmarshal(data, &t)).To(Succeed())
	return t
}

// expectSignedPing takes a ping of PingPong apart.
func expectSignedPing(packet []byte, key *keys.Public) {
	GinkgoHelper()
	id := overlays.PingPongs.ID()
	head := append([]byte{0, 2}, id[:]...)
	head = append(head, 1, 0, byte(len(key.Bin())))
	Expect(string(packet)).To(HavePrefix("%s", append(head, key.Bin()...)))
	cut := len(packet) - key.SignatureLen()
	Expect(packet[:cut]).To(HaveLen(len(head)+len(key.Bin())), "a ping has no payload")
	Expect(key.Verify(packet[:cut], packet[cut:])).To(BeTrue())
}
