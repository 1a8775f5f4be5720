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
// world found is made small and saved as [Law.Check] does it, whose next run plays it first.
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
	name := f.Name()
	for i := range corpusInputs {
		f.Add(corpusInput(baseSeed(0, l.Name), uint64(i)))
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		cases := &harness.Cases{Law: l.Name}
		defer cases.Close()
		var s harness.Scenario
		rapid.MakeFuzz(func(rt *rapid.T) { s = l.Space.Draw(rt, "scenario") })(t, append(slices.Clip(input), make([]byte, padding)...))
		if found := l.replayed(name, s, plan, cases); !found.well() {
			l.tell(named{t, name}, found, "the input")
		}
	})
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
