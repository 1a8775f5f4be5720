package faults_test

import (
	"net/netip"
	"testing"

	"github.com/overlaytest/overlaytest/sim"
)

// doubles are nodes that are taken for others.
var doubles = []fault{
	{"twin", twin},
	{"address reuse", addressReuse},
}

// twin: another machine at another address with the same identity in all its lives, until it is renewed; everything else is its own.
func twin(t *testing.T) {
	l := newLab(t)
	identity := func(n *sim.Node) uint64 { return n.Rand("identity").Uint64() }
	l.b.Renew()
	l.b.Restart()
	heard := 0
	double := l.b.Twin("b's twin", func(n *sim.Node) { n.Listen(func(_, _ netip.AddrPort, _ []byte) { heard++ }) })
	l.Run(0)
	first, walk := identity(l.b), l.b.Rand("walk").Uint64()
	if identity(double) != first || double.Rand("walk").Uint64() == walk || double.Addrs()[0] == l.b.Addrs()[0] {
		t.Fatalf("the twin of %v at %v is at %v", l.b, l.b.Addrs(), double.Addrs())
	}
	l.say(l.a, double, "hello")
	l.Run(0)
	l.b.Restart()
	double.Restart()
	l.Run(0)
	if identity(double) != first || identity(l.b) != first || heard != 1 {
		t.Fatalf("after a restart the two are not the same: heard %d", heard)
	}
	double.Renew()
	double.Restart()
	if identity(double) == first {
		t.Fatal("renewed, the twin is who it was")
	}
}

// addressReuse: what is in the air to an address that was given up, and what is sent there later, reaches who has it now.
func addressReuse(t *testing.T) {
	l := newLab(t, sim.Latency(second))
	ofB, ofC := l.b.Addrs()[0], l.c.Addrs()[0]
	l.say(l.a, l.b, "in the air")
	l.say(l.a, l.c, "to nobody")
	l.b.Move()
	l.b.Restart()
	l.c.MoveTo(ofB)
	if l.c.Addrs()[0] != ofC {
		t.Fatal("the address changed before the restart")
	}
	l.c.Restart()
	l.say(l.a, l.c, "later")
	l.say(l.a, l.b, "to the new address")
	l.Run(second)
	l.expect("1s c got in the air", "1s a lost to nobody: nobody here any more", "1s c got later", "1s b got to the new address")
	if l.Holder(ofB) != l.c || l.Holder(ofC) != nil {
		t.Fatalf("the addresses belong to %v and %v", l.Holder(ofB), l.Holder(ofC))
	}
	heir := l.Node("heir", func(n *sim.Node) { n.Listen(func(_, _ netip.AddrPort, _ []byte) {}) }, sim.At(ofC))
	l.say(l.a, heir, "newcomer")
	l.Run(second)
	l.expect("2s heir got newcomer")
	l.c.Restart()
	if l.c.Addrs()[0] != ofB {
		t.Fatalf("restarted once more it is at %v", l.c.Addrs())
	}
}
