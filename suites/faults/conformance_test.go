package faults_test

import (
	"slices"
	"testing"
)

// fault is something that can go wrong in a world, with the test that it does.
type fault struct {
	name  string
	check func(t *testing.T)
}

var faults = slices.Concat(rules, damage, latencies, networkFaults, shapes, linkFaults, nodeFaults, disks, doubles, scenarioFaults, scenarioDamage, scenarioModels, scenarioNodes, churn, churnModels, measured, natFaults)

// TestConformance has each fault do what it says.
func TestConformance(t *testing.T) {
	for _, f := range faults {
		t.Run(f.name, f.check)
	}
}
