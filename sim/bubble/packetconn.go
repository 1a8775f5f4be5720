package bubble

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"syscall"

	"github.com/overlaytest/overlaytest/sim"
)

// PacketConn is a UDP socket of a host, with what a *net.UDPConn can but for File and SyscallConn: a net.PacketConn, and a net.Conn where it
// was dialled. There is no ICMP in a world: what is sent to a port where nobody listens is lost, and a dialled socket is not told. Nor is there
// out-of-band data: what is written is ignored, and none is read.
type PacketConn struct {
	duplex
	remote netip.AddrPort // who it was dialled to, if it was
	far    net.Addr       // the same, as net has it, or nil
	inbox  fifo[datagram]
	held   int // bytes that the inbox counts for
	room   int // for how many there is room
}

var (
	_ net.PacketConn = (*PacketConn)(nil)
	_ net.Conn       = (*PacketConn)(nil)
)

// datagram is a packet that waits to be read.
type datagram struct {
	from  netip.AddrPort
	data  []byte
	event uint64 // in which it came
}

// The receive buffer of a Linux socket: what exceeds it is lost. A packet counts for more than its bytes.
const (
	bufferRoom = 208 << 10 // net.core.rmem_default, and rmem_max
	overhead   = 768       // of a packet
)

// ListenPacket opens a UDP socket, as net.ListenPacket does. The network is "udp" or "udp4"; the address is one of the host's own, or has an
// empty or unspecified host part, and its port may be 0 for any. The socket is on the host's address, whatever names it.
func (h *Host) ListenPacket(network, address string) (*PacketConn, error) {
	var c *PacketConn
	err := h.bind(true, network, address, func(s socket) { c = h.newPacketConn(s) })
	return c, err
}

// newPacketConn notes a UDP socket with the host.
func (h *Host) newPacketConn(s socket) *PacketConn {
	c := &PacketConn{duplex: duplex{s}, room: bufferRoom}
	h.sockets = append(h.sockets, c)
	return c
}

// dialPacket opens a UDP socket for one far side.
func (h *Host) dialPacket(network string, remote netip.AddrPort) *PacketConn {
	c := h.newPacketConn(h.newSocket(network, h.use(0)))
	c.remote, c.far = remote, net.UDPAddrFromAddrPort(remote)
	return c
}

// take keeps a packet for whoever reads.
func (c *PacketConn) take(from netip.AddrPort, data []byte) {
	if c.far != nil && from != c.remote {
		c.h.node.Log().Debug("a dialled socket takes nothing from others: a packet is lost", "socket", c.at, "from", from, "bytes", len(data))
		return
	}
	if c.held+len(data)+overhead > c.room {
		c.h.node.Log().Warn("a socket's buffer is full: a packet is lost", "socket", c.at, "from", from, "bytes", len(data))
		return
	}
	c.held += len(data) + overhead
	c.inbox.push(datagram{from, data, c.h.cause})
	c.h.b.wake(c.read.ready)
}

// next waits for a packet, and copies as much of it as there is room for.
func (c *PacketConn) next(p []byte) (n int, d datagram, err error) {
	defer c.h.enter()()
	if err := c.await(&c.read, func() bool { return c.inbox.size() > 0 }); err != nil {
		return 0, d, c.fail("read", c.far, err)
	}
	d = c.inbox.pop()
	c.held -= len(d.data) + overhead
	c.h.cause = d.event
	return copy(p, d.data), d, nil
}

// Read waits for a packet, and copies as much of it as there is room for; the rest is lost. Into no room it reads nothing, and waits not.
func (c *PacketConn) Read(p []byte) (n int, err error) {
	if len(p) == 0 && c.open() {
		return 0, nil
	}
	n, _, err = c.next(p)
	return n, err
}

// ReadFrom waits for a packet, and copies as much of it as there is room for; the rest is lost.
func (c *PacketConn) ReadFrom(p []byte) (n int, from net.Addr, err error) {
	n, d, err := c.next(p)
	if err != nil {
		return 0, nil, err
	}
	return n, net.UDPAddrFromAddrPort(d.from), nil
}

// ReadFromUDP is ReadFrom with the type of the address.
func (c *PacketConn) ReadFromUDP(p []byte) (n int, from *net.UDPAddr, err error) {
	n, _, _, from, err = c.ReadMsgUDP(p, nil)
	return n, from, err
}

// ReadFromUDPAddrPort is ReadFrom with the address as a value.
func (c *PacketConn) ReadFromUDPAddrPort(p []byte) (n int, from netip.AddrPort, err error) {
	n, d, err := c.next(p)
	return n, d.from, err
}

// ReadMsgUDP is ReadFromUDP with flags, in which Linux's MSG_TRUNC says that the packet was longer.
func (c *PacketConn) ReadMsgUDP(p, oob []byte) (n, oobn, flags int, from *net.UDPAddr, err error) {
	n, oobn, flags, at, err := c.ReadMsgUDPAddrPort(p, oob)
	if err == nil {
		from = net.UDPAddrFromAddrPort(at)
	}
	return n, oobn, flags, from, err
}

