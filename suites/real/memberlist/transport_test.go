// Package memberlist_test has hashicorp/memberlist, as it is, play in simulated worlds.
package memberlist_test

import (
	"bytes"
	"net"
	"net/netip"
	"time"

	"github.com/hashicorp/memberlist"

	"github.com/overlaytest/overlaytest/sim/bubble"
)

// transport is memberlist's view of a host.
type transport struct {
	h       *bubble.Host
	at      netip.AddrPort
	udp     *bubble.PacketConn
	tcp     *bubble.Listener
	packets chan *memberlist.Packet
	streams chan net.Conn
}

func newTransport(h *bubble.Host, at netip.AddrPort) (*transport, error) {
	udp, err := h.ListenPacket("udp", at.String())
	if err != nil {
		return nil, err
	}
	tcp, err := h.Listen("tcp", at.String())
	if err != nil {
		return nil, err
	}
	t := &transport{h, at, udp, tcp, make(chan *memberlist.Packet), make(chan net.Conn)}
	go t.receive()
	go t.accept()
	return t, nil
}

func (t *transport) receive() {
	buffer := make([]byte, 65536)
	for {
		n, from, err := t.udp.ReadFrom(buffer)
		if err != nil {
			return
		}
		select {
		case t.packets <- &memberlist.Packet{Buf: bytes.Clone(buffer[:n]), From: from, Timestamp: time.Now()}:
		case <-t.h.Context().Done():
			return
		}
	}
}

func (t *transport) accept() {
	for {
		c, err := t.tcp.Accept()
		if err != nil {
			return
		}
		select {
		case t.streams <- c:
		case <-t.h.Context().Done():
			c.Close()
			return
		}
	}
}

func (t *transport) FinalAdvertiseAddr(string, int) (net.IP, int, error) {
	a := t.at
	return a.Addr().AsSlice(), int(a.Port()), nil
}

func (t *transport) WriteTo(b []byte, addr string) (time.Time, error) {
	to, err := netip.ParseAddrPort(addr)
	if err != nil {
		return time.Time{}, err
	}
	_, err = t.udp.WriteToUDPAddrPort(b, to)
	return time.Now(), err
}

func (t *transport) PacketCh() <-chan *memberlist.Packet { return t.packets }
func (t *transport) StreamCh() <-chan net.Conn           { return t.streams }

func (t *transport) DialTimeout(addr string, timeout time.Duration) (net.Conn, error) {
	return t.h.DialTimeout("tcp", addr, timeout)
}

func (t *transport) Shutdown() error {
	t.udp.Close()
	return t.tcp.Close()
}
