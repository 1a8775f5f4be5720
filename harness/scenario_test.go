package harness_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/sim"
)

// full is a scenario in which every field is set.
var full = harness.Scenario{
	Seed:        0xdeadbeefdeadbeef,
	Nodes:       []string{"a", "b", "c \"d\"", "d"},
	Topology:    harness.Choice{Name: "gnp", Params: []int64{900000}},
	Latency:     harness.Choice{Name: "uniform", Params: []int64{10e6, 50e6}},
	NAT:         harness.Choice{Name: "tribler-2011"},
	Access:      harness.Choice{Name: "codel", Params: []int64{1000000, 10000000, 65536}},
	Conditions:  harness.Choice{Name: "constant", Params: []int64{1000000}},
	Loss:        100000,
	LossModel:   harness.Choice{Name: "gilbert", Params: []int64{50000, 3000}},
	PermuteTies: true,
	Churn: []harness.Change{
		{At: time.Second, Node: "a", Do: harness.Crash},
		{At: 90 * time.Second, Node: "b", Do: harness.Leave},
		{At: 1500 * time.Millisecond, Node: "a", Do: harness.Restart},
		{At: time.Minute, Node: "d", Do: harness.Join},
		{At: time.Hour, Node: "a", Do: harness.Move},
		{At: time.Hour, Node: "a", Do: harness.Renew},
	},
	Faults: []harness.Fault{
		{ID: "f1", Do: harness.Lose, At: 0, Amount: 300000},
		{ID: "f2", Do: harness.Duplicate, At: 0, For: time.Hour, Nodes: []string{"a", "b"}, Amount: 1000000},
		{ID: "f3", Do: harness.Reorder, At: time.Second, Amount: 1, Within: 50 * time.Millisecond},
		{ID: "f4", Do: harness.Cut, At: 10 * time.Second, For: 20 * time.Second, Nodes: []string{"a"}},
		{ID: "f5", Do: harness.CutOneWay, At: 2 * time.Hour, Nodes: []string{"b", "d"}},
		{ID: "f6", Do: harness.Crash, At: 10 * time.Second, Disk: sim.Wiped},
		{ID: "f7", Do: harness.Pause, At: 10 * time.Second, Nodes: []string{"b"}},
		{ID: "f8", Do: harness.Hold, At: 10 * time.Second},
		{ID: "f9", Do: harness.HoldShuffled, At: 10 * time.Second},
		{ID: "lost \"one\"", Do: harness.LosePacket, At: 0, Nodes: []string{"a", "b"}, Amount: 3},
		{ID: "g1", Do: harness.Corrupt, At: 0, Every: 10 * time.Minute, Match: "22:f6 0:00..", Amount: 20000, Size: 3},
		{ID: "g2", Do: harness.Truncate, At: 0, For: time.Minute, Nodes: []string{"d"}, Amount: 20000, Size: 65507},
		{ID: "g3", Do: harness.MTU, At: 0, Size: 576},
		{ID: "g4", Do: harness.Replay, At: 0, Amount: 100000, By: time.Second, Within: time.Minute},
		{ID: "g5", Do: harness.LoseBurst, At: 0, Amount: 100000, Within: time.Second},
		{ID: "g6", Do: harness.Bridge, At: 0, Nodes: []string{"b", "a"}},
		{ID: "g7", Do: harness.Majorities, At: 0},
		{ID: "g8", Do: harness.Isolate, At: 0, For: time.Minute, Every: time.Second, Nodes: []string{"b"}},
		{ID: "h1", Do: harness.Slow, At: 0, Nodes: []string{"b"}, By: 10 * time.Millisecond},
		{ID: "h2", Do: harness.LateTimers, At: 0, Nodes: []string{"b"}, Within: time.Second},
		{ID: "h3", Do: harness.Skew, At: 0, Nodes: []string{"b"}, By: time.Minute},
		{ID: "h4", Do: harness.Step, At: 0, Nodes: []string{"b"}, By: -1 * time.Hour},
		{ID: "h5", Do: harness.Drift, At: 0, Nodes: []string{"b"}, Amount: -200},
		{ID: "h6", Do: harness.Throttle, At: 0, Nodes: []string{"b"}, Amount: 64000, Within: time.Second},
		{ID: "h7", Do: harness.Rebind, At: 0, For: time.Minute, Every: time.Second, Nodes: []string{"b"}},
		{ID: "h8", Do: harness.Twin, At: 0, Nodes: []string{"b"}},
		{ID: "h9", Do: harness.FailDisk, At: 0, Nodes: []string{"b"}, Amount: 1000, Disk: sim.TornWrite},
		{ID: "i1", Do: harness.Reuse, At: 0, Nodes: []string{"b", "a"}},
	},
	Work: []harness.Op{
		{At: 0, Node: "a", Op: "publish", Arg: 1<<64 - 1},
		{At: 7, Node: "b", Op: "publish"},
	},
	Traffic:  harness.Choice{Name: "steady", Params: []int64{1000000000, 0, 0}},
	Duration: 2 * time.Hour,
}

