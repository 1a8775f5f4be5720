// Package report is how a world is read: a [Recording] collects what happens in one, a [Summary] says it on one screen, draws it as a page
// of plots, or is data to be compared.
//
// Recording is cheap and bounded: latencies are counted in buckets, everything over time in at most 256 bins that double their width, kinds of
// packets beyond fifteen are one. It changes nothing in the world, and all of it is integers, so that one world has one summary and one picture, to
// the byte, on every machine.
package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/overlaytest/overlaytest/sim"
)

// Recording collects what happens in a world. Make one with [Record].
type Recording struct {
	w        *sim.World
	describe func([]byte) string
	time     timeline
	kinds    kinds
	air      air
	latency  Histogram
	reasons  []*reason
	up       []bool // by the node's index
	ups      [1]int // how many
	nodes    *curve
	churned  map[sim.Kind]*churned
	states   map[state]*Interval
	open     map[string][]*Interval // by name
	list     []*Interval
	more     int
	within   int // named intervals that are being begun
	fires    bool
}

// reason is why packets were lost, while it is recorded.
type reason struct {
	why    sim.Reason
	total  uint64
	perBin *counts
}

// churned is what happened to nodes, while it is recorded.
type churned struct {
	times  uint64
	perBin *counts
}

// changes are what happens to nodes, in the order in which a summary lists it.
var changes = []sim.Kind{sim.Crashed, sim.Restarted, sim.Moved, sim.Renewed}

// mostIntervals is how many intervals are kept.
const mostIntervals = 512

// Record begins to collect what happens in a world from here on, for as long as the world lives.
func Record(w *sim.World) *Recording {
	r := &Recording{w: w, time: newTimeline(w.Elapsed()), kinds: kinds{index: map[string]int32{}}, churned: map[sim.Kind]*churned{},
		states: map[state]*Interval{}, open: map[string][]*Interval{}}
	for _, n := range w.Nodes() {
		r.setUp(n, n.Up())
	}
	r.nodes = r.time.follow("nodes up", w.Elapsed(), func() []int { return r.ups[:] })
	w.Watch(r.packet, sim.Sent, sim.Delivered, sim.Dropped, sim.Copied)
	w.Watch(r.change, sim.Booted, sim.Crashed, sim.Restarted, sim.Moved, sim.Renewed, sim.Paused, sim.Resumed, sim.Cut, sim.Healed, sim.Holding, sim.Released,
		sim.Slowed, sim.Lagging, sim.Drifted, sim.ClockSet)
	return r
}

// Describe says what kind a payload is: "ping", "introduction-request". It is asked about every packet sent, so it should be quick and say
// the same of all packets of a kind. Without it, and where it says "", the kind is the first word of a text, or the first byte.
func (r *Recording) Describe(describe func(data []byte) string) { r.describe = describe }

// Follow asks something of everybody, now, whenever a bin of time ends, and in the end: how many others each member knows, say. Ask must not
// change anything. Programs are asked after the first event of each bin: while they send packets they may have locks that ask needs.
func (r *Recording) Follow(name string, ask func() []int) {
	if !r.fires { // what a timer changes has to be seen in time
		r.fires = true
		r.w.Watch(func(e sim.Event) { r.time.at(e.At) }, sim.Fired)
	}
	r.time.follow(name, r.w.Elapsed(), r.betweenEvents(ask))
}

// betweenEvents is ask, or in a world of programs what it last said when an event was over.
func (r *Recording) betweenEvents(ask func() []int) func() []int {
	var said []int
	bin, width := -1, int64(0)
	r.w.Check(func(*sim.Node) {
		if r.w.Paced() && (bin != r.time.bin || width != r.time.width) {
			bin, width, said = r.time.bin, r.time.width, ask()
		}
	})
	return func() []int {
		if r.w.Paced() {
			return said
		}
		return ask()
	}
}

// packet takes in what happens to a packet.
func (r *Recording) packet(e sim.Event) {
	bin := r.time.at(e.At)
	switch e.Kind {
	case sim.Sent:
		r.sent(e, bin)
	case sim.Copied:
		kind := r.of(e.Data)
		r.kinds.all[kind].Copies++
		r.air.put(flight{e.ID, int64(e.At), kind})
	case sim.Delivered:
		if f, seen := r.air.take(e.ID); seen {
			r.kinds.all[f.kind].Delivered++
			r.latency.Add(e.At - time.Duration(f.sent))
		}
	case sim.Dropped:
		r.dropped(e, bin)
	}
}

