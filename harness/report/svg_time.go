package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// plan is what the panels over time have in common.
type plan struct {
	from, to time.Duration
	step     time.Duration // between ticks
	bin      time.Duration // of the counts drawn
	join     int           // bins that are drawn as one
	shades   [][2]time.Duration
	rows     []lane
}

// mostSteps is how many bins a panel has at most.
const mostSteps = 128

func (s *Summary) plan() *plan {
	const ever = 1 << 62 // 146 years
	p := &plan{from: min(s.From, ever), to: min(max(s.Elapsed, s.From+1), ever), bin: min(s.Bin, ever), join: 1}
	for p.bin > 0 && (p.to-p.from)/mostSteps > p.bin {
		p.bin *= 2
		p.join *= 2
	}
	p.step = timeStep(p.to-p.from, 8)
	p.rows = lanesOf(s.Intervals, s.More)
	p.shades = union(slices.DeleteFunc(slices.Clone(s.Intervals), func(one Interval) bool { return one.Node != "" }))
	return p
}

// union is when any of the intervals was in force, so that a shade is one however many overlap.
func union(all []Interval) (shades [][2]time.Duration) {
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(a, b Interval) int { return cmp.Compare(a.From, b.From) })
	for _, one := range sorted {
		switch n := len(shades); {
		case n > 0 && one.From <= shades[n-1][1]:
			shades[n-1][1] = max(shades[n-1][1], one.To)
		default:
			shades = append(shades, [2]time.Duration{one.From, one.To})
		}
	}
	return shades
}

// x is where an instant stands.
func (p *plan) x(t time.Duration) int {
	return place(int64(t), int64(p.from), int64(p.to), left, right)
}

// panel begins a panel: its title, the shades and the lines of the ticks. It returns the top and the bottom of the plot.
func (p *plan) panel(c *canvas, title string, high int) (top, bottom int) {
	c.text("p", left, c.y+14*pixel, "start", title)
	top = c.y + 22*pixel
	bottom = top + high
	c.y = bottom + gap - 22*pixel
	for _, s := range p.shades {
		c.rect("f", p.x(s[0]), top, max(p.x(s[1])-p.x(s[0]), pixel), high)
	}
	var d strings.Builder
	for _, t := range p.ticks() {
		fmt.Fprintf(&d, "M%s %sV%s", at(p.x(t)), at(top), at(bottom))
	}
	c.add(`<path class="g" d="%s"/>`, d.String())
	return top, bottom
}

// ticks are the multiples of the step.
func (p *plan) ticks() (all []time.Duration) {
	for k := (p.from + p.step - 1) / p.step; k <= p.to/p.step; k++ {
		all = append(all, k*p.step)
	}
	return all
}

// timeAxis writes the ticks below the last panel.
func (p *plan) timeAxis(c *canvas) {
	y := c.y - 10*pixel
	for _, t := range p.ticks() {
		c.text("", p.x(t), y, "middle", clock(t))
	}
	c.text("", legendX+15*pixel, y, "start", "virtual time")
	c.y += 14 * pixel
}

// values draws the axis of values from 0 to most, in thousandths of what it shows, with its lines.
func values(c *canvas, most, step int64, x1, x2, top, bottom int) {
	for k := range most/step + 1 {
		v := k * step
		y := place(v, 0, most, bottom, top)
		if v > 0 {
			c.line("g", x1, y, x2, y)
		}
		c.text("", x1-8*pixel, y+4*pixel, "end", thousandth(v))
	}
	c.line("x", x1, bottom, x2, bottom)
}

// curve draws the mean of something, in the band from its least to its most.
func (p *plan) curve(c *canvas, title string, points []Point, series int) {
	top, bottom := p.panel(c, title, panelHigh)
	largest := 0
	for _, pt := range points {
		largest = max(largest, pt.Max)
	}
	most, step := scaleOf(int64(largest)*1000, 1000)
	values(c, most, step, left, right, top, bottom)
	y := func(v int64) int { return place(v, 0, most, bottom, top) }
	for _, run := range peopled(points) {
		var band, back, mean strings.Builder
		pen := "M"
		for i, pt := range run {
			x := at(p.x(pt.At))
			fmt.Fprintf(&band, "%s%s %s", pen, x, at(y(int64(pt.Max)*1000)))
			fmt.Fprintf(&mean, "%s%s %s", pen, x, at(y(pt.mean())))
			end := run[len(run)-1-i]
			fmt.Fprintf(&back, "L%s %s", at(p.x(end.At)), at(y(int64(end.Min)*1000)))
			pen = "L"
		}
		if slices.ContainsFunc(run, func(pt Point) bool { return pt.Min != pt.Max }) {
			c.add(`<path class="r s%d" d="%s%sZ"/>`, series, band.String(), back.String())
		}
		c.add(`<path class="l l%d" d="%s"/>`, series, mean.String())
		if len(run) == 1 {
			c.add(`<circle class="s%d" cx="%s" cy="%s" r="3"/>`, series, at(p.x(run[0].At)), at(y(run[0].mean())))
		}
	}
	if len(points) == 0 || points[len(points)-1].Members == 0 {
		c.text("", legendX, bottom, "start", "nobody is there at the end")
		return
	}
	last := points[len(points)-1]
	words := thousandths(last.mean()) + " at the end"
	c.text("n", legendX, min(y(last.mean())+4*pixel, bottom-10*pixel), "start", words)
	if last.Members > 1 {
		c.text("", legendX, min(y(last.mean())+18*pixel, bottom+4*pixel), "start", fmt.Sprintf("from %d to %d", last.Min, last.Max))
	}
}