const fullJSON = `{"version":1,"seed":"0xdeadbeefdeadbeef","nodes":["a","b","c \"d\"","d"],"topology":{"name":"gnp","params":[900000]},` +
	`"latency":{"name":"uniform","params":[10000000,50000000]},"nat":{"name":"tribler-2011"},"access":{"name":"codel","params":[1000000,10000000,65536]},` +
	`"conditions":{"name":"constant","params":[1000000]},"loss_ppm":100000,` +
	`"loss_model":{"name":"gilbert","params":[50000,3000]},"permute_ties":true,` +
	`"churn":[{"at":"1s","node":"a","do":"crash"},{"at":"1m30s","node":"b","do":"leave"},{"at":"1.5s","node":"a","do":"restart"},` +
	`{"at":"1m0s","node":"d","do":"join"},{"at":"1h0m0s","node":"a","do":"move"},{"at":"1h0m0s","node":"a","do":"renew"}],` +
	`"faults":[{"id":"f1","do":"lose","at":"0s","amount":300000},` +
	`{"id":"f2","do":"duplicate","at":"0s","for":"1h0m0s","nodes":["a","b"],"amount":1000000},` +
	`{"id":"f3","do":"reorder","at":"1s","amount":1,"within":"50ms"},` +
	`{"id":"f4","do":"cut","at":"10s","for":"20s","nodes":["a"]},{"id":"f5","do":"cut one way","at":"2h0m0s","nodes":["b","d"]},` +
	`{"id":"f6","do":"crash","at":"10s","disk":"all lost"},{"id":"f7","do":"pause","at":"10s","nodes":["b"]},` +
	`{"id":"f8","do":"hold","at":"10s"},{"id":"f9","do":"hold shuffled","at":"10s"},` +
	`{"id":"lost \"one\"","do":"lose packet","at":"0s","nodes":["a","b"],"amount":3},` +
	`{"id":"g1","do":"corrupt","at":"0s","every":"10m0s","match":"22:f6 0:00..","amount":20000,"size":3},` +
	`{"id":"g2","do":"truncate","at":"0s","for":"1m0s","nodes":["d"],"amount":20000,"size":65507},` +
	`{"id":"g3","do":"mtu","at":"0s","size":576},` +
	`{"id":"g4","do":"replay","at":"0s","amount":100000,"by":"1s","within":"1m0s"},` +
	`{"id":"g5","do":"lose burst","at":"0s","amount":100000,"within":"1s"},` +
	`{"id":"g6","do":"bridge","at":"0s","nodes":["b","a"]},{"id":"g7","do":"majorities","at":"0s"},` +
	`{"id":"g8","do":"isolate","at":"0s","for":"1m0s","every":"1s","nodes":["b"]},` +
	`{"id":"h1","do":"slow","at":"0s","nodes":["b"],"by":"10ms"},{"id":"h2","do":"late timers","at":"0s","nodes":["b"],"within":"1s"},` +
	`{"id":"h3","do":"skew","at":"0s","nodes":["b"],"by":"1m0s"},{"id":"h4","do":"step","at":"0s","nodes":["b"],"by":"-1h0m0s"},` +
	`{"id":"h5","do":"drift","at":"0s","nodes":["b"],"amount":-200},` +
	`{"id":"h6","do":"throttle","at":"0s","nodes":["b"],"amount":64000,"within":"1s"},` +
	`{"id":"h7","do":"rebind","at":"0s","for":"1m0s","every":"1s","nodes":["b"]},{"id":"h8","do":"twin","at":"0s","nodes":["b"]},` +
	`{"id":"h9","do":"fail disk","at":"0s","nodes":["b"],"amount":1000,"disk":"torn write"},` +
	`{"id":"i1","do":"reuse address","at":"0s","nodes":["b","a"]}],` +
	`"work":[{"at":"0s","node":"a","op":"publish","arg":18446744073709551615},{"at":"7ns","node":"b","op":"publish"}],` +
	`"traffic":{"name":"steady","params":[1000000000,0,0]},"duration":"2h0m0s"}`

