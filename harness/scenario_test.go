package harness_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/harness"
)

// full is a scenario in which every field is set.
var full = harness.Scenario{
	Seed:     0xdeadbeefdeadbeef,
	Nodes:    []string{"a", "b", "c \"d\""},
	Topology: harness.Choice{Name: "gnp", Params: []int64{900000}},
	Latency:  harness.Choice{Name: "uniform", Params: []int64{10e6, 50e6}},
	Loss:     100000,
	Churn: []harness.Change{
		{At: time.Second, Node: "a", Do: harness.Crash},
		{At: 90 * time.Second, Node: "b", Do: harness.Leave},
		{At: 1500 * time.Millisecond, Node: "a", Do: harness.Restart},
	},
	Work: []harness.Op{
		{At: 0, Node: "a", Op: "publish", Arg: 1<<64 - 1},
		{At: 7, Node: "b", Op: "publish"},
	},
	Duration: 2 * time.Hour,
}

const fullJSON = `{"version":1,"seed":"0xdeadbeefdeadbeef","nodes":["a","b","c \"d\""],"topology":{"name":"gnp","params":[900000]},` +
	`"latency":{"name":"uniform","params":[10000000,50000000]},"loss_ppm":100000,` +
	`"churn":[{"at":"1s","node":"a","do":"crash"},{"at":"1m30s","node":"b","do":"leave"},{"at":"1.5s","node":"a","do":"restart"}],` +
	`"work":[{"at":"0s","node":"a","op":"publish","arg":18446744073709551615},{"at":"7ns","node":"b","op":"publish"}],"duration":"2h0m0s"}`

// literal is what %#v prints of full; it stands here as Go to show that it compiles.
var literal = harness.Scenario{
	Seed:     0xdeadbeefdeadbeef,
	Nodes:    []string{"a", "b", "c \"d\""},
	Topology: harness.Choice{Name: "gnp", Params: []int64{900000}},
	Latency:  harness.Choice{Name: "uniform", Params: []int64{10000000, 50000000}},
	Loss:     100000,
	Churn: []harness.Change{
		{At: time.Second, Node: "a", Do: harness.Crash},
		{At: 90 * time.Second, Node: "b", Do: harness.Leave},
		{At: 1500 * time.Millisecond, Node: "a", Do: harness.Restart},
	},
	Work: []harness.Op{
		{At: 0, Node: "a", Op: "publish", Arg: 18446744073709551615},
		{At: 7, Node: "b", Op: "publish", Arg: 0},
	},
	Duration: 2 * time.Hour,
}

func TestScenarioPrintsAsTheGoThatMakesIt(t *testing.T) {
	same(t, "the literal", literal, full)
	source := sourceOf(t, "scenario_test.go")
	if printed := fmt.Sprintf("%#v", full); !strings.Contains(source, "var literal = "+printed+"\n") {
		t.Errorf("printed\n%s\nwant what literal is made with in scenario_test.go", printed)
	}
	same(t, "the smallest", fmt.Sprintf("%#v", harness.Scenario{Nodes: []string{"a"}, Topology: harness.Choice{Name: "ring"}, Duration: 1}),
		"harness.Scenario{\n\tSeed:     0x0,\n\tNodes:    []string{\"a\"},\n\tTopology: harness.Choice{Name: \"ring\"},\n\tDuration: 1,\n}")
}

func TestScenarioIsReadAsItIsWritten(t *testing.T) {
	written, err := json.Marshal(full)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "the JSON", string(written), fullJSON)
	var read harness.Scenario
	if err := json.Unmarshal(written, &read); err != nil {
		t.Fatal(err)
	}
	same(t, "what was read", read, full)
}

