package sim

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"
)

// shifter is a gateway whose outside port is the inside one plus 1. It lets everybody in whose source port is even.
type shifter struct {
	block   string
	known   map[netip.AddrPort]netip.AddrPort // inside by outside
	passed  int
	outside netip.Addr
}

func (s *shifter) Inside() netip.Prefix {
	if s.block == "" {
		return netip.Prefix{}
	}
	return netip.MustParsePrefix(s.block)
}

func (s *shifter) Outside(inside netip.AddrPort) netip.AddrPort {
	if s.block == "" {
		return inside
	}
	return netip.AddrPortFrom(s.outside, inside.Port()+1)
}

func (s *shifter) Out(from, to netip.AddrPort) (netip.AddrPort, Reason) {
	if to.Port() == 666 {
		return from, "evil"
	}
	as := s.Outside(from)
	s.known[as] = from
	return as, ""
}

func (s *shifter) In(from, to netip.AddrPort) (netip.AddrPort, Reason) {
	inside, ok := s.known[to]
	switch {
	case !ok:
		return netip.AddrPort{}, "shifter: unknown"
	case from.Port()%2 == 1:
		return inside, "shifter: odd"
	}
	return inside, ""
}

func (s *shifter) Passed(_, _ netip.AddrPort) { s.passed++ }

func (s *shifter) Reset(outside netip.Addr) {
	s.outside, s.known = outside, map[netip.AddrPort]netip.AddrPort{}
}

func ap(s string) netip.AddrPort { return netip.MustParseAddrPort(s) }

// town is a world with a on the internet, b and c behind home, d behind flat, and flat behind home.
type town struct {
	*World
	home, flat *shifter
	a, b, c, d *Node
	seen       []string
}

func newTown(t *testing.T, rules ...Rule) *town {
	w := New(7, rules...)
	t.Cleanup(w.Close)
	n := &town{World: w, home: &shifter{block: "192.168.0.0/16"}, flat: &shifter{block: "10.0.0.0/8"}}
	hear := func(n *Node) { n.Listen(func(_, _ netip.AddrPort, _ []byte) {}) }
	n.a = w.Node("a", hear, At(ap("20.0.0.1:2000")))
	w.Gate("home", n.home, At(ap("30.0.0.1:0")))
	w.Gate("flat", n.flat, Behind(n.home), At(ap("192.168.7.7:0")))
	n.b = w.Node("b", hear, Behind(n.home), At(ap("192.168.1.1:1001")))
	n.c = w.Node("c", hear, Behind(n.home), At(ap("192.168.1.2:1003")))
	n.d = w.Node("d", hear, Behind(n.flat), At(ap("10.1.1.1:1004")))
	w.Run(0)
	w.Watch(func(e Event) {
		n.seen = append(n.seen, strings.TrimSpace(fmt.Sprintf("%v %v %v>%v %v", e.Node, e.Kind, e.From, e.To, e.Reason)))
	}, Sent, Delivered, Dropped, Rebound)
	return n
}

func (n *town) say(t *testing.T, from *Node, to string) {
	t.Helper()
	if err := from.Send(ap(to), []byte("x")); err != nil {
		t.Fatal(err)
	}
	n.Run(time.Second)
}

func (n *town) expect(t *testing.T, want ...string) {
	t.Helper()
	if !slices.Equal(n.seen, want) {
		t.Fatalf("seen\n%s\nwant\n%s", strings.Join(n.seen, "\n"), strings.Join(want, "\n"))
	}
	n.seen = nil
}

func TestAGatewayTranslatesBothWays(t *testing.T) {
	n := newTown(t)
	n.say(t, n.b, "20.0.0.1:2000")
	n.say(t, n.a, "30.0.0.1:1002")
	n.expect(t,
		"b sent 192.168.1.1:1001>20.0.0.1:2000", "a delivered 30.0.0.1:1002>20.0.0.1:2000",
		"a sent 20.0.0.1:2000>30.0.0.1:1002", "b delivered 20.0.0.1:2000>192.168.1.1:1001")
	if n.home.passed != 1 {
		t.Fatalf("the gateway was told %d times of what passed", n.home.passed)
	}
}

