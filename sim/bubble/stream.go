package bubble

import (
	"cmp"
	"slices"
	"syscall"
	"time"
)

// sender is the half of a connection that sends.
//
//	        acked      in flight     to be sent
//	stream ───────|───────────────|───────────────|
//	              first           next            first+len(out)
type sender struct {
	out      []byte // from first on
	first    uint64
	next     uint64
	finished bool // the program will write no more: a FIN follows the last byte
	over     bool // that was received
	window   int  // what the far side has room for, from first on

	congestion int // bytes that may be in flight
	threshold  int // of slow start
	repeats    int // acks that told nothing new

	heard    time.Duration // when the far side was last heard, or first had something to answer
	timer    uint64        // 0: none
	timeout  time.Duration
	smoothed time.Duration // round trip
	variance time.Duration
	probe    uint64 // a sequence being timed; its ack is a sample
	probed   time.Duration
}

// receiver is the half that receives.
type receiver struct {
	in    []byte
	want  uint64 // the next byte
	early []piece
	last  uint64 // where the stream ends, if a FIN came
	fin   bool
	ended bool   // all of it came
	since uint64 // the event in which in grew last
}

// piece is a part of the stream that came too early.
type piece struct {
	at   uint64
	data []byte
}

// After how long what has no answer is sent again.
const (
	leastRetry = 200 * time.Millisecond
	mostRetry  = 2 * time.Minute
)

// patience is for how long the far side may leave unanswered what was sent, by Linux's defaults.
func (c *Conn) patience() time.Duration {
	switch {
	case c.state != standing:
		return 127 * time.Second // tcp_syn_retries: 6
	case c.closed:
		return 102200 * time.Millisecond // tcp_orphan_retries: 8
	}
	return 924600 * time.Millisecond // tcp_retries2: 15
}

// free is the room for what comes next.
func (r *receiver) free() int {
	held := len(r.in)
	for _, p := range r.early {
		held += len(p.data)
	}
	return max(0, streamRoom-held)
}

// total is the place after all there is to send, the FIN included.
func (c *Conn) total() uint64 {
	if c.finished && !c.over {
		return c.first + uint64(len(c.out)) + 1
	}
	return c.first + uint64(len(c.out))
}

// send sends a segment with what every one says.
func (c *Conn) send(s segment) {
	s.connection, s.ack, s.window = c.key.number, c.want, uint32(c.free())
	if c.state != dialling {
		s.flags |= ack
	}
	c.h.sendSegment(c.at, c.key.remote, s)
}

// answer tells the far side what has come and what there is room for.
func (c *Conn) answer() {
	if c.state != gone {
		c.send(segment{sequence: c.next})
	}
}

// pump sends what may be sent.
func (c *Conn) pump() {
	if c.state != standing {
		return
	}
	for c.next < c.total() {
		allowed := min(c.congestion, c.window) - int(c.next-c.first)
		if allowed <= 0 {
			break
		}
		c.sendNext(allowed)
	}
	if c.timer == 0 && c.first < c.total() {
		c.heard = c.h.b.w.Elapsed()
		c.arm()
	}
}

// sendNext sends the next bytes, as far as one segment and the allowance go, or the FIN.
func (c *Conn) sendNext(allowed int) {
	rest := c.out[min(uint64(len(c.out)), c.next-c.first):]
	s := segment{sequence: c.next, payload: rest[:min(len(rest), mss, allowed)]}
	c.next += uint64(len(s.payload))
	if c.finished && len(s.payload) == len(rest) {
		s.flags |= fin
		c.next++
	}
	if c.probe <= c.first {
		c.probe, c.probed = c.next, c.h.b.w.Elapsed()
	}
	c.send(s)
}

// arm has the connection try again after its timeout.
func (c *Conn) arm() {
	if c.timer != 0 {
		c.h.node.Stop(c.timer)
	}
	c.timer = c.h.node.After(c.timeout, func() {
		c.timer = 0
		c.h.cause = c.h.b.w.Event()
		c.late()
	})
}

// late sends again what was not acknowledged in time.
func (c *Conn) late() {
	if c.state == gone || c.state == standing && c.first == c.total() {
		return
	}
	c.timeout = min(2*c.timeout, mostRetry)
	c.probe = 0 // an ack could be of either
	if c.h.b.w.Elapsed()-c.heard >= c.patience() {
		c.end(syscall.ETIMEDOUT)
		return
	}
	switch c.state {
	case dialling:
		c.send(segment{flags: syn})
	case accepting:
		c.send(segment{flags: syn | ack})
	default:
		c.threshold = max(int(c.next-c.first)/2, 2*mss)
		c.congestion, c.next = mss, c.first
		c.sendNext(max(1, min(mss, c.window))) // one byte asks whether there is room again
	}
	c.arm()
}

