package bdd

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/types"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/sim/bubble"
)

// Bubble plays the body of an It in a bubble, with programs: goroutines and sockets as they are, see package sim/bubble. The world is that of
// [New], whose report a failure has; crypto/rand yields numbers of its seed. The specs are run by [RunSpecs], not by Ginkgo's. What Bubble cannot
// do fails the spec and says why: outside of an It, in another bubble, beside one that outlived its spec.
//
// Before the bubble ends, the functions of w.T.Cleanup run, then the world closes; goroutines that remain fail the spec. What fails by Gomega in
// a goroutine of the body fails the spec, which ends with the body: GinkgoRecover is not needed. Goroutines of a node, started by
// bubble.Host.Go, may also panic. Other goroutines must not, and must not call Ginkgo's Fail or assert by GinkgoT() without GinkgoRecover: that
// ends the process, as in any Go program.
//
// BeforeEach, AfterEach, DeferCleanup and SpecContext are outside of the bubble, in real time. A SpecContext that is waited for inside fails the
// spec. A channel made outside holds the world's time up, and who waits for it is named after ten seconds. Nobody can catch these, which end the
// process with a "fatal error" of Go's: a channel, timer or wait group made inside and used outside ("from outside bubble"); and a context that
// is waited for inside and cancelled outside, such as GinkgoT().Context() or one of a BeforeEach ("close of synctest channel from outside
// bubble"). Inside, make contexts from context.Background().
func Bubble(play func(w *harness.World)) {
	ginkgo.GinkgoHelper()
	place := types.NewCodeLocation(1)
	seed := seedNow(ginkgo.GinkgoT())
	inBubble(seed, place, func(s *spec) {
		defer s.catch()
		play(s.world(seed, place))
	})
}

// Around is the field Around of a law about programs that is checked in an It: each of its worlds is played in a bubble of its own, as
// bubble.Around does in a test without Ginkgo.
func Around(seed uint64, play func()) {
	ginkgo.GinkgoHelper()
	inBubble(seed, types.NewCodeLocation(1), func(s *spec) {
		defer func() { s.ended = recover() }()
		play()
	})
}

// playing is the spec whose body is in a bubble, nil when none is.
var playing atomic.Pointer[spec]

// spec is the running spec as its world sees it, from inside the bubble.
type spec struct {
	ginkgo.FullGinkgoTInterface
	name      string
	place     types.CodeLocation // where the bubble was asked for
	bubble    *testing.T         // ends with the bubble
	goroutine string             // the body's
	began     time.Time          // in virtual time
	failed    atomic.Bool        // as far as that can be seen inside
	ended     any                // what the body panicked with
	after     []func()           // what is to be done when the bubble has ended
}

// bubbled returns the spec in whose bubble the calling goroutine is, nil for none.
func bubbled() *spec {
	if _, inside := whereabouts(); inside {
		return playing.Load()
	}
	return nil
}

// inBubble plays a body in a bubble, and ends the spec as the body did.
func inBubble(seed uint64, place types.CodeLocation, body func(s *spec)) {
	ginkgo.GinkgoHelper()
	s := &spec{FullGinkgoTInterface: ginkgo.GinkgoT(), name: ginkgo.CurrentSpecReport().FullText(), place: place}
	s.begin()
	err := s.play(seed, body)
	for _, f := range s.after {
		f()
	}
	switch {
	case err != nil:
		ginkgo.Fail(err.Error())
	case s.ended != nil:
		panic(s.ended)
	case s.failed.Load():
		ginkgo.Fail("a goroutine of the bubble, or a cleanup, has failed the spec") // what failed first is what Ginkgo tells
	}
}

// begin notes that the spec's bubble is played, or says why it cannot be.
func (s *spec) begin() {
	ginkgo.GinkgoHelper()
	if _, bubbled := whereabouts(); bubbled {
		ginkgo.Fail("bdd: a bubble begins in another: an It has one at a time. For a second world call bdd.New")
	}
	if suite == nil {
		ginkgo.Fail("bdd: the test that runs the specs is not known. In TestXxx, write bdd.RunSpecs(t, …) for RunSpecs(t, …)")
	}
	switch kind := node(); kind {
	case "It":
	case "":
		panic("bdd: a bubble begins while the specs are collected: it is for the body of an It")
	default:
		ginkgo.Fail("bdd: a bubble begins in " + kind + ", and would end with it: it is for the body of an It, where the world is made, too")
	}
	if !playing.CompareAndSwap(nil, s) {
		ginkgo.Fail(fmt.Sprintf("bdd: the bubble of the spec %q is still played: the spec ended before, by a timeout or an interrupt", playing.Load().name))
	}
}

// play is inBubble's middle.
func (s *spec) play(seed uint64, body func(s *spec)) error {
	defer playing.Store(nil)
	return bubble.Play(suite, seed, func(t *testing.T) {
		s.bubble = t
		s.began = time.Now()
		s.goroutine, _ = whereabouts()
		body(s)
	})
}

// catch takes down what the body panics with, where Ginkgo can see by whom.
func (s *spec) catch() {
	p := recover()
	if p == nil {
		return
	}
	s.ended = p
	if !skipping() {
		s.failed.Store(true)
	}
	defer ginkgo.GinkgoRecover()
	panic(p)
}

// skipping reports whether the panic on this goroutine is Ginkgo's Skip.
func skipping() bool {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	for f, more := frames.Next(); ; f, more = frames.Next() {
		if !more || strings.HasSuffix(f.Function, "ginkgo/v2.Skip") {
			return more
		}
	}
}

// Cleanup has f called before the bubble ends.
func (s *spec) Cleanup(f func()) {
	s.bubble.Cleanup(func() {
		defer s.catch()
		f()
	})
}

// Context ends with the bubble.
func (s *spec) Context() context.Context { return s.bubble.Context() }

// Failed reports whether the spec has failed: Ginkgo itself knows when the It has ended.
func (s *spec) Failed() bool { return s.failed.Load() || s.FullGinkgoTInterface.Failed() }

// Fatalf fails the spec.
func (s *spec) Fatalf(format string, args ...any) {
	ginkgo.GinkgoHelper()
	fail(fmt.Sprintf(format, args...))
}

// AddReportEntryVisibilityFailureOrVerbose adds the entry when the bubble has ended, and so in real time.
func (s *spec) AddReportEntryVisibilityFailureOrVerbose(name string, args ...any) {
	args = append([]any{s.place}, args...)
	s.after = append(s.after, func() { s.FullGinkgoTInterface.AddReportEntryVisibilityFailureOrVerbose(name, args...) })
}
