package bubble

import (
	"cmp"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"time"
)

// Conn is a stream between two hosts: a net.Conn with what a *net.TCPConn can but for File and SyscallConn. Bytes arrive in order or not at all;
// what is lost on the way is sent again. It is TCP reduced to what programs notice: slow start and halving of the window after loss (RFC 5681),
// timeouts from measured round trips (RFC 6298), windows of 64 KiB that push back, half-close.
//
// A connection whose far side does not answer fails with ETIMEDOUT: to dial after 127 s, to what was sent after 15 minutes, to keep-alive while
// nothing is sent after 150 s. One whose far side has crashed and is up again fails with ECONNRESET. As on Linux, the operation that first meets
// it gets that error; after it, reading is at the end of the stream, and writing fails with EPIPE.
type Conn struct {
	duplex
	key streamKey
	far net.Addr

	state state
	why   syscall.Errno // why nothing more can be read or written; 0 once it was told
	deaf  bool          // CloseRead was called
	hard  bool          // Close is to reset the connection

	writing bool // somebody is

	sender
	receiver
	keepalive
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
func (h *Host) newConn(key streamKey, s socket, begin state) *Conn {
	c := &Conn{duplex: duplex{s}, key: key, far: net.TCPAddrFromAddrPort(key.remote), state: begin, keepalive: usual}
	c.sender = sender{window: streamRoom, congestion: 10 * mss, threshold: streamRoom, timeout: time.Second, heard: h.b.w.Elapsed()}
	h.conns[key] = c
	h.order = append(h.order, c)
	return c
}

// Read waits for bytes. At the end of the stream it returns io.EOF.
func (c *Conn) Read(p []byte) (n int, err error) {
	if len(p) == 0 && c.open() {
		return 0, nil
	}
	defer c.h.enter()()
	if err := c.await(&c.read, func() bool { return len(c.in) > 0 || c.ended || c.deaf || c.state == gone }); err != nil {
		return 0, c.fail("read", c.far, err)
	}
	if len(c.in) > 0 {
		return c.copyTo(p), nil
	}
	if !c.ended && c.why != 0 {
		return 0, c.fail("read", c.far, os.NewSyscallError("read", c.tell()))
	}
	return 0, io.EOF
}

// copyTo moves bytes that came to p.
func (c *Conn) copyTo(p []byte) (n int) {
	n = copy(p, c.in)
	before := c.free()
	c.in = c.in[n:]
	c.h.cause = c.since
	if before < mss && c.free() >= mss {
		c.h.act(c.answer) // the far side waits for room
	}
	return n
}

// Write waits until all of p has found room in the buffer. Of several at once, one goes after the other, so that their bytes do not mingle.
func (c *Conn) Write(p []byte) (n int, err error) {
	defer c.h.enter()()
	for c.writing && !c.closed {
		c.write.ready.Wait()
	}
	c.writing = true
	defer func() {
		c.writing = false
		c.h.b.wake(c.write.ready)
	}()
	for {
		err := c.await(&c.write, func() bool { return len(c.out) < streamRoom || len(p) == 0 || c.finished || c.state == gone })
		if err == nil && (c.finished || c.state == gone) {
			err = os.NewSyscallError("write", cmp.Or(c.tell(), syscall.EPIPE))
		}
		if err != nil {
			return n, c.fail("write", c.far, err)
		}
		if room := min(streamRoom-len(c.out), len(p)-n); room > 0 {
			c.out = append(c.out, p[n:n+room]...)
			n += room
			c.h.act(c.pump)
		}
		if n == len(p) {
			return n, nil
		}
	}
}

// tell returns why the connection broke, if nobody was told yet.
func (c *Conn) tell() (why syscall.Errno) {
	why, c.why = c.why, 0
	return why
}

// CloseWrite ends the stream in this direction: the far side reads io.EOF after what was written.
func (c *Conn) CloseWrite() error {
	return c.closeHalf(func() {
		c.finished = true
		c.h.act(c.pump)
	})
}

// CloseRead ends the stream in the other direction: what came is read, and then io.EOF. The far side notices nothing.
func (c *Conn) CloseRead() error {
	return c.closeHalf(func() {
		c.deaf = true
		c.h.b.wake(c.read.ready)
	})
}

// closeHalf ends one direction of a connection that stands.
func (c *Conn) closeHalf(end func()) error {
	defer c.h.b.lock()()
	switch {
	case c.closed:
		return c.fail("close", c.far, net.ErrClosed)
	case c.state == gone:
		return c.fail("close", c.far, os.NewSyscallError("shutdown", syscall.ENOTCONN))
	}
	end()
	return nil
}

// Close ends both directions. What was written still goes on its way; what was not read makes the far side fail with ECONNRESET.
func (c *Conn) Close() error {
	defer c.h.b.lock()()
	if c.closed {
		return c.fail("close", c.far, net.ErrClosed)
	}
	c.shut()
	if c.state == gone {
		return nil
	}
	c.h.act(func() {
		if len(c.in) > 0 || c.hard {
			c.reset(0)
			return
		}
		c.finished = true
		c.pump()
		c.forsake()
	})
	return nil
}

// forsake gives the far side a minute to end its direction, too, once nobody reads it and this one is over: Linux's tcp_fin_timeout.
func (c *Conn) forsake() {
	if c.closed && c.over {
		c.h.node.After(time.Minute, func() { c.end(0) })
	}
}

// reset ends the connection for a reason, and has the far side fail.
func (c *Conn) reset(why syscall.Errno) {
	c.send(segment{flags: rst})
	c.end(why)
}

// end ends the connection, which broke for a reason or is over, and forgets it.
func (c *Conn) end(why syscall.Errno) {
	if c.state == gone {
		return
	}
	c.state, c.why = gone, why
	c.h.forget(c)
	c.h.b.wake(c.read.ready)
	c.h.b.wake(c.write.ready)
}

// RemoteAddr returns the address at the other end, a *net.TCPAddr.
func (c *Conn) RemoteAddr() net.Addr { return c.far }

// SetReadBuffer does nothing: streams have buffers of 64 KiB.
func (c *Conn) SetReadBuffer(int) error { return c.set(func() {}) }

// SetLinger sets what Close does with what is not acknowledged yet: with 0 seconds it is forgotten, and the connection reset; else it still
// goes on its way, and Close does not wait.
func (c *Conn) SetLinger(sec int) error { return c.option(func() { c.hard = sec == 0 }) }

// SetNoDelay does nothing: segments are sent as soon as they may be.
func (c *Conn) SetNoDelay(bool) error { return c.option(func() {}) }

// option sets an option, unless the connection is closed.
func (c *Conn) option(f func()) error {
	defer c.h.b.lock()()
	if c.closed {
		return c.fail("set", c.far, net.ErrClosed)
	}
	f()
	return nil
}

// String says which ends the connection has.
func (c *Conn) String() string { return fmt.Sprintf("%v→%v", c.at, c.key.remote) }
