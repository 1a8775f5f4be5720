package properties

import (
	"flag"
	"fmt"
	"strconv"
	"sync"

	"pgregory.net/rapid"

	"github.com/overlaytest/overlaytest/harness"
)

// smallest is what a search for smaller worlds came to.
type smallest struct {
	verdict *verdict
	tried   int
}

// shrunk is the report of a law that was broken first in one world and then in a smaller one.
func (v *verdict) shrunk(small smallest, first string) string {
	if small.verdict == nil {
		return v.report(fmt.Sprintf("%s; played again it holds: something decides that is not in the world", first))
	}
	return small.verdict.report(fmt.Sprintf("the smallest of %d worlds that were tried after %s", small.tried, first))
}

// flags guards rapid's flags, which the search has to set: rapid takes its seed from nowhere else.
var flags sync.Mutex

// shrink looks for a smaller world that breaks the same promise as the one of a seed did, with rapid's shrinker.
func (l Law[O]) shrink(t harness.TB, seed uint64, first *verdict) (small smallest) {
	flags.Lock()
	defer flags.Unlock()
	defer setFlags(map[string]string{
		"rapid.seed":       strconv.FormatUint(seed, 10),
		"rapid.checks":     "5", // one in a short test; the first fails
		"rapid.nofailfile": "true",
		"rapid.failfile":   "",
	})()
	rapid.Check(quiet{}, func(rt *rapid.T) {
		v := l.judge(t, l.Space.Draw(rt, "scenario"))
		small.tried++
		if v.broken() && v.promise() == first.promise() {
			small.verdict = v
			rt.Fatalf("%s", v.promise())
		}
	})
	return small
}

// setFlags sets flags and returns what sets them back.
func setFlags(values map[string]string) (restore func()) {
	before := map[string]string{}
	for name, value := range values { // any order: they are independent
		before[name] = flag.Lookup(name).Value.String()
		if err := flag.Set(name, value); err != nil {
			panic(fmt.Sprintf("properties: rapid does not take -%s=%s: %v", name, value, err))
		}
	}
	return func() {
		for name, value := range before { // any order: they are independent
			_ = flag.Set(name, value) // it was its value before
		}
	}
}

// quiet is a test that rapid may fail without a word: what it found out is in the closure it was given.
type quiet struct{}

func (quiet) Helper()               {}
func (quiet) Name() string          { return "a search for smaller worlds" }
func (quiet) Failed() bool          { return false }
func (quiet) Logf(string, ...any)   {}
func (quiet) Log(...any)            {}
func (quiet) Errorf(string, ...any) {}
func (quiet) Error(...any)          {}
func (quiet) Fatalf(string, ...any) {}
func (quiet) Fatal(...any)          {}
func (quiet) Fail()                 {}
func (quiet) FailNow()              {}
func (quiet) Skipf(string, ...any)  {}
func (quiet) Skip(...any)           {}
func (quiet) SkipNow()              {}
