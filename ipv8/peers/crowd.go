package peers

import (
	"encoding/hex"
	"iter"
	"math/rand/v2"
)

// Service is the id of an overlay that peers take part in: 20 bytes. The zero
// Service stands for none in particular.
type Service [20]byte

// String returns the id in hexadecimal.
func (s Service) String() string { return hex.EncodeToString(s[:]) }

// crowd is a list of peers in order of arrival, one of which can be drawn
// without looking at the others. Who leaves leaves a hole; holes are closed
// when they outnumber the peers.
type crowd struct {
	service Service
	peers   []*Peer
	live    int
	busy    int // loops that run over it now: no closing of holes
}

// place says where in a crowd a peer stands.
type place struct {
	crowd *crowd
	at    int
}

func (c *crowd) join(p *Peer) {
	p.places = append(p.places, place{c, len(c.peers)})
	c.peers = append(c.peers, p)
	c.live++
}

// leave takes out the peer of p.places[i]; the caller forgets the place.
func (c *crowd) leave(p *Peer, i int) {
	c.peers[p.places[i].at] = nil
	c.live--
	if holes := len(c.peers) - c.live; holes > c.live && holes > 16 && c.busy == 0 {
		c.close()
	}
}

func (c *crowd) close() {
	kept := c.peers[:0]
	for _, p := range c.peers {
		if p != nil {
			p.places[p.placeIn(c)].at = len(kept)
			kept = append(kept, p)
		}
	}
	clear(c.peers[len(kept):])
	c.peers = kept
}

func (p *Peer) placeIn(c *crowd) int {
	for i := range p.places {
		if p.places[i].crowd == c {
			return i
		}
	}
	return -1
}

// all iterates over those who are here now and still are when their turn comes.
func (c *crowd) all() iter.Seq[*Peer] {
	return func(yield func(*Peer) bool) {
		if c == nil {
			return
		}
		c.busy++
		defer func() { c.busy-- }()
		for i, n := 0, len(c.peers); i < n; i++ {
			if p := c.peers[i]; p != nil && !yield(p) {
				return
			}
		}
	}
}

// tries is how often pick draws blindly, at most, before it counts.
const tries = 16

// pick draws one of the peers that want accepts, each with the same chance, or
// nil. A nil want accepts everybody.
func (c *crowd) pick(r *rand.Rand, want func(*Peer) bool) *Peer {
	if c == nil || c.live == 0 {
		return nil
	}
	for range min(tries, c.live/2) {
		if p := c.peers[r.IntN(len(c.peers))]; p != nil && (want == nil || want(p)) {
			return p
		}
	}
	fit := 0
	for p := range c.all() {
		if want == nil || want(p) {
			fit++
		}
	}
	if fit == 0 {
		return nil
	}
	left := r.IntN(fit)
	for p := range c.all() {
		if want != nil && !want(p) {
			continue
		}
		if left == 0 {
			return p
		}
		left--
	}
	return nil
}
