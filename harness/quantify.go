package harness

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"
)

// laws is what a world is held to beside its promises, and how close it came. Its zero value is ready for use.
type laws struct {
	playing bool     // an event is running, or a promise looks
	stirred []func() // told that the test may have changed anything
	asked   func() uint64
	graphs  map[view]*Graph
	margins []Margin
	hopes   *hopes
	open    []pending // not so yet
	oracles builtin
}

// look asks whether what must be so at least once is so now.
func (l *laws) look(w *World) {
	for i := 0; i < len(l.open); {
		one := l.open[i]
		w.looking = -(i + 1)
		one.hope.held = one.hope.held || one.holds()
		w.looking = 0
		if !one.hope.held {
			i++
			continue
		}
		l.open = append(l.open[:i], l.open[i+1:]...)
	}
}

// hope is something that must be so at least once in the worlds that share it.
type hope struct {
	words, place string
	held         bool
}

type pending struct {
	hope  *hope
	holds func() bool
}

type hopes struct{ list []*hope }

// of returns the hope of those words.
func (h *hopes) of(words, place string) *hope {
	for _, one := range h.list {
		if one.words == words {
			return one
		}
	}
	one := &hope{words: words, place: place}
	h.list = append(h.list, one)
	return one
}

// forlorn is the first hope that was never so, nil when there is none.
func (h *hopes) forlorn() *hope {
	for _, one := range h.list {
		if !one.held {
			return one
		}
	}
	return nil
}

// Sometimes demands that what holds asks is so at least once, now or after some event: a test in which the interesting thing never happens
// proves nothing. A test by hand fails at its end when it was never so, in none of its worlds with [Seeds].
//
// When the world's T has a method Sometimes(words string, held bool), as the judge of a law has, it is told instead.
func (w *World) Sometimes(words string, holds func() bool) {
	if w.laws.hopes == nil {
		w.laws.hopes = &hopes{}
		w.T.Cleanup(w.settle)
	}
	w.laws.open = append(w.laws.open, pending{w.laws.hopes.of(words, callerPlace(1)), holds})
}

// settle says at the end of a test what was never so.
func (w *World) settle() {
	w.T.Helper()
	if t, asks := w.T.(interface{ Sometimes(words string, held bool) }); asks {
		for _, one := range w.laws.hopes.list {
			t.Sometimes(one.words, one.held)
		}
		return
	}
	if one := w.laws.hopes.forlorn(); one != nil && !w.T.Failed() {
		w.fail(one.failure())
	}
}

func (h *hope) failure() *failure {
	f := &failure{headline: fmt.Sprintf("nothing ever showed %q", h.words), place: h.place}
	f.addf("it was to be so at least once, and never was: the test proves nothing about it")
	f.addf("demanded at %s", h.place)
	return f
}

// settleAll is settle for many worlds that share their hopes.
func (h *hopes) settleAll(t TB, worlds int) {
	t.Helper()
	if one := h.forlorn(); one != nil && !t.Failed() {
		t.Fatalf("%s\nin none of %s", one.failure(), count(worlds, "world"))
	}
}

// sight makes what a Never looks at a question whose answer is an error, and says what is wrong with anything else.
func sight(seen any) (look func() error, wrong string) {
	switch ask := seen.(type) {
	case func() bool:
		return func() error {
			if ask() {
				return errors.New("it was so")
			}
			return nil
		}, wrongIfNil(ask == nil)
	case func() error:
		return ask, wrongIfNil(ask == nil)
	case func() string:
		return func() error {
			if text := ask(); text != "" {
				return errors.New(text)
			}
			return nil
		}, wrongIfNil(ask == nil)
	case func() []string:
		return func() error { return seenAll(ask()) }, wrongIfNil(ask == nil)
	case func() []Letter:
		return func() error { return seenAll(ask()) }, wrongIfNil(ask == nil)
	}
	f := reflect.ValueOf(seen)
	if f.Kind() != reflect.Func || f.IsNil() || f.Type().NumIn() != 0 || f.Type().NumOut() != 1 || f.Type().Out(0).Kind() != reflect.Slice {
		return nil, fmt.Sprintf("wanted a func() bool, func() string, func() error or func() []T, to ask after every event; got %T", seen)
	}
	return func() error { return seenSome(f.Call(nil)[0]) }, ""
}

func wrongIfNil(isNil bool) string {
	if isNil {
		return "wanted a function to ask after every event; got nil"
	}
	return ""
}

// mostShown is how many elements of a list a failure shows.
const mostShown = 8

// seenAll is an error that shows the beginning of a list that was to be empty.
func seenAll[T any](list []T) error {
	if len(list) == 0 {
		return nil
	}
	return seenSome(reflect.ValueOf(list))
}

func seenSome(list reflect.Value) error {
	if list.Len() == 0 {
		return nil
	}
	shown := make([]string, 0, mostShown)
	for i := range min(list.Len(), mostShown) {
		shown = append(shown, fmt.Sprint(list.Index(i).Interface()))
	}
	return errors.New(strings.Join(shown, "\n") + more(list.Len()-mostShown))
}

// more says that so many are not shown.
func more(n int) string {
	if n <= 0 {
		return ""
	}
	return fmt.Sprintf("\nand %d more", n)
}

// grace is how long a promise may be broken.
type grace struct {
	bound   time.Duration
	longest time.Duration
	since   map[int]illness // by subject
	queue   []patient       // who fell ill, in that order
}

type illness struct {
	at   time.Duration
	life int
}

type patient struct {
	subject int
	illness
}

// patient judges one subject of a promise that may be broken for a while.
func (p *Promise) patient(i int, v finding, now time.Duration) *failure {
	ill, was := p.grace.since[i]
	if was && (!v.there || v.err == nil || v.life != ill.life) {
		delete(p.grace.since, i)
		if v.there && v.err == nil && v.life == ill.life {
			return p.cured(v, ill, now)
		}
		was = false
	}
	switch {
	case v.err == nil:
		return nil
	case !was:
		ill = illness{now, v.life}
		p.grace.since[i] = ill
		p.grace.queue = append(p.grace.queue, patient{i, ill})
		return nil
	case now-ill.at > p.grace.bound:
		return p.late(v, ill, now)
	}
	return nil
}

// cured notes how long a subject took to be well again, which may have been too long. Of one that is sampled that is the least it can have
// been.
func (p *Promise) cured(v finding, ill illness, now time.Duration) *failure {
	took := max(now-ill.at-p.every, 0)
	if took > p.grace.bound {
		v.err = errors.New("it was so again too late")
		return p.late(v, ill, now)
	}
	p.grace.longest = max(p.grace.longest, took)
	return nil
}

// late describes a promise that was broken for too long.
func (p *Promise) late(v finding, ill illness, now time.Duration) *failure {
	f := p.failure(v)
	f.addf("not so since %v, for %v; it was to be so again within %v", ill.at, now-ill.at, p.grace.bound)
	return f
}

// overdue looks again at those who have been ill for too long, though no event touched them.
func (p *Promise) overdue(now time.Duration) *failure {
	g := p.grace
	for len(g.queue) > 0 && now-g.queue[0].at > g.bound {
		first := g.queue[0]
		g.queue = g.queue[1:]
		if g.since[first.subject] != first.illness {
			continue
		}
		if f := p.patient(first.subject, p.judge(first.subject), now); f != nil {
			return f
		}
	}
	return nil
}
