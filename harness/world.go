package harness

import (
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/overlaytest/overlaytest/sim"
)

// TB is what a world needs of a test. *testing.T, *rapid.T and GinkgoT() have it. Fatalf must not return.
type TB interface {
	Helper()
	Name() string
	Logf(format string, args ...any)
	Fatalf(format string, args ...any)
	Failed() bool
	Cleanup(func())
}

// World is a [sim.World] that belongs to a test and fails it when a promise is broken, an overlay panics, the world runs away, or a packet
// is sent to an address nobody ever had. It must be used on the test's goroutine.
type World struct {
	*sim.World
	// T is the test the world fails: NewWithT(w.T) gives Gomega's Expect for it.
	T TB

	promises  []*Promise
	laws      laws
	touchers  []func(*sim.Node) // told which node an event touched
	stray     string            // the first packet sent to an address nobody ever had
	unwatch   func()            // ends the search for such packets
	looking   int               // one more than the index of the promise that is being looked at, less than 0 for a hope; 0: none is
	env       string            // environment of the replay command
	recorder  *recorder         // of a run that is to be explained, nil otherwise
	describe  func(data []byte) string
	trace     io.Writer              // where notes go besides; nil: nowhere
	ledgers   func() []sim.Ledger    // of a scenario's faults; nil: there is no scenario
	reading   reading                // for the summary
	network   func() string          // what a scenario says it is like
	spawned   int                    // members made by Spawn so far
	residents map[*sim.Node]resident // the members
	reported  bool                   // the test has been failed with our words
	broke     *Breach                // with what; nil: it has not

	artefacts []artefact // to keep if the test fails
	doing     *Op        // the operation of a workload that is being carried out; nil: none is
}

// New makes a world for a test and closes it when the test ends. The seed belongs into the test's own lines, where a replay finds it again;
// to try many, see [Seeds].
func New(t TB, seed uint64, rules ...sim.Rule) *World {
	w := open(t, seed, rules...)
	t.Cleanup(w.Close)
	t.Cleanup(w.finish)
	return w
}

// open makes a world that the caller closes.
func open(t TB, seed uint64, rules ...sim.Rule) *World {
	w := &World{World: sim.New(seed, rules...), T: t, residents: map[*sim.Node]resident{}, network: func() string { return "" }}
	w.unwatch = w.Watch(w.seeStray, sim.Dropped)
	w.alwaysSuspect()
	switch x := t.(type) {
	case interface{ opened(w *World) }:
		x.opened(w)
	case breached: // a law's, which asks when it knows which world fails
	default:
		w.answerAsked()
		w.plotAsked()
	}
	return w
}

// GomegaString is how Gomega's matchers print the world.
func (w *World) GomegaString() string {
	return fmt.Sprintf("the world of seed %#x at %v, with %s", w.Seed(), w.Elapsed(), count(len(w.Nodes()), "node"))
}

// LoseUnknown makes packets to addresses that nobody ever had mere losses, as they are in a generated world. Without it they are taken for
// a mistake in the test and fail it.
func (w *World) LoseUnknown() {
	w.unwatch()
	w.stray = ""
}

// ReplayWith sets what stands before the command that a failure prints, such as OVERLAYTEST_SEED=0x2a: what the test needs from the
// environment to make this world again.
func (w *World) ReplayWith(env string) { w.env = env }

// seeStray notes the first packet to an address nobody ever had.
func (w *World) seeStray(e sim.Event) {
	if e.Kind == sim.Dropped && e.Reason == sim.NoSuchAddress && w.stray == "" {
		w.stray = fmt.Sprintf("%s sent %s to %v at %v", e.Node.Name(), count(len(e.Data), "byte"), e.To, e.At)
	}
}

// touch tells the promises about members that this node may have changed.
func (w *World) touch(n *sim.Node) {
	for _, told := range w.touchers {
		told(n)
	}
}

const seedVariable = "OVERLAYTEST_SEED"

// AskedSeed returns the seed that the environment asks for with OVERLAYTEST_SEED, and whether it asks for one. A value that is not a number
// of 64 bits, decimal or hexadecimal after 0x, fails the test.
func AskedSeed(t TB) (seed uint64, asked bool) {
	t.Helper()
	text, asked := os.LookupEnv(seedVariable)
	if !asked || text == "" {
		return 0, false
	}
	seed, err := strconv.ParseUint(text, 0, 64)
	if err != nil {
		t.Fatalf("%s=%q is not a seed: want a number below 2^64, such as 42 or 0x2a", seedVariable, text)
	}
	return seed, err == nil
}

// SeedEnv is the assignment that asks for a seed, as [AskedSeed] reads it.
func SeedEnv(seed uint64) string { return fmt.Sprintf("%s=%#x", seedVariable, seed) }

// Seeds runs f on n worlds, of the seeds 1 to n in turn, and stops at the first that fails, which so is the lowest. What a world demands
// with [World.Sometimes] must be so in one of them. OVERLAYTEST_SEED=0x2a in the environment runs that seed alone.
func Seeds(t TB, n int, f func(w *World)) {
	t.Helper()
	shared := &hopes{}
	if seed, asked := AskedSeed(t); asked {
		trySeed(t, seed, shared, f)
		return
	}
	for i := range n {
		trySeed(t, uint64(i)+1, shared, f)
		if t.Failed() {
			return
		}
	}
	shared.settleAll(t, n)
}

// trySeed runs f on the world of one seed. When something else than the world failed the test, it says which seed that was.
func trySeed(t TB, seed uint64, shared *hopes, f func(w *World)) {
	t.Helper()
	w := open(t, seed)
	w.laws.hopes = shared
	w.ReplayWith(SeedEnv(seed))
	finished := false
	defer func() {
		t.Helper()
		w.finish()
		w.Close()
		if (!finished || t.Failed()) && !w.reported {
			t.Logf("failed in the world of seed %#x at %v of virtual time\nreplay: %s", seed, w.Elapsed(), w.Replay())
		}
	}()
	f(w)
	finished = true
}
