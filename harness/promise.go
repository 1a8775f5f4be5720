package harness

import (
	"fmt"
	"time"

	"github.com/overlaytest/overlaytest/sim"
)

// Promise is something that must hold after every event. Its words are its name in failures.
type Promise struct {
	w     *World
	words string
	place string // where it was promised, file:line; "": the harness promises it
	why   string // of an oracle: the reason

	calm     *error       // while it is nil there is nothing to look for; may be nil
	hold     func() error // of a promise about the whole world, instead of the subjects; may be nil
	stir     func()       // the test itself may have changed anything; may be nil
	subjects func() []int // which of the subjects to look at now
	judge    func(i int) finding
	overtime func() // told at every look, before the subjects; may be nil

	every, next, held time.Duration // sampling: the period, the next look, the last one at which all was well
	grace             *grace        // nil: at once
}

// finding is one look at one subject of a promise.
type finding struct {
	there bool   // the subject is up
	life  int    // of the subject
	who   string // its name, "" for the world
	err   error  // why the promise is broken
}

// only is the subject of a promise about the whole world.
var only = []int{0}

// whole makes a promise about the whole world.
func (w *World) whole(words, place string, hold func() error) *Promise {
	p := &Promise{w: w, words: words, place: place, hold: hold, subjects: func() []int { return only }}
	p.judge = func(int) finding { return finding{there: true, err: hold()} }
	w.promises = append(w.promises, p)
	return p
}

// Always promises that hold returns nil now and after every event from here on.
func (w *World) Always(words string, hold func() error) *Promise {
	return w.whole(words, callerPlace(1), hold)
}

// Never promises that what seen returns is nothing, now and after every event from here on: the opposite of [World.Always]. Seen is a
// func() bool, func() string, func() error or a func() []T; nothing is false, "", nil or an empty slice. Anything else is shown by the
// failure, so w.Never("a member knows itself", known.Self) says which. Another kind of function fails the test.
func (w *World) Never(words string, seen any) *Promise {
	w.T.Helper()
	look, wrong := sight(seen)
	if wrong != "" {
		w.fail(&failure{headline: "Never cannot be asked", details: []string{wrong}})
	}
	return w.whole(words, callerPlace(1), look)
}

// Each promises that hold returns nil for every member that is up, now and after every event on its node.
func Each[O any](members []*Member[O], words string, hold func(m *Member[O]) error) *Promise {
	p := each(members, words, hold)
	p.place = callerPlace(1)
	return p
}

// each is Each without a place.
func each[O any](members []*Member[O], words string, hold func(m *Member[O]) error) *Promise {
	if len(members) == 0 {
		return &Promise{}
	}
	w := members[0].w
	t := track(w, members)
	p := &Promise{w: w, words: words, stir: t.all, subjects: t.take}
	p.judge = func(i int) finding {
		m := members[i]
		if !m.ready() {
			return finding{}
		}
		return finding{there: true, life: m.Life(), who: m.Name(), err: hold(m)}
	}
	w.promises = append(w.promises, p)
	return p
}

// Ready reports whether the member is up and its overlay of this life has booted, so that it can be asked something.
func (m *Member[O]) Ready() bool { return m.ready() }

// Within lets the promise be broken for at most d at a stretch: what is demanded must come to be so again in time. A promise of [Each]
// counts for each member by itself, and begins anew with each of its lives. The longest stretch is one of [World.Margins]. A negative d fails
// the test.
func (p *Promise) Within(d time.Duration) *Promise {
	if d < 0 && p.w != nil {
		p.w.T.Helper()
		p.w.fail(&failure{headline: "a promise cannot be asked", details: []string{fmt.Sprintf("%q Within(%v): the bound lies in the past", p.words, d)}})
	}
	p.grace = &grace{bound: d, since: map[int]illness{}}
	return p
}

// At says where the promise was made, as file:line, when that is not the line that called: for laws made of functions like those of package
// properties.
func (p *Promise) At(place string) *Promise {
	p.place = place
	return p
}

// Every has the promise looked at once in each d of virtual time instead of after every event, and its failure says so. It is for what is
// slow to look at, or grows with the square of the members.
func (p *Promise) Every(d time.Duration) *Promise {
	p.every = d
	return p
}

