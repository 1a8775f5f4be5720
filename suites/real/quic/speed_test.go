package quic_test

import (
	"os"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/sim"
	"github.com/overlaytest/overlaytest/sim/bubble"
)

// TestAThousandHandshakes says how long they take where one packet of a hundred is lost, where OVERLAYTEST_SPEED is set.
func TestAThousandHandshakes(t *testing.T) {
	if os.Getenv("OVERLAYTEST_SPEED") == "" {
		t.Skip("OVERLAYTEST_SPEED is not set")
	}
	began := time.Now()
	bubble.Test(t, 1, func(t *testing.T) {
		shake(harness.New(t, 1, sim.Latency(20*time.Millisecond), sim.Loss(sim.Percent(1))), 1000)
	})
	t.Logf("a thousand handshakes, with a letter of up to 64 KiB each there and back, took %v", time.Since(began))
}