func TestGatewaysInARowTranslateInTurn(t *testing.T) {
	n := newTown(t)
	n.say(t, n.d, "20.0.0.1:2000")
	n.say(t, n.a, "30.0.0.1:1006")
	n.expect(t,
		"d sent 10.1.1.1:1004>20.0.0.1:2000", "a delivered 30.0.0.1:1006>20.0.0.1:2000",
		"a sent 20.0.0.1:2000>30.0.0.1:1006", "d delivered 20.0.0.1:2000>10.1.1.1:1004")
	if out := n.Outside(n.d); out != ap("30.0.0.1:1006") || n.Holder(out) != n.d || n.Outside(n.a) != ap("20.0.0.1:2000") {
		t.Fatalf("d appears as %v, which belongs to %v", out, n.Holder(out))
	}
}

func TestWhatMeetsBehindAGatewayNeverSeesIt(t *testing.T) {
	n := newTown(t)
	n.say(t, n.b, "192.168.1.2:1003")
	n.say(t, n.d, "192.168.1.2:1003") // through flat alone
	n.expect(t,
		"b sent 192.168.1.1:1001>192.168.1.2:1003", "c delivered 192.168.1.1:1001>192.168.1.2:1003",
		"d sent 10.1.1.1:1004>192.168.1.2:1003", "c delivered 192.168.7.7:1005>192.168.1.2:1003")
	n.say(t, n.c, "192.168.7.7:1005") // from an odd port, into flat
	n.say(t, n.b, "30.0.0.1:1004")    // hairpin: nothing of c went out yet
	n.expect(t,
		"c sent 192.168.1.2:1003>192.168.7.7:1005", "c dropped 192.168.1.2:1003>192.168.7.7:1005 shifter: odd",
		"b sent 192.168.1.1:1001>30.0.0.1:1004", "b dropped 30.0.0.1:1002>30.0.0.1:1004 shifter: unknown")
}

func TestPrivateAddressesLeadNowhereFromElsewhere(t *testing.T) {
	n := newTown(t)
	n.say(t, n.a, "192.168.1.1:1001")
	n.say(t, n.b, "10.1.1.1:1004")
	n.say(t, n.a, "192.168.7.7:1005")
	n.expect(t,
		"a sent 20.0.0.1:2000>192.168.1.1:1001", "a dropped 20.0.0.1:2000>192.168.1.1:1001 LAN address of another site",
		"b sent 192.168.1.1:1001>10.1.1.1:1004", "b dropped 30.0.0.1:1002>10.1.1.1:1004 LAN address of another site",
		"a sent 20.0.0.1:2000>192.168.7.7:1005", "a dropped 20.0.0.1:2000>192.168.7.7:1005 LAN address of another site")
}

func TestWhatAGatewayRefusesIsLostForItsReason(t *testing.T) {
	n := newTown(t)
	n.say(t, n.a, "30.0.0.1:4444")
	n.expect(t, "a sent 20.0.0.1:2000>30.0.0.1:4444", "a dropped 20.0.0.1:2000>30.0.0.1:4444 shifter: unknown")
	n.Node("evil", nil, At(ap("66.6.6.6:666")))
	n.say(t, n.b, "66.6.6.6:666")
	n.expect(t, "b sent 192.168.1.1:1001>66.6.6.6:666", "b dropped 192.168.1.1:1001>66.6.6.6:666 evil")
	if err := n.b.Send(ap("99.9.9.9:9"), nil); !errors.Is(err, ErrNoSuchAddress) {
		t.Fatalf("an address that nobody ever had: %v", err)
	}
}

// A gateway counts what came to it, what it translated or refused, and what it refused; the line of all gateways is the last.
func TestGatewaysHaveLedgers(t *testing.T) {
	n := newTown(t, Latency(0))
	n.Node("evil", nil, At(ap("66.6.6.6:666")))
	n.say(t, n.b, "20.0.0.1:2000")    // home translates
	n.say(t, n.a, "30.0.0.1:1002")    // and back
	n.say(t, n.a, "30.0.0.1:4444")    // refused
	n.say(t, n.b, "66.6.6.6:666")     // refused
	n.say(t, n.d, "192.168.1.2:1003") // flat translates
	heal := n.Partition([]*Node{n.a}, []*Node{n.b})
	n.say(t, n.a, "30.0.0.1:1002") // never comes there
	heal()
	all := n.Ledgers()
	for _, c := range [][2]Ledger{
		{n.GatewayLedger(n.home), {Name: "home", Armed: true, Eligible: 4, Fired: 4, Changed: 2, Dropped: 2}},
		{n.GatewayLedger(n.flat), {Name: "flat", Armed: true, Eligible: 1, Fired: 1}},
		{all[len(all)-1], {Name: "gateways", Armed: true, Eligible: 5, Fired: 5, Changed: 2, Dropped: 2}},
	} {
		if c[0] != c[1] {
			t.Errorf("%+v\nwant %+v", c[0], c[1])
		}
	}
	if len(all) != 3 || n.Accounts() != 2 {
		t.Errorf("%d accounts in %d lines: %+v", n.Accounts(), len(all), all)
	}
}

