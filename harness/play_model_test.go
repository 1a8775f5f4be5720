package harness_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/sim"
)

// machine is what a node is, in the simplest words.
type machine struct {
	up, joined, left bool
	pausedBy         string
	downBy           string // the fault that has it down
}

// stage is who is what, and what is to happen when.
type stage struct {
	nodes    map[string]*machine
	scenario harness.Scenario
}

// cue is something that happens: a fault ends (rank 0) or begins (1), a change (2). At one instant that is the order.
type cue struct {
	at   time.Duration
	rank int
	key  string
	do   func()
}

// model plays a scenario on machines: only who is up, paused or gone.
func model(s harness.Scenario) (*stage, []cue) {
	st := &stage{map[string]*machine{}, s}
	for _, name := range s.Nodes {
		st.nodes[name] = &machine{up: true, joined: true}
	}
	var cues []cue
	for i, c := range s.Churn {
		if m := st.nodes[c.Node]; c.Do == harness.Join {
			m.up, m.joined = false, false
		}
		cues = append(cues, cue{c.At, 2, fmt.Sprintf("%03d", i), func() { st.nodes[c.Node].change(c.Do) }})
	}
	for _, f := range s.Faults {
		for at := f.At; at <= s.Duration && (at == f.At || f.Every != 0 && (f.For == 0 || at < f.At+f.For)); at += cmp.Or(f.Every, time.Hour) {
			cues = append(cues, cue{at, 1, f.ID, func() { st.fault(f, (*machine).strike) }})
			if f.Every != 0 && (f.For == 0 || at+f.Every/2 < f.At+f.For) && at+f.Every/2 <= s.Duration {
				cues = append(cues, cue{at + f.Every/2, 0, f.ID, func() { st.fault(f, (*machine).relieve) }})
			}
		}
		if f.For != 0 {
			cues = append(cues, cue{f.At + f.For, 0, f.ID, func() { st.fault(f, (*machine).relieve) }})
		}
	}
	slices.SortStableFunc(cues, func(a, b cue) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.rank, b.rank), cmp.Compare(a.key, b.key))
	})
	return st, cues
}

func (st *stage) fault(f harness.Fault, does func(*machine, harness.Fault)) {
	for _, name := range st.scenario.Nodes {
		if len(f.Nodes) == 0 || slices.Contains(f.Nodes, name) {
			does(st.nodes[name], f)
		}
	}
}

func (m *machine) strike(f harness.Fault) {
	switch {
	case !m.up:
	case f.Do == harness.Crash:
		m.up, m.pausedBy, m.downBy = false, "", f.ID
	case f.Do == harness.Pause && m.pausedBy == "":
		m.pausedBy = f.ID
	}
}

func (m *machine) relieve(f harness.Fault) {
	if m.downBy == f.ID {
		m.up, m.downBy = true, ""
	}
	if m.pausedBy == f.ID {
		m.pausedBy = ""
	}
}

func (m *machine) change(do harness.Verb) {
	again := do == harness.Move || do == harness.Renew || !m.up && (do == harness.Restart || do == harness.Join)
	switch {
	case do == harness.Join && !m.joined:
		m.joined, m.up = true, true
	case !m.joined:
	case do == harness.Crash && m.up:
		m.up, m.pausedBy = false, ""
	case do == harness.Leave && m.up && m.pausedBy == "":
		m.up, m.left = false, true
	case again:
		m.up, m.left, m.pausedBy, m.downBy = true, false, "", ""
	}
}

// heal is who is up in the end: all but who left, and who was never there.
func (m *machine) heal() {
	m.up = m.joined && !m.left
	m.pausedBy = ""
}

func TestWhoIsUpIsAsTheModelSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anyScenario(t)
		s.PermuteTies = rapid.Bool().Draw(t, "ties")
		if s.PermuteTies {
			s.Churn = spread(s.Churn)
		}
		st, cues := model(s)
		r := harness.Start(t, s, beacons)
		r.AllowVacuous("this is about who is up")
		r.On("note", func(*harness.Member[*beacon], uint64) {})
		paused := pauses(r.World)
		next := 0
		for second := range 60 {
			r.After(time.Duration(second)*time.Second+1, func() {
				for ; next < len(cues) && cues[next].at <= time.Duration(second)*time.Second; next++ {
					cues[next].do()
				}
				compare(t, r, st, paused)
			})
		}
		r.Play()
		for ; next < len(cues); next++ {
			cues[next].do()
		}
		compare(t, r, st, paused)
		r.Heal()
		for _, m := range st.nodes {
			m.heal()
		}
		compare(t, r, st, paused)
	})
}

// spread leaves one change to each instant, and none to those of the faults: where ties are permuted, their order is not ours.
func spread(changes []harness.Change) (apart []harness.Change) {
	taken := map[time.Duration]bool{}
	for _, c := range changes {
		if c.At += time.Second / 2; !taken[c.At] && c.At < time.Minute {
			apart = append(apart, c)
		}
		taken[c.At] = true
	}
	return apart
}

// pauses follows who is paused.
func pauses(w *harness.World) map[string]bool {
	paused := map[string]bool{}
	w.Watch(func(e sim.Event) {
		switch e.Kind {
		case sim.Paused:
			paused[e.Node.Name()] = true
		case sim.Resumed, sim.Crashed:
			delete(paused, e.Node.Name())
		}
	})
	return paused
}

func compare(t *rapid.T, r *harness.Run[*beacon], st *stage, paused map[string]bool) {
	for _, m := range r.Members {
		want := st.nodes[m.Name()]
		if m.Up() != want.up || paused[m.Name()] != (want.pausedBy != "") {
			t.Fatalf("at %v %s is up %v, paused %v; want %v, %v\n%#v", r.Elapsed(), m.Name(), m.Up(), paused[m.Name()], want.up, want.pausedBy != "", r.Scenario)
		}
	}
}
