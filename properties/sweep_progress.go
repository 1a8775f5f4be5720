package properties

import (
	"fmt"
	"io"
	"os"
	"time"
)

// progress says now and then how far something has come that takes long.
type progress struct {
	out   io.Writer
	now   func() time.Time
	began time.Time
	next  time.Time
}

// pause is how much time passes between two lines, and before the first.
const pause = 5 * time.Second

func newProgress() *progress {
	p := &progress{out: os.Stderr, now: time.Now, began: time.Now()}
	p.next = p.began.Add(pause)
	return p
}

// line writes a line if it is time for one.
func (p *progress) line(text func(since time.Duration) string) {
	now := p.now()
	if now.Before(p.next) {
		return
	}
	p.next = now.Add(pause)
	fmt.Fprintln(p.out, text(now.Sub(p.began)))
}

// progress is a line about a sweep that goes on.
func (t *tally) progress(law string, s Sweep, d time.Duration) string {
	rate := float64(t.worlds) / d.Seconds()
	return fmt.Sprintf("the law %q: %d of %s worlds in %v, %.0f a second, all well so far", law, t.worlds, s.count(), d.Round(time.Second), rate)
}
