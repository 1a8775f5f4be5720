// Package nat_test compares NATs with theory and with measurements: which pairs can puncture, by themselves and through IPv8, how often the
// users of a measured mix do, and what happens to IPv8 behind one NAT, behind a carrier's, and when a NAT forgets.
package nat_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/sim"
)

// accepts says by the definitions of RFC 4787 whether what one sends to the outside address that a third party told of the other gets in, both
// having sent there: the other's mapping was made for the third party, and is that of its own packets only if mapping is independent.
func accepts(from, to fixtures.NAT) bool {
	switch to.Filtering {
	case fixtures.EIF:
		return true
	case fixtures.ADF:
		return to.Mapping == fixtures.EIM
	}
	return to.Mapping == fixtures.EIM && from.Mapping == fixtures.EIM // else it comes from a port nobody sent to
}

// answers says whether what the other then answers, to where the packet came from, gets in: there it was sent to the other's outside address,
// from which the answer comes only if mapping is independent.
func answers(from, to fixtures.NAT) bool {
	return from.Filtering != fixtures.APDF || to.Mapping == fixtures.EIM
}

// punctures says whether two can: what one sends gets in, and so does the answer.
func punctures(a, b fixtures.NAT) bool {
	return accepts(a, b) && answers(a, b) || accepts(b, a) && answers(b, a)
}

// types are all combinations of mapping and filtering.
func types() (all []fixtures.NAT) {
	for _, m := range []fixtures.Mapping{fixtures.EIM, fixtures.ADM, fixtures.APDM} {
		for _, f := range []fixtures.Filtering{fixtures.EIF, fixtures.ADF, fixtures.APDF} {
			all = append(all, fixtures.NAT{Mapping: m, Filtering: f, Hairpin: true})
		}
	}
	return all
}

// caller calls an address once a second, and whoever called it back there.
type caller struct {
	*sim.Node
	to    netip.AddrPort
	heard int
}

func newCaller(w *sim.World, name string, where ...sim.Place) *caller {
	c := &caller{}
	c.Node = w.Node(name, func(n *sim.Node) {
		n.Listen(func(from, _ netip.AddrPort, _ []byte) { c.heard++; c.to = from })
		n.Every(0, time.Second, func() { _ = n.Send(c.to, []byte("hello")) }) // what is lost is lost
	}, where...)
	return c
}

// meet has two nodes call a third, who tells them where it saw the other, and then each other; and reports whether both hear the other.
func meet(w *sim.World, a, b *caller) bool {
	var seen [2]netip.AddrPort
	third := w.Node(a.Name()+" and "+b.Name(), func(n *sim.Node) {
		n.Listen(func(from, _ netip.AddrPort, data []byte) { seen[data[0]] = from })
	})
	_, _ = a.Send(third.Addrs()[0], []byte{0}), b.Send(third.Addrs()[0], []byte{1})
	w.Run(time.Second)
	a.to, b.to = seen[1], seen[0]
	a.heard, b.heard = 0, 0
	w.Run(5 * time.Second)
	return a.heard > 0 && b.heard > 0
}

// The table of pairs, exactly, whatever ports are like and whoever comes first.
func TestPairsPunctureAsTheorySays(t *testing.T) {
	could := 0
	for _, a := range types() {
		for _, b := range types() {
			for i, ports := range []fixtures.Ports{fixtures.RandomPorts, fixtures.PreservedPorts, fixtures.SequentialPorts} {
				a.Ports, b.Ports = ports, ports
				w := sim.New(uint64(i), sim.LatencyBy("far", func(p *sim.Packet) time.Duration { return time.Duration(p.From.ID() % 400_000_000) }))
				one := newCaller(w, "a", sim.Behind(fixtures.NewBox(w, "A", a)))
				two := newCaller(w, "b", sim.Behind(fixtures.NewBox(w, "B", b)))
				got := meet(w, one, two)
				if got != punctures(a, b) {
					t.Errorf("%v and %v with %v ports: %v, theory says %v", a, b, ports, got, punctures(a, b))
				}
				if got {
					could++
				}
				w.Close()
			}
		}
	}
	if could != 3*45 {
		t.Errorf("%d of 243 could, want 3·45", could)
	}
}

// A firewall is as EIM-APDF is, and who is on the internet is met by everybody who is not blocked.
func TestFirewallsPuncture(t *testing.T) {
	for _, a := range types() {
		w := sim.New(1)
		one, two := newCaller(w, "a", sim.Behind(fixtures.NewBox(w, "A", a))), newCaller(w, "b", sim.Behind(fixtures.NewBox(w, "B", fixtures.Firewall())))
		free, shut := newCaller(w, "c"), newCaller(w, "d", sim.Behind(fixtures.NewBox(w, "D", fixtures.UDPBlocked())))
		if got, want := meet(w, one, two), punctures(a, fixtures.PortRestrictedCone()); got != want {
			t.Errorf("%v and a firewall: %v, theory says %v", a, got, want)
		}
		if !meet(w, one, free) || meet(w, one, shut) {
			t.Errorf("%v does not meet who is on the internet, or meets who is blocked", a)
		}
		w.Close()
	}
}
