// Package spec plays worlds of programs in Ginkgo specs: it bubbles a spec's body, and nothing of Ginkgo's own.
package spec

import (
	"testing"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/gomega"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/sim/bubble"
)

// suite is the test that runs the specs.
var suite *testing.T

// Run runs the specs of a package.
func Run(t *testing.T, name string) {
	suite = t
	gomega.RegisterFailHandler(ginkgo.Fail)
	ginkgo.RunSpecs(t, name)
}

// inside is a spec as a world sees it: what is to be cleaned up is cleaned up before the bubble ends.
type inside struct {
	ginkgo.GinkgoTInterface
	bubble *testing.T
}

func (t inside) Cleanup(f func()) { t.bubble.Cleanup(f) }

// In returns the body of a spec that runs f in a bubble of that seed.
func In(seed uint64, f func(t harness.TB)) func() {
	return func() {
		t := ginkgo.GinkgoT()
		bubble.Test(suite, seed, func(b *testing.T) {
			defer ginkgo.GinkgoRecover()
			f(inside{t, b})
		})
	}
}
