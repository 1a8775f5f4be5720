package walk_test

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/overlaytest/overlaytest/ipv8"
	"github.com/overlaytest/overlaytest/ipv8/internal/testhost"
	"github.com/overlaytest/overlaytest/ipv8/peers"
	"github.com/overlaytest/overlaytest/ipv8/walk"
)

var overlay = ipv8.Named("walk test")

// know makes c know the peer at host n as a member, without a packet.
func know(w *testhost.World, c *ipv8.Community, n int) *ipv8.Peer {
	p := peers.New(w.Host(n).Key().Public(), testhost.Addr(n), c.Now())
	c.Table().Verify(p)
	c.Table().Offer(p, overlay)
	return p
}

// tell makes c know addresses, by introductions of a peer.
func tell(c *ipv8.Community, by *ipv8.Peer, at ...int) {
	for _, n := range at {
		c.Table().Discover(by, peers.Candidate{Address: testhost.Addr(n), Service: overlay})
	}
}

// upTo returns the numbers from a to b.
func upTo(a, b int) (all []int) {
	for ; a <= b; a++ {
		all = append(all, a)
	}
	return all
}

// visits returns when the hosts from a to b were sent to.
func visits(w *testhost.World, from *testhost.Host, a, b int) (at []time.Duration) {
	for _, p := range w.Sent {
		if p.From == from.Addr() && p.To.Compare(testhost.Addr(a)) >= 0 && p.To.Compare(testhost.Addr(b)) <= 0 {
			at = append(at, p.At)
		}
	}
	return at
}

func walkable(c *ipv8.Community) []netip.AddrPort {
	return slices.Collect(c.Table().Walkable(overlay))
}

// lonely notes when a community that knows nobody bootstraps.
type lonely struct {
	w  *testhost.World
	at []time.Duration
}

func (l *lonely) Attach(c *ipv8.Community)  { c.AddBootstrapper(l) }
func (l *lonely) Bootstrap(*ipv8.Community) { l.at = append(l.at, l.w.Now()) }
func (l *lonely) KeepAlive(*ipv8.Community) {}

func TestRandomStepsAtOnceAndEveryHalfSecond(t *testing.T) {
	w := testhost.New()
	l := &lonely{w: w}
	w.Host(1).Join(overlay, l, walk.Random{})
	if len(l.at) > 0 {
		t.Fatal("stepped before the overlay had started")
	}
	w.Run(time.Second)
	if want := []time.Duration{0, 500 * time.Millisecond, time.Second}; !slices.Equal(l.at, want) {
		t.Errorf("bootstrapped at %v, want %v", l.at, want)
	}
}

func TestRandomStepsAtItsInterval(t *testing.T) {
	w := testhost.New()
	l := &lonely{w: w}
	w.Host(1).Join(overlay, l, walk.Random{Interval: 2 * time.Second})
	w.Run(5 * time.Second)
	if want := []time.Duration{0, 2 * time.Second, 4 * time.Second}; !slices.Equal(l.at, want) {
		t.Errorf("bootstrapped at %v, want %v", l.at, want)
	}
}

func TestRandomKeepsToItsWindow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := testhost.New()
		window := rapid.IntRange(1, 8).Draw(t, "window")
		timeout := time.Duration(rapid.IntRange(1, 10_000).Draw(t, "timeout in ms")) * time.Millisecond
		answering := rapid.Bool().Draw(t, "hosts answer")
		c := w.Host(1).Join(overlay, walk.Random{Peers: walk.Always, Window: window, Timeout: timeout, Reset: -1})
		tell(c, know(w, c, 2), upTo(100, 160)...)
		for _, n := range upTo(100, 160) {
			if h := w.Host(n); answering {
				h.Join(overlay)
			}
		}
		w.Run(30 * time.Second)
		at := visits(w, w.Host(1), 100, 160)
		for i := window; i < len(at); i++ {
			if at[i]-at[i-window] <= timeout {
				t.Fatalf("visits %v: more than %d within %v", at, window, timeout)
			}
		}
	})
}

func TestRandomFillsItsWindow(t *testing.T) {
	w := testhost.New()
	c := w.Host(1).Join(overlay, walk.Random{Reset: -1})
	tell(c, know(w, c, 2), upTo(100, 160)...)
	w.Run(5500 * time.Millisecond)
	var want []time.Duration
	for _, half := range []int{0, 1, 2, 3, 4, 7, 8, 9, 10, 11} {
		want = append(want, time.Duration(half)*500*time.Millisecond)
	}
	if at := visits(w, w.Host(1), 100, 160); !slices.Equal(at, want) {
		t.Errorf("visits at %v, want %v: five, and on when the first is more than 3 s ago", at, want)
	}
}

