package harness

import (
	"github.com/overlaytest/overlaytest/sim"
)

// promise is something that must hold after every event.
type promise struct {
	words string
	place string // where it was promised, file:line
	stir  func() // the test itself may have changed anything; may be nil
	hold  func() (who string, err error)
}

// Always promises that hold returns nil now and after every event from here on. The promise is its name in failures.
func (w *World) Always(words string, hold func() error) {
	w.promises = append(w.promises, &promise{
		words: words,
		place: callerPlace(1),
		hold:  func() (string, error) { return "", hold() },
	})
}

// Each promises that hold returns nil for every member that is up, now and after every event on its node.
func Each[O any](members []*Member[O], words string, hold func(m *Member[O]) error) {
	if len(members) == 0 {
		return
	}
	t := newTouched(members)
	w := members[0].w
	if len(w.touchers) == 0 {
		w.Check(w.touch)
	}
	w.touchers = append(w.touchers, t.add)
	w.promises = append(w.promises, &promise{words: words, place: callerPlace(1), stir: t.all, hold: func() (string, error) {
		for _, i := range t.take() {
			if m := members[i]; m.ready() {
				if err := hold(m); err != nil {
					return m.Name(), err
				}
			}
		}
		return "", nil
	}})
}

// brokenPromise looks at every promise, in the order in which they were made.
func (w *World) brokenPromise() *failure {
	for _, p := range w.promises {
		w.looking = p.words
		who, err := p.hold()
		w.looking = ""
		if err != nil {
			return broken(p, who, err)
		}
	}
	return nil
}

// stir makes every promise look at all it is about: between two runs the test may have called any overlay.
func (w *World) stir() {
	for _, p := range w.promises {
		if p.stir != nil {
			p.stir()
		}
	}
}

// touched is the set of members that events have touched since it was taken last.
type touched struct {
	member []int // by the node's index; -1: not one of these
	in     []bool
	list   []int
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
