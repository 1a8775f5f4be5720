package quic_test

import (
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/sim"
	"github.com/overlaytest/overlaytest/suites/real/internal/again"
)

// TestAThousandHandshakes has a thousand clients shake hands with one server, where one packet of a hundred is lost.
func TestAThousandHandshakes(t *testing.T) {
	l := whole(t)
	l.Name = "hands are shaken"
	l.Judge = func(r *harness.Run[*echo]) {
		r.Link(sim.Loss(sim.Percent(1)))
		for _, m := range r.Members[1:] {
			m.Overlay.shake()
		}
		r.Eventually(func() int { return waiting(r.Members) }).Within(time.Minute).Should(BeZero())
	}
	again.Speed(t, l, 1001)
}