// rests reports whether there is no need to look at a promise now: it is not yet time to, or nothing has happened that it is about.
func (p *Promise) rests(now time.Duration) bool {
	return p.every > 0 && now < p.next || p.calm != nil && *p.calm == nil && p.overtime == nil
}

// broken looks at a promise.
func (p *Promise) broken(now time.Duration) *failure {
	if p.hold != nil && p.grace == nil && p.every == 0 { // what most are
		err := p.hold()
		if err == nil {
			return nil
		}
		return p.failure(finding{there: true, err: err})
	}
	p.next = now + p.every
	if p.overtime != nil {
		p.overtime()
	}
	for _, i := range p.subjects() {
		if f := p.found(i, now); f != nil {
			return f
		}
	}
	if p.grace != nil {
		if f := p.overdue(now); f != nil {
			return f
		}
	}
	p.held = now
	return nil
}

// found judges one subject.
func (p *Promise) found(i int, now time.Duration) *failure {
	v := p.judge(i)
	if p.grace != nil {
		return p.patient(i, v, now)
	}
	if v.err == nil {
		return nil
	}
	return p.failure(v)
}

// failure describes a broken promise.
func (p *Promise) failure(v finding) *failure {
	f := &failure{headline: fmt.Sprintf("the promise %q was broken", p.words), place: p.place, who: v.who}
	if v.who != "" {
		f.addf("by %s: %v", v.who, v.err)
	} else {
		f.addf("%v", v.err)
	}
	if p.every > 0 {
		f.addf("looked at once every %v; it last held at %v", p.every, p.held)
	}
	if p.why != "" {
		f.addf("%s", p.why)
	}
	if p.place != "" {
		f.addf("promised at %s", p.place)
	}
	return f
}

// brokenPromise looks at every promise, in the order in which they were made, and at what must be so at least once.
func (w *World) brokenPromise() *failure {
	now := w.Elapsed()
	for i, p := range w.promises {
		if p.rests(now) {
			continue
		}
		w.looking = i + 1
		f := p.broken(now)
		w.looking = 0
		if f != nil {
			return f
		}
	}
	w.laws.look(w)
	return nil
}

// lookedAt is the promise that is being looked at, "" if none is.
func (w *World) lookedAt() string {
	switch {
	case w.looking > 0:
		return w.promises[w.looking-1].words
	case w.looking < 0:
		return w.laws.open[-w.looking-1].hope.words
	}
	return ""
}

// stir makes every promise look at all it is about: between two runs the test may have called any overlay.
func (w *World) stir() {
	w.laws.playing = true
	for _, p := range w.promises {
		if p.stir != nil {
			p.stir()
		}
	}
	for _, g := range w.laws.stirred {
		g()
	}
}

// touched is the set of members that events have touched since it was taken last.
type touched struct {
	member []int // by the node's index; -1: not one of these
	in     []bool
	list   []int
}

// track makes a set of members that is told of the world's events, and holds all of them now.
func track[O any](w *World, members []*Member[O]) *touched {
	t := newTouched(members)
	t.all()
	if len(w.touchers) == 0 {
		w.Check(w.touch)
	}
	w.touchers = append(w.touchers, t.add)
	return t
}

func newTouched[O any](members []*Member[O]) *touched {
	t := &touched{in: make([]bool, len(members))}
	for i, m := range members {
		for len(t.member) <= m.Node.Index() {
			t.member = append(t.member, -1)
		}
		t.member[m.Node.Index()] = i
	}
	return t
}

// add is told the node of an event, nil for the test's own.
func (t *touched) add(n *sim.Node) {
	if n != nil && n.Index() < len(t.member) && t.member[n.Index()] >= 0 {
		t.put(t.member[n.Index()])
	}
}

func (t *touched) all() {
	for i := range t.in {
		t.put(i)
	}
}

func (t *touched) put(i int) {
	if !t.in[i] {
		t.in[i] = true
		t.list = append(t.list, i)
	}
}

// take empties the set. The result is valid until the next add.
func (t *touched) take() []int {
	taken := t.list
	for _, i := range taken {
		t.in[i] = false
	}
	t.list = t.list[:0]
	return taken
}
