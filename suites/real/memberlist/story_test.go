package memberlist_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/properties"
	"github.com/overlaytest/overlaytest/sim/bubble"
	"github.com/overlaytest/overlaytest/suites/real/internal/again"
)

// refused is the smallest world found in which memberlist 0.1.4 does not take back who left and came again at another port: for the others its
// name belonged to its old address, until they forgot the dead (mended in 0.2.0, pull request 213: who left is told from who is dead).
var refused = harness.Scenario{
	Seed: 0x764, Nodes: []string{"n0", "n1"}, Topology: harness.Choice{Name: "complete"},
	Work:     []harness.Op{{At: 300 * time.Millisecond, Node: "n1", Op: "come back", Arg: 1}},
	Duration: 20 * time.Second,
}

func TestNobodyIsRefused(t *testing.T) { again.Near(t, returns(t), refused, 20) }

// unheard is the smallest world found in which memberlist 0.7.0 does not take back who left: it leaves in the middle of its first join, when the
// other has been told of it and it has not been told of the other. Leave then tells nobody; for the other its name belongs to its old address,
// and aliveNode refuses any other, until DeadNodeReclaimTime is over, which is never unless it is set.
var unheard = harness.Scenario{
	Seed: 0x3e9cb8f73, Nodes: []string{"n0", "n1"}, Topology: harness.Choice{Name: "complete"},
	Latency:  harness.Choice{Name: "uniform", Params: []int64{int64(10 * time.Millisecond), int64(200 * time.Millisecond)}},
	Work:     []harness.Op{{At: 300 * time.Millisecond, Node: "n1", Op: "come back unheard", Arg: 1}},
	Duration: 20 * time.Second,
}

func TestWhoLeavesUnheardIsRefusedForEver(t *testing.T) {
	l := returns(t)
	l.Space = rapid.Just(unheard)
	if f := l.Search(properties.Sweep{Worlds: 1, Runs: -1}); f.Breach == nil {
		t.Error("it was taken back: what the README says of memberlist is not true any more")
	}
	l.Boot = bubble.Boot(reclaiming(30 * time.Second)) // as Consul sets it
	if f := l.Search(properties.Sweep{Worlds: 1, Runs: -1}); f.Breach != nil {
		t.Error(f.Breach)
	}
}
