package report

import (
	"fmt"
	"slices"
	"strings"
)

// lane is a row of the panel that says what was in force.
type lane struct {
	name  string
	class string
	bars  []Interval
}

// How many rows the panel has, and how many single nodes have a row each.
const (
	mostLanes = 12
	mostAlone = 4
	laneHigh  = 18 * pixel
)

// lanesOf makes rows of intervals: those of one name share one; single nodes do by what happens to them, if they are many; what there is no
// row for is in the last one.
func lanesOf(all []Interval, more int) (lanes []lane) {
	names := namer(all)
	for _, one := range all {
		name, class := names(one), "b"
		if one.Node != "" {
			class = "d"
		}
		i := slices.IndexFunc(lanes, func(l lane) bool { return l.name == name })
		if i < 0 {
			i = len(lanes)
			lanes = append(lanes, lane{name: name, class: class})
		}
		lanes[i].bars = append(lanes[i].bars, one)
	}
	if len(lanes) > mostLanes {
		rest := lane{class: "b"}
		for _, l := range lanes[mostLanes-1:] {
			more += len(l.bars)
			rest.bars = append(rest.bars, l.bars...)
		}
		lanes = append(lanes[:mostLanes-1], rest)
	}
	if n := len(lanes); n > 0 && (lanes[n-1].name == "" || more > 0) {
		lanes[n-1].name = strings.TrimPrefix(fmt.Sprintf("%s, and %d more", lanes[n-1].name, more), ", ")
	}
	return lanes
}

// namer says which row an interval belongs to.
func namer(all []Interval) func(Interval) string {
	nodes := map[string][]string{} // by what happens to them
	for _, one := range all {
		if what := one.state(); one.Node != "" && !slices.Contains(nodes[what], one.Node) {
			nodes[what] = append(nodes[what], one.Node)
		}
	}
	return func(one Interval) string {
		what := one.state()
		if one.Node == "" || len(nodes[what]) <= mostAlone {
			return one.Name
		}
		return fmt.Sprintf("%d nodes %s, at times", len(nodes[what]), what)
	}
}

// state is what a node is: the interval's name without the node's.
func (one Interval) state() string {
	return strings.TrimSpace(strings.TrimPrefix(one.Name, one.Node))
}

// lanes draws what was in force: a row each, with its name where there is room.
func (p *plan) lanes(c *canvas) {
	if len(p.rows) == 0 {
		return
	}
	top, bottom := p.panel(c, "In force", len(p.rows)*laneHigh+4*pixel)
	for i, l := range p.rows {
		y := top + 3*pixel + i*laneHigh
		for _, span := range union(l.bars) {
			x := p.x(span[0])
			c.rect(l.class, x, y, max(p.x(span[1])-x, 2*pixel), laneHigh-4*pixel)
		}
		p.laneName(c, l, y+laneHigh-8*pixel)
	}
	c.line("x", left, bottom, right, bottom)
}

// laneName writes the name of a row into its first bar and on, or before it where the bar begins far to the right.
func (p *plan) laneName(c *canvas, l lane, y int) {
	const letter = 62 // tenths of a pixel, a wide guess
	x, begin := p.x(l.bars[0].From)+5*pixel, "start"
	room := right - x
	if x > (left+right)/2 && len(l.name)*letter > room {
		x, begin = x-10*pixel, "end"
		room = x - left
	}
	c.text("n", x, y, begin, cut(l.name, room/letter))
}
