package memberlist_test

import (
	"testing"

	. "github.com/onsi/gomega"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/suites/real/internal/again"
)

// TestAHundredMembers plays a minute of a hundred members who have heard of one.
func TestAHundredMembers(t *testing.T) {
	l := meets(t)
	l.Judge = func(r *harness.Run[*member]) {
		r.Play()
		NewWithT(r.T).Expect(seen(r.Members)()).To(HaveEach(99))
	}
	again.Speed(t, l, 100)
}
