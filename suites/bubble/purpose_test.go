package bubble_test

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/harness/bdd"
	"github.com/overlaytest/overlaytest/properties"
	"github.com/overlaytest/overlaytest/sim/bubble"
)

func init() {
	if os.Getenv(onPurpose) != "" {
		Describe("On purpose", func() {
			failures()
			judged()
			Context("by mistake", mistakes)
			Context("in vain", fatal)
		})
	}
}

// failures are specs that fail as specs do.
func failures() {
	It("fails a promise", func() {
		party(func(w *harness.World, members []*harness.Member[*rumours]) { // of a promise
			members[0].Overlay.Publish(7)
			w.Eventually(spread(members)).Within(3 * time.Second).Should(HaveEach(1))
		})
	})

	It("fails in the body", func() {
		party(func(w *harness.World, members []*harness.Member[*rumours]) {
			w.T.Cleanup(func() { GinkgoWriter.Println("cleaned up at", w.Elapsed()) })
			DeferCleanup(func() { GinkgoWriter.Println("cleaned up by Ginkgo") })
			w.Run(time.Minute)
			Expect(spread(members)()).To(HaveEach(1)) // in the body
		})
		GinkgoWriter.Println("the spec goes on")
	})

	It("fails in a goroutine", func() {
		party(func(w *harness.World, members []*harness.Member[*rumours]) {
			go func() { Expect(w.Seed()).To(BeZero()) }() // in a goroutine
			w.Run(time.Minute)
		})
		GinkgoWriter.Println("the spec goes on")
	})

	It("fails in a cleanup", func() {
		bdd.Bubble(func(w *harness.World) {
			w.T.Cleanup(func() { Expect(w.Seed()).To(BeZero()) }) // in a cleanup
		})
		GinkgoWriter.Println("the spec goes on")
	})

	It("fails in a goroutine of a node", func() { lone(func() { Expect("rumour").To(BeEmpty()) }) }) // of a node
	It("panics in a goroutine of a node", func() { lone(func() { panic("out of cheese") }) })
	It("panics in the body", func() {
		bdd.Bubble(func(*harness.World) {
			panic("out of cheese") // panics
		})
	})

	It("skips", func() {
		bdd.Bubble(func(*harness.World) { Skip("not today") })
		fmt.Println("the spec goes on")
	})

	It("skips in an event", func() {
		bdd.Bubble(func(w *harness.World) { w.After(time.Second, func() { Skip("not today") }); w.Run(time.Minute) })
	})

	attempts := 0
	It("fails once", FlakeAttempts(2), func() {
		bdd.Bubble(func(w *harness.World) { attempts++; Expect(attempts).To(Equal(2)) })
	})
}

// judged are specs that laws fail, or end.
func judged() {
	It("fails a law", func() {
		law := everybody
		law.Around = bdd.Around
		law.Judge = func(r *harness.Run[*rumours]) { r.Play(); NewWithT(r.T).Expect(r.Members).To(BeEmpty()) }
		law.Check(GinkgoT())
	})

	It("fails around a law", func() {
		law := properties.Law[*rumours]{Name: "none", Space: everybody.Space, Boot: everybody.Boot, Around: bdd.Around}
		law.Judge = func(r *harness.Run[*rumours]) { Expect(r.Members).To(BeEmpty()) } // around a law
		law.Check(GinkgoT())
	})

	It("skips in a law", func() {
		law := properties.Law[*rumours]{Name: "none", Space: everybody.Space, Boot: everybody.Boot, Around: bdd.Around}
		law.Judge = func(*harness.Run[*rumours]) { fmt.Println("a world of the spec"); Skip("not today") }
		law.Check(GinkgoT())
	})
}

// lone runs a minute in which a goroutine of a node does something after a second.
func lone(do func()) {
	bdd.Bubble(func(w *harness.World) {
		harness.Spawn(w, 1, fixtures.Complete, bubble.Boot(func(h *bubble.Host, _ []netip.AddrPort) (int, error) {
			h.Go(func(context.Context) { time.Sleep(time.Second); do() })
			return 0, nil
		}))
		w.Run(time.Minute)
	})
}

// mistakes are specs that do what a bubble does not take, and are told so.
func mistakes() {
	It("leaves a goroutine", func() { bdd.Bubble(func(*harness.World) { go immovable() }) })                              // leaves one
	It("waits for nobody", func() { bdd.Bubble(func(*harness.World) { <-make(chan bool) }) })                             // waits for nobody
	It("begins a bubble in another", func() { bdd.Bubble(func(*harness.World) { bdd.Bubble(func(*harness.World) {}) }) }) // in another

	Context("too early", func() {
		BeforeEach(func() { bdd.Bubble(func(*harness.World) {}) }) // too early
		It("begins a bubble", func() {})
	})

	It("waits for Ginkgo's context", func(ctx SpecContext) {
		bdd.Bubble(func(*harness.World) { <-ctx.Done() }) // waits for Ginkgo
	})

	It("derives from Ginkgo's context", func(ctx SpecContext) {
		bdd.Bubble(func(*harness.World) {
			_, cancel := context.WithTimeout(ctx, time.Second) // derives
			cancel()
		})
	})

	It("polls with Ginkgo's context", func(ctx SpecContext) {
		bdd.Bubble(func(w *harness.World) { Eventually(ctx, w.Seed).Should(BeZero()) }) // polls
	})

	It("cleans up by Ginkgo", func() {
		party(func(_ *harness.World, members []*harness.Member[*rumours]) {
			DeferCleanup(members[0].Overlay.conn.Close)
		})
	})

	Context("in time", func() {
		never := make(chan bool)
		It("does not end", NodeTimeout(100*time.Millisecond), GracePeriod(100*time.Millisecond), func(SpecContext) { bdd.Bubble(func(*harness.World) { <-never }) })
		It("comes next", func() { bdd.Bubble(func(*harness.World) {}) })
	})
}

// immovable never ends.
func immovable() { select {} }

// fatal are specs that end the process, as the documentation says.
func fatal() {
	It("fails by Ginkgo's Fail in a goroutine", func() {
		bdd.Bubble(func(*harness.World) {
			go func() { Fail("nobody catches it") }() // in vain
			time.Sleep(time.Second)
		})
	})

	It("cancels from outside what is waited for inside", func() {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		bdd.Bubble(func(*harness.World) { ctx.Done() })
	})

	It("uses a channel of the bubble outside", func() {
		var made chan bool
		bdd.Bubble(func(*harness.World) { made = make(chan bool, 1) })
		made <- true
	})
}
