package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/overlaytest/overlaytest/sim"
)

// spreads draws how durations and answers are spread, side by side.
func (s *Summary) spreads(c *canvas) {
	var all []spread
	if s.Latency.Count() > 0 {
		all = append(all, spread{"packets", s.Latency})
	}
	for _, m := range s.Mails {
		if m.Took.Count() > 0 && len(all) < mostSpreads {
			all = append(all, spread{heard, m.Took})
		}
	}
	x := left
	const wide = 392 * pixel
	drawn := false
	if len(all) > 0 {
		cumulative(c, all, x, x+wide)
		x += wide + 88*pixel
		drawn = true
	}
	if len(s.Curves) > 0 && len(s.Curves[0].Final) > 0 {
		bars(c, s.Curves[0], x, x+wide)
		drawn = true
	}
	if drawn {
		c.y += 22*pixel + spreadHigh + 28*pixel + len(all)*legendStep
	}
}

const (
	mostSpreads = 4
	spreadHigh  = 170 * pixel
	legendStep  = 15 * pixel

	heard = "heard" // the name of the spread of a mail: one message is heard by many
)

// spread is durations with a name.
type spread struct {
	name string
	Histogram
}

// cumulative draws which share of the durations was not longer than what, on a logarithmic axis.
func cumulative(c *canvas, all []spread, x1, x2 int) {
	title := "Time from sending to delivery: share within"
	if all[0].name == heard {
		title = "Time from sending to hearing: share within"
	}
	c.text("p", x1, c.y+14*pixel, "start", title)
	top := c.y + 22*pixel
	bottom := top + spreadHigh
	lo, hi := all[0].min, all[0].max
	for _, one := range all {
		lo, hi = min(lo, one.min), max(hi, one.max)
	}
	if hi == 0 {
		c.text("", x1, top+20*pixel, "start", "all at the instant of sending")
		return
	}
	ticks := decades(max(lo, hi/1_000_000, 1), max(hi, 1))
	x := func(d time.Duration) int {
		return place(log2(uint64(max(d, ticks[0]))), log2(uint64(ticks[0])), log2(uint64(ticks[len(ticks)-1])), x1, x2)
	}
	for share := int64(0); share <= 100; share += 25 {
		y := place(share, 0, 100, bottom, top)
		c.line("g", x1, y, x2, y)
		c.text("", x1-8*pixel, y+4*pixel, "end", fmt.Sprintf("%d %%", share))
	}
	for _, d := range sparse(ticks) {
		c.line("g", x(d), top, x(d), bottom)
		c.text("", x(d), bottom+15*pixel, "middle", clock(d))
	}
	c.line("x", x1, bottom, x2, bottom)
	for i, one := range all {
		one.draw(c, i, x, x1, x2, top, bottom)
	}
}

// draw draws one line, its quantiles and its name.
func (one spread) draw(c *canvas, i int, x func(time.Duration) int, x1, x2, top, bottom int) {
	var d strings.Builder
	fmt.Fprintf(&d, "M%s %s", at(x(one.min)), at(bottom))
	var seen uint64
	wasX, wasY := -1, -1
	for _, b := range one.Buckets() {
		seen += b.Count
		px, py := x(b.UpTo), place(int64(seen), 0, int64(one.count), bottom, top)
		if px == wasX && py == wasY {
			continue
		}
		fmt.Fprintf(&d, "H%sV%s", at(px), at(py))
		wasX, wasY = px, py
	}
	c.add(`<path class="l l%d" d="%sH%s"/>`, i, d.String(), at(x2))
	words := fmt.Sprintf("%s %s", number(one.count), one.name)
	for _, percent := range []int64{50, 90, 99} {
		q := one.Quantile(sim.Percent(uint32(percent)))
		c.add(`<circle class="s%d" cx="%s" cy="%s" r="3"/>`, i, at(x(q)), at(place(percent, 0, 100, bottom, top)))
		words += fmt.Sprintf(" · %d %% within %s", percent, brief(q))
	}
	y := bottom + 34*pixel + i*legendStep
	c.rect(fmt.Sprintf("s%d", i), x1, y-9*pixel, 10*pixel, 10*pixel)
	c.text("n", x1+15*pixel, y, "start", words)
}

// bars draws how many members gave which answer at the end; answers are joined if there are many.
func bars(c *canvas, curve Curve, x1, x2 int) {
	c.text("p", x1, c.y+14*pixel, "start", capital(curve.Name)+" at the end: number of members")
	top := c.y + 22*pixel
	bottom := top + spreadHigh
	lo, hi := curve.Final[0].Value, curve.Final[len(curve.Final)-1].Value
	width := int(stepOf(int64(hi-lo), 40, 1))
	lo = lo / width * width
	many := (hi-lo)/width + 1
	heights := make([]int, many)
	tallest := 0
	for _, a := range curve.Final {
		i := (a.Value - lo) / width
		heights[i] += a.Members
		tallest = max(tallest, heights[i])
	}
	most, step := scaleOf(int64(tallest)*1000, 1000)
	values(c, most, step, x1, x2, top, bottom)
	slot := min((x2-x1)/many, 40*pixel)
	for i, n := range heights {
		if n > 0 {
			y := place(int64(n)*1000, 0, most, bottom, top)
			c.rect("s0", x1+i*slot+slot/10, y, slot-slot/5, bottom-y)
		}
	}
	every := max(int(stepOf(int64(many), 10, 1)), 1)
	for i := 0; i < many; i += every {
		label := fmt.Sprint(lo + i*width)
		if width > 1 {
			label += "+"
		}
		c.text("", x1+i*slot+slot/2, bottom+15*pixel, "middle", label)
	}
}
