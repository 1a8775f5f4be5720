package bubble

import (
	"testing"
	"testing/cryptotest"
	"testing/synctest"
)

// Test runs f in a bubble, in which worlds of programs are made and run. Crypto/rand yields numbers of the seed there, so the test must not
// run in parallel with others. In a Ginkgo spec, t is that of the suite's TestXxx, and f calls GinkgoRecover.
func Test(t *testing.T, seed uint64, f func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		cryptotest.SetGlobalRandom(t, seed)
		f(t)
	})
}

// Around makes the field Around of a law: each world is played in a bubble of its own.
func Around(t *testing.T) func(seed uint64, play func()) {
	return func(seed uint64, play func()) {
		t.Helper()
		Test(t, seed, func(*testing.T) { play() })
	}
}
