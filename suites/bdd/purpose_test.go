package bdd_test

import (
	"errors"
	"net/netip"
	"os"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/harness/bdd"
	"github.com/overlaytest/overlaytest/properties"
	"github.com/overlaytest/overlaytest/sim"
)

// law is one about worlds of an overlay that does nothing.
func law(judge func(r *harness.Run[int])) properties.Law[int] {
	return properties.Law[int]{
		Name: "nobody is there", Space: properties.Scenarios(), Judge: judge,
		Boot: func(*sim.Node, []netip.AddrPort) int { return 0 },
	}
}

func init() {
	if os.Getenv(failing) == "" {
		return
	}
	Describe("On purpose", func() {
		It("fails an assertion", func() {
			w := bdd.New()
			w.Eventually(w.Elapsed).Within(time.Second).Should(BeNil())
		})

		It("fails around a node", func() {
			w := bdd.New() // of a node
			w.Node("alone", func(n *sim.Node) { n.After(time.Second, func() { panic("lonely") }) })
			w.Run(time.Minute)
		})

		It("fails a promise", func() {
			w := bdd.New()
			w.Always("it is early", func() error {
				return map[bool]error{true: errors.New("it is late")}[w.Elapsed() > time.Minute]
			})
			w.Run(time.Hour) // breaks the promise
		})

		It("fails a law", func() {
			law(func(r *harness.Run[int]) { NewWithT(r.T).Expect(r.Members).To(BeEmpty()) }).Check(GinkgoT())
		})

		It("skips", func() {
			law(func(*harness.Run[int]) { Skip("not today") }).Check(GinkgoT())
		})

		It("fails around a law", func() {
			law(func(r *harness.Run[int]) { Expect(r.Members).To(BeEmpty()) }).Check(GinkgoT())
		})
	})
}

// lineOf is the line of this file that begins with a text.
func lineOf(text string) int {
	source, err := os.ReadFile("purpose_test.go")
	Expect(err).NotTo(HaveOccurred())
	for i, line := range strings.Split(string(source), "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), text) {
			return i + 1
		}
	}
	Fail("no line begins with " + text)
	return 0
}
