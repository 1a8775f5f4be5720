package zoo_test

import (
	"testing"

	"github.com/overlaytest/overlaytest/fixtures/overlays"
	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/properties"
)

// How many worlds the tests of every day take; "make zoo" takes more.
const (
	everyday      = 400 // at most, to find a bug
	everydayTwins = 100 // in which a twin must hold
	everydayRich  = 50  // of every kind
	everydayCalm  = 20  // in which nothing goes wrong
)

func TestSpeciesAreFound(t *testing.T) {
	for _, e := range exhibits() {
		t.Run(e.name, func(t *testing.T) {
			f := e.bug(properties.Sweep{Worlds: everyday, Runs: -1})
			if f.Verdict() != harness.Failed {
				t.Errorf("%q in %s came to %s in %d worlds", e.name, e.overlay, f.Verdict(), f.Worlds)
			}
		})
	}
}

func TestSpeciesHideInCalmWorlds(t *testing.T) {
	for _, e := range exhibits() {
		t.Run(e.name, func(t *testing.T) {
			if f := e.calm(properties.Sweep{Worlds: everydayCalm}); f.Breach != nil {
				t.Errorf("%q in %s came to %s where nothing goes wrong: %s\n%#v", e.name, e.overlay, f.Verdict(), f.Breach, f.Scenario)
			}
		})
	}
}

func TestTwinsHold(t *testing.T) {
	for _, e := range twins() {
		t.Run(e.overlay, func(t *testing.T) {
			holds(t, e.overlay, e.twin(properties.Sweep{Worlds: everydayTwins}))
			holds(t, e.overlay, e.rich(properties.Sweep{Worlds: everydayRich}))
		})
	}
}

// twins are the exhibits whose twins differ, and the mode in which no bug is planted.
func twins() (some []exhibit) {
	seen := map[string]bool{}
	for _, e := range exhibits() {
		if !seen[e.overlay] {
			seen[e.overlay] = true
			some = append(some, e)
		}
	}
	pull, inRich := spreads(overlays.Epidemic{Mode: overlays.Pull}.Boot), spreads(overlays.Epidemic{Mode: overlays.Pull}.Boot)
	inRich.Space = rich(rumours...)
	return append(some, exhibit{overlay: "gossip, pull", twin: pull.Search, rich: inRich.Search})
}

// holds fails the test unless the law of an overlay was found to hold.
func holds(t *testing.T, overlay string, f properties.Finding) {
	t.Helper()
	if f.Verdict() == harness.Failed || f.Verdict() == harness.Flaky || f.Verdict() == harness.Errored {
		t.Errorf("false alarm: %s came to %s in world %d: %s\n%#v", overlay, f.Verdict(), f.World, f.Breach, f.Scenario)
	}
}
