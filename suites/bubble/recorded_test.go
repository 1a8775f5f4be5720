package bubble_test

import (
	"iter"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/sim/bubble"
)

// TestProgramsAreNotAskedAmidTheirWork records a world of programs that hold their locks while they send.
func TestProgramsAreNotAskedAmidTheirWork(t *testing.T) {
	bubble.Test(t, 1, func(t *testing.T) {
		w := harness.New(t, 1)
		w.Record()
		members := harness.Spawn(w, 3, fixtures.Ring, bubble.Boot(start))
		asked := 0
		harness.Knows(members, func(r *rumours) string { return r.conn.LocalAddr().String() }, func(r *rumours) iter.Seq[string] {
			if asked++; r.mu.TryLock() {
				defer r.mu.Unlock()
			} else {
				t.Error("asked while the program has its lock")
			}
			return func(func(string) bool) {}
		})
		w.Run(time.Second)
		members[0].Overlay.Publish(1)
		w.Run(time.Minute)
		if asked < 100 {
			t.Errorf("asked %d times", asked)
		}
	})
}
