// Package bdd makes worlds for Ginkgo specs.
//
// [New] gives a spec a world of its own: its seed comes from the spec's full text and from Ginkgo's random seed, so that each spec has
// another world, the same in every run with the same --seed. The world is recorded. When the spec fails, its report has the seed, the virtual
// time, the digest, the last events and the world's summary, its folder of artefacts has the picture, and the failure message names the command
// that makes this very world again.
//
// [Bubble] does the same for programs: goroutines and sockets as they are, in a bubble that a spec's body is played in.
package bdd

import (
	"fmt"
	"hash/fnv"
	"os"
	"strconv"
	"strings"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/types"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/sim"
)

// New makes the world of the running spec, with rules for its network, and closes it when the spec ends, or its bubble. It may be called in an
// It or in a BeforeEach. OVERLAYTEST_SEED=0x2a in the environment sets the seed; OVERLAYTEST_BASE=1 stands in for Ginkgo's random seed, so that every
// spec has the world it had in the last such run. Two worlds of one spec have the same seed: for another one, call harness.New(GinkgoT(), …),
// or harness.New(w.T, …) in a bubble.
func New(rules ...sim.Rule) *harness.World {
	ginkgo.GinkgoHelper()
	place := types.NewCodeLocation(1)
	if s := bubbled(); s != nil {
		return s.world(seedNow(s), place, rules...)
	}
	t := ginkgo.GinkgoT()
	w, last := world(t, seedNow(t), rules...)
	ginkgo.DeferOnFailure(func() { tell(last.entry(), place) })
	return w
}

// world makes a world in the bubble of the spec.
func (s *spec) world(seed uint64, place types.CodeLocation, rules ...sim.Rule) *harness.World {
	w, last := world(s, seed, rules...)
	now := last.entry
	s.Cleanup(func() { // before the world closes
		e := last.entry()
		now = func() entry { return e }
	})
	ginkgo.DeferOnFailure(func() { tell(now(), place) })
	return w
}

// world makes a world that is recorded, and whose last events are kept.
func world(t harness.TB, seed uint64, rules ...sim.Rule) (*harness.World, *tail) {
	w := harness.New(t, seed, rules...)
	w.ReplayWith(harness.SeedEnv(seed))
	last := &tail{w: w}
	w.Watch(last.keep)
	w.Record()
	return w, last
}

// tell adds an entry about a world to the report of its spec.
func tell(e entry, place types.CodeLocation) {
	ginkgo.AddReportEntry("world", place, ginkgo.ReportEntryVisibilityFailureOrVerbose, e)
}

// seedNow is the seed of the running spec.
func seedNow(t harness.TB) uint64 {
	t.Helper()
	if seed, asked := harness.AskedSeed(t); asked {
		return seed
	}
	return seedOf(base(t), ginkgo.CurrentSpecReport().FullText())
}

const baseVariable = "OVERLAYTEST_BASE"

// base is the number that the seeds of a whole run depend on: what the environment says, or else Ginkgo's random seed.
func base(t harness.TB) int64 {
	t.Helper()
	text := os.Getenv(baseVariable)
	if text == "" {
		return ginkgo.GinkgoRandomSeed()
	}
	number, err := strconv.ParseInt(text, 0, 64)
	if err != nil {
		t.Fatalf("%s=%q is not a number to begin from: want an integer of 64 bits, such as 1", baseVariable, text)
	}
	return number
}

// seedOf is the seed of a spec: a hash of the run's base and the spec's text (FNV-1a of 64 bits).
func seedOf(base int64, text string) uint64 {
	h := fnv.New64a()
	fmt.Fprintf(h, "%d %s", base, text)
	return h.Sum64()
}

// entry is what the report of a failed spec says of its world.
type entry struct {
	Seed    string   `json:"seed"`
	Elapsed string   `json:"elapsed"`
	Events  uint64   `json:"events"`
	Digest  string   `json:"digest"`
	Last    []string `json:"last"`
	Replay  string   `json:"replay"`
}

// entry is what there is to say of the world now.
func (t *tail) entry() entry {
	return entry{
		Seed: fmt.Sprintf("%#x", t.w.Seed()), Elapsed: t.w.Elapsed().String(), Events: t.w.Events(), Digest: fmt.Sprintf("%#x", t.w.Digest()), Last: t.lines(), Replay: t.w.Replay(),
	}
}

// ColorableString is how Ginkgo prints the entry.
func (e entry) ColorableString() string {
	return fmt.Sprintf("seed %s, %s of virtual time, %d events, digest %s; the last things that happened:\n%s\nreplay: %s",
		e.Seed, e.Elapsed, e.Events, e.Digest, strings.Join(e.Last, "\n"), e.Replay)
}

// tailLength is how many events a report shows.
const tailLength = 20

// tail is the last events of a world.
type tail struct {
	w      *harness.World
	events [tailLength]sim.Event
	data   [tailLength][]byte // copies: an event's data is valid when it happens only
	seen   int
}

// keep takes in an event.
func (t *tail) keep(e sim.Event) {
	i := t.seen % tailLength
	t.data[i] = append(t.data[i][:0], e.Data...)
	e.Data = t.data[i]
	t.events[i] = e
	t.seen++
}

// lines writes the events out, oldest first.
func (t *tail) lines() []string {
	var b strings.Builder
	write := sim.Transcript(&b, t.w.Payload)
	for i := max(0, t.seen-tailLength); i < t.seen; i++ {
		write(t.events[i%tailLength])
	}
	return strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
}
