package stun_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/sim"
)

// finding is what a client finds out about the box before it.
type finding struct {
	udp       bool
	mapping   fixtures.Mapping
	filtering fixtures.Filtering
	preserved bool // the port
	hairpin   bool
}

// classify finds out by RFC 5780: filtering first (section 4.4), as later questions open more ways in, then mapping (4.3) and hairpinning (3.4).
func (c *client) classify(server netip.AddrPort) (f finding) {
	mapped, other, udp := c.ask(server)
	if !udp {
		return f
	}
	f.udp, f.filtering, f.mapping = true, fixtures.APDF, fixtures.APDM
	if _, _, heard := c.ask(server, change(changeIP|changePort)); heard {
		f.filtering = fixtures.EIF
	} else if _, _, heard := c.ask(server, change(changePort)); heard {
		f.filtering = fixtures.ADF
	}
	second, _, _ := c.ask(netip.AddrPortFrom(other.Addr(), server.Port()))
	third, _, _ := c.ask(other)
	switch {
	case mapped == c.Addrs()[0]:
		f.mapping = fixtures.Untranslated
	case second == mapped:
		f.mapping = fixtures.EIM
	case third == second:
		f.mapping = fixtures.ADM
	}
	f.preserved = mapped.Port() == c.Addrs()[0].Port()
	c.ask(mapped) // opens the way in for itself, too
	f.hairpin = c.asked > 0
	return f
}

// Every combination is found to be what it is configured as. A hairpin needs the mapping to be one that lets in what comes from the box itself:
// endpoint-independent, or not filtered.
func TestEveryCombinationIsClassifiedAsConfigured(t *testing.T) {
	tried := 0
	for _, mapping := range []fixtures.Mapping{fixtures.EIM, fixtures.ADM, fixtures.APDM, fixtures.Untranslated} {
		for _, filtering := range []fixtures.Filtering{fixtures.EIF, fixtures.ADF, fixtures.APDF} {
			for _, ports := range []fixtures.Ports{fixtures.RandomPorts, fixtures.PreservedPorts, fixtures.SequentialPorts} {
				for _, hairpin := range []bool{true, false} {
					nat := fixtures.NAT{Mapping: mapping, Filtering: filtering, Ports: ports, Hairpin: hairpin}
					untranslated := mapping == fixtures.Untranslated
					want := finding{udp: true, mapping: mapping, filtering: filtering, preserved: ports == fixtures.PreservedPorts || untranslated,
						hairpin: hairpin && (mapping == fixtures.EIM || filtering == fixtures.EIF) || untranslated}
					expect(t, nat, want)
					tried++
				}
			}
		}
	}
	expect(t, fixtures.UDPBlocked(), finding{})
	if tried != 72 {
		t.Errorf("%d combinations", tried)
	}
}

func expect(t *testing.T, nat fixtures.NAT, want finding) {
	t.Helper()
	w := sim.New(1, sim.Latency(50*time.Millisecond))
	defer w.Close()
	s := newServer(t, w)
	c := newClient(t, w, "client", sim.Behind(fixtures.NewBox(w, "box", nat)))
	if got := c.classify(s.addr(0, 0)); got != want {
		t.Errorf("%+v\nis found to be %+v\nwant           %+v", nat, got, want)
	}
}

// A chain is as its strictest box.
func TestChainsAreClassifiedAsTheStrictestBox(t *testing.T) {
	for _, pair := range [][2]fixtures.NAT{{fixtures.PortRestrictedCone(), fixtures.CarrierGrade()}, {fixtures.FullCone(), fixtures.SymmetricNAT()}, {fixtures.SymmetricNAT(), fixtures.CarrierGrade()}} {
		w := sim.New(1)
		s := newServer(t, w)
		carrier := fixtures.NewBox(w, "carrier", pair[1])
		c := newClient(t, w, "client", sim.Behind(fixtures.NewBox(w, "home", pair[0], sim.Behind(carrier))))
		got := c.classify(s.addr(0, 0))
		if got.mapping != max(pair[0].Mapping, pair[1].Mapping) || got.filtering != max(pair[0].Filtering, pair[1].Filtering) {
			t.Errorf("%v behind %v is found to be %+v", pair[0], pair[1], got)
		}
		w.Close()
	}
}

// The lifetime of a mapping, by RFC 5780, section 4.6: a second client behind the box has the server answer to the port of the first, after a
// time that is halved until it is known to the second.
func TestLifetimesAreFoundAsConfigured(t *testing.T) {
	for _, timeout := range []time.Duration{30 * time.Second, 2 * time.Minute, 5 * time.Minute} {
		for _, inbound := range []bool{true, false} {
			nat := fixtures.NAT{Timeout: timeout, InboundRefresh: inbound}
			lasts, gone := time.Duration(0), time.Hour
			for gone-lasts > time.Second {
				if middle := ((lasts + gone) / 2).Truncate(time.Second); survives(t, nat, middle) {
					lasts = middle
				} else {
					gone = middle
				}
			}
			if gone != timeout {
				t.Errorf("%v, refreshed from inside out and (%v) from outside in: found to last %v", timeout, inbound, gone)
			}
			if again := survives(t, nat, timeout/2, timeout*3/4); again != inbound {
				t.Errorf("%v, refreshed from outside (%v): %v", timeout, inbound, again)
			}
		}
	}
}

// survives reports whether a mapping lets an answer in after each of these pauses.
func survives(t *testing.T, nat fixtures.NAT, pauses ...time.Duration) bool {
	w := sim.New(1)
	defer w.Close()
	s := newServer(t, w)
	box := fixtures.NewBox(w, "box", nat)
	one, two := newClient(t, w, "one", sim.Behind(box)), newClient(t, w, "two", sim.Behind(box))
	mapped, _, _ := one.ask(s.addr(0, 0))
	for _, pause := range pauses {
		w.Run(pause - time.Second) // which asking takes
		one.last = nil
		two.ask(s.addr(0, 0), toPort(mapped.Port()))
		if one.last == nil {
			return false
		}
	}
	return true
}
