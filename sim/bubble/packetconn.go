package bubble

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/overlaytest/overlaytest/sim"
)

// bufferRoom is how many bytes a socket keeps that nobody reads: the default receive buffer of a Linux socket. What exceeds it is lost.
const bufferRoom = 208 << 10

// PacketConn is a UDP socket of a host: a net.PacketConn. Its addresses are *net.UDPAddr.
type PacketConn struct {
	h      *Host
	at     netip.AddrPort
	closed bool
	inbox  []datagram
	size   int // bytes in it
	ready  *sync.Cond
	read   deadline
	write  deadline
}

var _ net.PacketConn = (*PacketConn)(nil)

// datagram is a packet that waits to be read.
type datagram struct {
	from  netip.AddrPort
	data  []byte
	event uint64 // in which it came
}

// ListenPacket opens a UDP socket, as net.ListenPacket does. The network is "udp" or "udp4"; the address is one of the host's own, or has an
// empty or unspecified host part, and its port may be 0 for any.
func (h *Host) ListenPacket(network, address string) (*PacketConn, error) {
	if network != "udp" && network != "udp4" {
		return nil, errNetwork("listen", network)
	}
	port, err := h.port(address)
	if err != nil {
		return nil, &net.OpError{Op: "listen", Net: network, Err: err}
	}
	defer h.b.lock()()
	switch {
	case !h.up():
		return nil, &net.OpError{Op: "listen", Net: network, Err: net.ErrClosed}
	case port != 0 && h.socket(port) != nil:
		return nil, &net.OpError{Op: "listen", Net: network, Err: os.NewSyscallError("bind", syscall.EADDRINUSE)}
	}
	at := h.use(port)
	c := &PacketConn{h: h, at: at, ready: sync.NewCond(&h.b.mu)}
	h.sockets = append(h.sockets, c)
	return c, nil
}

// take keeps a packet for whoever reads.
func (c *PacketConn) take(from netip.AddrPort, data []byte) {
	if c.size+len(data) > bufferRoom {
		c.h.node.Log().Warn("a socket's buffer is full: a packet is lost", "socket", c.at, "from", from, "bytes", len(data))
		return
	}
	c.size += len(data)
	c.inbox = append(c.inbox, datagram{from, bytes.Clone(data), c.h.cause})
	c.h.b.wake(c.ready)
}

// ReadFrom waits for a packet, and copies as much of it as there is room for.
func (c *PacketConn) ReadFrom(p []byte) (n int, from net.Addr, err error) {
	n, at, err := c.ReadFromAddrPort(p)
	if err != nil {
		return 0, nil, err
	}
	return n, net.UDPAddrFromAddrPort(at), nil
}

// ReadFromAddrPort is ReadFrom with the address as a value.
func (c *PacketConn) ReadFromAddrPort(p []byte) (n int, from netip.AddrPort, err error) {
	defer c.h.enter()()
	for len(c.inbox) == 0 {
		switch {
		case c.closed:
			return 0, from, c.fail("read", nil, net.ErrClosed)
		case c.read.passed():
			return 0, from, c.fail("read", nil, os.ErrDeadlineExceeded)
		}
		c.ready.Wait()
	}
	d := c.inbox[0]
	c.inbox = slices.Delete(c.inbox, 0, 1)
	c.size -= len(d.data)
	c.h.cause = d.event
	return copy(p, d.data), d.from, nil
}

// WriteTo sends a packet. What the world loses is no error, as ever with datagrams.
func (c *PacketConn) WriteTo(p []byte, to net.Addr) (n int, err error) {
	udp, ok := to.(*net.UDPAddr)
	if !ok {
		return 0, c.fail("write", to, fmt.Errorf("the address is a %T, want a *net.UDPAddr", to))
	}
	at := udp.AddrPort()
	return c.WriteToAddrPort(p, netip.AddrPortFrom(at.Addr().Unmap(), at.Port()))
}

// WriteToAddrPort is WriteTo with the address as a value.
func (c *PacketConn) WriteToAddrPort(p []byte, to netip.AddrPort) (n int, err error) {
	defer c.h.enter()()
	switch {
	case c.closed:
		err = net.ErrClosed
	case c.write.passed():
		err = os.ErrDeadlineExceeded
	default:
		c.h.act(func() { err = c.h.node.SendFrom(c.at, to, p) })
	}
	if err != nil && !errors.Is(err, sim.ErrNoSuchAddress) { // which a socket cannot know; the world has noted it
		return 0, c.fail("write", net.UDPAddrFromAddrPort(to), err)
	}
	return len(p), nil
}

// fail is the error of an operation.
func (c *PacketConn) fail(op string, to net.Addr, err error) error {
	return &net.OpError{Op: op, Net: "udp", Source: c.LocalAddr(), Addr: to, Err: err}
}

// Close closes the socket: whoever reads gets net.ErrClosed.
func (c *PacketConn) Close() error {
	defer c.h.b.lock()()
	if c.closed {
		return c.fail("close", nil, net.ErrClosed)
	}
	c.h.sockets = slices.DeleteFunc(c.h.sockets, func(o *PacketConn) bool { return o == c })
	c.h.quit(c.at)
	c.shut()
	return nil
}

// shut ends the socket.
func (c *PacketConn) shut() {
	c.closed, c.inbox, c.size = true, nil, 0
	c.h.b.wake(c.ready)
}

// LocalAddr returns the address the socket is on, a *net.UDPAddr.
func (c *PacketConn) LocalAddr() net.Addr { return net.UDPAddrFromAddrPort(c.at) }

// SetDeadline sets both deadlines.
func (c *PacketConn) SetDeadline(t time.Time) error {
	defer c.h.b.lock()()
	c.read.set(c.h.b, c.ready, t)
	c.write.set(c.h.b, c.ready, t)
	return nil
}

// SetReadDeadline sets when reading fails with os.ErrDeadlineExceeded; the zero time is never.
func (c *PacketConn) SetReadDeadline(t time.Time) error {
	defer c.h.b.lock()()
	c.read.set(c.h.b, c.ready, t)
	return nil
}

// SetWriteDeadline sets when writing fails with os.ErrDeadlineExceeded; the zero time is never.
func (c *PacketConn) SetWriteDeadline(t time.Time) error {
	defer c.h.b.lock()()
	c.write.set(c.h.b, c.ready, t)
	return nil
}

// SetReadBuffer and SetWriteBuffer exist for programs that ask for larger buffers; the socket keeps the ones it has.
func (c *PacketConn) SetReadBuffer(int) error { return nil }

// SetWriteBuffer does nothing: see SetReadBuffer.
func (c *PacketConn) SetWriteBuffer(int) error { return nil }
