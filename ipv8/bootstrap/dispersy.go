// Package bootstrap meets the first peers of an overlay, through trackers whose
// addresses are known beforehand.
package bootstrap

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/netip"
	"slices"
	"time"

	"github.com/overlaytest/overlaytest/ipv8"
)

// DefaultTimeout is the least time between two bootstraps.
const DefaultTimeout = 30 * time.Second

// Dispersy is py-ipv8's DispersyBootstrapper, a part of an overlay: when nobody
// is known it asks all trackers for introductions, and now and then one of
// them. Trackers are no peers: their addresses are blacklisted.
type Dispersy struct {
	// Addresses are those of the trackers.
	Addresses []netip.AddrPort
	// Names are more of them as "host:port", looked up when the overlay starts.
	Names []string
	// Resolve looks up a name and hands on each of its addresses, then or
	// later, from the goroutine of the stack. A simulated world has no names
	// of its own, so there is no default: Names without Resolve panics.
	Resolve func(name string, found func(netip.AddrPort))
	// Timeout is the least time between two bootstraps; the first may come at
	// once. Zero means DefaultTimeout.
	Timeout time.Duration
}

// Attach makes the community bootstrap from the trackers.
func (d Dispersy) Attach(c *ipv8.Community) {
	if len(d.Names) > 0 && d.Resolve == nil {
		panic(fmt.Sprintf("bootstrap: Dispersy has the names %q and no Resolve to look them up", d.Names))
	}
	if d.Timeout == 0 {
		d.Timeout = DefaultTimeout
	}
	t := &trackers{timeout: d.Timeout, random: c.Rand("dispersy"), addresses: make([]netip.AddrPort, 0, len(d.Addresses))}
	for _, a := range d.Addresses {
		t.add(c, a)
	}
	for _, name := range d.Names {
		d.Resolve(name, func(a netip.AddrPort) {
			if t.add(c, a) && t.called {
				t.call(c, a)
			}
		})
	}
	c.AddBootstrapper(t)
}

// trackers is a Dispersy at work.
type trackers struct {
	addresses []netip.AddrPort
	timeout   time.Duration
	random    *rand.Rand
	last      time.Time
	called    bool // last is set
}

// add takes in a tracker's address. It reports whether it is new.
func (t *trackers) add(c *ipv8.Community, a netip.AddrPort) bool {
	a = netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
	if slices.Contains(t.addresses, a) {
		return false
	}
	t.addresses = append(t.addresses, a)
	c.Table().Blacklist(a)
	return true
}

// Bootstrap asks all trackers, unless it did so a short while ago.
func (t *trackers) Bootstrap(c *ipv8.Community) {
	now := c.Now()
	if t.called && now.Sub(t.last) < t.timeout {
		return
	}
	t.last, t.called = now, true
	for _, a := range t.addresses {
		t.call(c, a)
	}
}

// KeepAlive asks one tracker.
func (t *trackers) KeepAlive(c *ipv8.Community) {
	if n := len(t.addresses); n > 0 {
		t.call(c, t.addresses[t.random.IntN(n)])
	}
}

// call asks the tracker at an address for an introduction.
func (t *trackers) call(c *ipv8.Community, a netip.AddrPort) {
	if err := c.WalkTo(a); err != nil {
		c.Log().Warn("bootstrap: tracker not asked", slog.String("tracker", a.String()), slog.String("error", err.Error()))
	}
}
