package bubble

import (
	"net"
	"syscall"
	"time"
)

// keepalive has a connection notice that its far side is gone while there is nothing to send.
type keepalive struct {
	off      bool
	idle     time.Duration // silence before the far side is asked
	interval time.Duration // between two questions
	count    int           // of questions, before the connection breaks
	asked    int           // without an answer
	alarm    uint64        // 0: none
}

// usual is what net sets for every connection, dialled or accepted.
var usual = keepalive{idle: 15 * time.Second, interval: 15 * time.Second, count: 9}

// watch asks the far side whether it is there, if it has been silent for long enough, and sees to it that this goes on.
func (c *Conn) watch() {
	c.unwatch()
	if c.off || c.state != standing {
		return
	}
	wait, silent := c.idle, c.h.b.w.Elapsed()-c.heard
	switch {
	case c.timer != 0: // it has something to answer as it is
	case silent < c.idle:
		wait -= silent
	case c.asked == c.count:
		c.end(syscall.ETIMEDOUT)
		return
	default:
		c.asked++
		c.send(segment{flags: ask, sequence: c.next})
		wait = c.interval
	}
	c.alarm = c.h.node.After(wait, func() {
		c.alarm = 0
		c.h.cause = c.h.b.w.Event()
		c.watch()
	})
}

// unwatch stops that.
func (c *Conn) unwatch() {
	if c.alarm != 0 {
		c.h.node.Stop(c.alarm)
		c.alarm = 0
	}
}

// SetKeepAlive sets whether the far side is asked now and then if it is there, as it is at first.
func (c *Conn) SetKeepAlive(on bool) error {
	return c.keep(func() { c.off = !on })
}

// SetKeepAlivePeriod sets after what silence the far side is asked first: 15 s at first, and for 0.
func (c *Conn) SetKeepAlivePeriod(d time.Duration) error {
	return c.keep(func() { c.idle = given(d, c.idle, usual.idle) })
}

// SetKeepAliveConfig sets all there is about that. As with net, what is 0 is set to 15 s, 15 s and 9 times, and what is negative is left alone.
func (c *Conn) SetKeepAliveConfig(config net.KeepAliveConfig) error {
	return c.keep(func() {
		c.off = !config.Enable
		c.idle = given(config.Idle, c.idle, usual.idle)
		c.interval = given(config.Interval, c.interval, usual.interval)
		c.count = given(config.Count, c.count, usual.count)
	})
}

// keep changes the keep-alive, and heeds it.
func (c *Conn) keep(f func()) error {
	return c.option(func() {
		f()
		c.h.act(c.watch)
	})
}

// given is the value that a setting gets: the given one, the usual one for 0, and the present one for what is negative.
func given[T int | time.Duration](value, present, usual T) T {
	switch {
	case value > 0:
		return value
	case value == 0:
		return usual
	}
	return present
}
