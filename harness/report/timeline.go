package report

import (
	"math"
	"slices"
	"time"
)

// Time is divided into bins of equal width, at most mostBins of them: when there would be more, two become one everywhere.
const (
	firstWidth = time.Millisecond
	mostBins   = 256
)

// timeline is the division of time, with what is counted and sampled in it.
type timeline struct {
	from, width int64
	bin         int   // the present one
	end         int64 // of it, or of the instant in which a curve began
	counts      []*counts
	curves      []*curve
}

func newTimeline(from time.Duration) timeline {
	return timeline{from: int64(from), width: int64(firstWidth), end: int64(from) + 1}
}

// counts are numbers by bin; what is beyond the end is 0.
type counts []uint64

func (c *counts) add(bin int, n uint64) {
	for len(*c) <= bin {
		*c = append(*c, 0)
	}
	(*c)[bin] += n
}

func (c *counts) halve() {
	for i, n := range *c {
		if i%2 == 0 {
			(*c)[i/2] = n
		} else {
			(*c)[i/2] += n
		}
	}
	*c = (*c)[:(len(*c)+1)/2]
}

// join adds the counts of another.
func (c *counts) join(other counts) {
	for i, n := range other {
		c.add(i, n)
	}
}

// curve is something asked of the world at the end of each bin.
type curve struct {
	name    string
	ask     func() []int
	begun   bool    // the instant in which it began is over
	first   Point   // at the end of that instant
	samples []Point // at the end of each bin that is over
}

// sample asks now.
func (c *curve) sample() Point {
	values := c.ask()
	p := Point{Members: len(values)}
	for i, v := range values {
		if i == 0 {
			p.Min, p.Max = v, v
		}
		p.Min, p.Max = min(p.Min, v), max(p.Max, v)
		p.Sum += v
	}
	return p
}

// fill has the same point stand for all bins up to one that is not over.
func (c *curve) fill(p Point, bin int) {
	for len(c.samples) < bin {
		c.samples = append(c.samples, p)
	}
}

func (c *curve) halve() {
	n := len(c.samples) / 2
	for i := range n {
		c.samples[i] = c.samples[2*i+1]
	}
	c.samples = c.samples[:n]
}

// count makes numbers by bin.
func (t *timeline) count() *counts {
	c := &counts{}
	t.counts = append(t.counts, c)
	return c
}

// forget ends numbers that were joined to others.
func (t *timeline) forget(c *counts) {
	t.counts = slices.DeleteFunc(t.counts, func(other *counts) bool { return other == c })
}

// at is the bin of an instant, which must not lie before one asked for earlier. When bins end with it, curves are sampled: nothing has
// happened since the last event before it.
func (t *timeline) at(now time.Duration) int {
	if int64(now) < t.end {
		return t.bin
	}
	return t.advance(int64(now))
}

func (t *timeline) advance(now int64) int {
	points := make([]Point, len(t.curves))
	over := now >= t.binEnd()
	for i, c := range t.curves {
		if over || !c.begun {
			points[i] = c.sample()
		}
		if !c.begun {
			from := c.first.At
			c.begun, c.first = true, points[i]
			c.first.At = from
		}
		if over {
			c.fill(points[i], t.bin+1)
		}
	}
	for (now-t.from)/t.width >= mostBins {
		t.width *= 2
		for _, c := range t.counts {
			c.halve()
		}
		for _, c := range t.curves {
			c.halve()
		}
	}
	t.bin = int((now - t.from) / t.width)
	for i, c := range t.curves {
		c.fill(points[i], t.bin)
	}
	t.end = t.binEnd()
	return t.bin
}

// binEnd is when the present bin ends.
func (t *timeline) binEnd() int64 {
	if end := t.from + int64(t.bin+1)*t.width; end > t.from {
		return end
	}
	return math.MaxInt64
}

// follow begins a curve.
func (t *timeline) follow(name string, now time.Duration, ask func() []int) *curve {
	c := &curve{name: name, ask: ask}
	bin := t.at(now)
	c.fill(Point{}, bin) // nobody was asked before
	c.first.At = now
	t.end = min(t.end, int64(now)+1)
	t.curves = append(t.curves, c)
	return c
}

// points are what a curve has been up to now, without repetitions in the middle of a level stretch.
func (t *timeline) points(c *curve, now time.Duration) []Point {
	all := []Point{c.first}
	for i, p := range c.samples {
		if p.At = time.Duration(t.from + int64(i+1)*t.width); p.At > c.first.At && p.At < now {
			all = append(all, p)
		}
	}
	last := c.sample()
	last.At = now
	if now > c.first.At {
		all = append(all, last)
	} else {
		all[0] = last
	}
	return thinned(all)
}

// thinned leaves out points that are as those on both sides of them.
func thinned(all []Point) []Point {
	kept := all[:0:0]
	for i, p := range all {
		if i > 0 && i < len(all)-1 && p.level(all[i-1]) && p.level(all[i+1]) {
			continue
		}
		kept = append(kept, p)
	}
	return kept
}
