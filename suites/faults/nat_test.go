package faults_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/sim"
)

// natFaults are what NATs and firewalls do.
var natFaults = []fault{
	{"NAT mapping", natMapping},
	{"NAT mapping by address and port", natMappingByPort},
	{"NAT filtering", natFiltering},
	{"NAT timer", natTimer},
	{"NAT refreshed from outside", natInbound},
	{"NAT port preservation", natPreservation},
	{"NAT without hairpinning", natHairpin},
	{"NAT table", natTable},
	{"NAT rebinding", natRebinding},
	{"NAT behind NAT", natBehindNAT},
	{"NAT mix", natMix},
	{"private address from outside", privateAddress},
	{"firewall", firewall},
	{"UDP blocked", udpBlocked},
	{"background failure", backgroundFailure},
}

// natStubs are the effects of NATs that can be switched off.
var natStubs = []stub{
	{name: "NAT mapping", file: "sim/crossing.go", code: "p.src = as"},
	{name: "NAT mapping by address and port", file: "fixtures/nat_box.go", code: "b.mapMask = [...]uint64{EIM: 0, ADM: hosts, APDM: hosts | ports, Untranslated: 0}[b.nat.Mapping]"},
	{name: "NAT filtering", file: "fixtures/nat_box.go", code: "why = Filtered"},
	{name: "NAT timer", file: "fixtures/nat_table.go", code: "f.deadline = max(f.deadline, deadline)", instead: "f.deadline = 1<<63 - 1"},
	{name: "NAT refreshed from outside", file: "sim/crossing.go", code: "g.words.PassedCode(src, dst)"},
	{name: "NAT port preservation", file: "fixtures/nat_box.go", code: "return ip | inside&ports, true"},
	{name: "NAT without hairpinning", file: "fixtures/nat_box.go", code: "why = NoHairpin"},
	{name: "NAT table", file: "fixtures/nat_table.go", code: "if n >= t.most {\n\t\treturn false\n\t}"},
	{name: "NAT rebinding", file: "sim/gateway.go", code: "g.Reset(ip)"},
	{name: "NAT behind NAT", file: "sim/gateway.go", code: "one.outer = w.gateTo(name, p.behind)"},
	{name: "NAT mix", file: "sim/node.go", code: "where = []Place{p}"},
	{name: "firewall", file: "fixtures/nat_box.go", code: "return to, Firewalled", instead: "return to, \"\""},
	{name: "UDP blocked", file: "fixtures/nat_box.go", code: "return from, NoUDP", instead: "return from, \"\""},
	{name: "background failure", file: "fixtures/nat_mix.go", code: "return sim.Fate{Drop: NoPath}", instead: "return sim.Fate{}"},
}

// behind adds a node that hears, behind a box of its own.
func (l *lab) behind(name string, nat fixtures.NAT, where ...sim.Place) *sim.Node {
	l.t.Helper()
	return l.hearing(name, sim.Behind(fixtures.NewBox(l.World, "box of "+name, nat, where...)))
}

func (l *lab) hearing(name string, where ...sim.Place) *sim.Node {
	n := l.Node(name, func(n *sim.Node) { n.Listen(func(_, _ netip.AddrPort, _ []byte) {}) }, where...)
	l.Run(0)
	return n
}

// call has a node say something to an address, in this instant.
func (l *lab) call(from *sim.Node, to netip.AddrPort, text string) {
	l.t.Helper()
	if err := from.Send(to, []byte(text)); err != nil {
		l.t.Fatal(err)
	}
	l.Run(0)
}

// outside has a node call another, and returns the address from which that hears it.
func (l *lab) outside(to, from *sim.Node) (as netip.AddrPort) {
	l.t.Helper()
	unwatch := l.Watch(func(e sim.Event) { as = e.From }, sim.Delivered)
	defer unwatch()
	l.call(from, to.Addrs()[0], "look")
	l.seen = nil
	return as
}

