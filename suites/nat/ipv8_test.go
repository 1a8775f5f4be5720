package nat_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/fixtures/overlays"
	"github.com/overlaytest/overlaytest/ipv8"
	"github.com/overlaytest/overlaytest/ipv8/bootstrap"
	"github.com/overlaytest/overlaytest/ipv8/walk"
	"github.com/overlaytest/overlaytest/sim"
)

// halkes are the classes of Halkes and Pouwelse, 2011, and the rate of success from one (row) to another (column): table 1, read off the
// published figure to ±0.015.
var (
	halkes       = []fixtures.NAT{fixtures.FullCone(), fixtures.PortRestrictedCone(), fixtures.RestrictedCone(), fixtures.SymmetricNAT()}
	halkesMatrix = [4][4]float64{{.86, .84, .88, .70}, {.84, .83, .92, .02}, {.84, .92, .90, .76}, {.85, .06, .78, .05}}
)

// walker is a peer that meets others by a tracker.
type walker struct {
	*overlays.Simple
	n *sim.Node
}

func (p *walker) knows(q *walker) bool {
	for peer := range p.Peers() {
		if peer.Mid() == q.Mid() {
			return true
		}
	}
	return false
}

// addressOf is where a peer knows another, the zero AddrPort when it does not.
func (p *walker) addressOf(q *walker) (at netip.AddrPort) {
	for peer := range p.Peers() {
		if peer.Mid() == q.Mid() {
			at = peer.Address()
		}
	}
	return at
}

func newTracker(w *sim.World) netip.AddrPort {
	n := w.Node("tracker", func(n *sim.Node) { overlays.NewTracker(n, "stand-in") })
	w.Run(0)
	return n.Addrs()[0]
}

// newWalker starts a peer that walks, or only waits to be found.
func newWalker(w *sim.World, name string, tracker netip.AddrPort, walks ipv8.Part, where ...sim.Place) *walker {
	p := &walker{}
	p.n = w.Node(name, func(n *sim.Node) {
		p.Simple = ipv8.Join(overlays.Stack(n, "stand-in"), overlays.Simples(struct{ ID int }{n.Index()}), bootstrap.Dispersy{Addresses: []netip.AddrPort{tracker}}, walks)
	}, where...)
	w.Run(0)
	return p
}

// introduced has a tracker introduce two peers behind NATs, who walk, and reports whether they come to know each other.
func introduced(w *sim.World, a, b fixtures.NAT) bool {
	tracker := newTracker(w)
	one := newWalker(w, "a", tracker, walk.Random{}, sim.Behind(fixtures.NewBox(w, "A", a)))
	two := newWalker(w, "b", tracker, walk.Random{}, sim.Behind(fixtures.NewBox(w, "B", b)))
	w.Run(2 * time.Minute)
	return one.knows(two) && two.knows(one)
}

// waits is the part of a peer that asks the tracker now and then, and walks nowhere else.
type waits netip.AddrPort

func (at waits) Attach(c *ipv8.Community) {
	c.Every(0, 10*time.Second, func() { _ = c.WalkTo(netip.AddrPort(at)) })
}

// walks has a tracker introduce one who walks to one who waits, and reports whether they come to know each other.
func walks(w *sim.World, from, to fixtures.NAT) bool {
	tracker := newTracker(w)
	two := newWalker(w, "b", tracker, waits(tracker), sim.Behind(fixtures.NewBox(w, "B", to)))
	one := newWalker(w, "a", tracker, walk.Random{}, sim.Behind(fixtures.NewBox(w, "A", from)))
	w.Run(2 * time.Minute)
	return one.knows(two) && two.knows(one)
}

// Without the other's walking, it is its puncture alone that lets the walker in; what NATs allow, it does.
func TestIPv8IsLetInByAPuncture(t *testing.T) {
	for _, from := range types() {
		for _, to := range types() {
			for _, punctured := range []bool{true, false} {
				w := sim.New(1, sim.Latency(50*time.Millisecond))
				want := accepts(from, to) && answers(from, to)
				if !punctured {
					w.Link(punctures250Lost)
					want = want && to.Filtering == fixtures.EIF
				}
				if got := walks(w, from, to); got != want {
					t.Errorf("from %v to %v, punctures asked for: %v: %v, theory says %v", from, to, punctured, got, want)
				}
				w.Close()
			}
		}
	}
}

// punctures250Lost loses what asks for a puncture.
func punctures250Lost(*sim.World) sim.Filter {
	return sim.Filter{Name: "no puncture requests", Apply: func(p *sim.Packet) sim.Fate {
		if len(p.Data) > 22 && (p.Data[22] == 250 || p.Data[22] == 232) {
			return sim.Fate{Drop: sim.Lost}
		}
		return sim.Fate{}
	}}
}

func TestIPv8PuncturesAsTheorySays(t *testing.T) {
	for _, a := range types() {
		for _, b := range types() {
			w := sim.New(1, sim.Latency(50*time.Millisecond))
			if got, want := introduced(w, a, b), punctures(a, b); got != want {
				t.Errorf("%v and %v: %v, theory says %v", a, b, got, want)
			}
			w.Close()
		}
	}
}
