package harness

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/overlaytest/overlaytest/sim"
)

// Run lets d of virtual time pass, as [sim.World.Run] does, and looks at the promises after every event.
func (w *World) Run(d time.Duration) {
	w.T.Helper()
	w.run(d, nil)
}

// RunUntil is Run that ends as soon as done holds, and reports whether it did. Done is asked before the first event, after every event and
// at the end.
func (w *World) RunUntil(d time.Duration, done func() bool) bool {
	w.T.Helper()
	return w.run(d, done)
}

// Step runs the next event, however far away, and reports whether there was one.
func (w *World) Step() (ran bool) {
	w.T.Helper()
	w.stir()
	w.judge(w.guarded(func() *failure {
		ran = w.World.Step()
		return w.breach()
	}))
	return ran
}

// Guard runs f, which may call overlays directly: a panic of theirs becomes a failure of the test.
func (w *World) Guard(f func()) {
	w.T.Helper()
	w.judge(w.guarded(func() *failure {
		f()
		return nil
	}))
}

// run is Run and RunUntil.
func (w *World) run(d time.Duration, done func() bool) (held bool) {
	w.T.Helper()
	w.stir()
	w.judge(w.guarded(func() (broken *failure) {
		w.World.RunUntil(d, func() bool {
			broken = w.breach()
			held = broken == nil && done != nil && done()
			return held || broken != nil
		})
		return broken
	}))
	return held
}

// judge fails the test if there is a failure.
func (w *World) judge(f *failure) {
	w.T.Helper()
	w.laws.playing = false
	if f != nil {
		w.fail(f)
	}
}

// breach looks at everything that must hold after an event.
func (w *World) breach() *failure {
	if w.stray != "" {
		return strayPacket(w.stray)
	}
	if err := w.Err(); err != nil {
		return runaway(err)
	}
	return w.brokenPromise()
}

// guarded runs f and turns a panic into a failure, unless it is the way in which a test framework ends a test.
func (w *World) guarded(f func() *failure) (broken *failure) {
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		if ofTheTest(p) {
			panic(p)
		}
		broken = w.panicked(p)
	}()
	return f()
}

// ofTheTest reports whether a panic is the way in which a framework ends a test: its value is of the framework's own type, or says so.
// (testing itself uses runtime.Goexit, which nobody can recover.)
func ofTheTest(p any) bool {
	if _, ok := p.(interface{ EndsTest() }); ok {
		return true
	}
	t := reflect.TypeOf(p)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	for _, framework := range []string{"github.com/onsi/ginkgo/", "github.com/onsi/gomega/", "pgregory.net/rapid/", "testing/"} {
		if strings.HasPrefix(t.PkgPath()+"/", framework) {
			return true
		}
	}
	return false
}

// panicked describes a panic: of an overlay, or of a promise.
func (w *World) panicked(p any) *failure {
	frames := panicFrames()
	f := &failure{headline: "a panic", err: true}
	if words := w.lookedAt(); words != "" {
		f.headline = fmt.Sprintf("the promise %q ended in a panic", words)
	}
	if len(frames) > 0 {
		f.headline += frames[0].where()
	}
	f.addf("panic: %v", p)
	if halt := (*sim.Halt)(nil); errors.As(w.Err(), &halt) {
		f.addf("in event %d, on %s", halt.Event, cmp.Or(halt.Node, "no node: the test's own"))
	}
	for _, frame := range frames {
		f.addf("    %s %s", frame.name, frame.place)
	}
	return f
}
