// Package walk finds peers, and finds out who is gone: py-ipv8's strategies
// RandomWalk, EdgeWalk and RandomChurn.
//
// Each is a part of an overlay, a plain struct whose zero fields stand for
// py-ipv8's defaults:
//
//	ipv8.Join(stack, kind, walk.Random{Peers: 10}, bootstrap.Dispersy{Addresses: trackers})
//
// A strategy takes a step when its overlay starts and then each Interval, half
// a second if not set, as long as fewer peers than its Peers are known. Those
// of one stack step one after the other, in the order in which they were
// attached. Time is the host's.
package walk

import (
	"time"

	"github.com/overlaytest/overlaytest/ipv8"
)

const (
	// DefaultInterval is the time between two steps.
	DefaultInterval = 500 * time.Millisecond
	// DefaultPeers is how many peers Random and Edge look for.
	DefaultPeers = 20
	// Always, as the number of peers to look for, has a strategy step however
	// many are known. So does every negative number.
	Always = -1
)

// tick has step called each interval while fewer peers than target are known.
func tick(c *ipv8.Community, interval time.Duration, target int, step func()) {
	c.Every(0, or(interval, DefaultInterval), func() {
		if target < 0 || c.PeerCount() < target {
			step()
		}
	})
}

// or returns v, or what stands for its zero value.
func or[T comparable](v, unset T) T {
	var zero T
	if v == zero {
		return unset
	}
	return v
}