// peopled divides points where nobody answered.
func peopled(points []Point) (runs [][]Point) {
	from := 0
	for i := 0; i <= len(points); i++ {
		if i < len(points) && points[i].Members > 0 {
			continue
		}
		if i > from {
			runs = append(runs, points[from:i])
		}
		from = i + 1
	}
	return runs
}

// series is one of several numbers by bin that are drawn on top of each other.
type series struct {
	name   string
	total  uint64
	perBin []uint64
}

// mostSeries is how many series a panel tells apart; the others are one, if they are several.
const mostSeries = 7

func (s *Summary) sending() (all []series) {
	for _, k := range s.Kinds {
		all = append(all, series{k.Kind, k.Packets, k.PerBin})
	}
	return gathered(all)
}

func (s *Summary) losing() (all []series) {
	for _, l := range s.Lost {
		all = append(all, series{string(l.Reason), l.Packets, l.PerBin})
	}
	return gathered(all)
}

// gathered makes those beyond the first mostSeries one.
func gathered(all []series) []series {
	if len(all) <= mostSeries+1 {
		return all
	}
	rest := series{name: fmt.Sprintf("%d others", len(all)-mostSeries)}
	var sum counts
	for _, one := range all[mostSeries:] {
		rest.total += one.total
		sum.join(one.perBin)
	}
	rest.perBin = sum
	return append(all[:mostSeries:mostSeries], rest)
}

// rates draws series on top of each other, the first at the bottom, and names them in the order in which they lie.
func (p *plan) rates(c *canvas, title string, all []series) {
	if len(all) == 0 {
		return
	}
	high := max(panelHigh, (len(all)*15+4)*pixel)
	top, bottom := p.panel(c, title+fmt.Sprintf(" (bins of %v)", p.bin), high)
	floor := make([]uint64, 0, mostSteps+1)
	layers := make([][]uint64, len(all))
	var tallest uint64
	for i, one := range all {
		floor = p.raise(floor, one.perBin)
		layers[i] = slices.Clone(floor)
	}
	for _, n := range floor {
		tallest = max(tallest, n)
	}
	rate := func(n uint64) int64 { return scale(int64(n), 1000*int64(time.Second), int64(p.bin)) }
	most, step := scaleOf(rate(tallest), 1)
	values(c, most, step, left, right, top, bottom)
	for i := len(all) - 1; i >= 0; i-- { // a lower layer covers the foot of the one above it
		c.add(`<path class="s%d" d="%s"/>`, i, p.steps(layers[i], bottom, func(n uint64) int { return place(rate(n), 0, most, bottom, top) }))
	}
	c.line("x", left, bottom, right, bottom)
	for i, one := range all {
		y := top + (len(all)-1-i)*15*pixel
		c.rect(fmt.Sprintf("s%d", i), legendX, y, 10*pixel, 10*pixel)
		c.text("n", legendX+15*pixel, y+9*pixel, "start", cut(one.name, 27)+"\u2002"+short(one.total))
	}
}

// raise adds numbers by bin to those below them, with bins joined.
func (p *plan) raise(floor, perBin []uint64) []uint64 {
	for i, n := range perBin {
		for len(floor) <= i/p.join {
			floor = append(floor, 0)
		}
		floor[i/p.join] += n
	}
	return floor
}

// steps is the outline of a layer: bins as steps, down to the bottom.
func (p *plan) steps(layer []uint64, bottom int, y func(uint64) int) string {
	var b strings.Builder
	x, was := left, bottom
	fmt.Fprintf(&b, "M%s %s", at(left), at(bottom))
	for i, n := range layer {
		if now := y(n); now != was {
			if edge := p.x(p.from + time.Duration(i)*p.bin); edge != x {
				fmt.Fprintf(&b, "H%s", at(edge))
				x = edge
			}
			fmt.Fprintf(&b, "V%s", at(now))
			was = now
		}
	}
	fmt.Fprintf(&b, "H%sV%sZ", at(p.x(p.from+time.Duration(len(layer))*p.bin)), at(bottom))
	return b.String()
}

// short is a count in few letters: 12, 3,456, 78.9k, 1.23M.
func short(n uint64) string {
	switch {
	case n < 10_000:
		return number(n)
	case n < 1_000_000:
		return trimZeros(digits(n, 1000)) + "k"
	}
	return trimZeros(digits(n, 1_000_000)) + "M"
}
