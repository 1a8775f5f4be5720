package ice_test

import (
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/suites/real/internal/again"
)

// TestSpeed plays an hour of two peers who connect and write to each other.
func TestSpeed(t *testing.T) {
	l := connects(t)
	l.Judge = func(r *harness.Run[*peer]) {
		introduce(r.World)
		r.Run(time.Hour)
		NewWithT(r.T).Expect(connected(r.Members)()).To(HaveLen(2))
	}
	again.Speed(t, l, 2)
}
