package harness_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/sim"
)

func TestImpossibleScenariosNameFieldAndValue(t *testing.T) {
	impossible(t, map[string]func(s *harness.Scenario){
		"Nodes: there are none":                                                               func(s *harness.Scenario) { s.Nodes = nil },
		"Nodes[1]: a node needs a name":                                                       func(s *harness.Scenario) { s.Nodes = []string{"a", ""} },
		`Nodes[3]: "a" is the name of Nodes[0] already`:                                       func(s *harness.Scenario) { s.Nodes = []string{"a", "b", "c", "a"} },
		`Topology: fixtures: no such model: topology "donut"`:                                 func(s *harness.Scenario) { s.Topology.Name = "donut" },
		`Latency: fixtures: wrong parameter: latency constant`:                                func(s *harness.Scenario) { s.Latency.Name = "constant" },
		"Loss: 1000001 parts per million is more than everything":                             func(s *harness.Scenario) { s.Loss = 1000001 },
		"Duration: 0s is no time to play in":                                                  func(s *harness.Scenario) { s.Duration = 0 },
		"Duration: 876000h0m0.000000001s is too long: want at most 876000h0m0s":               func(s *harness.Scenario) { s.Duration = 876_000*time.Hour + 1 },
		"Churn[1].At: 2h0m0.000000001s is not within the duration, 0s to 2h0m0s":              func(s *harness.Scenario) { s.Churn[1].At = 2*time.Hour + 1 },
		`Churn[0].Node: there is no node "x" among the 4`:                                     func(s *harness.Scenario) { s.Churn[0].Node = "x" },
		`Churn[2].Do: "explode" is none of ["join" "leave" "crash" "restart" "move" "renew"]`: func(s *harness.Scenario) { s.Churn[2].Do = "explode" },
		`Churn[4].Do: "d" joins by Churn[3] already; who comes back does "restart"`:           func(s *harness.Scenario) { s.Churn[4].Node, s.Churn[4].Do = "d", harness.Join },
		`Conditions: fixtures: no such model: rule "storm"`:                                   func(s *harness.Scenario) { s.Conditions.Name = "storm" },
		`LossModel: fixtures: wrong parameter: loss gilbert: loss is`:                         func(s *harness.Scenario) { s.LossModel.Params = []int64{-1, 1} },
		"Work[0].At: -1ns is not within the duration, 0s to 2h0m0s":                           func(s *harness.Scenario) { s.Work[0].At = -1 },
		"Work[1].Op: an operation needs a name":                                               func(s *harness.Scenario) { s.Work[1].Op = "" },
	})
	if err := full.Validate(); err != nil {
		t.Errorf("the scenario that is possible: %v", err)
	}
}

func TestImpossibleModelsNameFieldAndValue(t *testing.T) {
	impossible(t, map[string]func(s *harness.Scenario){
		`NAT: fixtures: no such model: NAT "moat"; there are: `:                              func(s *harness.Scenario) { s.NAT.Name = "moat" },
		`Latency: fixtures: no such model: latency "gilbert"; there are: cities, constant, `: func(s *harness.Scenario) { s.Latency = s.LossModel },
		`LossModel: fixtures: no such model: loss "uniform"; there are: fading, gilbert, `:   func(s *harness.Scenario) { s.LossModel = s.Latency },
		`Conditions: fixtures: no such model: rule "codel"; there are: cities, constant, `:   func(s *harness.Scenario) { s.Conditions = s.Access },
		`Access: fixtures: no such model: access link "gilbert"; there are: `:                func(s *harness.Scenario) { s.Access = s.LossModel },
		`NAT: fixtures: no such model: NAT "gilbert"; there are: `:                           func(s *harness.Scenario) { s.NAT = s.LossModel },
		`Access: fixtures: wrong parameter: access link codel: up is`:                        func(s *harness.Scenario) { s.Access.Params = []int64{-1, 1, 1} },
		`Traffic: fixtures: wrong parameter: workload steady: got 0 parameters`:              func(s *harness.Scenario) { s.Traffic.Params = nil },
	})
}

func TestModelsOfTooManyStepsAreRefused(t *testing.T) {
	impossible(t, map[string]func(s *harness.Scenario){
		`ChurnModel: exponential up 1ms down 1ms is about 28799364 steps of 4 nodes in 2h0m0s: want at most 1000000`: func(s *harness.Scenario) {
			s.ChurnModel = harness.Choice{Name: "exponential", Params: []int64{1e6, 1e6}}
		},
		`ChurnModel: fasttrack faster 1000000 settled 0 is about `: func(s *harness.Scenario) {
			s.ChurnModel, s.Duration = harness.Choice{Name: "fasttrack", Params: []int64{1_000_000, 0}}, 876_000*time.Hour
		},
		`Traffic: steady gap 1ms warm 0s cool 0s is about 28800000 steps of 4 nodes in 2h0m0s: want at most 1000000`: func(s *harness.Scenario) { s.Traffic.Params[0] = 1e6 },
		`Traffic: bursts gap 87600h0m0s on 1ms off 1ms warm 0s cool 0s is about `: func(s *harness.Scenario) {
			s.Traffic = harness.Choice{Name: "bursts", Params: []int64{int64(87600 * time.Hour), 1e6, 1e6, 0, 0}}
		},
	})
	s := full
	s.Traffic = harness.Choice{Name: "steady", Params: []int64{28_800_000, 0, 0}}
	if err := s.Validate(); err != nil {
		t.Errorf("a million steps: %v", err)
	}
}