// segment takes a segment of this connection in.
func (c *Conn) segment(s segment) {
	switch {
	case s.flags&rst != 0:
		switch {
		case c.state == dialling:
			c.end(syscall.ECONNREFUSED)
		case c.ended:
			c.end(syscall.EPIPE)
		default:
			c.end(syscall.ECONNRESET)
		}
		return
	case s.flags&syn != 0 && s.flags&ack == 0: // of who dials, again
		c.send(segment{flags: syn | ack})
		return
	case c.state != standing:
		c.stand()
	}
	c.acked(s)
	if s.flags&(syn|fin|ask) != 0 || len(s.payload) > 0 {
		c.took(s)
		c.answer()
	}
	c.pump()
	if c.over && c.ended {
		c.end(0) // both directions are
	}
}

// stand has the connection stand on both sides.
func (c *Conn) stand() {
	if c.state == accepting {
		c.h.accepted(c)
	}
	c.state, c.timeout = standing, time.Second
	if c.timer != 0 {
		c.h.node.Stop(c.timer)
		c.timer = 0
	}
	c.watch()
	c.h.b.wake(c.read.ready)
	c.h.b.wake(c.write.ready)
}

// acked takes in what the far side has received and has room for.
func (c *Conn) acked(s segment) {
	c.window, c.heard, c.asked = int(s.window), c.h.b.w.Elapsed(), 0
	switch {
	case s.ack > c.first && s.ack <= c.total():
		c.advance(s.ack)
	case s.ack == c.first && c.next > c.first && len(s.payload) == 0 && s.flags&(fin|syn|ask) == 0:
		if c.repeats++; c.repeats == 3 {
			c.threshold = max(int(c.next-c.first)/2, 2*mss)
			c.congestion, c.next, c.probe = c.threshold, c.first, 0
		}
	}
}

// advance forgets what was received, lets more be in flight, and measures.
func (c *Conn) advance(to uint64) {
	n := to - c.first
	if c.probe != 0 && to >= c.probe {
		c.measure(c.h.b.w.Elapsed() - c.probed)
		c.probe = 0
	}
	if n > uint64(len(c.out)) && !c.over {
		c.over = true
		c.forsake()
	}
	c.out = c.out[min(n, uint64(len(c.out))):]
	c.first, c.next = to, max(c.next, to)
	c.repeats = 0
	if c.congestion < c.threshold {
		c.congestion += min(int(n), 2*mss)
	} else {
		c.congestion += max(1, mss*mss/c.congestion)
	}
	if c.timer != 0 {
		c.h.node.Stop(c.timer)
		c.timer = 0
	}
	if c.first < c.total() {
		c.arm()
	}
	c.h.b.wake(c.write.ready)
}

// measure takes a round trip into the timeout, by RFC 6298.
func (c *Conn) measure(sample time.Duration) {
	if c.smoothed == 0 {
		c.smoothed, c.variance = sample, sample/2
	} else {
		c.variance += ((c.smoothed - sample).Abs() - c.variance) / 4
		c.smoothed += (sample - c.smoothed) / 8
	}
	c.timeout = min(max(c.smoothed+4*c.variance, leastRetry), mostRetry)
}

// took takes in a part of the stream.
func (c *Conn) took(s segment) {
	if s.flags&fin != 0 {
		c.fin, c.last = true, s.sequence+uint64(len(s.payload))
	}
	isNew := s.sequence+uint64(len(s.payload)) > c.want && len(s.payload) > 0
	if isNew && (c.closed || c.deaf && c.finished) { // nobody will read it
		c.reset(syscall.ECONNRESET)
		return
	}
	if isNew && c.free() > 0 {
		c.early = append(c.early, piece{s.sequence, s.payload})
		slices.SortStableFunc(c.early, func(a, b piece) int { return cmp.Compare(a.at, b.at) })
	}
	grew := c.assemble()
	if c.fin && c.want == c.last {
		c.ended, c.want = true, c.want+1
		grew = true
	}
	if grew {
		c.since = c.h.cause
		c.h.b.wake(c.read.ready)
	}
}

// assemble moves what has become continuous to where it is read, and reports whether something was.
func (c *Conn) assemble() (grew bool) {
	for len(c.early) > 0 && c.early[0].at <= c.want {
		p := c.early[0]
		c.early = c.early[1:]
		if skip := c.want - p.at; skip < uint64(len(p.data)) {
			c.in = append(c.in, p.data[skip:]...)
			c.want += uint64(len(p.data)) - skip
			grew = true
		}
	}
	return grew
}
