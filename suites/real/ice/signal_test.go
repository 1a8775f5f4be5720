package ice_test

import (
	"context"
	"net/netip"
	"sync"
)

// signals is how two peers hear of each other without the network between them, as from a server that both always reach. They connect in
// rounds: in each, both gather anew, and tell what came of it.
type signals struct {
	mu      sync.Mutex
	server  netip.AddrPort // that answers binding requests
	round   int            // 0 until there is a server
	told    map[string]description
	changed chan struct{} // closed when anything changes
}

// description is what a peer tells the other in a round.
type description struct {
	round          int
	user, password string
	candidates     []string
}

func newSignals() *signals {
	return &signals{told: map[string]description{}, changed: make(chan struct{})}
}

// change has everybody look at what f has changed.
func (s *signals) change(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
	close(s.changed)
	s.changed = make(chan struct{})
}

// open begins the first round.
func (s *signals) open(server netip.AddrPort) { s.change(func() { s.server, s.round = server, 1 }) }

// restart begins the round after this one, unless it has begun.
func (s *signals) restart(after int) {
	s.change(func() {
		if s.round == after && after > 0 {
			s.round++
		}
	})
}

// now is the present round.
func (s *signals) now() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.round
}

func (s *signals) tell(who string, d description) { s.change(func() { s.told[who] = d }) }

// later waits for a round after this one, and returns it.
func (s *signals) later(ctx context.Context, after int) (round int, ok bool) {
	ok = s.until(ctx, func() bool { round = s.round; return round > after })
	return round, ok
}

// hear waits for what a peer tells in a round, unless that is over before.
func (s *signals) hear(ctx context.Context, who string, round int) (d description, ok bool) {
	ok = s.until(ctx, func() bool { d = s.told[who]; return d.round == round || s.round > round })
	return d, ok && d.round == round
}

// until waits until something is so; it is not when ctx ends first.
func (s *signals) until(ctx context.Context, so func() bool) bool {
	for {
		s.mu.Lock()
		is, changed := so(), s.changed
		s.mu.Unlock()
		if is {
			return true
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return false
		}
	}
}
