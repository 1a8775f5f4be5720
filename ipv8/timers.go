package ipv8

import "time"

// timers are the calls a community waits for. They end with it.
type timers struct {
	host  Host
	slots []*timer
	free  []uint32
}

// timer is a place for a call to come. It is used again, under another id.
type timer struct {
	id     uint64 // of the host
	f      func()
	fire   func() // what the host calls: made once per slot
	life   uint32
	repeat bool
}

// After calls f once, after d, unless the community is left before. The id is
// for Stop.
func (c *Community) After(d time.Duration, f func()) (id uint64) {
	if c.left {
		return 0
	}
	id, t := c.timers.take(f, false)
	t.id = c.timers.host.After(d, t.fire)
	return id
}

// Every calls f after first and then after each period, until the community
// is left. A first of zero means at once, but not before Every returns.
func (c *Community) Every(first, period time.Duration, f func()) (id uint64) {
	if c.left {
		return 0
	}
	id, t := c.timers.take(f, true)
	t.id = c.timers.host.Every(first, period, t.fire)
	return id
}

// Stop takes back a call of After or Every. It reports whether there was one
// to come; an id of a call long gone stops nothing.
func (c *Community) Stop(id uint64) bool { return c.timers.stop(id) }

// take returns a slot for f. An id is the slot's index and its life, which
// begins at 1: zero is never an id.
func (ts *timers) take(f func(), repeat bool) (uint64, *timer) {
	var at uint32
	if n := len(ts.free); n > 0 {
		at, ts.free = ts.free[n-1], ts.free[:n-1]
	} else {
		at = uint32(len(ts.slots))
		t := new(timer)
		t.fire = func() { ts.fire(at) }
		ts.slots = append(ts.slots, t)
	}
	t := ts.slots[at]
	t.life++
	t.f, t.repeat = f, repeat
	return uint64(t.life)<<32 | uint64(at), t
}

func (ts *timers) fire(at uint32) {
	t := ts.slots[at]
	f := t.f
	if !t.repeat {
		ts.release(at)
	}
	f()
}

func (ts *timers) release(at uint32) {
	ts.slots[at].f = nil
	ts.free = append(ts.free, at)
}

func (ts *timers) stop(id uint64) bool {
	at, life := uint32(id), uint32(id>>32)
	if int(at) >= len(ts.slots) {
		return false
	}
	t := ts.slots[at]
	if t.f == nil || t.life != life {
		return false
	}
	ts.release(at)
	return ts.host.Stop(t.id)
}

func (ts *timers) stopAll() {
	for at, t := range ts.slots {
		if t.f != nil {
			ts.stop(uint64(t.life)<<32 | uint64(at))
		}
	}
}