func TestImpossibleNodeFaultsNameFieldAndValue(t *testing.T) {
	impossible(t, map[string]func(s *harness.Scenario){
		`Faults[18].By: 0s: "slow" wants 1ns to 1h0m0s`:                                                                 func(s *harness.Scenario) { s.Faults[18].By = 0 },
		`Faults[19].Within: 0s: "late timers" wants more than 0s and at most 1h0m0s`:                                    func(s *harness.Scenario) { s.Faults[19].Within = 0 },
		`Faults[20].By: -1s: "skew" wants 1ns to 1000h0m0s`:                                                             func(s *harness.Scenario) { s.Faults[20].By = -time.Second },
		`Faults[21].By: 0s: "step" wants -1000h0m0s to 1000h0m0s, and not nothing`:                                      func(s *harness.Scenario) { s.Faults[21].By = 0 },
		`Faults[22].Amount: 0 ppm: "drift" wants -500000 to 1000000 ppm, and not nothing`:                               func(s *harness.Scenario) { s.Faults[22].Amount = 0 },
		`Faults[23].Amount: 999 bit/s: "throttle" wants 1000 to 1000000000000 bit/s`:                                    func(s *harness.Scenario) { s.Faults[23].Amount = 999 },
		`Faults[24].For: 1m0s: "rebind" happens at once`:                                                                func(s *harness.Scenario) { s.Faults[24].Every = 0 },
		`Faults[25].Nodes: there are none: "twin" needs at least one`:                                                   func(s *harness.Scenario) { s.Faults[25].Nodes = nil },
		`Faults[25].Every: 1s: "twin" does not come and go`:                                                             func(s *harness.Scenario) { s.Faults[25].Every = time.Second },
		`Faults[26].Disk: "" is none of ["lost write" "torn write" "false sync" "bit rot" "unreadable" "disk is full"]`: func(s *harness.Scenario) { s.Faults[26].Disk = "" },
		`Faults[26].Disk: "all lost" is none of ["lost write"`:                                                          func(s *harness.Scenario) { s.Faults[26].Disk = sim.Wiped },
		`Faults[27].Nodes: there are 1: "reuse address" wants two, who gives its address up and who takes it`:           func(s *harness.Scenario) { s.Faults[27].Nodes = []string{"a"} },
		`Faults[18].Match: "22:f6": "slow" does not happen to packets one by one`:                                       func(s *harness.Scenario) { s.Faults[18].Match = "22:f6" },
	})
}

