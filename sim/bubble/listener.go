package bubble

import (
	"context"
	"net"
	"net/netip"
	"os"
	"slices"
	"sync"
	"syscall"
	"time"
)

// Listener takes connections on a port of a host: a net.Listener.
type Listener struct {
	h      *Host
	at     netip.AddrPort
	queue  []*Conn // that nobody has accepted yet
	closed bool
	ready  *sync.Cond
}

var _ net.Listener = (*Listener)(nil)

// backlog is how many connections wait to be accepted; who dials beyond that is not answered.
const backlog = 128

// Listen opens a listener, as net.Listen does. The network is "tcp" or "tcp4"; addresses are as for [Host.ListenPacket].
func (h *Host) Listen(network, address string) (*Listener, error) {
	if network != "tcp" && network != "tcp4" {
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
	case port != 0 && h.door(port) != nil:
		return nil, &net.OpError{Op: "listen", Net: network, Err: os.NewSyscallError("bind", syscall.EADDRINUSE)}
	}
	at := h.use(port)
	l := &Listener{h: h, at: at, ready: sync.NewCond(&h.b.mu)}
	h.doors = append(h.doors, l)
	return l, nil
}

// door returns the listener on a port, nil when there is none.
func (h *Host) door(port uint16) *Listener {
	for _, l := range h.doors {
		if l.at.Port() == port {
			return l
		}
	}
	return nil
}

// Accept waits for a connection. What it returns is a *Conn.
func (l *Listener) Accept() (net.Conn, error) {
	defer l.h.enter()()
	for len(l.queue) == 0 {
		if l.closed {
			return nil, &net.OpError{Op: "accept", Net: "tcp", Source: l.Addr(), Err: net.ErrClosed}
		}
		l.ready.Wait()
	}
	c := l.queue[0]
	l.queue = slices.Delete(l.queue, 0, 1)
	return c, nil
}

// Close closes the listener. Connections that nobody has accepted are reset.
func (l *Listener) Close() error {
	defer l.h.b.lock()()
	if l.closed {
		return &net.OpError{Op: "close", Net: "tcp", Source: l.Addr(), Err: net.ErrClosed}
	}
	l.h.doors = slices.DeleteFunc(l.h.doors, func(o *Listener) bool { return o == l })
	l.h.act(func() {
		for _, c := range l.queue {
			c.send(segment{flags: rst})
			c.end(net.ErrClosed)
		}
	})
	l.h.quit(l.at)
	l.shut()
	return nil
}

// shut ends the listener.
func (l *Listener) shut() {
	l.closed, l.queue = true, nil
	l.h.b.wake(l.ready)
}

// Addr returns the address the listener is on, a *net.TCPAddr.
func (l *Listener) Addr() net.Addr { return net.TCPAddrFromAddrPort(l.at) }

// Dial is [Host.DialContext] without a context.
func (h *Host) Dial(network, address string) (net.Conn, error) {
	return h.DialContext(context.Background(), network, address)
}

// DialTimeout is [Host.DialContext] that gives up after d.
func (h *Host) DialTimeout(network, address string, d time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	return h.DialContext(ctx, network, address)
}

// DialContext connects to a host, as net.Dialer.DialContext does. The network is "tcp", "tcp4", "udp" or "udp4"; the host part of the address
// is an IP address or the name of a node.
func (h *Host) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	remote, err := h.resolve(ctx, address)
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Err: err}
	}
	switch network {
	case "tcp", "tcp4":
		return h.dialStream(ctx, remote)
	case "udp", "udp4":
		c, err := h.ListenPacket(network, ":0")
		if err != nil {
			return nil, err
		}
		return &connected{c, remote}, nil
	}
	return nil, errNetwork("dial", network)
}

// dialStream connects a stream.
func (h *Host) dialStream(ctx context.Context, remote netip.AddrPort) (net.Conn, error) {
	defer h.enter()()
	failed := func(err error) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Addr: net.TCPAddrFromAddrPort(remote), Err: err}
	}
	if !h.up() {
		return failed(net.ErrClosed)
	}
	at := h.use(0)
	c := h.newConn(streamKey{at.Port(), remote, h.node.Rand("connections").Uint64()}, at, dialling)
	h.act(func() {
		c.send(segment{flags: syn})
		c.arm()
	})
	stop := context.AfterFunc(ctx, func() {
		defer h.b.lock()()
		h.b.wake(c.ready)
	})
	defer stop()
	for c.state == dialling && ctx.Err() == nil {
		c.ready.Wait()
	}
	switch {
	case c.state == gone:
		return failed(c.err)
	case c.state == dialling:
		h.act(func() { c.end(ctx.Err()) })
		return failed(ctx.Err())
	}
	return c, nil
}

// sendSegment sends a segment.
func (h *Host) sendSegment(at, to netip.AddrPort, s segment) {
	_ = h.node.SendFrom(at, to, s.append(nil)) // nobody there is as good as silent; the world has noted it
}

// segment gives a segment to the connection or the listener it is for. What is for nobody is answered by a reset.
func (h *Host) segment(from, to netip.AddrPort, s segment) {
	key := streamKey{to.Port(), from, s.connection}
	if c := h.conns[key]; c != nil {
		c.segment(s)
		return
	}
	switch l := h.door(to.Port()); {
	case s.flags&rst != 0:
	case s.flags&(syn|ack) == syn && l != nil:
		if len(l.queue) >= backlog {
			return
		}
		h.ports[to.Port()]++
		c := h.newConn(key, to, accepting)
		c.send(segment{flags: syn})
		c.arm()
	default:
		h.sendSegment(to, from, segment{flags: rst, connection: s.connection})
	}
}

// accepted gives a connection that stands to its listener.
func (h *Host) accepted(c *Conn) {
	if l := h.door(c.key.port); l != nil {
		l.queue = append(l.queue, c)
		h.b.wake(l.ready)
		return
	}
	c.send(segment{flags: rst})
	c.end(net.ErrClosed)
}

// forget takes a connection off the host's list.
func (h *Host) forget(c *Conn) {
	if c.timer != 0 {
		h.node.Stop(c.timer)
		c.timer = 0
	}
	delete(h.conns, c.key)
	h.order = slices.DeleteFunc(h.order, func(o *Conn) bool { return o == c })
	h.quit(c.at)
}

// connected is a UDP socket with one far side: a net.Conn.
type connected struct {
	*PacketConn
	remote netip.AddrPort
}

// Read waits for a packet of the far side.
func (c *connected) Read(p []byte) (int, error) {
	for {
		n, from, err := c.ReadFromAddrPort(p)
		if err != nil || from == c.remote {
			return n, err
		}
	}
}

// Write sends a packet to the far side.
func (c *connected) Write(p []byte) (int, error) { return c.WriteToAddrPort(p, c.remote) }

// RemoteAddr returns the address of the far side, a *net.UDPAddr.
func (c *connected) RemoteAddr() net.Addr { return net.UDPAddrFromAddrPort(c.remote) }
