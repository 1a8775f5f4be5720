package raft_test

import (
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/suites/real/internal/again"
)

// stuck is the smallest world found in which the raft of etcd 3.2.6 with PreVote never elects a leader again, although two of three nodes are
// up: one crashed, came back and had not heard of the latest term when the leader crashed; a request of its for pre-votes, of a lower term, was
// answered by nobody, and the other way round (etcd issues 8243 and 8501, mended in 3.3.0).
var stuck = harness.Scenario{
	Seed: 0x320, Nodes: []string{"n0", "n1", "n2"}, Topology: harness.Choice{Name: "line"},
	Latency:     harness.Choice{Name: "lognormal", Params: []int64{50000000, 500}},
	PermuteTies: true,
	Churn: []harness.Change{
		{At: 29333333304, Node: "n0", Do: harness.Crash},
		{At: 30333333304, Node: "n0", Do: harness.Restart},
	},
	Duration: 40 * time.Second,
}

func TestNobodyIsStuck(t *testing.T) { again.Near(t, agrees(t), stuck, 20) }
