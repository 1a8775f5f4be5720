package bubble

import (
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"sync"
	"syscall"
	"time"
)

// Conn is a stream between two hosts: a net.Conn with CloseWrite, as a *net.TCPConn has. Bytes arrive in order or not at all; what is lost on
// the way is sent again. It is TCP reduced to what programs notice: slow start and halving of the window after loss (RFC 5681), timeouts from
// measured round trips (RFC 6298), windows of 64 KiB that push back, half-close. A connection whose far side is silent for two minutes fails
// with ETIMEDOUT; one whose far side has crashed and is up again, with ECONNRESET.
type Conn struct {
	h   *Host
	key streamKey
	at  netip.AddrPort

	state  state
	err    error // why nothing more can be read or written
	closed bool  // by the program

	sender
	receiver
	ready *sync.Cond // somebody may read, or the connection stands
	room  *sync.Cond // somebody may write
	read  deadline
	write deadline
}

var _ net.Conn = (*Conn)(nil)

type state byte

const (
	dialling state = iota
	accepting
	standing
	gone
)

const (
	streamRoom = 64 << 10 // bytes of each buffer
	mss        = 1400     // bytes of a segment's payload
)

// newConn makes a connection and notes it with its host.
func (h *Host) newConn(key streamKey, at netip.AddrPort, s state) *Conn {
	c := &Conn{h: h, key: key, at: at, state: s, ready: sync.NewCond(&h.b.mu), room: sync.NewCond(&h.b.mu)}
	c.sender = sender{window: streamRoom, congestion: 10 * mss, threshold: streamRoom, timeout: time.Second, heard: h.b.w.Elapsed()}
	h.conns[key] = c
	h.order = append(h.order, c)
	return c
}

// Read waits for bytes. At the end of the stream it returns io.EOF.
func (c *Conn) Read(p []byte) (n int, err error) {
	defer c.h.enter()()
	for len(c.in) == 0 {
		switch {
		case c.closed:
			return 0, c.fail("read", net.ErrClosed)
		case c.ended:
			return 0, io.EOF
		case c.err != nil:
			return 0, c.fail("read", c.err)
		case c.read.passed():
			return 0, c.fail("read", os.ErrDeadlineExceeded)
		case len(p) == 0:
			return 0, nil
		}
		c.ready.Wait()
	}
	n = copy(p, c.in)
	before := c.free()
	c.in = c.in[n:]
	c.h.cause = c.since
	if before < mss && c.free() >= mss {
		c.h.act(c.answer) // the far side waits for room
	}
	return n, nil
}

// Write waits until all of p has found room in the buffer.
func (c *Conn) Write(p []byte) (n int, err error) {
	defer c.h.enter()()
	for {
		switch {
		case c.closed:
			return n, c.fail("write", net.ErrClosed)
		case c.err != nil:
			return n, c.fail("write", c.err)
		case c.finished:
			return n, c.fail("write", os.NewSyscallError("write", syscall.EPIPE))
		case c.write.passed():
			return n, c.fail("write", os.ErrDeadlineExceeded)
		case len(p) == n:
			return n, nil
		}
		if room := min(streamRoom-len(c.out), len(p)-n); room > 0 {
			c.out = append(c.out, p[n:n+room]...)
			n += room
			c.h.act(c.pump)
			continue
		}
		c.room.Wait()
	}
}

// CloseWrite ends the stream in this direction: the far side reads io.EOF after what was written.
func (c *Conn) CloseWrite() error {
	defer c.h.enter()()
	if c.closed || c.err != nil {
		return c.fail("close", net.ErrClosed)
	}
	c.finished = true
	c.h.act(c.pump)
	return nil
}

// Close ends both directions. What was written still goes on its way; what was not read makes the far side fail with ECONNRESET.
func (c *Conn) Close() error {
	defer c.h.b.lock()()
	if c.closed {
		return c.fail("close", net.ErrClosed)
	}
	c.closed = true
	c.h.b.wake(c.ready)
	c.h.b.wake(c.room)
	c.read.stop()
	c.write.stop()
	if c.state == gone {
		return nil
	}
	c.h.act(func() {
		if len(c.in) > 0 {
			c.send(segment{flags: rst})
			c.end(net.ErrClosed)
			return
		}
		c.finished = true
		c.pump()
		c.h.node.After(time.Minute, func() { c.end(net.ErrClosed) }) // nobody reads what may still come
	})
	return nil
}

// end makes the connection fail, and forgets it.
func (c *Conn) end(err error) {
	if c.state == gone {
		return
	}
	c.state = gone
	if c.err == nil {
		c.err = err
	}
	c.h.forget(c)
	c.h.b.wake(c.ready)
	c.h.b.wake(c.room)
}

// fail is the error of an operation.
func (c *Conn) fail(op string, err error) error {
	return &net.OpError{Op: op, Net: "tcp", Source: c.LocalAddr(), Addr: c.RemoteAddr(), Err: err}
}

// LocalAddr returns the address at this end, a *net.TCPAddr.
func (c *Conn) LocalAddr() net.Addr { return net.TCPAddrFromAddrPort(c.at) }

// RemoteAddr returns the address at the other end, a *net.TCPAddr.
func (c *Conn) RemoteAddr() net.Addr { return net.TCPAddrFromAddrPort(c.key.remote) }

// SetDeadline sets both deadlines.
func (c *Conn) SetDeadline(t time.Time) error {
	defer c.h.b.lock()()
	c.read.set(c.h.b, c.ready, t)
	c.write.set(c.h.b, c.room, t)
	return nil
}

// SetReadDeadline sets when reading fails with os.ErrDeadlineExceeded; the zero time is never.
func (c *Conn) SetReadDeadline(t time.Time) error {
	defer c.h.b.lock()()
	c.read.set(c.h.b, c.ready, t)
	return nil
}

// SetWriteDeadline sets when writing fails with os.ErrDeadlineExceeded; the zero time is never.
func (c *Conn) SetWriteDeadline(t time.Time) error {
	defer c.h.b.lock()()
	c.write.set(c.h.b, c.room, t)
	return nil
}

// String says which ends the connection has.
func (c *Conn) String() string { return fmt.Sprintf("%v→%v", c.at, c.key.remote) }
