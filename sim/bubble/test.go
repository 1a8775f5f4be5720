package bubble

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/cryptotest"
	"testing/synctest"
)

// Test runs f in a bubble, in which worlds of programs are made and run. Crypto/rand yields numbers of the seed there, so the test must not
// run in parallel with others. For a Ginkgo spec, see bdd.Bubble.
//
// The test fails, with their stacks, if goroutines remain when f has returned: worlds are to be closed. Channels, timers and contexts that
// f waits for are made in it: the world's time stands still while a goroutine waits for one from outside, or for a lock; who does is named on
// standard error after ten seconds. F has time pass by running a world, not by time.Sleep, and calls what waits for programs by [Do].
func Test(t *testing.T, seed uint64, f func(t *testing.T)) {
	t.Helper()
	if err := Play(t, seed, f); err != nil {
		t.Fatal(err)
	}
}

// ErrStuck is wrapped by the error of [Play] about goroutines that nothing can wake any more.
var ErrStuck = errors.New("bubble: goroutines remain that nothing can wake")

// Play is [Test] for a test of another kind that t runs: goroutines that remain are its error, which wraps ErrStuck and has their stacks.
// F's t is not to be failed, since t would be.
func Play(t *testing.T, seed uint64, f func(t *testing.T)) (err error) {
	sayWhetherExact()
	name := ""
	defer func() {
		if p := recover(); p != nil {
			deadlock, ok := p.(error)
			if !ok || !strings.HasPrefix(deadlock.Error(), "deadlock: ") {
				panic(p)
			}
			if _, named := namedAlready.LoadAndDelete(name); named {
				return
			}
			err = fmt.Errorf("%w: %v. World.Close ends what its hosts do; what else was started must have ended, too. There remain:\n%s", ErrStuck, deadlock, inBubble(name))
		}
	}()
	quiet := make(chan struct{})
	defer close(quiet)
	var now progress
	go now.watch(quiet, watchEvery, os.Stderr)
	synctest.Test(t, func(t *testing.T) {
		cryptotest.SetGlobalRandom(t, seed)
		name = bubbleName()
		now.name.Store(&name)
		defer now.done.Store(true)
		f(t)
	})
	return nil
}

// Around makes the field Around of a law: each world is played in a bubble of its own. What play panics with, such as what skips the test, leaves
// the bubble. Goroutines of programs that go on when their nodes are down break the law; others that remain fail the test.
func Around(t *testing.T) func(seed uint64, play func()) {
	return func(seed uint64, play func()) {
		t.Helper()
		var ended any
		Test(t, seed, func(*testing.T) {
			defer func() { ended = recover() }()
			play()
		})
		if ended != nil {
			panic(ended)
		}
	}
}

var said atomic.Bool

// sayWhetherExact says once in a process that one seed may have several histories, if it may.
func sayWhetherExact() {
	switch procs := runtime.GOMAXPROCS(0); {
	case Exact && procs == 1 || !said.CompareAndSwap(false, true):
	case Exact:
		fmt.Fprintf(os.Stderr, "bubble: on %d processors one seed may have several histories: set GOMAXPROCS=1\n", procs)
	default:
		fmt.Fprintln(os.Stderr, "bubble: under go test alone, one seed may have several histories where goroutines race: for one, run\n"+
			"go run github.com/overlaytest/overlaytest/cmd/overlaytest test")
	}
}
