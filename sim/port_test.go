package sim

import (
	"net/netip"
	"strings"
	"testing"
)

func TestANodeMayHaveAllPortsOfItsAddress(t *testing.T) {
	w := New(1)
	defer w.Close()
	var got []string
	hear := func(from, to netip.AddrPort, data []byte) {
		got = append(got, from.String()+">"+to.String()+" "+string(data))
	}
	a := w.Node("a", func(n *Node) { n.Ports(); n.Listen(hear) }, At(ap("20.0.0.1:2000")))
	b := w.Node("b", func(n *Node) { n.Listen(hear) }, At(ap("20.0.0.2:3000")))
	w.Node("c", func(n *Node) { n.Listen(hear) }, At(ap("20.0.0.1:2001"))) // its own port of the same IP address
	w.Run(0)
	for _, to := range []string{"20.0.0.1:2000", "20.0.0.1:7", "20.0.0.1:2001"} {
		if err := b.Send(ap(to), []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.SendFrom(ap("20.0.0.1:9"), ap("20.0.0.2:3000"), []byte("y")); err != nil {
		t.Fatal(err)
	}
	w.Run(0)
	want := "20.0.0.2:3000>20.0.0.1:2000 x, 20.0.0.2:3000>20.0.0.1:7 x, 20.0.0.2:3000>20.0.0.1:2001 x, 20.0.0.1:9>20.0.0.2:3000 y"
	if s := strings.Join(got, ", "); s != want {
		t.Errorf("%s\nwant %s", s, want)
	}
	if err := b.SendFrom(ap("20.0.0.2:1"), ap("20.0.0.1:1"), nil); err == nil || !strings.Contains(err.Error(), "20.0.0.2:1") {
		t.Errorf("b sends from a port that is not its own: %v", err)
	}
}

func TestPortsEndWhenTheNodeMoves(t *testing.T) {
	w := New(1)
	defer w.Close()
	heard := 0
	a := w.Node("a", func(n *Node) { n.Listen(func(_, _ netip.AddrPort, _ []byte) { heard++ }) }, At(ap("20.0.0.1:2000")))
	b := w.Node("b", nil)
	w.Run(0)
	a.Ports()
	a.Move()
	a.Restart()
	w.Run(0)
	if err := b.Send(ap("20.0.0.1:7"), nil); err != nil {
		t.Fatal(err)
	}
	w.Run(0)
	if heard != 0 {
		t.Error("who moved away still hears what is sent to the old address")
	}
}

func TestPortsBehindAGateway(t *testing.T) {
	n := newTown(t)
	n.b.Ports()
	if err := n.b.SendFrom(ap("192.168.1.1:55"), ap("20.0.0.1:2000"), nil); err != nil {
		t.Fatal(err)
	}
	n.Run(0)
	if err := n.a.Send(ap("30.0.0.1:56"), nil); err != nil { // as the gateway shows it
		t.Fatal(err)
	}
	n.Run(0)
	n.expect(t, "b sent 192.168.1.1:55>20.0.0.1:2000", "a delivered 30.0.0.1:56>20.0.0.1:2000",
		"a sent 20.0.0.1:2000>30.0.0.1:56", "b delivered 20.0.0.1:2000>192.168.1.1:55")
}

func TestPortsAreOfIPv4(t *testing.T) {
	w := New(1)
	defer w.Close()
	n := w.Node("a", nil, At(ap("[2001:db8::1]:1")))
	if said, want := panics(n.Ports), `sim: node "a": Ports: its address is [2001:db8::1]:1: wants one of IPv4`; said != want {
		t.Errorf("%q, want %q", said, want)
	}
}
