package memberlist_test

import (
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/harness"
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