// What does not translate lets pass, which is nothing done.
func TestAFirewallActsOnWhatItRefuses(t *testing.T) {
	w := New(3)
	defer w.Close()
	wall := &shifter{}
	w.Gate("wall", wall)
	in, out := w.Node("in", nil, Behind(wall), At(ap("20.0.0.1:2"))), w.Node("out", nil, At(ap("20.0.0.2:2")))
	w.Run(0)
	_ = out.Send(in.Addrs()[0], nil)
	w.Run(0)
	_ = in.Send(out.Addrs()[0], nil)
	w.Run(0)
	_ = out.Send(in.Addrs()[0], nil)
	w.Run(0)
	if got, want := w.GatewayLedger(wall), (Ledger{Name: "wall", Armed: true, Eligible: 3, Fired: 1, Changed: 1, Dropped: 1}); got != want {
		t.Errorf("%+v\nwant %+v", got, want)
	}
}

func TestInboundIsJudgedOnArrivalAndOutboundAtSending(t *testing.T) {
	n := newTown(t, Latency(time.Minute))
	n.a.Send(ap("30.0.0.1:1002"), []byte("early"))
	n.Run(time.Second)
	n.b.Send(ap("20.0.0.1:2000"), nil) // opens the way
	n.Run(time.Hour)
	n.expect(t,
		"a sent 20.0.0.1:2000>30.0.0.1:1002", "b sent 192.168.1.1:1001>20.0.0.1:2000",
		"b delivered 20.0.0.1:2000>192.168.1.1:1001", "a delivered 30.0.0.1:1002>20.0.0.1:2000")
}

func TestRebindForgetsAndRenumbers(t *testing.T) {
	n := newTown(t)
	n.say(t, n.b, "20.0.0.1:2000")
	n.seen = nil
	before := n.Digest()
	if n.a.Rebind() || n.Digest() != before || !n.b.Rebind() || n.Digest() == before {
		t.Fatal("rebinding is of who stands behind a gateway, and is an event")
	}
	ip := n.home.outside
	n.expect(t, fmt.Sprintf("b rebound 30.0.0.1:1002>%v:1002", ip), fmt.Sprintf("c rebound 30.0.0.1:1004>%v:1004", ip), fmt.Sprintf("d rebound 30.0.0.1:1006>%v:1006", ip))
	n.say(t, n.a, "30.0.0.1:1002")
	n.expect(t, "a sent 20.0.0.1:2000>30.0.0.1:1002", "a dropped 20.0.0.1:2000>30.0.0.1:1002 shifter: unknown")
	if n.Holder(ap("30.0.0.1:1002")) != nil || ip == netip.MustParseAddr("30.0.0.1") {
		t.Fatalf("the old address leads to %v; the new one is %v", n.Holder(ap("30.0.0.1:1002")), ip)
	}
}

