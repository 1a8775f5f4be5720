// Package stun_test has a STUN client find out what box it stands behind, by the procedures of RFC 5780 with the messages of pion/stun. It is
// a module of its own, so that users of overlaytest do not inherit its dependencies.
package stun_test

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/pion/stun/v3"

	"github.com/overlaytest/overlaytest/sim"
)

// The bits of CHANGE-REQUEST (RFC 5780, section 7.2).
const (
	changeIP   = 4
	changePort = 2
)

// server is a STUN server with two addresses and two ports, as RFC 5780 wants: four nodes.
type server struct {
	t  *testing.T
	at [2][2]*sim.Node // by address, by port
}

func newServer(t *testing.T, w *sim.World) *server {
	s := &server{t: t}
	for i := range 2 {
		for j := range 2 {
			at := netip.AddrPortFrom(netip.AddrFrom4([4]byte{20, 0, 0, byte(1 + i)}), uint16(3478+j))
			s.at[i][j] = w.Node("server "+at.String(), func(n *sim.Node) {
				n.Listen(func(from, _ netip.AddrPort, data []byte) { s.answer(i, j, from, data) })
			}, sim.At(at))
		}
	}
	w.Run(0)
	return s
}

func (s *server) addr(i, j int) netip.AddrPort { return s.at[i][j].Addrs()[0] }

// answer answers a binding request that came to an address and port, from where it is asked to, to which port it is asked to.
func (s *server) answer(i, j int, from netip.AddrPort, data []byte) {
	request := &stun.Message{}
	check(s.t, stun.Decode(data, request))
	other := s.addr(1-i, 1-j)
	response := stun.MustBuild(stun.NewTransactionIDSetter(request.TransactionID), stun.BindingSuccess,
		&stun.XORMappedAddress{IP: from.Addr().AsSlice(), Port: int(from.Port())}, &stun.OtherAddress{IP: other.Addr().AsSlice(), Port: int(other.Port())})
	if change, err := request.Get(stun.AttrChangeRequest); err == nil {
		if change[3]&changeIP != 0 {
			i = 1 - i
		}
		if change[3]&changePort != 0 {
			j = 1 - j
		}
	}
	if port, err := request.Get(stun.AttrResponsePort); err == nil {
		from = netip.AddrPortFrom(from.Addr(), uint16(port[0])<<8|uint16(port[1]))
	}
	check(s.t, s.at[i][j].Send(from, response.Raw))
}

// client asks servers.
type client struct {
	t *testing.T
	*sim.Node
	w        *sim.World
	requests uint64
	last     *stun.Message // the latest answer
	asked    int           // requests that came here, by hairpin
}

func newClient(t *testing.T, w *sim.World, name string, where ...sim.Place) *client {
	c := &client{t: t, w: w}
	c.Node = w.Node(name, func(n *sim.Node) {
		n.Listen(func(_, _ netip.AddrPort, data []byte) {
			m := &stun.Message{}
			check(t, stun.Decode(append([]byte(nil), data...), m))
			if m.Type == stun.BindingRequest {
				c.asked++
				return
			}
			c.last = m
		})
	}, where...)
	w.Run(0)
	return c
}

// ask sends a binding request and returns as what the server saw us, and its other address; ok is false when no answer comes in a second.
func (c *client) ask(to netip.AddrPort, attributes ...stun.Setter) (mapped, other netip.AddrPort, ok bool) {
	c.t.Helper()
	c.requests++
	id := [stun.TransactionIDSize]byte{0: c.Name()[0], 11: byte(c.requests)}
	request := stun.MustBuild(append([]stun.Setter{stun.NewTransactionIDSetter(id), stun.BindingRequest}, attributes...)...)
	c.last = nil
	check(c.t, c.Send(to, request.Raw))
	c.w.Run(time.Second)
	if c.last == nil || c.last.TransactionID != id {
		return mapped, other, false
	}
	var m stun.XORMappedAddress
	var o stun.OtherAddress
	check(c.t, m.GetFrom(c.last))
	check(c.t, o.GetFrom(c.last))
	return addrPort(m.IP, m.Port), addrPort(o.IP, o.Port), true
}

func addrPort(ip net.IP, port int) netip.AddrPort {
	a, _ := netip.AddrFromSlice(ip)
	return netip.AddrPortFrom(a.Unmap(), uint16(port))
}

// change asks for an answer from elsewhere.
func change(bits byte) stun.Setter {
	return stun.RawAttribute{Type: stun.AttrChangeRequest, Value: []byte{0, 0, 0, bits}}
}

// toPort asks for an answer to another port of ours.
func toPort(port uint16) stun.Setter {
	return stun.RawAttribute{Type: stun.AttrResponsePort, Value: []byte{byte(port >> 8), byte(port), 0, 0}}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
