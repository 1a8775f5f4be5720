package ice_test

import (
	"fmt"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/pion/ice/v4"
	"pgregory.net/rapid"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/properties"
	"github.com/overlaytest/overlaytest/sim"
	"github.com/overlaytest/overlaytest/sim/bubble"
	"github.com/overlaytest/overlaytest/suites/real/internal/again"
	"github.com/overlaytest/overlaytest/suites/real/internal/spec"
)

// nats are the mixes of NATs that two peers stand behind.
var nats = []harness.Choice{
	{Name: "none"}, {Name: "tribler-2011"}, {Name: "natcracker-2009"}, {Name: "ford-2005"}, lasting("firewall"), lasting("full-cone"),
	lasting("restricted-cone"), lasting("port-restricted-cone"), lasting("symmetric"),
}

// lasting is a NAT that forgets after two minutes.
func lasting(name string) harness.Choice {
	return harness.Choice{Name: name, Params: []int64{int64(2 * time.Minute)}}
}

// connects is the law of ICE: two peers connect where their NATs let them, and nowhere else.
func connects(t *testing.T) properties.Law[*peer] {
	plain := properties.Scenarios(properties.Nodes(2, 2), properties.Duration(15*time.Second), properties.Latency(), properties.Loss(sim.Percent(10)))
	return properties.Law[*peer]{
		Name: "two peers connect where their NATs let them",
		Space: rapid.Custom(func(t *rapid.T) harness.Scenario {
			s := plain.Draw(t, "world")
			s.NAT = rapid.SampledFrom(nats).Draw(t, "NAT")
			return s
		}),
		Boot:   bubble.Boot(start),
		Judge:  judge,
		Around: bubble.Around(t),
	}
}

func judge(r *harness.Run[*peer]) {
	a, b := r.Members[0], r.Members[1]
	introduce(r.World, a.Overlay, b.Overlay, r.Play)
	r.Heal()
	if possible(a.Node, b.Node) {
		r.Eventually(func() string { return both(a.Overlay, b.Overlay) }).Within(time.Minute).Should(Equal("connected"))
	} else {
		r.Consistently(func() string { return both(a.Overlay, b.Overlay) }).For(time.Minute).ShouldNot(Equal("connected"))
	}
}

// introduce has two peers gather while play plays, and gives each the other's candidates.
func introduce(w *harness.World, a, b *peer, play func()) {
	server := w.Node("stun", func(n *sim.Node) { bubble.Boot(serve)(n, nil) })
	w.Run(0)
	for _, p := range []*peer{a, b} {
		if err := bubble.Do(w.World, time.Second, func() error { return p.gather(server.Addrs()[0]) }); err != nil {
			w.T.Fatalf("gather: %v", err)
		}
	}
	play()
	a.meet(b, (*ice.Agent).Dial)
	b.meet(a, (*ice.Agent).Accept)
}

// both says how far two peers have come.
func both(a, b *peer) string {
	for _, p := range []*peer{a, b} {
		if p.failed.Load() != nil {
			return *p.failed.Load()
		}
	}
	if a.heard.Load() == nil || b.heard.Load() == nil {
		return fmt.Sprint("waits; ", a.candidates, b.candidates)
	}
	return "connected"
}

// possible is the theory: the first packet of one of the two arrives, and what answers it goes back on its way.
func possible(a, b *sim.Node) bool {
	one, other := behind(a), behind(b)
	if one.Filtering == fixtures.Blocked || other.Filtering == fixtures.Blocked {
		return false
	}
	return arrives(one, other) || arrives(other, one)
}

// arrives reports whether a packet from behind one NAT comes in by another's outside address, as its STUN server has seen it, while that
// sends to the first one's likewise.
func arrives(from, to fixtures.NAT) bool {
	steady := func(n fixtures.NAT) bool { return n.Mapping == fixtures.EIM || n.Mapping == fixtures.Untranslated }
	switch {
	case to.Filtering == fixtures.EIF:
		return true
	case !steady(to):
		return false // what it sends to the first goes out by another port
	case to.Filtering == fixtures.ADF:
		return true
	}
	return steady(from)
}

// behind returns the NAT before a node; without one, it is as if all came in.
func behind(n *sim.Node) fixtures.NAT {
	if box, ok := n.Gateway().(*fixtures.Box); ok {
		return box.NAT()
	}
	return fixtures.FullCone()
}

func TestPeersConnect(t *testing.T)      { connects(t).Check(t) }
func TestPeersConnectAgain(t *testing.T) { again.Check(t, connects(t), 5) }
func TestSpecs(t *testing.T)             { spec.Run(t, "ICE") }

// pair is two peers behind NATs of their own, introduced to each other.
func pair(t harness.TB, one, other fixtures.NAT) func() string {
	w := harness.New(t, 1, sim.Latency(30*time.Millisecond))
	var peers [2]*peer
	for i, nat := range []fixtures.NAT{one, other} {
		box := fixtures.NewBox(w.World, fmt.Sprint("box ", i), nat)
		w.Node(fmt.Sprint("peer ", i), func(n *sim.Node) { peers[i] = bubble.Boot(start)(n, nil) }, sim.Behind(box))
	}
	w.Run(0)
	introduce(w, peers[0], peers[1], func() { w.Run(10 * time.Second) })
	w.Run(40 * time.Second)
	return func() string { return both(peers[0], peers[1]) }
}

var _ = DescribeTable("ICE without a relay",
	func(one, other fixtures.NAT, end string) {
		spec.In(1, func(t harness.TB) { Expect(pair(t, one, other)()).To(HavePrefix(end)) })()
	},
	Entry("connects full cones", fixtures.FullCone(), fixtures.FullCone(), "connected"),
	Entry("connects port-restricted cones", fixtures.PortRestrictedCone(), fixtures.PortRestrictedCone(), "connected"),
	Entry("connects a symmetric NAT to a full cone", fixtures.SymmetricNAT(), fixtures.FullCone(), "connected"),
	Entry("connects a symmetric NAT to a restricted cone", fixtures.SymmetricNAT(), fixtures.RestrictedCone(), "connected"),
	Entry("does not connect a symmetric NAT to a port-restricted cone", fixtures.SymmetricNAT(), fixtures.PortRestrictedCone(), "waits"),
	Entry("does not connect symmetric NATs", fixtures.SymmetricNAT(), fixtures.SymmetricNAT(), "waits"),
)