// sent takes in a packet and returns its kind.
func (r *Recording) sent(e sim.Event, bin int) {
	kind := r.of(e.Data)
	k := r.kinds.all[kind]
	k.Packets++
	k.Bytes += uint64(len(e.Data))
	k.perBin.add(bin, 1)
	r.air.put(flight{e.ID, int64(e.At), kind})
}

// dropped takes in the loss of a packet. One that never was on its way counts as sent and lost; a timer that was not set is no packet, and what
// was sent before the recording began is not counted.
func (r *Recording) dropped(e sim.Event, bin int) {
	f, seen := r.air.take(e.ID)
	if !seen {
		unsent := e.Peer == nil && e.To.IsValid()
		if !unsent {
			return
		}
		r.sent(e, bin)
		f, _ = r.air.take(e.ID)
	}
	i := slices.IndexFunc(r.reasons, func(one *reason) bool { return one.why == e.Reason })
	if i < 0 {
		i = len(r.reasons)
		r.reasons = append(r.reasons, &reason{why: e.Reason, perBin: r.time.count()})
	}
	r.reasons[i].total++
	r.reasons[i].perBin.add(bin, 1)
	r.kinds.all[f.kind].lose(i, 1)
}

// setUp notes whether a node is up.
func (r *Recording) setUp(n *sim.Node, up bool) {
	for len(r.up) <= n.Index() {
		r.up = append(r.up, false)
	}
	switch was := r.up[n.Index()]; {
	case up && !was:
		r.ups[0]++
	case was && !up:
		r.ups[0]--
	}
	r.up[n.Index()] = up
}

// change takes in what happens to a node or to the network.
func (r *Recording) change(e sim.Event) {
	bin := r.time.at(e.At)
	if slices.Contains(changes, e.Kind) {
		c := r.churned[e.Kind]
		if c == nil {
			c = &churned{perBin: r.time.count()}
			r.churned[e.Kind] = c
		}
		c.times++
		c.perBin.add(bin, 1)
	}
	switch e.Kind {
	case sim.Booted, sim.Restarted:
		r.setUp(e.Node, true)
		r.leave(e.Node, sim.Crashed)
	case sim.Crashed:
		r.setUp(e.Node, false)
		r.leave(e.Node, sim.Paused)
		r.enter(e, "down")
	case sim.Paused:
		r.enter(e, "paused")
	case sim.Resumed:
		r.leave(e.Node, sim.Paused)
	case sim.Slowed, sim.Lagging, sim.Drifted, sim.ClockSet:
		r.machine(e)
	case sim.Cut, sim.Holding:
		name := between(e)
		if one := r.begin(name, nil); one != nil {
			r.open[name] = append(r.open[name], one)
		}
	case sim.Healed, sim.Released:
		r.endNamed(between(e))
	}
}

// between names what stands between two groups of nodes, or says what shape it has.
func between(e sim.Event) string {
	what := "partition"
	if e.Kind == sim.Holding || e.Kind == sim.Released {
		what = "hold"
	} else if e.Sides[0] == nil && e.Sides[1] == nil {
		return fmt.Sprintf("%s: %s", what, e.Reason)
	}
	if e.Sides[0] == nil {
		return fmt.Sprintf("%s: %s", what, e.Reason)
	}
	and := "and"
	if e.Reason == sim.OneWay {
		and = "to"
	}
	return fmt.Sprintf("%s %s %s %s", what, listed(e.Sides[0]), and, listed(e.Sides[1]))
}

// listed names some nodes: all of them if they are few.
func listed(nodes []*sim.Node) string {
	const few = 3
	var names []string
	for i, n := range nodes {
		if i == few && len(nodes) > few+1 {
			return fmt.Sprintf("%s +%d", strings.Join(names, " "), len(nodes)-few)
		}
		names = append(names, n.Name())
	}
	return strings.Join(names, " ")
}

// begin notes something that is in force from now on; nil when there is no room, or when it is part of something that has a name.
func (r *Recording) begin(name string, n *sim.Node) *Interval {
	switch {
	case r.within > 0:
		return nil
	case len(r.list) >= mostIntervals:
		r.more++
		return nil
	}
	one := &Interval{Name: name, From: r.w.Elapsed(), Open: true}
	if n != nil {
		one.Node = n.Name()
	}
	r.list = append(r.list, one)
	return one
}

