package raft_test

import (
	"testing"

	. "github.com/onsi/gomega"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/suites/real/internal/again"
)

// TestSpeed plays a minute of groups of nodes, each of which proposes something every two seconds.
func TestSpeed(t *testing.T) {
	l := agrees(t)
	l.Judge = func(r *harness.Run[*peer]) {
		r.Play()
		NewWithT(r.T).Expect(applied(r.Members)).To(HaveEach(BeNumerically(">", 25*len(r.Members))))
	}
	again.Speed(t, l, 3, 5, 25)
}
