package bubble

import (
	"context"
	"runtime/pprof"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestWhoWaitsForWhatIsOutsideIsNamed has a goroutine of a bubble wait for a channel from outside, and ends that when it was named.
func TestWhoWaitsForWhatIsOutsideIsNamed(t *testing.T) {
	outside := make(chan struct{})
	var now progress
	var said strings.Builder
	go func() {
		now.watch(nil, 10*time.Millisecond, &said)
		close(outside)
	}()
	synctest.Test(t, func(t *testing.T) {
		name := bubbleName()
		now.name.Store(&name)
		go time.Sleep(time.Hour) // that one is fine
		pprof.Do(t.Context(), pprof.Labels(labelNode, "a"), func(context.Context) { waits(outside) })
		time.Sleep(2 * time.Hour)
	})
	if text := said.String(); !strings.Contains(text, "stands still") || !strings.Contains(text, `[chan receive] of node "a":`) || !strings.Contains(text, "bubble.waits(") || strings.Contains(text, "Sleep") {
		t.Errorf("it said: %s", text)
	}
}

func waits(outside chan struct{}) { <-outside }
