package quic_test

import (
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/sim"
	"github.com/overlaytest/overlaytest/suites/real/internal/again"
)

// TestSpeed plays a minute of clients who write to one server every ten seconds, where one packet of a hundred is lost.
func TestSpeed(t *testing.T) {
	l := whole(t)
	l.Judge = func(r *harness.Run[*echo]) {
		r.Link(sim.Loss(sim.Percent(1)))
		for i := range 6 {
			for _, m := range r.Members[1:] {
				m.Overlay.write(uint64(i*len(r.Members) + m.Index))
			}
			r.Run(10 * time.Second)
		}
		NewWithT(r.T).Expect(waiting(r.Members)).To(BeZero())
	}
	again.Speed(t, l, 10, 100, 1000)
}

// TestSpeedOfHandshakes has clients shake hands with one server, where one packet of a hundred is lost.
func TestSpeedOfHandshakes(t *testing.T) {
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
