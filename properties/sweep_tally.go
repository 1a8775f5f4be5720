package properties

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/sim"
)

// tally adds up what came of the worlds of a sweep, in their order.
type tally struct {
	worlds, events uint64
	cpu            time.Duration
	glimpses       []glimpse        // of what must be so sometimes, in order of first use
	margins        []harness.Margin // the widest of each promise
	kinds          []kind           // by name
	idle           []reason         // why worlds were vacuous, in order of first use
	vacuous        uint64           // worlds
}

// kind is what became of all faults of one kind, or changes, or operations.
type kind struct {
	name    string
	worlds  uint64 // that had it
	vacuous uint64 // of those, in which it met nothing to act on
	fired   uint64
}

// reason is why worlds said nothing.
type reason struct {
	words  string
	worlds uint64
}

// add counts one more world.
func (t *tally) add(v *verdict) {
	t.worlds++
	t.events += v.events
	t.cpu += v.took
	for _, g := range v.sometimes {
		entry(&t.glimpses, func(known glimpse) bool { return known.words == g.words }, glimpse{words: g.words}).held = g.held || t.shown(g.words)
	}
	for _, m := range v.margins {
		if widest := entry(&t.margins, func(known harness.Margin) bool { return known.Promise == m.Promise }, m); m.Wider(*widest) {
			*widest = m
		}
	}
	if len(v.vacuous) > 0 {
		t.vacuous++
	}
	for _, words := range v.vacuous {
		entry(&t.idle, func(known reason) bool { return known.words == words }, reason{words: words}).worlds++
	}
	t.addKinds(v)
}

// entry is the entry of a list that fits, a new one if there is none.
func entry[T any](all *[]T, fits func(T) bool, fresh T) *T {
	i := slices.IndexFunc(*all, fits)
	if i < 0 {
		i, *all = len(*all), append(*all, fresh)
	}
	return &(*all)[i]
}

// shown reports whether something has been so in a world before.
func (t *tally) shown(words string) bool { return slices.Contains(t.glimpses, glimpse{words, true}) }

// addKinds counts what the faults of one world did.
func (t *tally) addKinds(v *verdict) {
	var here []kind
	for _, l := range v.ledgers {
		name := kindOf(v.scenario, l)
		k := entry(&here, func(known kind) bool { return known.name == name }, kind{name: name, worlds: 1, vacuous: 1})
		k.fired += l.Fired
		if allowed := len(v.vacuous) == 0; allowed || l.Fired > 0 || l.Eligible > 0 && !own(l) {
			k.vacuous = 0
		}
	}
	for _, one := range here {
		k := entry(&t.kinds, func(known kind) bool { return known.name == one.name }, kind{name: one.name})
		k.worlds, k.vacuous, k.fired = k.worlds+one.worlds, k.vacuous+one.vacuous, k.fired+one.fired
	}
}

// kindOf is what a ledger of a run is about: the kind of a fault; or what it is called.
func kindOf(s harness.Scenario, l sim.Ledger) string {
	for _, f := range s.Faults {
		if f.ID == l.Name {
			return string(f.Do)
		}
	}
	return l.Name
}

// own reports whether a ledger is about the nodes' own doing, which is exercised when it is done: churn and workload.
func own(l sim.Ledger) bool {
	return strings.HasPrefix(l.Name, "churn ") || strings.HasPrefix(l.Name, "work ")
}

// enough is how many worlds there must be before it says something that nothing came of them.
const enough = 10

// never lists what never was so.
func (t *tally) never() (all []string) {
	if t.worlds < enough {
		return nil
	}
	for _, g := range t.glimpses {
		if !g.held {
			all = append(all, fmt.Sprintf("nothing ever showed %q", g.words))
		}
	}
	for _, r := range t.idle {
		if r.worlds == t.worlds {
			all = append(all, "in every world: "+r.words)
		}
	}
	for _, k := range t.kinds {
		if k.worlds >= enough && k.vacuous == k.worlds {
			all = append(all, fmt.Sprintf("%q met nothing to act on in any of the %d worlds that had it", k.name, k.worlds))
		}
	}
	return all
}

// vacuous is what is said of a law that holds and says nothing.
func (f Finding) vacuous() string {
	return fmt.Sprintf("the law %q is vacuous: it held in %s, but\n- %s\nwhere that is meant, its judge says r.AllowVacuous(why)", f.Law,
		counted(f.Worlds, "world"), strings.Join(f.Never, "\n- "))
}

// summary is what is said of a law that holds.
func (f Finding) summary() string {
	t, lines := f.tally, []string{fmt.Sprintf("the law %q holds in %s, with %s", f.Law, counted(f.Worlds, "world"), counted(f.Events, "event"))}
	if f.Time > 0 {
		lines[0] += fmt.Sprintf(", in %v: %.0f a second", f.Time.Round(time.Millisecond), float64(f.Worlds)/f.Time.Seconds())
	}
	slices.SortFunc(t.kinds, func(a, b kind) int { return cmp.Compare(a.name, b.name) })
	for _, k := range t.kinds {
		line := fmt.Sprintf("%s: in %s, fired %s", k.name, counted(k.worlds, "world"), counted(k.fired, "time"))
		if k.vacuous > 0 {
			line += fmt.Sprintf(", vacuous in %d", k.vacuous)
		}
		lines = append(lines, line)
	}
	for _, m := range t.margins {
		lines = append(lines, "widest margin of "+m.String())
	}
	return strings.Join(lines, "\n")
}

// counted is a number with its noun.
func counted[N int | uint64](n N, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