// natMapping: others see the outside address, the same one all of them, which leads in; the node does not.
func natMapping(t *testing.T) {
	l := newLab(t)
	n := l.behind("n", fixtures.FullCone())
	as := l.outside(l.a, n)
	if own := n.Addrs(); len(own) != 1 || !own[0].Addr().IsPrivate() || as == own[0] || as != l.World.Outside(n) || as != l.outside(l.b, n) || l.Holder(as) != n {
		t.Fatalf("at %v it is seen as %v, then as %v", own, as, l.outside(l.b, n))
	}
	l.call(l.c, as, "hello")
	l.expect("0s n got hello")
}

// natMappingByPort: each remote port sees another outside one.
func natMappingByPort(t *testing.T) {
	l := newLab(t)
	n := l.behind("n", fixtures.SymmetricNAT())
	if a, b, again := l.outside(l.a, n), l.outside(l.b, n), l.outside(l.a, n); a == b || a != again || a.Addr() != b.Addr() {
		t.Fatalf("seen as %v, %v, %v", a, b, again)
	}
}

// natFiltering: only from where something went to, judged on arrival.
func natFiltering(t *testing.T) {
	l := newLab(t)
	n := l.behind("n", fixtures.PortRestrictedCone())
	as := l.outside(l.a, n)
	l.call(l.a, as, "answer")
	l.call(l.b, as, "stranger")
	l.expect("0s n got answer", "0s b lost stranger: NAT: filtered")
	l.Link(sim.Latency(second))
	l.call(l.b, as, "puncture me")
	l.call(n, l.b.Addrs()[0], "puncture")
	l.Run(second)
	l.expect("1s n got puncture me", "1s b got puncture")
}

// natTimer: from the latest packet out; then nothing leads in, and that is no error of who sends.
func natTimer(t *testing.T) {
	l := newLab(t)
	n := l.behind("n", fixtures.NAT{Timeout: 120 * second})
	as := l.outside(l.a, n)
	l.Run(119 * second)
	l.call(l.b, as, "in time")
	l.Run(second)
	l.call(l.b, as, "too late")
	l.expect("1m59s n got in time", "2m0s b lost too late: NAT: no mapping")
}

// natInbound: what comes in keeps the mapping, if it is said to.
func natInbound(t *testing.T) {
	l := newLab(t)
	n := l.behind("n", fixtures.NAT{Timeout: 120 * second, InboundRefresh: true})
	as := l.outside(l.a, n)
	for range 3 {
		l.Run(100 * second)
		l.call(l.b, as, "keep")
	}
	l.expect("1m40s n got keep", "3m20s n got keep", "5m0s n got keep")
}

// natPreservation: the port inside is the one outside.
func natPreservation(t *testing.T) {
	l := newLab(t)
	n := l.behind("n", fixtures.NAT{Ports: fixtures.PreservedPorts})
	if as := l.outside(l.a, n); as.Port() != n.Addrs()[0].Port() {
		t.Fatalf("%v is seen as %v", n.Addrs(), as)
	}
}

// natHairpin: without it, who stands behind the box does not get in by an outside address; by the one inside he does.
func natHairpin(t *testing.T) {
	l := newLab(t)
	n := l.behind("n", fixtures.NAT{})
	m := l.hearing("m", sim.Behind(n.Gateway()))
	as := l.outside(l.a, n)
	l.call(m, as, "around")
	l.call(m, n.Addrs()[0], "directly")
	l.expect("0s m lost around: NAT: no hairpinning", "0s n got directly")
}

// natTable: one mapping too many does not go out.
func natTable(t *testing.T) {
	l := newLab(t)
	n := l.behind("n", fixtures.NAT{Mapping: fixtures.ADM, Capacity: 2})
	l.say(n, l.a, "1")
	l.say(n, l.b, "2")
	l.say(n, l.c, "3")
	l.Run(0)
	l.expect("0s n lost 3: NAT: table full", "0s a got 1", "0s b got 2")
}

