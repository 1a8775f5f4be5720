// Package bdd makes worlds for Ginkgo specs.
//
// [New] gives a spec a world of its own: its seed comes from the spec's full text and from Ginkgo's random seed, so that each spec has
// another world, the same in every run with the same --seed. The world is recorded. When the spec fails, its report has the seed, the virtual
// time, the digest, the last events and the world's summary, its folder of artefacts has the picture, and the failure message names the command
// that makes this very world again.
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

// New makes the world of the running spec, with rules for its network, and closes it when the spec ends. It may be called in an It or in a
// BeforeEach. OVERLAYTEST_SEED=0x2a in the environment sets the seed; OVERLAYTEST_BASE=1 stands in for Ginkgo's random seed, so that every
// spec has the world it had in the last such run. Two worlds of one spec have the same seed: for another one, call harness.New(GinkgoT(), …).
func New(rules ...sim.Rule) *harness.World {
	ginkgo.GinkgoHelper()
	t := ginkgo.GinkgoT()
	seed, asked := harness.AskedSeed(t)
	if !asked {
		seed = seedOf(base(t), ginkgo.CurrentSpecReport().FullText())
	}
	w := harness.New(t, seed, rules...)
	w.ReplayWith(harness.SeedEnv(seed))
	place := types.NewCodeLocation(1)
	last := &tail{w: w}
	w.Watch(last.keep)
	w.Record()
	ginkgo.DeferOnFailure(func() {
		ginkgo.AddReportEntry("world", place, ginkgo.ReportEntryVisibilityFailureOrVerbose, entry{
			Seed: fmt.Sprintf("%#x", w.Seed()), Elapsed: w.Elapsed().String(), Events: w.Events(), Digest: fmt.Sprintf("%#x", w.Digest()), Last: last.lines(),
		})
	})
	return w
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
}

// ColorableString is how Ginkgo prints the entry.
func (e entry) ColorableString() string {
	return fmt.Sprintf("seed %s, %s of virtual time, %d events, digest %s; the last things that happened:\n%s",
		e.Seed, e.Elapsed, e.Events, e.Digest, strings.Join(e.Last, "\n"))
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