// ReadMsgUDPAddrPort is ReadMsgUDP with the address as a value.
func (c *PacketConn) ReadMsgUDPAddrPort(p, _ []byte) (n, oobn, flags int, from netip.AddrPort, err error) {
	const truncated = 0x20
	n, d, err := c.next(p)
	if n < len(d.data) {
		flags = truncated
	}
	return n, 0, flags, d.from, err
}

// send sends a packet. What the world loses is no error, as ever with datagrams.
func (c *PacketConn) send(call string, p []byte, to netip.AddrPort) (n int, err error) {
	defer c.h.enter()()
	err = c.await(&c.write, func() bool { return true })
	switch {
	case err != nil:
	case !to.IsValid():
		err = os.NewSyscallError(call, syscall.EDESTADDRREQ)
	case !to.Addr().Is4():
		err = &net.AddrError{Err: "non-IPv4 address", Addr: to.Addr().String()}
	case to.Port() == 0:
		err = os.NewSyscallError(call, syscall.EINVAL)
	default:
		c.h.act(func() { err = c.h.send(c.at, to, p) })
	}
	switch {
	case errors.Is(err, sim.ErrTooBig):
		err = os.NewSyscallError(call, syscall.EMSGSIZE)
	case errors.Is(err, sim.ErrNoSuchAddress): // which a socket cannot know; the world has noted it
		err = nil
	}
	switch {
	case err == nil:
		return len(p), nil
	case !to.IsValid():
		return 0, c.fail("write", nil, err)
	}
	return 0, c.fail("write", net.UDPAddrFromAddrPort(to), err)
}

// Write sends a packet to whom the socket was dialled to; if to nobody, the error is EDESTADDRREQ.
func (c *PacketConn) Write(p []byte) (n int, err error) {
	return c.send("write", p, c.remote)
}

// WriteTo sends a packet, to a *net.UDPAddr. One of more than 65,507 bytes is not sent: EMSGSIZE. A dialled socket takes no address:
// net.ErrWriteToConnected.
func (c *PacketConn) WriteTo(p []byte, to net.Addr) (n int, err error) {
	udp, ok := to.(*net.UDPAddr)
	if !ok {
		return 0, c.fail("write", to, fmt.Errorf("%w: the address is a %T, want a *net.UDPAddr", syscall.EINVAL, to))
	}
	return c.WriteToUDP(p, udp)
}

// WriteToUDP is WriteTo with the type of the address.
func (c *PacketConn) WriteToUDP(p []byte, to *net.UDPAddr) (n int, err error) {
	return c.WriteToUDPAddrPort(p, addrPort(to))
}

// WriteToUDPAddrPort is WriteTo with the address as a value.
func (c *PacketConn) WriteToUDPAddrPort(p []byte, to netip.AddrPort) (n int, err error) {
	switch {
	case c.far != nil:
		return 0, c.fail("write", net.UDPAddrFromAddrPort(to), net.ErrWriteToConnected)
	case !to.IsValid():
		return 0, c.fail("write", nil, errMissing)
	}
	return c.send("sendto", p, c.h.meant(to))
}

// WriteMsgUDP is WriteToUDP, but a dialled socket takes nil for the address. What is out of band is ignored.
func (c *PacketConn) WriteMsgUDP(p, oob []byte, to *net.UDPAddr) (n, oobn int, err error) {
	return c.WriteMsgUDPAddrPort(p, oob, addrPort(to))
}

// WriteMsgUDPAddrPort is WriteMsgUDP with the address as a value, of which the zero one is none.
func (c *PacketConn) WriteMsgUDPAddrPort(p, oob []byte, to netip.AddrPort) (n, oobn int, err error) {
	if c.far != nil && !to.IsValid() {
		n, err = c.Write(p)
	} else {
		n, err = c.WriteToUDPAddrPort(p, to)
	}
	if err != nil {
		return 0, 0, err
	}
	return n, len(oob), nil
}

var errMissing = errors.New("missing address")

// addrPort is the address as a value; no IP address is the unspecified one, and no address the zero value.
func addrPort(a *net.UDPAddr) netip.AddrPort {
	if a != nil && len(a.IP) == 0 {
		return netip.AddrPortFrom(netip.IPv4Unspecified(), uint16(a.Port))
	}
	return a.AddrPort()
}

// RemoteAddr returns whom the socket was dialled to, a *net.UDPAddr, or nil.
func (c *PacketConn) RemoteAddr() net.Addr { return c.far }

// SetReadBuffer makes room for packets that nobody has read yet: as on Linux twice as much as is asked for, of which at most 208 KiB count.
// The room is 208 KiB before, and a packet takes 768 bytes more than it has.
func (c *PacketConn) SetReadBuffer(bytes int) error {
	return c.set(func() { c.room = 2 * max(0, min(bytes, bufferRoom)) })
}

// Close closes the socket: whoever reads gets net.ErrClosed.
func (c *PacketConn) Close() error {
	defer c.h.b.lock()()
	if c.closed {
		return c.fail("close", c.far, net.ErrClosed)
	}
	c.h.sockets = slices.DeleteFunc(c.h.sockets, func(o *PacketConn) bool { return o == c })
	c.h.quit(c.at)
	c.shut()
	return nil
}
