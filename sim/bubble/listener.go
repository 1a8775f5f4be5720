package bubble

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"slices"
	"syscall"
	"time"
)

// Listener takes connections on a port of a host: a net.Listener with SetDeadline, as a *net.TCPListener has.
type Listener struct {
	socket
	queue fifo[*Conn] // that nobody has accepted yet
}

var _ net.Listener = (*Listener)(nil)

// backlog is how many connections wait to be accepted; who dials beyond that is not answered. It is Linux's net.core.somaxconn.
const backlog = 4096

// Listen opens a listener, as net.Listen does. The network is "tcp" or "tcp4"; addresses are as for [Host.ListenPacket].
func (h *Host) Listen(network, address string) (*Listener, error) {
	var l *Listener
	err := h.bind(false, network, address, func(s socket) {
		l = &Listener{socket: s}
		h.doors = append(h.doors, l)
	})
	return l, err
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
	if err := l.await(&l.read, func() bool { return l.queue.size() > 0 }); err != nil {
		return nil, l.failHere("accept", err)
	}
	return l.queue.pop(), nil
}

// SetDeadline sets when accepting fails with os.ErrDeadlineExceeded; the zero time is never.
func (l *Listener) SetDeadline(t time.Time) error {
	defer l.h.b.lock()()
	if l.closed {
		return net.ErrClosed
	}
	l.read.deadline(l.h.b, t)
	return nil
}

// Close closes the listener. Connections that nobody has accepted are reset.
func (l *Listener) Close() error {
	defer l.h.b.lock()()
	if l.closed {
		return l.failHere("close", net.ErrClosed)
	}
	l.h.doors = slices.DeleteFunc(l.h.doors, func(o *Listener) bool { return o == l })
	l.h.act(func() {
		for l.queue.size() > 0 {
			l.queue.pop().reset(0)
		}
	})
	l.h.quit(l.at)
	l.shut()
	return nil
}

// Addr returns the address the listener is on, a *net.TCPAddr.
func (l *Listener) Addr() net.Addr { return l.local }

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

// DialContext connects to a host, as net.Dialer.DialContext does: it returns a *Conn or a *PacketConn. The network is "tcp", "tcp4", "udp" or
// "udp4"; the host part of the address is an IP address or the name of a node, and the port a number.
func (h *Host) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	failed := func(far net.Addr, err error) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Net: network, Addr: far, Err: err}
	}
	if err := checkNetwork(network); err != nil {
		return failed(nil, err)
	}
	if address == "" {
		return failed(nil, errMissing)
	}
	remote, err := h.resolve(network, address)
	if err != nil {
		return failed(nil, err)
	}
	defer h.enter()()
	far := netAddr(network, remote)
	switch {
	case ctx.Err() != nil:
		return failed(far, givenUp{ctx.Err()})
	case !h.up():
		return failed(far, net.ErrClosed)
	case !remote.Addr().Is4():
		return failed(far, os.NewSyscallError("connect", syscall.ENETUNREACH))
	case isUDP(network):
		return h.dialPacket(network, remote), nil
	}
	c, err := h.dialStream(ctx, network, remote)
	if err != nil {
		return failed(far, err)
	}
	return c, nil
}

// dialStream connects a stream.
func (h *Host) dialStream(ctx context.Context, network string, remote netip.AddrPort) (*Conn, error) {
	at := h.use(0)
	c := h.newConn(streamKey{at.Port(), remote, h.node.Rand("connections").Uint64()}, h.newSocket(network, at), dialling)
	h.act(func() {
		c.send(segment{flags: syn})
		c.arm()
	})
	stop := context.AfterFunc(ctx, func() {
		defer h.b.lock()()
		h.b.wake(c.read.ready)
	})
	defer stop()
	for c.state == dialling && ctx.Err() == nil {
		c.read.ready.Wait()
	}
	switch {
	case c.closed:
		return nil, net.ErrClosed
	case c.state == gone:
		return nil, os.NewSyscallError("connect", c.why)
	case c.state == dialling:
		h.act(func() { c.end(0) })
		return nil, givenUp{ctx.Err()}
	}
	return c, nil
}

// givenUp is the error of a call whose context has ended, in net's words.
type givenUp struct{ error }

func (e givenUp) Error() string {
	if e.Timeout() {
		return "i/o timeout"
	}
	return "operation was canceled"
}

// Timeout reports whether the context's time was over.
func (e givenUp) Timeout() bool { return errors.Is(e.error, context.DeadlineExceeded) }

// Temporary is Timeout.
func (e givenUp) Temporary() bool { return e.Timeout() }

// Unwrap returns the context's error.
func (e givenUp) Unwrap() error { return e.error }

// sendSegment sends a segment.
func (h *Host) sendSegment(at, to netip.AddrPort, s segment) {
	h.packet = s.append(h.packet[:0])
	_ = h.send(at, to, h.packet) // nobody there is as good as silent; the world has noted it
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
		if l.queue.size() >= backlog {
			return
		}
		h.ports[to.Port()]++
		c := h.newConn(key, h.newSocket(l.network, to), accepting)
		c.send(segment{flags: syn})
		c.arm()
	default:
		h.sendSegment(to, from, segment{flags: rst, connection: s.connection})
	}
}

// accepted gives a connection that stands to its listener.
func (h *Host) accepted(c *Conn) {
	if l := h.door(c.key.port); l != nil {
		l.queue.push(c)
		h.b.wake(l.read.ready)
		return
	}
	c.reset(0)
}

// forget takes a connection off the host's list.
func (h *Host) forget(c *Conn) {
	if c.timer != 0 {
		h.node.Stop(c.timer)
		c.timer = 0
	}
	c.unwatch()
	delete(h.conns, c.key)
	h.order = slices.DeleteFunc(h.order, func(o *Conn) bool { return o == c })
	h.quit(c.at)
}