func TestAGatewayThatDoesNotTranslate(t *testing.T) {
	w := New(3)
	defer w.Close()
	wall := &shifter{}
	w.Gate("wall", wall)
	var got []string
	hear := func(n *Node) {
		n.Listen(func(from, to netip.AddrPort, _ []byte) { got = append(got, fmt.Sprint(n, " from ", from, " at ", to)) })
	}
	a, b, c := w.Node("a", hear, At(ap("20.0.0.1:2000"))), w.Node("b", hear, Behind(wall), At(ap("40.0.0.1:4000"))), w.Node("c", hear, Behind(wall))
	w.Run(0)
	w.Watch(func(e Event) { got = append(got, string(e.Reason)) }, Dropped)
	for _, packet := range []struct{ from, to *Node }{{a, b}, {b, a}, {a, b}, {c, b}} {
		if err := packet.from.Send(packet.to.Addrs()[0], nil); err != nil {
			t.Fatal(err)
		}
		w.Run(0)
	}
	if want := []string{"shifter: unknown", "a from 40.0.0.1:4000 at 20.0.0.1:2000", "b from 20.0.0.1:2000 at 40.0.0.1:4000", fmt.Sprint("b from ", c.Addrs()[0], " at 40.0.0.1:4000")}; !slices.Equal(got, want) {
		t.Fatalf("got %q\nwant %q", got, want)
	}
	if c.Addrs()[0].Addr().IsPrivate() || w.Outside(b) != b.Addrs()[0] || b.Gateway() != Gateway(wall) || w.Gateway("wall") != Gateway(wall) || a.Gateway() != nil || w.Gateway("x") != nil {
		t.Fatal("nodes behind a wall keep public addresses")
	}
}

func TestAMovedNodeStaysBehindItsGateway(t *testing.T) {
	n := newTown(t)
	old := n.b.Addrs()[0]
	n.say(t, n.b, "20.0.0.1:2000")
	n.b.Move()
	n.b.Restart()
	n.Run(0)
	n.seen = nil
	n.say(t, n.a, "30.0.0.1:1002")
	n.expect(t, "a sent 20.0.0.1:2000>30.0.0.1:1002", fmt.Sprintf("a dropped 20.0.0.1:2000>%v nobody here any more", old))
	if now := n.b.Addrs()[0]; now == old || !now.Addr().IsPrivate() || n.Holder(old) != nil || n.Holder(now) != n.b || len(n.b.Addrs()) != 1 {
		t.Fatalf("moved from %v to %v", old, now)
	}
}

func TestSettleSaysWhereNodesStand(t *testing.T) {
	w := New(1)
	defer w.Close()
	home := &shifter{block: "192.168.0.0/16"}
	w.Gate("home", home)
	w.Settle(func(_ *World, name string) Place {
		if name == "free" {
			return nil
		}
		return Behind(home)
	})
	in, free, own := w.Node("in", nil), w.Node("free", nil), w.Node("own", nil, Site("x"))
	w.Settle(nil)
	after := w.Node("after", nil)
	if in.Gateway() != Gateway(home) || free.Gateway() != nil || own.Gateway() != nil || after.Gateway() != nil {
		t.Fatal("those made meanwhile, without a place of their own, and not exempt")
	}
	if alone := New(1).Node("free", nil); free.Addrs()[0] != alone.Addrs()[0] {
		t.Fatal("a gateway changes the addresses of others")
	}
}

func TestGatewaysAreUsedRightly(t *testing.T) {
	w := New(1)
	defer w.Close()
	home, other := &shifter{block: "192.168.0.0/16"}, &shifter{block: "10.0.0.0/8"}
	w.Gate("home", home, At(ap("30.0.0.1:0")))
	tiny := &shifter{block: "10.1.0.0/30"}
	w.Gate("tiny", tiny)
	w.Gate("one", &shifter{block: "10.2.0.0/16"}, Behind(tiny))
	w.Gate("two", &shifter{block: "10.2.0.0/16"}, Behind(tiny))
	for _, wrong := range []struct {
		what string
		do   func()
	}{
		{"exists already", func() { w.Gate("home", other) }},
		{"every gateway", func() { w.Gate("again", home) }},
		{"not in its world", func() { w.Node("n", nil, Behind(other)) }},
		{"no address is left", func() { w.Gate("three", &shifter{block: "10.2.0.0/16"}, Behind(tiny)) }},
		{"its place is", func() { w.Gate("site", other, Site("x")) }},
		{"no gateway has", func() { w.Gate("taken", other, At(ap("30.0.0.1:0"))) }},
		{"its one address", func() { w.Node("m", nil, Behind(home), At(ap("10.0.0.1:1"))) }},
		{"its site", func() { w.Node("o", nil, Behind(home), Site("x")) }},
	} {
		func() {
			defer func() {
				if r := fmt.Sprint(recover()); !strings.Contains(r, wrong.what) {
					t.Errorf("%s: %s", wrong.what, r)
				}
			}()
			wrong.do()
		}()
	}
}
