// Package digests_test pins what happens in thirteen worlds: their digests stand in testdata/digests.txt, and must come out the same on every
// processor, on any number of cores, with and without the race detector. "go test ./suites/digests -rewrite" writes them anew; a digest that
// changed needs a line in CHANGELOG.md that says why.
package digests_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/sim"
)

var rewrite = flag.Bool("rewrite", false, "write the golden digests anew")

const golden = "testdata/digests.txt"

// world is a world to pin: how it is set up, and how long it is played.
type world struct {
	name  string
	seed  uint64
	rules []sim.Rule
	setUp func(w *sim.World)
	lasts time.Duration
}

func TestDigestsAreThePinnedOnes(t *testing.T) {
	want := read(t)
	var lines strings.Builder
	for _, pinned := range worlds {
		t.Run(pinned.name, func(t *testing.T) {
			got := play(t, pinned)
			fmt.Fprintf(&lines, "%s: %s\n", pinned.name, got)
			if !*rewrite && got != want[pinned.name] {
				t.Errorf("the world comes out as %s, it was %s\nif that is right: say why in CHANGELOG.md, then go test ./suites/digests -rewrite", got, want[pinned.name])
			}
		})
	}
	if *rewrite {
		if err := os.WriteFile(golden, []byte(lines.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestEveryPinnedDigestHasItsWorld(t *testing.T) {
	if got := len(read(t)); got != len(worlds) {
		t.Errorf("%s has %d lines, there are %d worlds", golden, got, len(worlds))
	}
}

// play returns the digest of a world and how many events it is of.
func play(t *testing.T, pinned world) string {
	t.Helper()
	w := sim.New(pinned.seed, pinned.rules...)
	defer w.Close()
	pinned.setUp(w)
	w.Run(pinned.lasts)
	if err := w.Err(); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%016x after %d events", w.Digest(), w.Events())
}

// read returns the pinned digests by the names of the worlds.
func read(t *testing.T) map[string]string {
	t.Helper()
	data, err := os.ReadFile(golden)
	if err != nil && !*rewrite {
		t.Fatal(err)
	}
	pinned := map[string]string{}
	for line := range strings.Lines(string(data)) {
		name, digest, _ := strings.Cut(strings.TrimSpace(line), ": ")
		pinned[name] = digest
	}
	return pinned
}
