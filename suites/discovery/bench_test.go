package discovery_test

import (
	"runtime"
	"testing"
	"time"
)

// The tutorial's second simulation, world set-up included. The bar for twenty peers is 5 ms, for ten thousand 10 s and 800 MB.
func BenchmarkTwentyPeers(b *testing.B)      { benchmarkTutorial(b, 20, 2) }
func BenchmarkTenThousandPeers(b *testing.B) { benchmarkTutorial(b, 10_000, 20) }

func benchmarkTutorial(b *testing.B, peers, trackers int) {
	var events uint64
	for b.Loop() {
		w, members := tutorial(1, peers, trackers)
		w.Run(2 * time.Minute)
		events += w.Events()
		if mean := known(members); mean < 10 {
			b.Fatalf("each knows %.1f others, want 10", mean)
		}
		w.Close()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.Sys)/1e6, "MB")
	b.ReportMetric(float64(events)/b.Elapsed().Seconds()/1e6, "Mevents/s")
}
