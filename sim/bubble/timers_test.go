package bubble_test

import (
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/sim/bubble"
)

// firsts is which of two tickers of one instant was first, of two hundred pairs.
func firsts(t *testing.T) (all []int) {
	between(t, func(*testing.T, *pair) {
		var mu sync.Mutex
		var done sync.WaitGroup
		for range 200 {
			a, b := time.NewTicker(time.Second), time.NewTicker(time.Second)
			done.Go(func() {
				defer a.Stop()
				defer b.Stop()
				first := 0
				select {
				case <-a.C:
				case <-b.C:
					first = 1
				}
				mu.Lock()
				defer mu.Unlock()
				all = append(all, first)
			})
		}
		done.Wait()
	})
	return all
}

// TestAddressesDoNotSayWhichTimerIsFirst has the heap be full of holes, another way each time.
func TestAddressesDoNotSayWhichTimerIsFirst(t *testing.T) {
	if !bubble.Exact {
		t.Skip("run by: go run ./cmd/overlaytest test ./sim/bubble")
	}
	want := firsts(t)
	var kept [][]byte
	for holes := 2; holes < 20; holes++ {
		for i := range 5000 {
			if b := make([]byte, 130); i%holes == 0 {
				kept = append(kept, b)
			}
		}
		runtime.GC()
		if got := firsts(t); !slices.Equal(got, want) {
			t.Errorf("with %d pieces on the heap the order is another", len(kept))
		}
	}
}
