package again

import (
	"fmt"
	"os"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/properties"
)

// SpeedVariable is the environment's name for whether tests of speed are run.
const SpeedVariable = "OVERLAYTEST_SPEED"

// Speed judges a world of a law for each number of nodes, introduced to the first, on a network of 20 ms, and says how fast it was. The test is
// skipped where OVERLAYTEST_SPEED is not set: a bubble needs a test, not a benchmark.
func Speed[O any](t *testing.T, l properties.Law[O], sizes ...int) {
	t.Helper()
	if os.Getenv(SpeedVariable) == "" {
		t.Skip(SpeedVariable + " is not set")
	}
	for _, n := range sizes {
		speed(t, l, n)
	}
}

func speed[O any](t *testing.T, l properties.Law[O], n int) {
	t.Helper()
	s := harness.Scenario{Seed: 1, Topology: harness.Choice{Name: "star"}, Duration: time.Minute,
		Latency: harness.Choice{Name: "constant", Params: []int64{int64(20 * time.Millisecond)}}}
	for i := range n {
		s.Nodes = append(s.Nodes, fmt.Sprint("n", i))
	}
	l.Space = rapid.Just(s)
	p := sweep(l, 1)
	if p.finding.Breach != nil {
		t.Fatalf("%d nodes: %v", n, p.finding.Breach)
	}
	t.Logf("%s: %d nodes, %v of virtual time in %.2f CPU s: %.1f virtual s a CPU s, %d events", l.Name, n, p.virtual.Round(time.Millisecond),
		p.finding.CPU.Seconds(), p.virtual.Seconds()/p.finding.CPU.Seconds(), p.finding.Events)
}
