package faults_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/sim"
)

// rules are what happens to packets at random.
var rules = []fault{
	{"loss", loss},
	{"duplicate", duplicate},
	{"reorder", reorder},
	{"payload changed", payloadChanged},
	{"payload truncated", payloadTruncated},
	{"unlink", unlink},
	{"some links", someLinks},
	{"keyed", keyed},
}

// loss: each packet with its chance, whatever became of the one before.
func loss(t *testing.T) {
	const n, c = 40_000, sim.Chance(150_000)
	l := newLab(t, sim.Loss(c))
	lost, twice := 0, 0
	fates := l.stream(n)
	for i, f := range fates {
		if len(f) == 0 {
			lost++
			if i > 0 && len(fates[i-1]) == 0 {
				twice++
			}
		}
	}
	near(t, "lost", lost, n, c)
	near(t, "lost after one that was lost", twice, lost, c)
	if got := strings.Count(strings.Join(l.seen, "\n"), ": loss"); got != lost {
		t.Fatalf("%d are reported as lost, %d did not arrive", got, lost)
	}
	l.account(sim.Ledger{Name: "loss 15%", Armed: true, Eligible: n, Fired: uint64(lost), Changed: uint64(lost), Dropped: uint64(lost)})
}

// duplicate: each packet with its chance arrives twice, the copy in its own time, and nothing is lost.
func duplicate(t *testing.T) {
	const n, c = 40_000, sim.Chance(100_000)
	l := newLab(t, fixtures.Duplicate(c), fixtures.Uniform(0, second))
	var counts [3]int
	together := 0
	for _, f := range l.stream(n) {
		counts[min(2, len(f))]++
		if len(f) == 2 && f[0] == f[1] {
			together++
		}
	}
	near(t, "duplicated", counts[2], n, c)
	if counts[0] != 0 || together > 2 {
		t.Fatalf("%d lost, %d of %d pairs arrived together: a copy has a delay of its own", counts[0], together, counts[2])
	}
	twice := uint64(counts[2])
	l.account(sim.Ledger{Name: "duplicate 10%", Armed: true, Eligible: n, Fired: twice, Changed: twice, Copied: twice})
}

// reorder: each packet with its chance is overtaken by some of those sent within the bound, by no other.
func reorder(t *testing.T) {
	const n, c, within = 40_000, sim.Chance(200_000), 10 * millisecond
	l := newLab(t, fixtures.Reorder(c, within))
	var held []time.Duration
	overtaken := 0
	for _, f := range l.stream(n) {
		if f[0] != 0 {
			held = append(held, f[0])
		}
		if f[0] > millisecond {
			overtaken++
		}
	}
	near(t, "held back", len(held), n, c)
	near(t, "overtaken", overtaken, n, c*9/10)
	fits(t, held, func(s float64) float64 { return min(1, s/within.Seconds()) })
	fired := uint64(len(held))
	l.account(sim.Ledger{Name: "reorder 20% within 10ms", Armed: true, Eligible: n, Fired: fired, Changed: fired})
}

// change is a rule that alters what packets carry.
func change(name string, f func(*sim.Packet)) sim.Rule {
	return func(*sim.World) sim.Filter {
		return sim.Filter{Name: name, Apply: func(p *sim.Packet) sim.Fate { f(p); return sim.Fate{} }}
	}
}

// payloadChanged: the receiver gets other bytes; what is written over with the same ones is not a changed outcome.
func payloadChanged(t *testing.T) {
	l := newLab(t, change("upper case", func(p *sim.Packet) { copy(p.Mutate(), strings.ToUpper(string(p.Data))) }))
	l.say(l.a, l.b, "quiet")
	l.say(l.a, l.b, "LOUD")
	l.Run(0)
	l.expect("0s b got QUIET", "0s b got LOUD")
	l.account(sim.Ledger{Name: "upper case", Armed: true, Eligible: 2, Fired: 2, Changed: 1})
}

