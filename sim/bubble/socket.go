package bubble

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"sync"
	"syscall"
	"time"
)

// socket is what connections, listeners and UDP sockets have in common.
type socket struct {
	h       *Host
	network string // as the program named it
	at      netip.AddrPort
	local   net.Addr // the same, as net has it
	closed  bool     // by the program, or with the host
	read    side     // reading and accepting
	write   side
}

// side is one direction of a socket: who waits in it, and until when.
type side struct {
	ready *sync.Cond // somebody may go on
	until time.Time  // zero: for ever
	timer *time.Timer
}

// newSocket makes a socket on an address of the host.
func (h *Host) newSocket(network string, at netip.AddrPort) socket {
	s := socket{h: h, network: network, at: at, local: netAddr(network, at)}
	s.read.ready, s.write.ready = sync.NewCond(&h.b.mu), sync.NewCond(&h.b.mu)
	return s
}

// bind makes a socket of Listen or ListenPacket, and has keep note it with the host.
func (h *Host) bind(udp bool, network, address string, keep func(socket)) error {
	failed := func(at net.Addr, err error) error {
		return &net.OpError{Op: "listen", Net: network, Addr: at, Err: err}
	}
	if err := checkNetwork(network); err != nil {
		return failed(nil, err)
	}
	if address == "" {
		address = ":0"
	}
	at, err := h.resolve(network, address)
	if err != nil {
		return failed(nil, err)
	}
	defer h.b.lock()()
	asked := netAddr(network, at)
	switch {
	case isUDP(network) != udp:
		return failed(asked, &net.AddrError{Err: "unexpected address type", Addr: address})
	case !h.up():
		return failed(asked, net.ErrClosed)
	case at.Addr() != h.Addr().Addr():
		return failed(asked, fmt.Errorf("%w: node %q has %v", os.NewSyscallError("bind", syscall.EADDRNOTAVAIL), h.node.Name(), h.Addr().Addr()))
	case udp && h.socket(at.Port()) != nil, !udp && h.door(at.Port()) != nil:
		return failed(asked, os.NewSyscallError("bind", syscall.EADDRINUSE))
	}
	keep(h.newSocket(network, h.use(at.Port())))
	return nil
}

// await waits until ready says that an operation can go on. As with net, one on a closed socket or past its deadline fails even if it could.
func (s *socket) await(d *side, ready func() bool) error {
	for {
		switch {
		case s.closed:
			return net.ErrClosed
		case d.passed():
			return os.ErrDeadlineExceeded
		case ready():
			return nil
		}
		d.ready.Wait()
	}
}

// shut ends the socket: whoever waits gets net.ErrClosed.
func (s *socket) shut() {
	s.closed = true
	for _, d := range []*side{&s.read, &s.write} {
		d.stop()
		s.h.b.wake(d.ready)
	}
}

// open reports whether the socket is not closed.
func (s *socket) open() bool {
	defer s.h.enter()()
	return !s.closed
}

// fail is the error of an operation with the far side, as net has it.
func (s *socket) fail(op string, far net.Addr, err error) error {
	return &net.OpError{Op: op, Net: s.network, Source: s.local, Addr: far, Err: err}
}

// failHere is the error of an operation that has no far side.
func (s *socket) failHere(op string, err error) error {
	return &net.OpError{Op: op, Net: s.network, Addr: s.local, Err: err}
}

// set does what changes the socket, unless that is closed.
func (s *socket) set(f func()) error {
	defer s.h.b.lock()()
	if s.closed {
		return s.failHere("set", net.ErrClosed)
	}
	f()
	return nil
}

// passed reports whether the deadline is over.
func (d *side) passed() bool { return !d.until.IsZero() && !time.Now().Before(d.until) }

// stop stops the deadline's timer.
func (d *side) stop() {
	if d.timer != nil {
		d.timer.Stop()
		d.timer = nil
	}
}

// deadline sets the deadline anew. Who waits looks again when it is over.
func (d *side) deadline(b *bubble, t time.Time) {
	d.stop()
	d.until = t
	switch {
	case d.passed():
		b.wake(d.ready)
	case !t.IsZero():
		d.timer = time.AfterFunc(time.Until(t), func() {
			defer b.lock()()
			b.wake(d.ready)
		})
	}
}

// duplex is a socket that is read and written.
type duplex struct{ socket }

// LocalAddr returns the address of this end: a *net.TCPAddr of a [Conn], a *net.UDPAddr of a [PacketConn].
func (s *duplex) LocalAddr() net.Addr { return s.local }

// SetDeadline sets both deadlines.
func (s *duplex) SetDeadline(t time.Time) error {
	return s.set(func() { s.read.deadline(s.h.b, t); s.write.deadline(s.h.b, t) })
}

// SetReadDeadline sets when reading fails with os.ErrDeadlineExceeded; the zero time is never.
func (s *duplex) SetReadDeadline(t time.Time) error {
	return s.set(func() { s.read.deadline(s.h.b, t) })
}

// SetWriteDeadline sets when writing fails with os.ErrDeadlineExceeded; the zero time is never.
func (s *duplex) SetWriteDeadline(t time.Time) error {
	return s.set(func() { s.write.deadline(s.h.b, t) })
}

// SetWriteBuffer does nothing: packets do not wait to be sent, and streams have buffers of 64 KiB.
func (s *duplex) SetWriteBuffer(int) error { return s.set(func() {}) }

// fifo is a queue that is added to and taken from in constant time, but for the room it grows by.
type fifo[T any] struct {
	items []T
	head  int // how many of items were taken
}

func (q *fifo[T]) size() int { return len(q.items) - q.head }

func (q *fifo[T]) push(x T) {
	if len(q.items) == cap(q.items) && q.head > len(q.items)/2 {
		kept := copy(q.items, q.items[q.head:])
		clear(q.items[kept:])
		q.items, q.head = q.items[:kept], 0
	}
	q.items = append(q.items, x)
}

func (q *fifo[T]) pop() (x T) {
	x, q.items[q.head] = q.items[q.head], x
	q.head++
	return x
}