// natRebinding: the old address leads nowhere, the new one is another, and an event says so.
func natRebinding(t *testing.T) {
	l := newLab(t)
	n := l.behind("n", fixtures.FullCone())
	as := l.outside(l.a, n)
	var event sim.Event
	l.Watch(func(e sim.Event) { event = e }, sim.Rebound)
	if l.a.Rebind() || !n.Rebind() {
		t.Fatal("only n stands behind a box")
	}
	now := l.outside(l.a, n)
	l.call(l.b, as, "old")
	l.call(l.b, now, "new")
	l.expect("0s b lost old: NAT: no mapping", "0s n got new")
	if now.Addr() == as.Addr() || event.Node != n || event.From != as || event.To != now {
		t.Fatalf("seen as %v, then as %v; the event says %v and %v of %v", as, now, event.From, event.To, event.Node)
	}
}

// natBehindNAT: the carrier's box translates once more, and forgets by itself.
func natBehindNAT(t *testing.T) {
	l := newLab(t)
	carrier := fixtures.NewBox(l.World, "carrier", fixtures.CarrierGrade())
	n := l.behind("n", fixtures.FullCone(), sim.Behind(carrier))
	as := l.outside(l.a, n)
	if home := n.Gateway().(*fixtures.Box); as.Addr() != carrier.IP() || home.IP() == carrier.IP() {
		t.Fatalf("seen as %v; home is at %v, the carrier at %v", as, home.IP(), carrier.IP())
	}
	l.call(l.b, as, "hello")
	carrier.Rebind()
	l.call(l.b, as, "again")
	l.expect("0s n got hello", "0s b lost again: NAT: no mapping")
}

// natMix: nodes made from then on stand behind what the mix says, by name.
func natMix(t *testing.T) {
	l := newLab(t)
	l.Settle(fixtures.Behind(fixtures.SymmetricNAT()))
	n := l.hearing("n")
	if box, ok := n.Gateway().(*fixtures.Box); !ok || box.NAT().String() != "APDM-APDF" || l.a.Gateway() != nil {
		t.Fatalf("n stands behind %v, a behind %v", n.Gateway(), l.a.Gateway())
	}
}

// privateAddress: it leads nowhere from elsewhere.
func privateAddress(t *testing.T) {
	l := newLab(t)
	n, m := l.behind("n", fixtures.FullCone()), l.behind("m", fixtures.FullCone())
	l.call(l.a, n.Addrs()[0], "from outside")
	l.call(m, n.Addrs()[0], "from next door")
	l.expect("0s a lost from outside: LAN address of another site", "0s m lost from next door: LAN address of another site")
}

// firewall: public addresses, and only what answers comes in.
func firewall(t *testing.T) {
	l := newLab(t)
	n := l.behind("n", fixtures.Firewall())
	l.call(l.a, n.Addrs()[0], "unasked")
	l.expect("0s a lost unasked: firewall: filtered")
	if as := l.outside(l.b, n); as != n.Addrs()[0] {
		t.Fatalf("%v is seen as %v", n.Addrs(), as)
	}
	l.call(l.b, n.Addrs()[0], "answer")
	l.call(l.a, n.Addrs()[0], "still unasked")
	l.expect("0s n got answer", "0s a lost still unasked: firewall: filtered")
}

// udpBlocked: nothing out, nothing in.
func udpBlocked(t *testing.T) {
	l := newLab(t)
	n := l.behind("n", fixtures.UDPBlocked())
	l.call(n, l.a.Addrs()[0], "out")
	l.call(l.a, netip.AddrPortFrom(n.Gateway().(*fixtures.Box).IP(), 4000), "in")
	l.expect("0s n lost out: firewall: UDP blocked", "0s a lost in: firewall: UDP blocked")
}

// backgroundFailure: a pair is apart in both directions and for ever, or never.
func backgroundFailure(t *testing.T) {
	const worlds, c = 2000, sim.Chance(150_000)
	apart := 0
	for seed := range uint64(worlds) {
		l := labFrom(t, seed, fixtures.Background(c))
		for range 2 {
			l.say(l.a, l.b, "there")
			l.say(l.b, l.a, "back")
			l.Run(time.Hour)
		}
		switch lost := l.takeLost(); lost {
		case "":
		case "back back there there":
			apart++
		default:
			t.Fatalf("lost %q", lost)
		}
		l.Close()
	}
	near(t, "pairs apart", apart, worlds, c)
}
