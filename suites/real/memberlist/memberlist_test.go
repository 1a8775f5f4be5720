// Package memberlist_test has hashicorp/memberlist, as it is, play in simulated worlds.
package memberlist_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/hashicorp/memberlist"

	"github.com/overlaytest/overlaytest/sim"
	"github.com/overlaytest/overlaytest/sim/bubble"
)

// transport is memberlist's view of a host.
type transport struct {
	h       *bubble.Host
	udp     *bubble.PacketConn
	tcp     *bubble.Listener
	packets chan *memberlist.Packet
	streams chan net.Conn
}

func newTransport(h *bubble.Host) (*transport, error) {
	udp, err := h.ListenPacket("udp", h.Addr().String())
	if err != nil {
		return nil, err
	}
	tcp, err := h.Listen("tcp", h.Addr().String())
	if err != nil {
		return nil, err
	}
	t := &transport{h, udp, tcp, make(chan *memberlist.Packet), make(chan net.Conn)}
	go t.receive()
	go t.accept()
	return t, nil
}

func (t *transport) receive() {
	for {
		buffer := make([]byte, 65536)
		n, from, err := t.udp.ReadFrom(buffer)
		if err != nil {
			return
		}
		select {
		case t.packets <- &memberlist.Packet{Buf: buffer[:n], From: from, Timestamp: time.Now()}:
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
	a := t.h.Addr()
	return a.Addr().AsSlice(), int(a.Port()), nil
}

func (t *transport) WriteTo(b []byte, addr string) (time.Time, error) {
	to, err := netip.ParseAddrPort(addr)
	if err != nil {
		return time.Time{}, err
	}
	_, err = t.udp.WriteToAddrPort(b, to)
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

func start(h *bubble.Host, met []netip.AddrPort) (*memberlist.Memberlist, error) {
	t, err := newTransport(h)
	if err != nil {
		return nil, err
	}
	c := memberlist.DefaultLANConfig()
	c.Name = fmt.Sprint(h.Node().Name(), "-", h.Node().Life())
	c.Transport = t
	c.Logger = log.New(io.Discard, "", 0)
	m, err := memberlist.Create(c)
	if err != nil {
		return nil, err
	}
	context.AfterFunc(h.Context(), func() { m.Shutdown() })
	if len(met) > 0 {
		h.Go(func(ctx context.Context) {
			for ctx.Err() == nil {
				if n, _ := m.Join([]string{met[0].String()}); n > 0 {
					return
				}
				time.Sleep(time.Second)
			}
		})
	}
	return m, nil
}

func TestTen(t *testing.T) {
	bubble.Test(t, 1, func(t *testing.T) {
		w := sim.New(1, sim.Latency(10*time.Millisecond))
		defer w.Close()
		boot := bubble.Boot(start)
		all := make([]*memberlist.Memberlist, 10)
		var first []netip.AddrPort
		for i := range all {
			n := w.Node(fmt.Sprint("n", i), func(n *sim.Node) { all[i] = boot(n, first) })
			if i == 0 {
				first = n.Addrs()
			}
		}
		began := time.Now()
		w.Run(time.Minute)
		_ = began
		for _, m := range all {
			if m.NumMembers() != 10 {
				t.Error(m.NumMembers())
			}
		}
		t.Logf("%#x %d", w.Digest(), w.Events())
	})
}
