package again

import (
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/properties"
)

// NearVariable is the environment's name for how many worlds near a story are tried, instead of those that a test asks for.
const NearVariable = "OVERLAYTEST_NEAR"

// Near judges the world of a story, and worlds near it: of other seeds, whose changes, faults and operations come up to two seconds earlier or
// later. The test fails when the law does not hold in one of them, and says in how many.
func Near[O any](t *testing.T, l properties.Law[O], story harness.Scenario, worlds uint64) {
	t.Helper()
	if n, err := strconv.ParseUint(os.Getenv(NearVariable), 10, 64); err == nil {
		worlds = n
	}
	broken, first := uint64(0), ""
	for i := range worlds {
		s := story
		if i > 0 {
			s = near(story, i)
		}
		l.Space = rapid.Just(s)
		if f := l.Search(properties.Sweep{Worlds: 1, Runs: -1}); f.Breach != nil {
			if broken++; first == "" {
				first = f.Breach.String()
			}
		}
	}
	t.Logf("%s: broken in %d of %d worlds near the story", l.Name, broken, worlds)
	if broken > 0 {
		t.Errorf("the first: %s", first)
	}
}

// near returns the i-th world near a story.
func near(story harness.Scenario, i uint64) harness.Scenario {
	r := rand.New(rand.NewPCG(i, 0))
	for {
		s := story
		s.Seed = r.Uint64() >> 32
		s.Churn, s.Faults, s.Work = slices.Clone(s.Churn), slices.Clone(s.Faults), slices.Clone(s.Work)
		shift := func(at *time.Duration) {
			*at = min(max(0, *at+time.Duration(r.Int64N(int64(4*time.Second)))-2*time.Second), s.Duration-1)
		}
		for k := range s.Churn {
			shift(&s.Churn[k].At)
		}
		for k := range s.Faults {
			shift(&s.Faults[k].At)
		}
		for k := range s.Work {
			shift(&s.Work[k].At)
		}
		slices.SortStableFunc(s.Churn, func(a, b harness.Change) int { return int(a.At - b.At) })
		if s.Validate() == nil {
			return s
		}
	}
}
