package bdd

import "testing"

func TestSeedsOfSpecsArePinned(t *testing.T) {
	if got, want := seedOf(1, "gossip spreads"), uint64(0x67668b40834a43b5); got != want {
		t.Errorf("the seed is %#x, want %#x: every spec would have another world", got, want)
	}
	if seedOf(1, "2 a") == seedOf(12, "a") {
		t.Error("seed and text run into each other")
	}
}