// payloadTruncated: the receiver gets the beginning.
func payloadTruncated(t *testing.T) {
	l := newLab(t, change("mtu", func(p *sim.Packet) { p.Truncate(4) }))
	l.say(l.a, l.b, "overlay")
	l.say(l.a, l.b, "sim")
	l.Run(0)
	l.expect("0s b got over", "0s b got sim")
	l.account(sim.Ledger{Name: "mtu", Armed: true, Eligible: 2, Fired: 2, Changed: 1})
}

// unlink: a rule that is taken out acts no more, and its account stays.
func unlink(t *testing.T) {
	l := newLab(t)
	out := l.Link(sim.Loss(sim.Percent(100)))
	l.say(l.a, l.b, "in force")
	out()
	l.say(l.a, l.b, "taken out")
	l.Run(0)
	l.expect("0s a lost in force: loss", "0s b got taken out")
	l.account(sim.Ledger{Name: "loss 100%", Eligible: 1, Fired: 1, Changed: 1, Dropped: 1})
}

// someLinks: a rule is eligible, and acts, on the links it was given to only.
func someLinks(t *testing.T) {
	l := newLab(t)
	all, ab, a, c := l.Nodes(), []*sim.Node{l.a, l.b}, []*sim.Node{l.a}, []*sim.Node{l.c}
	lose := sim.Loss(sim.Percent(100))
	for _, one := range []struct {
		name, lost string
		rule       sim.Rule
	}{
		{"among", "a→b b→a", fixtures.Among(ab, lose)},
		{"between", "a→c b→c", fixtures.Between(ab, c, lose)},
		{"from", "a→b a→c", fixtures.From(a, lose)},
		{"to", "a→c b→c", fixtures.To(c, lose)},
		{"both", "a→b", fixtures.From(a, fixtures.Among(ab, lose))},
	} {
		out := l.Link(fixtures.Keyed(one.name, one.rule))
		for _, from := range all {
			for _, to := range all {
				if from != to {
					l.say(from, to, fmt.Sprint(from, "→", to))
				}
			}
		}
		out()
		l.Run(0)
		if got := l.takeLost(); got != one.lost {
			t.Fatalf("%s: lost %s, want %s", one.name, got, one.lost)
		}
		hit := uint64(len(strings.Fields(one.lost)))
		l.account(sim.Ledger{Name: one.name, Eligible: hit, Fired: hit, Changed: hit, Dropped: hit})
	}
}

// takeLost returns the texts that were lost, sorted, and forgets what was seen.
func (l *lab) takeLost() string {
	var texts []string
	for _, line := range l.seen {
		if _, text, ok := strings.Cut(line, " lost "); ok {
			text, _, _ = strings.Cut(text, ": ")
			texts = append(texts, text)
		}
	}
	l.seen = nil
	slices.Sort(texts)
	return strings.Join(texts, " ")
}

// keyed: a rule with an id draws the same whichever others there are, and two ids draw differently.
func keyed(t *testing.T) {
	half := sim.Loss(sim.Percent(50))
	x, y := fixtures.Keyed("x", half), fixtures.Keyed("y", half)
	lost := func(rules ...sim.Rule) string {
		l := newLab(t, rules...)
		l.stream(64)
		return l.takeLost()
	}
	alone, behind := lost(x), lost(fixtures.Keyed("z", fixtures.Reorder(sim.Percent(50), second)), x)
	if alone != behind {
		t.Fatalf("alone it loses %s\nbehind another rule %s", alone, behind)
	}
	if other := lost(y); other == alone {
		t.Fatalf("x and y lose the same: %s", alone)
	}
	l := newLab(t, x, y)
	if names := []string{l.Ledgers()[0].Name, l.Ledgers()[1].Name}; !slices.Equal(names, []string{"x", "y"}) {
		t.Fatalf("ledgers %q", names)
	}
}
