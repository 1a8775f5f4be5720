package harness

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/overlaytest/overlaytest/sim"
)

// looksPerPatience is how often a graph is looked at within the time that an oracle allows: it is too slow to be looked at after every event.
const looksPerPatience = 10

// Splits suspects an overlay that falls apart by itself: the graph is more than one island for longer than d, while the network is whole,
// nothing is held back, and nobody crashes, restarts, pauses or boots. A network cut before the oracle was asked for counts as whole. Some
// correct overlays do that: those that promise each member a number of peers, and no more.
func (g *Graph) Splits(d time.Duration) Oracle {
	return Oracle{name: "split while the network is whole", why: "that promises each member peers, and not all of them", watch: func(w *World, p *Promise) {
		s := &splits{since: -1}
		p.Every(d / looksPerPatience)
		p.judge = func(int) finding { return finding{err: s.judge(g, w.Elapsed(), d)} }
		w.Watch(s.see, sim.Cut, sim.Healed, sim.Holding, sim.Released, sim.Crashed, sim.Restarted, sim.Booted, sim.Paused, sim.Resumed)
	}}
}

type splits struct {
	since time.Duration // when it was first seen split; -1: it is not
	cuts  int           // and holds in force
}

func (s *splits) see(e sim.Event) {
	switch e.Kind {
	case sim.Cut, sim.Holding:
		s.cuts++
	case sim.Healed, sim.Released:
		s.cuts = max(s.cuts-1, 0) // it may have begun before
	case sim.Crashed, sim.Restarted, sim.Booted, sim.Paused, sim.Resumed:
	default:
		return
	}
	s.since = -1
}

func (s *splits) judge(g *Graph, now, patience time.Duration) error {
	islands := g.Islands()
	switch {
	case len(islands) < 2 || s.cuts > 0:
		s.since = -1
	case s.since < 0:
		s.since = now
	case now-s.since > patience:
		return fmt.Errorf("%s since %v: %s", count(len(islands), "island"), s.since, drawn(islands))
	}
	return nil
}

// drawn writes islands out: [n0 n1] [n2].
func drawn(islands [][]string) string {
	written := make([]string, len(islands))
	for i, island := range islands {
		written[i] = fmt.Sprint(island)
	}
	return strings.Join(written, " ")
}

// OneWay suspects neighbours of which one knows the other and is not known by it, while both are up, for longer than d. Some correct
// overlays do that: those whose members choose their peers without asking them.
func (g *Graph) OneWay(d time.Duration) Oracle {
	return Oracle{name: "one-way neighbours", why: "whose members choose their peers without asking them", watch: func(w *World, p *Promise) {
		since := map[string]time.Duration{}
		p.Every(d / looksPerPatience)
		p.judge = func(int) finding { return finding{err: lasting(g.Asymmetric(), since, w.Elapsed(), d)} }
	}}
}

// lasting keeps account of since when links have been there, and tells of those that have been for too long.
func lasting(links []string, since map[string]time.Duration, now, patience time.Duration) error {
	var old []string
	there := map[string]bool{}
	for _, l := range links {
		there[l] = true
		if _, before := since[l]; !before {
			since[l] = now
		}
		if now-since[l] > patience {
			old = append(old, fmt.Sprintf("%s since %v", l, since[l]))
		}
	}
	for l := range since { // any order: each is judged by itself
		if !there[l] {
			delete(since, l)
		}
	}
	return seenAll(old)
}

// Repeats suspects an overlay of handing the same message to a member twice in one life. Some correct overlays do that: those that promise to
// deliver at least once.
func (m *Mail) Repeats() Oracle {
	return Oracle{name: "duplicate delivery", why: "that promises to deliver at least once", watch: func(w *World, p *Promise) {
		p.judge = func(int) finding {
			if len(m.extra) == 0 {
				return finding{}
			}
			return finding{who: m.extra[0].Member, err: errors.New(m.extra[0].String())}
		}
	}}
}