func TestImpossibleFaultsNameFieldAndValue(t *testing.T) {
	impossible(t, map[string]func(s *harness.Scenario){
		`Faults[1].ID: a fault needs a name`:                                                       func(s *harness.Scenario) { s.Faults[1].ID = "" },
		`Faults[2].ID: "f1" is the name of Faults[0].ID already`:                                   func(s *harness.Scenario) { s.Faults[2].ID = "f1" },
		`Faults[0].Do: "leave" is none of ["lose" "duplicate" "reorder" "corrupt"`:                 func(s *harness.Scenario) { s.Faults[0].Do = harness.Leave },
		`Faults[3].At: -1s is not within the duration, 0s to 2h0m0s`:                               func(s *harness.Scenario) { s.Faults[3].At = -time.Second },
		`Faults[3].At: 2h0m0.000000001s is not within the duration`:                                func(s *harness.Scenario) { s.Faults[3].At = 2*time.Hour + 1 },
		`Faults[3].For: -1ns is no time to last`:                                                   func(s *harness.Scenario) { s.Faults[3].For = -1 },
		`Faults[3].For: 2h0m0s from 10s on is beyond the duration, 2h0m0s; 0 lasts until healed`:   func(s *harness.Scenario) { s.Faults[3].For = 2 * time.Hour },
		`Faults[3].Nodes[0]: there is no node "x" among the 4`:                                     func(s *harness.Scenario) { s.Faults[3].Nodes = []string{"x"} },
		`Faults[4].Nodes[1]: "b" is the name of Faults[4].Nodes[0] already`:                        func(s *harness.Scenario) { s.Faults[4].Nodes = []string{"b", "b"} },
		`Faults[3].Nodes: there are none: "cut" needs those of one side`:                           func(s *harness.Scenario) { s.Faults[3].Nodes = nil },
		`Faults[4].Nodes: there are all 4: "cut one way" needs somebody on the other side`:         func(s *harness.Scenario) { s.Faults[4].Nodes = s.Nodes },
		`Faults[9].Nodes: there are 1: "lose packet" wants two, the sender and the receiver`:       func(s *harness.Scenario) { s.Faults[9].Nodes = []string{"a"} },
		`Faults[9].At: 1s for 0s: "lose packet" counts since the world began, so both are 0`:       func(s *harness.Scenario) { s.Faults[9].At = time.Second },
		`Faults[0].Amount: 1000001 ppm: "lose" wants 1 to 1000000 ppm`:                             func(s *harness.Scenario) { s.Faults[0].Amount = 1000001 },
		`Faults[3].Amount: 7: "cut" has none`:                                                      func(s *harness.Scenario) { s.Faults[3].Amount = 7 },
		`Faults[2].Within: 0s: "reorder" wants more than 0s and at most 1h0m0s`:                    func(s *harness.Scenario) { s.Faults[2].Within = 0 },
		`Faults[0].Within: 1s: "lose" has none`:                                                    func(s *harness.Scenario) { s.Faults[0].Within = time.Second },
		`Faults[6].Disk: "all lost": "pause" has none`:                                             func(s *harness.Scenario) { s.Faults[6].Disk = sim.Wiped },
		`Faults[5].Disk: "burnt" is none of ["unsynced writes lost" "all writes kept" "all lost"]`: func(s *harness.Scenario) { s.Faults[5].Disk = "burnt" },
		`Faults[10].Amount: 0 ppm: "corrupt" wants 1 to 1000000 ppm`:                               func(s *harness.Scenario) { s.Faults[10].Amount = 0 },
		`Faults[10].Size: 65 bits: "corrupt" wants 1 to 64 bits`:                                   func(s *harness.Scenario) { s.Faults[10].Size = 65 },
		`Faults[10].Every: 876000h0m0.000000001s is too long: want at most 876000h0m0s`:            func(s *harness.Scenario) { s.Faults[10].Every = 876_000*time.Hour + 1 },
		`Faults[10].Every: 1µs is no period: want at least 1ms`:                                    func(s *harness.Scenario) { s.Faults[10].Every = time.Microsecond },
		`Faults[10].Every: 10ms is 720000 times in 2h0m0s: want at most 1000`:                      func(s *harness.Scenario) { s.Faults[10].Every = 10 * time.Millisecond },
		`Faults[10].Match: fixtures: wrong parameter: pattern "22:f": "f" are not bytes`:           func(s *harness.Scenario) { s.Faults[10].Match = "22:f" },
		`Faults[3].Match: "22:f6": "cut" does not happen to packets one by one`:                    func(s *harness.Scenario) { s.Faults[3].Match = "22:f6" },
		`Faults[9].Amount: 0: "lose packet" wants 1 to 1099511627776`:                              func(s *harness.Scenario) { s.Faults[9].Amount = 0 },
		`Faults[9].Every: 1s: "lose packet" does not come and go`:                                  func(s *harness.Scenario) { s.Faults[9].Every = time.Second },
		`Faults[0].Size: 1: "lose" has none`:                                                       func(s *harness.Scenario) { s.Faults[0].Size = 1 },
		`Faults[0].By: 1s: "lose" has none`:                                                        func(s *harness.Scenario) { s.Faults[0].By = time.Second },
		`Faults[12].Size: 67 bytes: "mtu" wants 68 to 65535 bytes`:                                 func(s *harness.Scenario) { s.Faults[12].Size = 67 },
		`Faults[13].By: 1m0.000000001s: "replay" wants at most Within, 1m0s`:                       func(s *harness.Scenario) { s.Faults[13].By = time.Minute + 1 },
		`Faults[13].By: -1ns: "replay" wants 0s to 1h0m0s`:                                         func(s *harness.Scenario) { s.Faults[13].By = -1 },
		`Faults[15].Nodes: there are 1: "bridge" wants the bridge and those of one side`:           func(s *harness.Scenario) { s.Faults[15].Nodes = s.Nodes[:1] },
		`Faults[15].Nodes: there are all 4: "bridge" needs somebody on the other side`:             func(s *harness.Scenario) { s.Faults[15].Nodes = s.Nodes },
		`Faults[16].Nodes: there are 3: "majorities" takes four, or everybody`:                     func(s *harness.Scenario) { s.Faults[16].Nodes = s.Nodes[:3] },
	})
}

// impossible spoils the full scenario in one way after the other and compares what its validation says with how that should begin.
func impossible(t *testing.T, ways map[string]func(s *harness.Scenario)) {
	t.Helper()
	for want, spoil := range ways {
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
}
