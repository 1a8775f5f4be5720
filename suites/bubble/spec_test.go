package bubble_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/harness/bdd"
	"github.com/overlaytest/overlaytest/sim"
	"github.com/overlaytest/overlaytest/sim/bubble"
)

func TestSpecs(t *testing.T) {
	if os.Getenv(onPurpose) == "by Ginkgo alone" {
		RegisterFailHandler(Fail)
		RunSpecs(t, "Programs")
		return
	}
	bdd.RunSpecs(t, "Programs")
}

// party plays the body of a spec with eight programs in a ring, where a packet takes 20 ms.
func party(body func(w *harness.World, members []*harness.Member[*rumours])) {
	GinkgoHelper()
	bdd.Bubble(func(w *harness.World) {
		w.Link(sim.Latency(20 * time.Millisecond))
		body(w, harness.Spawn(w, 8, fixtures.Ring, bubble.Boot(start)))
	})
}

// publish has the programs publish so many rumours, in turn.
func publish(members []*harness.Member[*rumours], all int) {
	for id := range all {
		members[id%len(members)].Overlay.Publish(uint64(id))
	}
}

// spread returns how many rumours each program that is up knows.
func spread(members []*harness.Member[*rumours]) func() []int {
	return func() (counts []int) {
		for _, m := range members {
			if m.Ready() {
				m.Overlay.mu.Lock()
				counts = append(counts, len(m.Overlay.known))
				m.Overlay.mu.Unlock()
			}
		}
		return counts
	}
}

var _ = Describe("Rumours of programs", Label("programs"), func() {
	It("reach everybody, a second a step", func() {
		party(func(w *harness.World, members []*harness.Member[*rumours]) {
			members[0].Overlay.Publish(7)
			w.Eventually(spread(members)).Within(5 * time.Second).Should(HaveEach(1))
		})
	})

	It("go round by the other side when one is down", func() {
		party(func(w *harness.World, members []*harness.Member[*rumours]) {
			members[1].Crash()
			members[0].Overlay.Publish(7)
			w.Eventually(spread(members)).Within(8 * time.Second).Should(HaveEach(1))
		})
	})

	DescribeTable("all arrive", func(all int) {
		party(func(w *harness.World, members []*harness.Member[*rumours]) {
			publish(members, all)
			w.Eventually(spread(members)).Within(5 * time.Second).Should(HaveEach(all))
		})
	},
		Entry("when there is one", 1),
		Entry("when there are twenty", 20),
	)

	It("have the world that bdd.New makes in the same spec", func() {
		seed := bdd.New().Seed()
		bdd.Bubble(func(w *harness.World) { Expect([]uint64{w.Seed(), bdd.New().Seed()}).To(HaveEach(seed)) })
	})

	It("are spread in a second world of the bubble, too", func() {
		bdd.Bubble(func(*harness.World) {
			w := bdd.New(sim.Latency(time.Millisecond))
			members := harness.Spawn(w, 2, fixtures.Complete, bubble.Boot(start))
			members[0].Overlay.Publish(7)
			w.Eventually(spread(members)).Within(2 * time.Second).Should(HaveEach(1))
		})
	})

	It("obey a law", func() {
		law := everybody
		law.Around = bdd.Around
		law.Check(GinkgoT())
	})
})

// onPurpose is set in the process whose specs fail on purpose.
const onPurpose = "BUBBLE_SUITE_FAILS"

// output runs the specs of a focus that fail on purpose, with Ginkgo's seed 1, and returns what they print. Their artefacts are in the folder.
func output(folder, focus, how string) string {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestSpecs$", "-ginkgo.no-color", "-ginkgo.seed=1", "-ginkgo.focus=On purpose .*"+focus)
	c.Dir = folder
	c.Env = append(os.Environ(), onPurpose+"="+how, "OVERLAYTEST_BASE=", "TMPDIR="+c.Dir)
	text, err := c.CombinedOutput()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		Fail(err.Error())
	}
	return string(text)
}
