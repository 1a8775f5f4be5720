package walk

import (
	"math/rand/v2"
	"slices"
	"time"

	"github.com/overlaytest/overlaytest/ipv8"
)

// Edge is EdgeWalk: from each of a few neighbours it follows a path of
// introductions, from who introduces to who was introduced, and so meets peers
// that are far away in the graph.
type Edge struct {
	// Peers is the number to look for. Zero means DefaultPeers.
	Peers int
	// Length is the number of peers on a complete path. Zero means 4.
	Length int
	// Neighbours is how many peers paths start from. Zero means 6.
	Neighbours int
	// Timeout is how long a path waits for its last peer to introduce
	// somebody. Zero means 3 s.
	Timeout time.Duration
	// Interval is the time between two steps. Zero means DefaultInterval.
	Interval time.Duration
}

const (
	edgeLength     = 4
	edgeNeighbours = 6
	edgeTimeout    = 3 * time.Second
)

// Attach makes the community walk, from its start on.
func (e Edge) Attach(c *ipv8.Community) {
	e.Length, e.Neighbours, e.Timeout = or(e.Length, edgeLength), or(e.Neighbours, edgeNeighbours), or(e.Timeout, edgeTimeout)
	w := &edgeWalk{Edge: e, c: c, random: c.Rand("edge walk")}
	tick(c, e.Interval, or(e.Peers, DefaultPeers), w.step)
}

// edgeWalk is an Edge at work.
type edgeWalk struct {
	Edge
	c          *ipv8.Community
	random     *rand.Rand
	neighbours []*ipv8.Peer
	paths      []*path // under construction, in the order of their start
	known      []*ipv8.Peer
}

// path is a chain of introductions.
type path struct {
	peers []*ipv8.Peer // the first is a neighbour
	since time.Time    // when the last was reached
}

func (p *path) end() *ipv8.Peer { return p.peers[len(p.peers)-1] }

func (w *edgeWalk) step() {
	w.neighbours = slices.DeleteFunc(w.neighbours, func(p *ipv8.Peer) bool { return !p.Verified() })
	if len(w.neighbours) < w.Neighbours {
		w.gather()
		return
	}
	if root := w.idle(); root != nil {
		w.paths = append(w.paths, &path{[]*ipv8.Peer{root}, w.c.Now()})
		_, err := w.c.Request(root)
		logged(w.c, err)
		return
	}
	w.paths = slices.DeleteFunc(w.paths, func(p *path) bool { return !w.extend(p) })
}

// gather looks for neighbours: who is known, and who can be met at once.
func (w *edgeWalk) gather() {
	w.neighbours = w.neighbours[:0]
	for p := range w.c.Peers() {
		if len(w.neighbours) == w.Neighbours {
			break
		}
		w.neighbours = append(w.neighbours, p)
	}
	w.c.Bootstrap()
	left := w.Neighbours
	for a := range w.c.Table().Walkable(w.c.ID()) {
		if left == 0 {
			break
		}
		left--
		logged(w.c, w.c.WalkTo(a))
	}
}

// idle returns a neighbour from whom no path is under construction, or nil.
func (w *edgeWalk) idle() *ipv8.Peer {
	for _, n := range w.neighbours {
		if !slices.ContainsFunc(w.paths, func(p *path) bool { return p.peers[0] == n }) {
			return n
		}
	}
	return nil
}

// extend makes a path longer by one that its end introduced, and meets the
// others. It reports whether the path is still under construction.
func (w *edgeWalk) extend(p *path) bool {
	w.known = w.known[:0]
	for a := range w.c.Table().IntroducedBy(p.end()) {
		if met := w.c.Table().ByAddress(a); met == nil {
			logged(w.c, w.c.WalkTo(a))
		} else if !slices.Contains(p.peers, met) {
			w.known = append(w.known, met)
		}
	}
	if len(w.known) == 0 {
		return w.c.Now().Sub(p.since) <= w.Timeout
	}
	next := w.known[w.random.IntN(len(w.known))]
	p.peers, p.since = append(p.peers, next), w.c.Now()
	if len(p.peers) >= w.Length {
		return false
	}
	logged(w.c, w.c.WalkTo(next.Address()))
	return true
}
