package properties

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/overlaytest/overlaytest/harness"
)

// Figures of Fuzz.
const (
	corpusInputs = 16   // worlds that a plain go test plays
	corpusBytes  = 2048 // more than most scenarios are drawn from
	padding      = 4096 // zeros behind every input, so that none is too short: they stand for the simplest choices
)

// Fuzz has go test -fuzz search for a world in which the law does not hold; a plain go test plays sixteen worlds and those that a search
// has left in testdata/fuzz. Give -fuzzminimizetime=0x: Go's minimiser knows nothing of scenarios and takes all the time otherwise. The
// world found is made small and saved as [Law.Check] does it, whose next run plays it first. Of several inputs that break the same promise
// the first is told in full.
//
// OVERLAYTEST_CASE has the world of that case judged alone.
func (l Law[O]) Fuzz(f *testing.F) {
	f.Helper()
	l.mustBeWhole(f)
	if l.replaysAsked(f) {
		return
	}
	plan, err := askedSweep(f)
	if err != nil {
		f.Fatal(err)
	}
	name, told := f.Name(), map[string]string{}
	for i := range corpusInputs {
		f.Add(corpusInput(baseSeed(0, l.Name), uint64(i)))
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		cases := &harness.Cases{Law: l.Name}
		defer cases.Close()
		var s harness.Scenario
		rapid.MakeFuzz(func(rt *rapid.T) { s = l.Space.Draw(rt, "scenario") })(t, append(slices.Clip(input), make([]byte, padding)...))
		l.tryInput(named{t, name}, t.Name(), s, plan, cases, told)
	})
}

// tryInput judges the world of one input. Told has the first input that broke a promise, by the promise: one that breaks it again says that
// alone, for it is most likely the same fault, and has been made small and saved.
func (l Law[O]) tryInput(t harness.TB, input string, s harness.Scenario, plan Sweep, cases *harness.Cases, told map[string]string) {
	t.Helper()
	if len(told) > 0 {
		quick := plan
		quick.Runs = -1
		f := l.replayed(t.Name(), s, quick, cases)
		if f.well() {
			return
		}
		if b := f.Breach; b != nil && told[b.Promise()] != "" {
			t.Fatalf("the law %q does not hold: %s\nas in %s", l.Name, b, told[b.Promise()])
		}
	}
	if f := l.replayed(t.Name(), s, plan, cases); !f.well() {
		if f.Breach != nil {
			told[f.Breach.Promise()] = input
		}
		l.tell(t, f, "the input")
	}
}

// named is a test under another name: that of the fuzz target, which replays a case, instead of that of one input.
type named struct {
	*testing.T
	name string
}

func (n named) Name() string { return n.name }

// corpusInput is one input to begin with.
func corpusInput(seed, i uint64) []byte {
	r := rand.New(rand.NewPCG(seed, i))
	var input []byte
	for len(input) < corpusBytes {
		input = binary.LittleEndian.AppendUint64(input, r.Uint64())
	}
	return input
}
