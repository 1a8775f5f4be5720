package bubble

import (
	"sync"
	"time"
)

// deadline is when an operation on a socket fails.
type deadline struct {
	at    time.Time // zero: never
	timer *time.Timer
}

// passed reports whether it is over.
func (d *deadline) passed() bool { return !d.at.IsZero() && !time.Now().Before(d.at) }

// stop forgets the deadline.
func (d *deadline) stop() {
	if d.timer != nil {
		d.timer.Stop()
	}
	*d = deadline{}
}

// set sets the deadline anew. Who waits on c looks again when it is over.
func (d *deadline) set(b *bubble, c *sync.Cond, t time.Time) {
	d.stop()
	d.at = t
	switch {
	case d.passed():
		b.wake(c)
	case !t.IsZero():
		d.timer = time.AfterFunc(time.Until(t), func() {
			defer b.lock()()
			b.wake(c)
		})
	}
}
