package walk

import (
	"math/rand/v2"
	"slices"
	"time"

	"github.com/overlaytest/overlaytest/ipv8"
)

// Churn is RandomChurn: it pings peers that were silent for long, drawn at
// random, and removes those that stay silent.
type Churn struct {
	// Peers is as for the walkers; zero means Always.
	Peers int
	// Sample is how many peers each step looks at. Zero means 8.
	Sample int
	// PingInterval is the least time between two pings of a peer. Zero means
	// 10 s.
	PingInterval time.Duration
	// Inactive is how long a peer may be silent without a ping. One with less
	// than five round trips on record is pinged in any case. Zero means 27.5 s.
	Inactive time.Duration
	// Drop is how long a peer may be silent before it is removed, if a ping
	// went unanswered. Zero means 57.5 s.
	Drop time.Duration
	// Interval is the time between two steps. Zero means DefaultInterval.
	Interval time.Duration
	// Ping calls on a peer. Nil asks it for an introduction, and puts the
	// round trip on record.
	Ping func(c *ipv8.Community, p *ipv8.Peer)
}

const (
	churnSample   = 8
	churnPing     = 10 * time.Second
	churnInactive = 27500 * time.Millisecond
	churnDrop     = 57500 * time.Millisecond
	enoughPings   = 5
)

func (ch Churn) filled() Churn {
	ch.Sample, ch.PingInterval = or(ch.Sample, churnSample), or(ch.PingInterval, churnPing)
	ch.Inactive, ch.Drop = or(ch.Inactive, churnInactive), or(ch.Drop, churnDrop)
	return ch
}

// Attach makes the community watch over its peers, from its start on.
func (ch Churn) Attach(c *ipv8.Community) {
	w := &churn{
		Churn: ch.filled(), now: c.Now, random: c.Rand("random churn"), count: c.PeerCount, remove: c.Table().Remove,
		pick: func(r *rand.Rand, want func(*ipv8.Peer) bool) *ipv8.Peer { return c.Table().Pick(c.ID(), r, want) },
	}
	if ch.Ping != nil {
		w.ping = func(p *ipv8.Peer) uint16 { ch.Ping(c, p); return 0 }
	} else {
		w.ping = func(p *ipv8.Peer) uint16 {
			identifier, err := c.Request(p)
			logged(c, err)
			return identifier
		}
		c.OnResponse(w.answered)
	}
	w.wanted = w.isNew
	tick(c, ch.Interval, or(ch.Peers, Always), w.step)
}

// Over returns the step of a churn over all peers of a stack, for who calls it
// in an interval of its own: a tracker. Ping calls on a peer; a step never has
// the same one pinged twice.
func (ch Churn) Over(s *ipv8.Stack, ping func(*ipv8.Peer)) (step func()) {
	t := s.Table()
	w := &churn{
		Churn: ch.filled(), now: s.Host().Now, random: s.Host().Rand("random churn"), count: t.Len, remove: t.Remove,
		pick: t.PickAny, ping: func(p *ipv8.Peer) uint16 { ping(p); return 0 },
	}
	w.wanted = w.isNew
	return w.step
}

// churn is a Churn at work.
type churn struct {
	Churn
	now    func() time.Time
	random *rand.Rand
	count  func() int
	pick   func(r *rand.Rand, want func(*ipv8.Peer) bool) *ipv8.Peer
	remove func(*ipv8.Peer)
	ping   func(*ipv8.Peer) (identifier uint16)
	pinged []pinged
	sample []*ipv8.Peer
	wanted func(*ipv8.Peer) bool
}

// pinged is a peer that was called on.
type pinged struct {
	peer       *ipv8.Peer
	since      time.Time
	identifier uint16
	answered   bool
}

func (w *churn) step() {
	w.pinged = slices.DeleteFunc(w.pinged, func(p pinged) bool { return !p.peer.Verified() })
	w.sample = w.sample[:0]
	for range min(w.Sample, w.count()) {
		w.sample = append(w.sample, w.pick(w.random, w.wanted))
	}
	now := w.now()
	for _, p := range w.sample {
		if p.Verified() && !w.isFine(p, now) {
			w.look(p, now)
		}
	}
}

// isNew reports whether a peer is not in the sample yet.
func (w *churn) isNew(p *ipv8.Peer) bool { return !slices.Contains(w.sample, p) }

// isFine reports whether a peer is to be left in peace.
func (w *churn) isFine(p *ipv8.Peer, now time.Time) bool {
	return len(p.Pings()) >= enoughPings && silence(p, now) <= min(w.Inactive, w.Drop)
}

// silence is how long nothing came from a peer; 0 if nothing ever did.
func silence(p *ipv8.Peer, now time.Time) time.Duration {
	if seen := p.Seen(); !seen.IsZero() {
		return now.Sub(seen)
	}
	return 0
}

// look pings a peer, or removes it, or leaves it in peace.
func (w *churn) look(p *ipv8.Peer, now time.Time) {
	silent, at := silence(p, now), w.find(p)
	if silent > w.Drop && at >= 0 {
		w.pinged = slices.Delete(w.pinged, at, at+1)
		w.remove(p)
		return
	}
	if silent <= w.Inactive && len(p.Pings()) >= enoughPings {
		return
	}
	if at >= 0 && now.Sub(w.pinged[at].since) > w.PingInterval {
		w.pinged = slices.Delete(w.pinged, at, at+1)
		at = -1
	}
	if at < 0 {
		w.pinged = append(w.pinged, pinged{peer: p, since: now, identifier: w.ping(p)})
	}
}

func (w *churn) find(p *ipv8.Peer) int {
	return slices.IndexFunc(w.pinged, func(q pinged) bool { return q.peer == p })
}

// answered puts a round trip on record.
func (w *churn) answered(p *ipv8.Peer, in *ipv8.Introduction) {
	at := w.find(p)
	if at < 0 || w.pinged[at].answered || w.pinged[at].identifier != in.Identifier {
		return
	}
	w.pinged[at].answered = true
	p.Ponged(w.now().Sub(w.pinged[at].since))
}
