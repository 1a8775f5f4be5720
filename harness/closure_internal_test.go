package harness

import "testing"

func TestFunctionsWithoutANameAreTold(t *testing.T) {
	for name, want := range map[string]bool{ // any order: each by itself
		"spread.func1": true, "spread.1": true, "init.func2.1": true, "TestX.func1.spread.2": true, "Graph.Discovered": false, "tick2": false, "Disk2.Read": false,
	} {
		if closure.MatchString(name) != want {
			t.Errorf("%s: %v, want %v", name, !want, want)
		}
	}
}
