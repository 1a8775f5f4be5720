package properties_test

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/overlaytest/overlaytest/fixtures"
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
	got, err := json.Marshal(pinned.Example(20))
	if err != nil {
		t.Fatal(err)
	}
	expect(t, string(got), `{"version":1,"seed":"0xcb312ee67","nodes":["n0","n1","n2","n3","n4","n5","n6","n7","n8","n9","n10","n11","n12","n13","n14","n15","n16","n17","n18"],`+
		`"topology":{"name":"ring"},"conditions":{"name":"lognormal","params":[1000000,500]},"loss_ppm":200000,"permute_ties":true,"churn":[{"at":"8s","node":"n16","do":"crash"},`+
		`{"at":"8s","node":"n0","do":"crash"},{"at":"8.1s","node":"n16","do":"restart"},{"at":"18s","node":"n0","do":"restart"}],"faults":[{"id":"f1","do":"twin","at":"0s","for":"100ms","nodes":["n5","n6"]},`+
		`{"id":"f2","do":"hold shuffled","at":"500ms","for":"1s","nodes":["n13","n14","n15","n16","n17","n18"]},{"id":"f3","do":"cut one way","at":"33.5s","for":"1s","every":"500ms","nodes":["n7","n8","n9","n10","n11","n12"]}],`+
		`"duration":"2m0s"}`)
}

// The same for more of them, by the hash of their text.
func TestTheScenariosOfSeedsArePinned(t *testing.T) {
	for i, want := range [][2]uint64{
		{0xc2f9382705c45823, 0xebf0d6567328833b},
		{0x137c175748504049, 0xe7e9bbeacb165f76},
		{0x79052e8e6028c3ea, 0xb9f5c329dabebb1a},
		{0xae5dc94096bbe3a0, 0x1edd5e558b69aa09},
		{0x2e6c4f2442303189, 0xb498304fe9a8fa7c},
		{0xd7b3eab94fafc269, 0x72b1def452bc535d},
		{0xe45597dc1286a804, 0xf599214e6b2069f5},
		{0x4ec6d77036d05ff, 0x13affa6eefe34076},
	} {
		for k, space := range []*rapid.Generator[harness.Scenario]{everything, pinned} {
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
		`properties: Budget.MTU: 3: want 0, or 68 or more`:      func() { properties.Faulty(properties.Budget{MTU: 3}) },
		`properties: Budget.Rate: 999: want 0, or 1000 or more`: func() { properties.Faulty(properties.Budget{Rate: 999}) },
		`properties: Budget.Drift: 50.0001%: want at most 50%`:  func() { properties.Faulty(properties.Budget{Drift: 500_001}) },
		`properties: a NAT "symmetric": the budget has ["full-cone"]`: func() {
			properties.Scenarios(properties.NAT(harness.Choice{}, harness.Choice{Name: "symmetric", Params: []int64{60e9}}), properties.Faulty(properties.Budget{NAT: []string{"full-cone"}}))
		},
		`properties: fixtures: wrong parameter: churn weibull: got 0 parameters [], wants 5: ` + modelNamed(fixtures.Churns(), "weibull").String() + "; in ns, thousandths, ns, thousandths, count": func() {
			properties.ChurnLike(harness.Choice{Name: "weibull"})
		},
		`properties: fixtures: wrong parameter: topology tree: branching is 0, wants 1 to 1000000`: func() { properties.Topology(harness.Choice{Name: "tree", Params: []int64{0}}) },
		`properties: fixtures: wrong parameter: pattern "zz": "zz" are not bytes: want two hexadecimal digits for each, or dots, such as "f6" or "f."`: func() {
			properties.Targets("22:f6", "zz")
		},
		"properties: Models(): want at least one":                func() { properties.Models(nil, nil) },
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

func TestABudgetForNATsThatThereAreNotPanics(t *testing.T) {
	defer func() {
		if got := fmt.Sprint(recover()); !strings.HasPrefix(got, `properties: Budget.NAT: fixtures: no such model: NAT "tribler"; there are: `) {
			t.Error(got)
		}
	}()
	properties.Faulty(properties.Budget{NAT: []string{"full-cone", "tribler"}})
}

func modelNamed(models []fixtures.Model, name string) fixtures.Model {
	return models[slices.IndexFunc(models, func(m fixtures.Model) bool { return m.Name == name })]
}
