package properties_test

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
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
func TestTheScenarioOfASeedIsPinned(t *testing.T) {
	got, err := json.Marshal(wild.Example(20))
	if err != nil {
		t.Fatal(err)
	}
	expect(t, string(got), `{"version":1,"seed":"0x20e719","nodes":["n0","n1","n2","n3","n4"],"topology":{"name":"line"},`+
		`"latency":{"name":"constant","params":[50000000]},`+
		`"loss_ppm":200000,"churn":[{"at":"2s","node":"n2","do":"join"}],"faults":[{"id":"f1","do":"lose packet","at":"0s","nodes":["n4","n2"],"amount":1},`+
		`{"id":"f2","do":"duplicate","at":"7s","for":"3s","nodes":["n3","n4"],"amount":25000},`+
		`{"id":"f3","do":"mutate","at":"18s","for":"3s","amount":20}],"work":[{"at":"1m0s","node":"n2","op":"publish","arg":1}],"duration":"2m0s"}`)
}

// The same for more of them, by the hash of their text.
func TestTheScenariosOfSeedsArePinned(t *testing.T) {
	for i, want := range [][2]uint64{
		{0xc2f9382705c45823, 0x6fd7b24b6f15dcd0},
		{0x137c175748504049, 0x69aa5758a3fd39b4},
		{0x79052e8e6028c3ea, 0x20f0ec63cd506847},
		{0xae5dc94096bbe3a0, 0xf1ab750c6545f40c},
		{0x2e6c4f2442303189, 0x3cb535e296d0d5ff},
		{0xd7b3eab94fafc269, 0x9068bb26118eb4c9},
		{0xe45597dc1286a804, 0x5c5755727aa8b3d4},
		{0x4ec6d77036d05ff, 0xde48023c6cd6539a},
	} {
		for k, space := range []*rapid.Generator[harness.Scenario]{everything, wild} {
			h := fnv.New64a()
			fmt.Fprintf(h, "%#v", space.Example(i))
			if h.Sum64() != want[k] {
				t.Errorf("seed %d, space %d: %#x, not %#x", i, k, h.Sum64(), want[k])
			}
		}
	}
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
		"properties: Nodes(0, 3): want at least one, and not fewer at most than at least":   func() { properties.Nodes(0, 3) },
		"properties: Nodes(4, 3): want at least one, and not fewer at most than at least":   func() { properties.Nodes(4, 3) },
		"properties: Duration(1ns): want at least 240 ns":                                   func() { properties.Duration(1) },
		"properties: Quiet(0s): want more than 0s":                                          func() { properties.Quiet(0) },
		"properties: Quiet(1m0s): want less than the duration, 1m0s":                        func() { properties.Scenarios(properties.Quiet(time.Minute)) },
		`properties: churn by "cut": want some of crash, leave, restart, join, move, renew`: func() { properties.ChurnBy(harness.Cut) },
		"properties: churn by restart: nobody goes, by crash or leave, who could restart":   func() { properties.ChurnBy(harness.Restart) },
		`properties: a fault "mutate": the budget has ["crash" "pause"]`: func() {
			properties.Faulty(properties.Budget{Down: 1}, harness.Mutate)
		},
		"properties: Topology(): want at least one":              func() { properties.Topology() },
		`properties: Ops("", 3): want a name, and at least one`:  func() { properties.Ops("", 3) },
		`properties: Ops("x", 0): want a name, and at least one`: func() { properties.Ops("x", 0) },
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
