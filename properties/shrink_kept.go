package properties

import (
	"fmt"
	"strings"
	"time"

	"github.com/overlaytest/overlaytest/harness"
)

// kept says what a small scenario has kept of the one it came from: "3 of 24 nodes, 1 of 7 faults, 1 of 5 operations".
func kept(drawn, small harness.Scenario) string {
	var parts []string
	drawn, small = withChurn(drawn), withChurn(small)
	for _, part := range []struct {
		of   int
		left int
		noun string
	}{
		{len(drawn.Nodes), len(small.Nodes), "node"},
		{len(drawn.Faults), len(small.Faults), "fault"},
		{len(drawn.Churn), len(small.Churn), "change"},
		{len(drawn.Work), len(small.Work), "operation"},
	} {
		if part.of > 0 {
			parts = append(parts, fmt.Sprintf("%d of %s", part.left, counted(part.of, part.noun)))
		}
	}
	return strings.Join(parts, ", ")
}

// moot lists what of a scenario did not matter, beside what is counted.
func (x *shrinker) moot(drawn harness.Scenario) (all []string) {
	small := x.best.scenario
	for _, f := range fields {
		listed := f.name == theChurnModel && len(small.Churn) > 0 || f.name == theTraffic && len(small.Work) > 0 // what is left may be of it
		if f.of(&drawn).Name != "" && f.of(&small).Name == "" && !listed {
			all = append(all, f.name)
		}
	}
	if drawn.Loss > 0 && small.Loss == 0 {
		all = append(all, "the loss")
	}
	if drawn.PermuteTies && !small.PermuteTies {
		all = append(all, "the order of ties")
	}
	if x.seedless {
		all = append(all, fmt.Sprintf("the seed: %d others break the promise too", len(otherSeeds)))
	}
	return all
}

// short is why the search ended early, "" if it did not.
func (x *shrinker) short() string {
	switch {
	case x.runs >= x.budget:
		return fmt.Sprintf("there may be a smaller world: the search stopped after %s, as %s has it", counted(x.runs, "run"), runsVariable)
	case time.Now().After(x.until):
		return fmt.Sprintf("there may be a smaller world: the search stopped after %s, its time was over; %s gives it more", counted(x.runs, "run"), shrinkVariable)
	}
	return ""
}

// progress is a line about a search that goes on.
func (x *shrinker) progress(drawn harness.Scenario, d time.Duration) string {
	return fmt.Sprintf("the law %q: looking for a smaller world, %s in %v, kept %s", x.best.law, counted(x.runs, "run"), d.Round(time.Second),
		kept(drawn, x.best.scenario))
}
