package nat_test

import (
	"net/netip"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/harness/bdd"
	"github.com/overlaytest/overlaytest/ipv8/walk"
	"github.com/overlaytest/overlaytest/sim"
)

func TestNAT(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "NAT")
}

var _ = Describe("IPv8 behind NATs", func() {
	var (
		w       *harness.World
		tracker netip.AddrPort
	)

	BeforeEach(func() {
		w = bdd.New(sim.Latency(20 * time.Millisecond))
		w.LoseUnknown()
		tracker = newTracker(w.World)
	})

	peer := func(name string, where ...sim.Place) *walker {
		return newWalker(w.World, name, tracker, walk.Random{}, where...)
	}
	box := func(name string, nat fixtures.NAT, where ...sim.Place) *fixtures.Box {
		return fixtures.NewBox(w.World, name, nat, where...)
	}

	It("learns its outside address from whoever answers, and keeps its LAN address", func() {
		p := peer("p", sim.Behind(box("home", fixtures.PortRestrictedCone())))
		w.Run(time.Second)
		Expect(p.WAN()).To(Equal(w.Outside(p.n)))
		Expect(p.LAN()).To(Equal(p.n.Addrs()[0]))
	})

	It("meets by the LAN those who share the box, even without hairpinning", func() {
		home := box("home", fixtures.NAT{Filtering: fixtures.APDF})
		p, q := peer("p", sim.Behind(home)), peer("q", sim.Behind(home))
		w.Run(time.Minute)
		Expect(p.addressOf(q)).To(Equal(q.n.Addrs()[0]))
		Expect(q.addressOf(p)).To(Equal(p.n.Addrs()[0]))
	})

	It("does not meet who is behind the same carrier in another home: their WAN is the same, and it tries the LAN alone", func() {
		carrier := box("carrier", fixtures.CarrierGrade())
		p := peer("p", sim.Behind(box("home of p", fixtures.FullCone(), sim.Behind(carrier))))
		q := peer("q", sim.Behind(box("home of q", fixtures.FullCone(), sim.Behind(carrier))))
		w.Run(5 * time.Minute)
		Expect(p.knows(q) || q.knows(p)).To(BeFalse())
	})

	It("meets who is behind another carrier", func() {
		p := peer("p", sim.Behind(box("home of p", fixtures.PortRestrictedCone(), sim.Behind(box("carrier of p", fixtures.CarrierGrade())))))
		q := peer("q", sim.Behind(box("home of q", fixtures.PortRestrictedCone(), sim.Behind(box("carrier of q", fixtures.CarrierGrade())))))
		w.Run(time.Minute)
		Expect(p.knows(q) && q.knows(p)).To(BeTrue())
	})

	It("is found again at its new outside address after the box was rebound", func() {
		home := box("home", fixtures.PortRestrictedCone())
		p, q := peer("p", sim.Behind(home)), peer("q", sim.Behind(box("other", fixtures.PortRestrictedCone())))
		w.Run(time.Minute)
		before := q.addressOf(p)
		home.Rebind()
		w.Run(2 * time.Minute)
		Expect(q.addressOf(p)).To(And(Equal(w.Outside(p.n)), Not(Equal(before))))
	})

	It("says to watchers what they need: who rebound, from where to where", func() {
		home := box("home", fixtures.FullCone())
		p := peer("p", sim.Behind(home))
		w.Run(time.Second)
		was, event := w.Outside(p.n), sim.Event{}
		w.Watch(func(e sim.Event) { event = e }, sim.Rebound)
		Expect(p.n.Rebind()).To(BeTrue())
		Expect(event.Node).To(Equal(p.n))
		Expect([]netip.AddrPort{event.From, event.To}).To(Equal([]netip.AddrPort{was, w.Outside(p.n)}))
	})
})
