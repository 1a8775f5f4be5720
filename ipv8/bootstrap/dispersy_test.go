package bootstrap_test

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/ipv8"
	"github.com/overlaytest/overlaytest/ipv8/bootstrap"
	"github.com/overlaytest/overlaytest/ipv8/internal/testhost"
	"github.com/overlaytest/overlaytest/ipv8/peers"
)

var overlay = ipv8.Named("bootstrap test")

// trackers makes silent hosts and returns their addresses.
func trackers(w *testhost.World, numbers ...int) (at []netip.AddrPort) {
	for _, n := range numbers {
		at = append(at, w.Host(n).Addr())
	}
	return at
}

// asked returns when a host was sent to.
func asked(w *testhost.World, n int) (at []time.Duration) {
	for _, p := range w.SentTo(testhost.Addr(n), 0) {
		at = append(at, p.At)
	}
	return at
}

func TestAsksAllTrackersAtOnceAndEvery30Seconds(t *testing.T) {
	w := testhost.New()
	c := w.Host(1).Join(overlay, bootstrap.Dispersy{Addresses: trackers(w, 7, 8)})
	c.Every(0, 500*time.Millisecond, func() { c.Introduce() })
	w.Run(70 * time.Second)
	want := []time.Duration{0, 30 * time.Second, time.Minute}
	if !slices.Equal(asked(w, 7), want) || !slices.Equal(asked(w, 8), want) {
		t.Errorf("asked at %v and %v, want %v", asked(w, 7), asked(w, 8), want)
	}
}

func TestTimeoutIsTheLeastTimeBetweenBootstraps(t *testing.T) {
	w := testhost.New()
	c := w.Host(1).Join(overlay, bootstrap.Dispersy{Addresses: trackers(w, 7), Timeout: 2 * time.Second})
	c.Every(0, 1500*time.Millisecond, c.Bootstrap)
	w.Run(6 * time.Second)
	if want := []time.Duration{0, 3 * time.Second, 6 * time.Second}; !slices.Equal(asked(w, 7), want) {
		t.Errorf("asked at %v, want %v", asked(w, 7), want)
	}
}

func TestTrackersNeverBecomePeers(t *testing.T) {
	w := testhost.New()
	c := w.Host(1).Join(overlay, bootstrap.Dispersy{Addresses: trackers(w, 7)})
	w.Host(7).Join(overlay).WalkTo(w.Host(1).Addr())
	c.Bootstrap()
	w.Run(time.Second)
	if len(w.SentTo(w.Host(7).Addr(), 0)) != 2 {
		t.Errorf("sent %d packets to the tracker, want a request and a response", len(w.SentTo(w.Host(7).Addr(), 0)))
	}
	if n := c.PeerCount(); n != 0 {
		t.Errorf("knows %d peers, want none", n)
	}
}

func TestKeepAliveAsksOneTracker(t *testing.T) {
	w := testhost.New()
	c := w.Host(1).Join(overlay, bootstrap.Dispersy{Addresses: trackers(w, 7, 8, 9)})
	p := peers.New(w.Host(2).Key().Public(), w.Host(2).Addr(), c.Now())
	c.Table().Verify(p)
	c.Table().Offer(p, overlay)
	for range 2000 {
		c.Introduce()
	}
	w.Run(0)
	// 100 of 2,000 calls on the average, with a standard deviation of 10; this is one fixed stream.
	a, b, d := len(asked(w, 7)), len(asked(w, 8)), len(asked(w, 9))
	if n := a + b + d; n < 60 || n > 140 || min(a, b, d) == 0 || n+len(asked(w, 2)) != 2000 {
		t.Errorf("trackers asked %d, %d, %d times in 2,000 introductions, want about 100 in all", a, b, d)
	}
}

func TestNamesAreLookedUp(t *testing.T) {
	w := testhost.New()
	var later func(netip.AddrPort)
	d := bootstrap.Dispersy{Names: []string{"tracker.example:6421", "other.example:6421"}, Resolve: func(name string, found func(netip.AddrPort)) {
		if name == "tracker.example:6421" {
			found(w.Host(7).Addr())
			found(w.Host(7).Addr())
		} else {
			later = found
		}
	}}
	c := w.Host(1).Join(overlay, d)
	c.Bootstrap()
	later(w.Host(8).Addr())
	if len(asked(w, 7)) != 1 || len(asked(w, 8)) != 1 {
		t.Errorf("asked %d and %d times, want once each, the late one too", len(asked(w, 7)), len(asked(w, 8)))
	}
	if !c.Table().Blacklisted(w.Host(8).Addr()) {
		t.Error("the late one is not blacklisted")
	}
}

func TestNamesWithoutResolvePanic(t *testing.T) {
	defer func() {
		want := `bootstrap: Dispersy has the names ["tracker.example:6421"] and no Resolve to look them up`
		if got := recover(); got != want {
			t.Errorf("panic %v, want %s", got, want)
		}
	}()
	testhost.New().Host(1).Join(overlay, bootstrap.Dispersy{Names: []string{"tracker.example:6421"}})
}

func TestATrackerThatCannotBeReachedIsTriedAgain(t *testing.T) {
	w := testhost.New()
	c := w.Host(1).Join(overlay, bootstrap.Dispersy{Addresses: []netip.AddrPort{testhost.Addr(7)}})
	c.Every(0, 500*time.Millisecond, func() { c.Introduce() })
	w.Run(time.Second)
	w.Host(7).Join(overlay)
	w.Run(30 * time.Second)
	if n := len(asked(w, 7)); n != 2 {
		t.Errorf("asked %d times, want 2", n)
	}
}