// literal is what %#v prints of full; it stands here as Go to show that it compiles.
var literal = harness.Scenario{
	Seed:        0xdeadbeefdeadbeef,
	Nodes:       []string{"a", "b", "c \"d\"", "d"},
	Topology:    harness.Choice{Name: "gnp", Params: []int64{900000}},
	Latency:     harness.Choice{Name: "uniform", Params: []int64{10000000, 50000000}},
	NAT:         harness.Choice{Name: "tribler-2011"},
	Access:      harness.Choice{Name: "codel", Params: []int64{1000000, 10000000, 65536}},
	Conditions:  harness.Choice{Name: "constant", Params: []int64{1000000}},
	Loss:        100000,
	LossModel:   harness.Choice{Name: "gilbert", Params: []int64{50000, 3000}},
	PermuteTies: true,
	Churn: []harness.Change{
		{At: time.Second, Node: "a", Do: harness.Crash},
		{At: 90 * time.Second, Node: "b", Do: harness.Leave},
		{At: 1500 * time.Millisecond, Node: "a", Do: harness.Restart},
		{At: time.Minute, Node: "d", Do: harness.Join},
		{At: time.Hour, Node: "a", Do: harness.Move},
		{At: time.Hour, Node: "a", Do: harness.Renew},
	},
	Faults: []harness.Fault{
		{ID: "f1", Do: harness.Lose, At: 0, Amount: 300000},
		{ID: "f2", Do: harness.Duplicate, At: 0, For: time.Hour, Nodes: []string{"a", "b"}, Amount: 1000000},
		{ID: "f3", Do: harness.Reorder, At: time.Second, Amount: 1, Within: 50 * time.Millisecond},
		{ID: "f4", Do: harness.Cut, At: 10 * time.Second, For: 20 * time.Second, Nodes: []string{"a"}},
		{ID: "f5", Do: harness.CutOneWay, At: 2 * time.Hour, Nodes: []string{"b", "d"}},
		{ID: "f6", Do: harness.Crash, At: 10 * time.Second, Disk: sim.Wiped},
		{ID: "f7", Do: harness.Pause, At: 10 * time.Second, Nodes: []string{"b"}},
		{ID: "f8", Do: harness.Hold, At: 10 * time.Second},
		{ID: "f9", Do: harness.HoldShuffled, At: 10 * time.Second},
		{ID: "lost \"one\"", Do: harness.LosePacket, At: 0, Nodes: []string{"a", "b"}, Amount: 3},
		{ID: "g1", Do: harness.Corrupt, At: 0, Every: 10 * time.Minute, Match: "22:f6 0:00..", Amount: 20000, Size: 3},
		{ID: "g2", Do: harness.Truncate, At: 0, For: time.Minute, Nodes: []string{"d"}, Amount: 20000, Size: 65507},
		{ID: "g3", Do: harness.MTU, At: 0, Size: 576},
		{ID: "g4", Do: harness.Replay, At: 0, Amount: 100000, By: time.Second, Within: time.Minute},
		{ID: "g5", Do: harness.LoseBurst, At: 0, Amount: 100000, Within: time.Second},
		{ID: "g6", Do: harness.Bridge, At: 0, Nodes: []string{"b", "a"}},
		{ID: "g7", Do: harness.Majorities, At: 0},
		{ID: "g8", Do: harness.Isolate, At: 0, For: time.Minute, Every: time.Second, Nodes: []string{"b"}},
		{ID: "h1", Do: harness.Slow, At: 0, Nodes: []string{"b"}, By: 10 * time.Millisecond},
		{ID: "h2", Do: harness.LateTimers, At: 0, Nodes: []string{"b"}, Within: time.Second},
		{ID: "h3", Do: harness.Skew, At: 0, Nodes: []string{"b"}, By: time.Minute},
		{ID: "h4", Do: harness.Step, At: 0, Nodes: []string{"b"}, By: -1 * time.Hour},
		{ID: "h5", Do: harness.Drift, At: 0, Nodes: []string{"b"}, Amount: -200},
		{ID: "h6", Do: harness.Throttle, At: 0, Nodes: []string{"b"}, Amount: 64000, Within: time.Second},
		{ID: "h7", Do: harness.Rebind, At: 0, For: time.Minute, Every: time.Second, Nodes: []string{"b"}},
		{ID: "h8", Do: harness.Twin, At: 0, Nodes: []string{"b"}},
		{ID: "h9", Do: harness.FailDisk, At: 0, Nodes: []string{"b"}, Amount: 1000, Disk: sim.TornWrite},
		{ID: "i1", Do: harness.Reuse, At: 0, Nodes: []string{"b", "a"}},
	},
	Work: []harness.Op{
		{At: 0, Node: "a", Op: "publish", Arg: 18446744073709551615},
		{At: 7, Node: "b", Op: "publish", Arg: 0},
	},
	Traffic:  harness.Choice{Name: "steady", Params: []int64{1000000000, 0, 0}},
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
		`{"version":1,"faults":[{"kind":"cut"}]}`:    `harness: a case: json: unknown field "kind"`,
		`{"version":1,"seed":"42"}`:                  `harness: a case: seed "42" is not hexadecimal: want one such as "0x2a"`,
		`{"version":1,"seed":"0x10000000000000000"}`: `harness: a case: seed "0x10000000000000000" is not hexadecimal: want one such as "0x2a"`,
		`{"version":1,"duration":"long"}`:            `harness: a case: "long" is not a duration: want one such as "1m30s"`,
	} {
		err := new(harness.Scenario).UnmarshalJSON([]byte(text))
		if err == nil || err.Error() != want {
			t.Errorf("%s\ngot  %v\nwant %s", text, err, want)
		}
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