// close ends an interval, if there is one.
func (r *Recording) close(one *Interval) {
	if one != nil && one.Open {
		one.To, one.Open = r.w.Elapsed(), false
	}
}

// endNamed ends the interval of that name that began first.
func (r *Recording) endNamed(name string) {
	if all := r.open[name]; len(all) > 0 {
		r.close(all[0])
		r.open[name] = all[1:]
	}
}

// During notes something that begin puts in force and that what begin returns ends, such as a fault of a scenario. What the world
// itself tells of its beginning, such as a partition, is part of it and not noted besides.
func (r *Recording) During(name string, begin func() (end func())) (end func()) {
	one := r.begin(name, nil)
	r.within++
	stop := begin()
	r.within--
	return func() {
		r.within++
		if stop != nil {
			stop()
		}
		r.within--
		r.close(one)
	}
}

// Summary says what has been collected up to now. The recording goes on.
func (r *Recording) Summary() *Summary {
	w := r.w
	s := Of(w)
	r.time.at(w.Elapsed())
	s.Recorded, s.From, s.Bin = true, time.Duration(r.time.from), time.Duration(r.time.width)
	for _, k := range r.kinds.all {
		one := k.Traffic
		one.PerBin = slices.Clone(*k.perBin)
		for why, n := range k.lost {
			if n > 0 {
				one.Lost = append(one.Lost, Loss{Reason: r.reasons[why].why, Packets: n})
			}
		}
		sortLosses(one.Lost)
		s.Kinds = append(s.Kinds, one)
	}
	slices.SortStableFunc(s.Kinds, busier)
	for _, one := range r.reasons {
		s.Lost = append(s.Lost, Loss{one.why, one.total, slices.Clone(*one.perBin)})
	}
	sortLosses(s.Lost)
	s.InAir, s.Latency = uint64(r.air.used), r.latency
	s.Latency.buckets = slices.Clone(r.latency.buckets)
	s.NodesUp = r.time.points(r.nodes, w.Elapsed())
	for _, c := range r.time.curves[1:] {
		s.Curves = append(s.Curves, Curve{c.name, r.time.points(c, w.Elapsed()), answers(c.ask())})
	}
	for _, kind := range changes {
		if c := r.churned[kind]; c != nil {
			s.Churn = append(s.Churn, Churn{kind.String(), c.times, slices.Clone(*c.perBin)})
		}
	}
	for _, one := range r.list {
		it := *one
		if it.Open {
			it.To = w.Elapsed()
		}
		s.Intervals = append(s.Intervals, it)
	}
	s.More = r.more
	return s
}

// Of says what can be said of a world that nobody recorded.
func Of(w *sim.World) *Summary {
	s := &Summary{Seed: Hex(w.Seed()), Elapsed: w.Elapsed(), Events: w.Events(), Digest: Hex(w.Digest()), Nodes: len(w.Nodes()), Ledgers: w.Ledgers()}
	for _, n := range w.Nodes() {
		if n.Up() {
			s.Up++
		}
	}
	return s
}

// FinalCurve is a curve of which only the end is known: what ask returns now.
func FinalCurve(name string, now time.Duration, ask func() []int) Curve {
	c := curve{name: name, ask: ask}
	p := c.sample()
	p.At = now
	return Curve{name, []Point{p}, answers(ask())}
}

// answers counts equal values.
func answers(values []int) (all []Answer) {
	values = slices.Sorted(slices.Values(values))
	for i, v := range values {
		if i == 0 || v != values[i-1] {
			all = append(all, Answer{Value: v})
		}
		all[len(all)-1].Members++
	}
	return all
}

// busier has the kind come first that was sent more often, and Other last.
func busier(a, b Traffic) int {
	if (a.Kind == Other) != (b.Kind == Other) {
		if a.Kind == Other {
			return 1
		}
		return -1
	}
	return cmp.Or(cmp.Compare(b.Packets+b.Copies, a.Packets+a.Copies), cmp.Compare(a.Kind, b.Kind))
}

// sortLosses has the reason come first for which more was lost.
func sortLosses(all []Loss) {
	slices.SortFunc(all, func(a, b Loss) int { return cmp.Or(cmp.Compare(b.Packets, a.Packets), cmp.Compare(a.Reason, b.Reason)) })
}
