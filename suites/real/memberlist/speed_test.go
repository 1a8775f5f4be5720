package memberlist_test

import (
	"os"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/sim"
	"github.com/overlaytest/overlaytest/sim/bubble"
)

// TestAHundredMembers says how fast a hundred members play, where OVERLAYTEST_SPEED is set: a bubble needs a test, not a benchmark.
func TestAHundredMembers(t *testing.T) {
	if os.Getenv("OVERLAYTEST_SPEED") == "" {
		t.Skip("OVERLAYTEST_SPEED is not set")
	}
	began := time.Now()
	var virtual time.Duration
	bubble.Test(t, 1, func(t *testing.T) {
		w := harness.New(t, 1, sim.Latency(20*time.Millisecond))
		harness.Spawn(w, 100, fixtures.Star, bubble.Boot(start))
		w.Run(time.Minute)
		virtual = w.Elapsed()
	})
	t.Logf("%v in %v: %.0f virtual s a second", virtual, time.Since(began), virtual.Seconds()/time.Since(began).Seconds())
}
