package ice_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/pion/ice/v4"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/sim"
)

// How long an agent may say that it is connected while no packet of the other's comes: it is disconnected when nothing has come for 5 s, and
// looks every 2 s. And while none of its own comes there: until the other has failed, after 25 s more, and begins another round.
const (
	deaf = 7 * time.Second
	mute = deaf + 25*time.Second
)

// witness notes when packets come from one peer to the other.
type witness struct {
	came [2]time.Duration // by who sent it
}

// watch has a witness watch two peers. A stopped one is as good as told when it goes on: it may not have been able to look.
func watch(w *harness.World, peers []*harness.Member[*peer]) *witness {
	s := &witness{}
	w.Watch(func(e sim.Event) {
		for i, m := range peers {
			other := peers[1-i]
			if e.Kind == sim.Delivered && e.Node == other.Node && e.Peer == m.Node || e.Kind == sim.Resumed && e.Node == other.Node {
				s.came[i] = e.At
			}
		}
	}, sim.Delivered, sim.Resumed)
	return s
}

// err says which of two peers says that it is connected when it cannot be.
func (s *witness) err(now time.Duration, peers []*harness.Member[*peer]) error {
	for i, m := range peers {
		if !m.Ready() || m.Paused() || m.Overlay.status() != ice.ConnectionStateConnected {
			continue
		}
		since := time.Duration(m.Overlay.since.Load())
		if d := now - max(since, s.came[1-i]); d > deaf {
			return fmt.Errorf("%s says that it is connected; for %v nothing has come from the other", m.Name(), d)
		}
		if d := now - max(since, s.came[i]); d > mute {
			return fmt.Errorf("%s says that it is connected; for %v nothing of its own has come to the other", m.Name(), d)
		}
	}
	return nil
}

// wrong says what a peer was told that the other had not written, or that pion/ice refused.
func wrong(peers []*harness.Member[*peer]) error {
	for _, m := range peers {
		if m.Ready() && m.Overlay.wrong.Load() != nil {
			return errors.New(m.Name() + ": " + *m.Overlay.wrong.Load())
		}
	}
	return nil
}
