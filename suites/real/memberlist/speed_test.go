package memberlist_test

import (
	"testing"

	. "github.com/onsi/gomega"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/suites/real/internal/again"
)

// TestSpeed plays a minute of members who have heard of one.
func TestSpeed(t *testing.T) {
	l := meets(t)
	l.Judge = func(r *harness.Run[*member]) {
		r.Play()
		NewWithT(r.T).Expect(seen(r.Members)()).To(HaveEach(len(r.Members) - 1))
	}
	again.Speed(t, l, 10, 30, 100, 300)
}
