// Package again plays the worlds of a law more than once, and says how many come out alike and how fast they are.
package again

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/properties"
	"github.com/overlaytest/overlaytest/sim/bubble"
)

// Variable is the environment's name for how many worlds are played twice, instead of those that a test asks for.
const Variable = "OVERLAYTEST_AGAIN"

// pass is what came of playing the worlds once.
type pass struct {
	finding properties.Finding
	digests []uint64
	virtual time.Duration
}

// Check plays so many worlds of a law twice. The test fails when the law does not hold, and under overlaytest test when a world has another
// digest the second time; plainly, it says how many have not.
func Check[O any](t *testing.T, l properties.Law[O], worlds uint64) {
	t.Helper()
	if n, err := strconv.ParseUint(os.Getenv(Variable), 10, 64); err == nil {
		worlds = n
	}
	first, second := sweep(l, worlds), sweep(l, worlds)
	for _, p := range []pass{first, second} {
		if p.finding.Breach != nil {
			t.Fatalf("world %d of %s: %v\n%#v", p.finding.World, l.Name, p.finding.Breach, p.finding.Drawn)
		}
	}
	var other []string
	for i := range min(len(first.digests), len(second.digests)) {
		if first.digests[i] != second.digests[i] {
			other = append(other, fmt.Sprint(i+1))
		}
	}
	cpu := (first.finding.CPU + second.finding.CPU).Seconds()
	t.Logf("%s: %d of %d worlds came out alike (others: %v), %d histories; %.0f virtual s in %.1f CPU s: %.0f a second, %d events",
		l.Name, len(first.digests)-len(other), len(first.digests), other, distinct(first.digests),
		(first.virtual + second.virtual).Seconds(), cpu, (first.virtual+second.virtual).Seconds()/cpu, first.finding.Events)
	if bubble.Exact && len(other) > 0 {
		t.Errorf("worlds with two histories: %v", other)
	}
	record(t, l.Name, first.digests)
}

// sweep plays the worlds of a law once.
func sweep[O any](l properties.Law[O], worlds uint64) (p pass) {
	judge := l.Judge
	l.Judge = func(r *harness.Run[O]) {
		defer func() {
			p.digests = append(p.digests, r.Digest())
			p.virtual += r.Elapsed()
		}()
		judge(r)
	}
	p.finding = l.Search(properties.Sweep{Worlds: worlds, Runs: -1})
	return p
}

// distinct is how many different digests there are.
func distinct(digests []uint64) int {
	return len(slices.Compact(slices.Sorted(slices.Values(digests))))
}

// record appends the digests to the file that OVERLAYTEST_DIGESTS names, so that those of two processes can be compared.
func record(t *testing.T, law string, digests []uint64) {
	t.Helper()
	name := os.Getenv("OVERLAYTEST_DIGESTS")
	if name == "" {
		return
	}
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for i, d := range digests {
		fmt.Fprintf(f, "%s\t%d\t%#x\n", law, i+1, d)
	}
}