func TestCasesThatCannotBeReadSayWhy(t *testing.T) {
	for text, want := range map[string]string{
		`{"version":2}`:                         "harness: a case of version 2: this reads version 1",
		`{}`:                                    "harness: a case of version none: this reads version 1",
		`[]`:                                    "harness: a case that is not JSON: json: cannot unmarshal array into Go value of type harness.caseHead",
		`{"version":1,"speed":3}`:               `harness: a case: json: unknown field "speed"`,
		`{"version":1,"churn":[{"when":"1s"}]}`: `harness: a case: json: unknown field "when"`,
		`{"version":1,"seed":"42"}`:             `harness: a case: seed "42" is not hexadecimal: want one such as "0x2a"`,
		`{"version":1,"seed":"0x10000000000000000"}`: `harness: a case: seed "0x10000000000000000" is not hexadecimal: want one such as "0x2a"`,
		`{"version":1,"duration":"long"}`:            `harness: a case: "long" is not a duration: want one such as "1m30s"`,
	} {
		err := new(harness.Scenario).UnmarshalJSON([]byte(text))
		if err == nil || err.Error() != want {
			t.Errorf("%s\ngot  %v\nwant %s", text, err, want)
		}
	}
}

func TestImpossibleScenariosNameFieldAndValue(t *testing.T) {
	for want, spoil := range map[string]func(s *harness.Scenario){
		"Nodes: there are none":                                                  func(s *harness.Scenario) { s.Nodes = nil },
		"Nodes[1]: a node needs a name":                                          func(s *harness.Scenario) { s.Nodes = []string{"a", ""} },
		`Nodes[2]: "a" is the name of Nodes[0] already`:                          func(s *harness.Scenario) { s.Nodes = []string{"a", "b", "a"} },
		`Topology: fixtures: no such model: topology "donut"`:                    func(s *harness.Scenario) { s.Topology.Name = "donut" },
		`Latency: fixtures: wrong parameter: rule constant`:                      func(s *harness.Scenario) { s.Latency.Name = "constant" },
		"Loss: 1000001 parts per million is more than everything":                func(s *harness.Scenario) { s.Loss = 1000001 },
		"Duration: 0s is no time to play in":                                     func(s *harness.Scenario) { s.Duration = 0 },
		"Churn[1].At: 2h0m0.000000001s is not within the duration, 0s to 2h0m0s": func(s *harness.Scenario) { s.Churn[1].At = 2*time.Hour + 1 },
		`Churn[0].Node: there is no node "x" among the 3`:                        func(s *harness.Scenario) { s.Churn[0].Node = "x" },
		`Churn[2].Do: "explode" is none of ["crash" "leave" "restart"]`:          func(s *harness.Scenario) { s.Churn[2].Do = "explode" },
		"Work[0].At: -1ns is not within the duration, 0s to 2h0m0s":              func(s *harness.Scenario) { s.Work[0].At = -1 },
		"Work[1].Op: an operation needs a name":                                  func(s *harness.Scenario) { s.Work[1].Op = "" },
	} {
		var s harness.Scenario
		if err := json.Unmarshal([]byte(fullJSON), &s); err != nil {
			t.Fatal(err)
		}
		spoil(&s)
		err := s.Validate()
		if !errors.Is(err, harness.ErrScenario) || !strings.HasPrefix(err.Error(), "harness: impossible scenario: "+want) {
			t.Errorf("got  %v\nwant harness: impossible scenario: %s…", err, want)
		}
	}
	if err := full.Validate(); err != nil {
		t.Errorf("the scenario that is possible: %v", err)
	}
}

func FuzzScenarioJSON(f *testing.F) {
	f.Add([]byte(fullJSON))
	f.Add([]byte(`{"version":1}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var s, again harness.Scenario
		if json.Unmarshal(text, &s) != nil {
			return
		}
		written, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(written, &again); err != nil {
			t.Fatalf("%v: %s", err, written)
		}
		if fmt.Sprintf("%#v", s) != fmt.Sprintf("%#v", again) || !reflect.DeepEqual(s.Validate(), again.Validate()) {
			t.Errorf("%#v was read again as %#v", s, again)
		}
	})
}
