package harness_test

import (
	"testing"

	"github.com/overlaytest/overlaytest/harness"
)

// BenchmarkCaseBeforeARun is what it takes to leave a world behind for the case that its process dies.
func BenchmarkCaseBeforeARun(b *testing.B) {
	b.Chdir(b.TempDir())
	cases := &harness.Cases{Law: "it holds"}
	defer cases.Close()
	s := callers()
	for b.Loop() {
		cases.Begin(s)()
	}
}