func TestRandomWithoutWindow(t *testing.T) {
	w := testhost.New()
	c := w.Host(1).Join(overlay, walk.Random{Window: -1, Reset: -1})
	tell(c, know(w, c, 2), upTo(100, 110)...)
	w.Run(5 * time.Second)
	if n := len(visits(w, w.Host(1), 100, 110)); n != 11 {
		t.Errorf("%d visits, want one per step", n)
	}
}

func TestRandomForgetsWhoIsSilent(t *testing.T) {
	w := testhost.New()
	c := w.Host(1).Join(overlay, walk.Random{Reset: -1})
	tell(c, know(w, c, 2), 100, 101)
	w.Host(101).Join(overlay)
	w.Run(3 * time.Second)
	if a := walkable(c); len(a) != 1 || a[0] != testhost.Addr(100) {
		t.Errorf("walkable after 3 s: %v, want the silent one alone", a)
	}
	w.Run(time.Second)
	if a := walkable(c); len(a) != 0 {
		t.Errorf("walkable after 4 s: %v, want none", a)
	}
	if c.Table().ByAddress(testhost.Addr(101)) == nil {
		t.Error("the one that answered was forgotten")
	}
}

func TestRandomGivesUpWhomItCannotReach(t *testing.T) {
	w := testhost.New()
	c := w.Host(1).Join(overlay, walk.Random{Reset: -1})
	tell(c, know(w, c, 2), 100) // no host has that address
	w.Run(10 * time.Second)
	if n := len(visits(w, w.Host(1), 100, 100)); n != 1 {
		t.Errorf("%d visits, want 1", n)
	}
}

func TestRandomStopsAtItsTarget(t *testing.T) {
	for _, c := range []struct {
		name   string
		target int
		want   int // steps in 10 s
	}{{"below", 3, 21}, {"reached", 2, 0}, {"exceeded", 1, 0}, {"always", walk.Always, 21}} {
		t.Run(c.name, func(t *testing.T) {
			w := testhost.New()
			o := w.Host(1).Join(overlay, walk.Random{Peers: c.target})
			know(w, o, 2)
			know(w, o, 3)
			w.Run(10 * time.Second)
			if n := len(visits(w, w.Host(1), 2, 3)); n != c.want {
				t.Errorf("%d steps with 2 peers and the target %d, want %d", n, c.target, c.want)
			}
		})
	}
}

func TestRandomTakesItsTime(t *testing.T) {
	w := testhost.New()
	o := w.Host(1).Join(overlay, walk.Random{TargetInterval: time.Second})
	know(w, o, 2)
	w.Run(6 * time.Second)
	want := []time.Duration{0, 1500 * time.Millisecond, 3 * time.Second, 4500 * time.Millisecond, 6 * time.Second}
	if at := visits(w, w.Host(1), 2, 2); !slices.Equal(at, want) {
		t.Errorf("steps at %v, want %v: more than the interval apart", at, want)
	}
}

// The share of walks is 206 of 256. In 10,000 draws its standard deviation is
// 0.4 %; four of them are exceeded by chance once in 16,000 streams, and this
// is one fixed stream.
func TestRandomAsksOneTimeInFive(t *testing.T) {
	w := testhost.New()
	c := w.Host(1).Join(overlay, walk.Random{Window: -1})
	p, next := know(w, c, 2), 1000
	w.Host(1).Every(0, 500*time.Millisecond, func() { tell(c, p, next, next+1); next += 2 })
	w.Run(9999 * 500 * time.Millisecond)
	walks, asked := len(visits(w, w.Host(1), 1000, next)), len(visits(w, w.Host(1), 2, 2))
	if share := float64(walks) / 10_000; walks+asked < 9_999 || share < 0.7888 || share > 0.8206 {
		t.Errorf("%d walks and %d requests, want 80.5 %% walks", walks, asked)
	}
}

func TestRandomIdleStepsAllocateNothing(t *testing.T) {
	w := testhost.New()
	c := w.Host(1).Join(overlay)
	tell(c, know(w, c, 2), upTo(100, 110)...)
	step := walk.Random{Reset: -1}.Step(c)
	for range 5 {
		step()
	}
	if n := testing.AllocsPerRun(100, step); n != 0 {
		t.Errorf("a step with a full window allocates %v times", n)
	}
}
