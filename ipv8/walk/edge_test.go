package walk_test

import (
	"slices"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/ipv8"
	"github.com/overlaytest/overlaytest/ipv8/internal/testhost"
	"github.com/overlaytest/overlaytest/ipv8/walk"
)

// chain makes hosts from a to b of which each knows the next.
func chain(w *testhost.World, a, b int) {
	for _, n := range upTo(a, b) {
		c := w.Host(n).Join(overlay)
		if n < b {
			know(w, c, n+1)
		}
	}
}

func knows(c *ipv8.Community, n int) bool { return c.Table().ByAddress(testhost.Addr(n)) != nil }

func TestEdgeFollowsIntroductions(t *testing.T) {
	w := testhost.New()
	chain(w, 10, 13)
	c := w.Host(1).Join(overlay, walk.Edge{Neighbours: 1, Length: 4})
	know(w, c, 10)
	w.Run(time.Minute)
	if !knows(c, 11) || !knows(c, 12) || !knows(c, 13) {
		t.Errorf("after a minute it knows 11, 12, 13: %v, %v, %v", knows(c, 11), knows(c, 12), knows(c, 13))
	}
}

func TestEdgeEndsAtItsLength(t *testing.T) {
	w := testhost.New()
	chain(w, 10, 15)
	c := w.Host(1).Join(overlay, walk.Edge{Neighbours: 1, Length: 2})
	know(w, c, 10)
	w.Run(5 * time.Minute)
	if !knows(c, 11) || knows(c, 12) {
		t.Errorf("it knows 11 and 12: %v, %v; want true, false", knows(c, 11), knows(c, 12))
	}
}

func TestEdgeVisitsNobodyTwiceOnOnePath(t *testing.T) {
	w := testhost.New()
	chain(w, 10, 11)
	know(w, w.Host(11).Join(overlay), 10)
	c := w.Host(1).Join(overlay, walk.Edge{Neighbours: 1, Length: 4})
	know(w, c, 10)
	w.Run(4 * time.Second)
	if at := visits(w, w.Host(1), 10, 10); !slices.Equal(at, []time.Duration{500 * time.Millisecond}) {
		t.Errorf("visited 10 at %v, want once, though 11 introduces it", at)
	}
}

func TestEdgeGathersNeighboursFirst(t *testing.T) {
	w := testhost.New()
	l := &lonely{w: w}
	c := w.Host(1).Join(overlay, l, walk.Edge{Neighbours: 3})
	tell(c, know(w, c, 2), upTo(100, 110)...)
	w.Run(0)
	if n := len(visits(w, w.Host(1), 100, 110)); n != 3 || len(l.at) != 1 {
		t.Errorf("%d visits and %d bootstraps, want 3 and 1", n, len(l.at))
	}
	if n := len(visits(w, w.Host(1), 2, 2)); n != 0 {
		t.Errorf("asked the only neighbour %d times before there were three", n)
	}
}

func TestEdgeAsksEachNeighbourOnce(t *testing.T) {
	w := testhost.New()
	c := w.Host(1).Join(overlay, walk.Edge{Neighbours: 3})
	for _, n := range upTo(2, 4) {
		know(w, c, n)
	}
	w.Run(3 * time.Second)
	if n := len(visits(w, w.Host(1), 2, 4)); n != 3 {
		t.Errorf("%d requests in 3 s, want one for each neighbour", n)
	}
	w.Run(3 * time.Second)
	if n := len(visits(w, w.Host(1), 2, 4)); n != 6 {
		t.Errorf("%d requests in 6 s, want two for each neighbour: silent ends time out", n)
	}
	if at, want := visits(w, w.Host(1), 2, 2), []time.Duration{500 * time.Millisecond, 4500 * time.Millisecond}; !slices.Equal(at, want) {
		t.Errorf("the first was asked at %v, want %v: a step ends the path after 3 s, the next begins another", at, want)
	}
}

func TestEdgeReplacesANeighbourThatWasForgotten(t *testing.T) {
	w := testhost.New()
	c := w.Host(1).Join(overlay, walk.Edge{Neighbours: 2})
	gone := know(w, c, 2)
	know(w, c, 3)
	w.Run(time.Second)
	c.Table().Remove(gone)
	know(w, c, 4)
	w.Run(10 * time.Second)
	if at := visits(w, w.Host(1), 2, 2); at[len(at)-1] > time.Second {
		t.Errorf("asked at %v though forgotten at 1 s", at)
	}
	if len(visits(w, w.Host(1), 4, 4)) == 0 {
		t.Error("nobody took its place")
	}
}
