// Package linearizable_test holds the behaviour of the replicated store, in specs by hand and in a law over generated worlds, and what a law
// says and leaves behind that finds the store contradictory.
package linearizable_test

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

func TestLinearizable(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Linearizable")
}
