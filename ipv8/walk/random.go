package walk

import (
	"log/slog"
	"math/rand/v2"
	"net/netip"
	"slices"
	"time"

	"github.com/overlaytest/overlaytest/ipv8"
)

// Random is RandomWalk: it visits addresses that others told of, drawn at
// random, and asks peers and bootstrappers for more.
type Random struct {
	// Peers is the number to look for. Zero means DefaultPeers.
	Peers int
	// Timeout is how long a visited address counts as pending, answered or
	// not. Then it is forgotten, unless it is a verified peer's. Zero means 3 s.
	Timeout time.Duration
	// Window is how many addresses may be pending. Zero means 5, a negative
	// number no limit.
	Window int
	// Reset is how many steps of 256 ask for an introduction though there are
	// addresses to visit. Zero means 50, a negative number none.
	Reset int
	// TargetInterval is the least time between two steps that do something,
	// for overlays that walk more slowly than they tick.
	TargetInterval time.Duration
	// Interval is the time between two steps. Zero means DefaultInterval.
	Interval time.Duration
}

const (
	randomTimeout = 3 * time.Second
	randomWindow  = 5
	randomReset   = 50
	resetOf       = 256
)

// Attach makes the community walk, from its start on.
func (r Random) Attach(c *ipv8.Community) {
	r.Timeout, r.Window, r.Reset = or(r.Timeout, randomTimeout), or(r.Window, randomWindow), or(r.Reset, randomReset)
	w := &randomWalk{Random: r, c: c, random: c.Rand("random walk")}
	w.skip = w.isPending
	tick(c, r.Interval, or(r.Peers, DefaultPeers), w.step)
}

// randomWalk is a Random at work.
type randomWalk struct {
	Random
	c       *ipv8.Community
	random  *rand.Rand
	pending []visit // in the order of the visits
	last    time.Time
	walked  bool // last is set
	skip    func(netip.AddrPort) bool
}

// visit is an address that was asked for an introduction.
type visit struct {
	to    netip.AddrPort
	since time.Time
}

func (w *randomWalk) step() {
	now := w.c.Now()
	w.expire(now)
	if w.TargetInterval > 0 && w.walked && now.Sub(w.last) <= w.TargetInterval {
		return
	}
	if w.Window > 0 && len(w.pending) >= w.Window {
		return
	}
	w.last, w.walked = now, true
	if to, ok := w.c.Table().PickWalkable(w.c.ID(), w.random, w.skip); ok && w.random.IntN(resetOf) >= w.Reset {
		logged(w.c, w.c.WalkTo(to))
		w.pending = append(w.pending, visit{to, now})
		return
	}
	logged(w.c, w.c.Introduce())
}

// expire forgets the visits that are over, and the addresses where nobody
// proved to be.
func (w *randomWalk) expire(now time.Time) {
	over := 0
	for over < len(w.pending) && now.Sub(w.pending[over].since) > w.Timeout {
		if at := w.pending[over].to; w.c.Table().ByAddress(at) == nil {
			w.c.Table().Forget(at)
		}
		over++
	}
	w.pending = slices.Delete(w.pending, 0, over)
}

func (w *randomWalk) isPending(a netip.AddrPort) bool {
	for _, v := range w.pending {
		if v.to == a {
			return true
		}
	}
	return false
}

// logged notes that a request could not be sent. The walk goes on elsewhere:
// an address that cannot be reached is given up like one that is silent.
func logged(c *ipv8.Community, err error) {
	if err != nil {
		c.Log().Debug("walk: request not sent", slog.String("error", err.Error()))
	}
}
