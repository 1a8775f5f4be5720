package harness_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/sim"
)

// fates says of each packet, by its sender, receiver, instant of sending and number among those, what became of it, copies included.
func fates(t harness.TB, s harness.Scenario) map[string][]string {
	all, names, ordinal, lastly := map[string][]string{}, map[uint64]string{}, map[string]int{}, ""
	r := harness.Start(t, s, beacons)
	r.AllowVacuous("this is about draws")
	r.Watch(func(e sim.Event) {
		switch e.Kind {
		case sim.Sent:
			packet := fmt.Sprintf("%s→%s at %v", e.Node, e.Peer, e.At)
			ordinal[packet]++
			lastly = fmt.Sprintf("%s #%d", packet, ordinal[packet])
			names[e.ID] = lastly
		case sim.Copied:
			names[e.ID] = lastly
		case sim.Delivered, sim.Dropped:
			name := names[e.ID]
			all[name] = append(all[name], fmt.Sprintf("%v %v %v", e.Kind, e.At, e.Reason))
		}
	})
	r.On("note", func(m *harness.Member[*beacon], _ uint64) { m.Overlay.heard = nil })
	r.Play()
	for _, became := range all {
		slices.Sort(became)
	}
	return all
}

// fewer draws a scenario for a world without its own loss, whose faults are all of one kind.
func fewer(t *rapid.T, kind harness.Verb) harness.Scenario {
	s := anyScenario(t)
	s.Loss, s.Churn = 0, nil
	s.Faults = slices.DeleteFunc(s.Faults, func(f harness.Fault) bool { return f.Do != kind })
	return s
}

func TestAnUnrelatedNodeLeavesTheTrafficOfEveryOtherPairAsItWas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anyScenario(t)
		if s.Topology.Name = "complete"; len(s.Nodes) < 3 {
			t.Skip("too few nodes")
		}
		s.Faults = slices.DeleteFunc(s.Faults, relates)
		s.PermuteTies = rapid.Bool().Draw(t, "ties")
		withoutOne(t, s, rapid.SampledFrom(s.Nodes).Draw(t, "gone"))
	})
}

// relates reports whether a fault makes nodes depend on each other: all are of one ring, packets of several wait for one link or one processor,
// and what was sent to one reaches another.
func relates(f harness.Fault) bool {
	return slices.Contains([]harness.Verb{harness.Majorities, harness.Throttle, harness.Slow, harness.Reuse, harness.Twin}, f.Do)
}

func TestAnUnrelatedNodeLeavesTheOrderOfPermutedChanges(t *testing.T) {
	at := time.Second
	for seed := range uint64(20) {
		withoutOne(t, harness.Scenario{
			Seed: seed, Nodes: []string{"a", "b", "c"}, Topology: harness.Choice{Name: "complete"}, PermuteTies: true, Duration: time.Minute,
			Churn: []harness.Change{{At: at, Node: "a", Do: harness.Join}, {At: at, Node: "b", Do: harness.Join}, {At: at, Node: "a", Do: harness.Crash}},
		}, "b")
	}
}

// withoutOne fails the test if something becomes of the packets among the other nodes when one is taken out.
func withoutOne(t harness.TB, s harness.Scenario, gone string) {
	before, after := fates(t, s), fates(t, s.Without(gone))
	for packet := range before {
		if strings.HasPrefix(packet, gone+"→") || strings.Contains(packet, "→"+gone+" ") {
			delete(before, packet)
		}
	}
	if !reflect.DeepEqual(before, after) {
		t.Fatalf("without %s: %s\n%#v", gone, difference(before, after), s)
	}
}

// difference is the first packet, in the order of names, of which two runs say different things.
func difference(a, b map[string][]string) string {
	var all []string
	for packet := range a {
		all = append(all, packet)
	}
	for packet := range b {
		all = append(all, packet)
	}
	slices.Sort(all)
	for _, packet := range all {
		if !slices.Equal(a[packet], b[packet]) {
			return fmt.Sprintf("%s: %q, then %q", packet, a[packet], b[packet])
		}
	}
	return "nothing"
}

// each is the scenario with one of its faults at a time.
func each(s harness.Scenario) (alone []harness.Scenario) {
	for i := range s.Faults {
		one := s
		one.Faults = s.Faults[i : i+1]
		alone = append(alone, one)
	}
	return alone
}

func TestALossDrawsTheSameWhateverOthersThereAre(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := fewer(t, harness.Lose)
		all := fates(t, s)
		union := map[string]bool{}
		for _, one := range each(s) {
			for packet, became := range fates(t, one) {
				union[packet] = union[packet] || strings.HasPrefix(became[0], "dropped")
			}
		}
		for packet, became := range all {
			if lost := strings.HasPrefix(became[0], "dropped"); lost != union[packet] {
				t.Errorf("%s: lost %v with all faults, %v with one of them alone\n%#v", packet, lost, union[packet], s)
			}
		}
	})
}

func TestAReorderingDrawsTheSameWhateverOthersThereAre(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := fewer(t, harness.Reorder)
		s.Duration = 2 * time.Minute // so that what is late arrives
		sum := map[string]time.Duration{}
		for _, one := range each(s) {
			for packet, late := range delays(t, one) {
				sum[packet] += late
			}
		}
		for packet, late := range delays(t, s) {
			if len(s.Faults) > 0 && late != sum[packet] {
				t.Errorf("%s: %v late with all faults, %v in sum with each alone\n%#v", packet, late, sum[packet], s)
			}
		}
	})
}

// delays says how long each packet took that arrived.
func delays(t harness.TB, s harness.Scenario) map[string]time.Duration {
	late := map[string]time.Duration{}
	for packet, became := range fates(t, s) {
		at, _, _ := strings.Cut(strings.TrimPrefix(became[0], "delivered "), " ")
		arrived, err := time.ParseDuration(at)
		_, sent, _ := strings.Cut(packet, " at ")
		sent, _, _ = strings.Cut(sent, " #")
		left, _ := time.ParseDuration(sent)
		if err == nil {
			late[packet] = arrived - left
		}
	}
	return late
}

func TestTheOrderOfFaultsInTheListDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anyScenario(t)
		turned := s
		turned.Faults = slices.Clone(s.Faults)
		slices.Reverse(turned.Faults)
		if a, b := digest(t, s), digest(t, turned); a != b {
			t.Errorf("digest %#x, and %#x with the faults listed the other way round\n%#v", a, b, s)
		}
	})
}

// digest plays a scenario, heals it and lets a minute pass.
func digest(t harness.TB, s harness.Scenario) uint64 {
	r := harness.Start(t, s, beacons)
	r.AllowVacuous("this is about digests")
	r.On("note", func(m *harness.Member[*beacon], _ uint64) { m.Overlay.heard = nil })
	r.Play()
	r.Heal()
	r.Run(time.Minute)
	return r.Digest()
}

func TestAScenarioIsAPureFunction(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anyScenario(t)
		s.PermuteTies = rapid.Bool().Draw(t, "ties")
		if a, b := digest(t, s), digest(t, s); a != b {
			t.Errorf("two runs have the digests %#x and %#x\n%#v", a, b, s)
		}
	})
}
