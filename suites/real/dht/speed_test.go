package dht_test

import (
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/suites/real/internal/again"
)

// TestAHundredNodes plays a hundred programs that were introduced to one, which are a minute old before they must find what one of them has: so
// many at once are too many greetings for it, which may send 25 packets a second.
func TestAHundredNodes(t *testing.T) {
	l := finds(t, start, anybody)
	l.Judge = func(r *harness.Run[*client]) {
		r.Members[17].Overlay.add(1)
		r.Play()
		r.Eventually(all(r.Members)).Within(2 * time.Minute).Should(BeEmpty())
	}
	again.Speed(t, l, 100)
}
