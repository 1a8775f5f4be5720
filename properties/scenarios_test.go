package properties_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/properties"
	"github.com/overlaytest/overlaytest/sim"
)

// everything is a space with every part.
var everything = properties.Scenarios(properties.Nodes(3, 12), properties.Churn, properties.Loss(sim.Percent(40)), properties.Latency(),
	properties.Duration(2*time.Minute), properties.Ops("publish", 5), properties.Ops("leave", 2))

func TestScenariosArePossible(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := everything.Draw(rt, "scenario")
		if err := s.Validate(); err != nil {
			rt.Fatal(err)
		}
		for i, op := range s.Work {
			if op.Arg != uint64(i)+1 {
				rt.Errorf("operation %d has argument %d", i, op.Arg)
			}
		}
		if len(s.Nodes) < 3 || len(s.Nodes) > 12 || s.Loss > sim.Percent(40) || s.Duration != 2*time.Minute {
			rt.Error("out of the space")
		}
	})
}

// A change here means that every law has other worlds from now on: that every seed and every input of a fuzzer stands for another one.
func TestScenariosOfASeedArePinned(t *testing.T) {
	got, err := json.Marshal(everything.Example(7))
	if err != nil {
		t.Fatal(err)
	}
	expect(t, string(got), `{"version":1,"seed":"0x41","nodes":["n0","n1","n2","n3","n4","n5","n6","n7"],"topology":{"name":"star"},`+
		`"latency":{"name":"lognormal","params":[50000000,500]},"loss_ppm":400000,"churn":[{"at":"0s","node":"n4","do":"crash"},`+
		`{"at":"2s","node":"n3","do":"crash"},{"at":"2s","node":"n2","do":"crash"},{"at":"4s","node":"n2","do":"crash"},`+
		`{"at":"4s","node":"n0","do":"crash"},{"at":"6s","node":"n2","do":"restart"},{"at":"10s","node":"n4","do":"restart"},`+
		`{"at":"12s","node":"n3","do":"restart"},{"at":"14s","node":"n2","do":"restart"},{"at":"22s","node":"n4","do":"crash"},`+
		`{"at":"24s","node":"n4","do":"restart"},{"at":"26s","node":"n3","do":"crash"},{"at":"46s","node":"n1","do":"crash"},`+
		`{"at":"48s","node":"n1","do":"restart"}],"duration":"2m0s"}`)
}

func TestEveryPartComesUp(t *testing.T) {
	var seen struct{ crash, restart, loss, latency, publish, leave bool }
	for seed := range 50 {
		s := everything.Example(seed)
		seen.crash = seen.crash || slices.ContainsFunc(s.Churn, func(c harness.Change) bool { return c.Do == harness.Crash })
		seen.restart = seen.restart || slices.ContainsFunc(s.Churn, func(c harness.Change) bool { return c.Do == harness.Restart })
		seen.loss = seen.loss || s.Loss > 0
		seen.latency = seen.latency || s.Latency.Name != ""
		seen.publish = seen.publish || slices.ContainsFunc(s.Work, func(op harness.Op) bool { return op.Op == "publish" })
		seen.leave = seen.leave || slices.ContainsFunc(s.Work, func(op harness.Op) bool { return op.Op == "leave" })
	}
	if !(seen.crash && seen.restart && seen.loss && seen.latency && seen.publish && seen.leave) {
		t.Errorf("of 50 scenarios, %+v", seen)
	}
}

func TestPartsThatMakeNoSensePanic(t *testing.T) {
	for want, part := range map[string]func(){
		"properties: Nodes(0, 3): want at least one, and not fewer at most than at least": func() { properties.Nodes(0, 3) },
		"properties: Nodes(4, 3): want at least one, and not fewer at most than at least": func() { properties.Nodes(4, 3) },
		"properties: Duration(1ns): want at least 60 ns":                                  func() { properties.Duration(1) },
		"properties: Topology(): want at least one":                                       func() { properties.Topology() },
		`properties: Ops("", 3): want a name, and at least one`:                           func() { properties.Ops("", 3) },
		`properties: Ops("x", 0): want a name, and at least one`:                          func() { properties.Ops("x", 0) },
	} {
		func() {
			defer func() {
				if got := recover(); got != want {
					t.Errorf("got %v, want %s", got, want)
				}
			}()
			part()
		}()
	}
}
