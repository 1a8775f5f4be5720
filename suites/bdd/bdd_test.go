package bdd_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/harness/bdd"
)

var _ = Describe("The world of a spec", func() {
	var seed uint64

	BeforeEach(func() { seed = bdd.New().Seed() })

	It("has one seed, in a BeforeEach and in the spec", func() {
		Expect(bdd.New().Seed()).To(Equal(seed))
	})

	It("has the seed that the environment asks for", func() {
		GinkgoT().Setenv("OVERLAYTEST_SEED", "0x2a")
		Expect(bdd.New().Seed()).To(Equal(uint64(42)))
	})

	It("is the same in all runs from one base", func() {
		GinkgoT().Setenv("OVERLAYTEST_BASE", "1")
		Expect(bdd.New().Seed()).To(Equal(uint64(17198534672692504782)))
	})

	It("names the command that makes it again", func() {
		Expect(bdd.New().Replay()).To(Equal(harness.SeedEnv(seed) +
			" go test github.com/overlaytest/overlaytest/suites/bdd -ginkgo.focus 'The world of a spec names the command that makes it again$'"))
	})

	It("has its own clock", func() {
		w := bdd.New()
		w.Run(time.Hour)
		Expect(w.Elapsed()).To(Equal(time.Hour))
	})
})

var _ = Describe("A spec that fails", func() {
	It("points at its own line", func() {
		Expect(output("an assertion")).To(MatchRegexp(`In \[It\] at: .*/suites/bdd/purpose_test.go:%d `, lineOf("w.Eventually(w.Elapsed)")))
	})

	It("says what was promised, seen, when, in which world, and how to see it again", func() {
		Expect(output("an assertion")).To(ContainSubstring(`
  [FAILED] Eventually World.Elapsed: was not so in time
  looked 2 times in 1s; the last time:
  Expected
      <time.Duration>: 1000000000
  to be nil
  at 1s of virtual time, after 0 events, seed 0x9145cc4e3d9ab709
  replay: OVERLAYTEST_SEED=0x9145cc4e3d9ab709 go test github.com/overlaytest/overlaytest/suites/bdd -ginkgo.focus 'On purpose fails an assertion$'
`))
	})

	It("has its world in the report, at the line that made it", func() {
		Expect(output("a node")).To(And(
			MatchRegexp(`world - .*/suites/bdd/purpose_test.go:%d `, lineOf("w := bdd.New() // of a node")),
			ContainSubstring("1s of virtual time, 2 events, digest 0x"),
			ContainSubstring("\n        0.000000000 #1    alone booted\n        1.000000000 #2    alone fired\n")))
	})

	It("has its world's summary in the report, and its picture in the folder of artefacts", func() {
		said := output("a node")
		Expect(said).To(MatchRegexp(`\n    world  seed 0x\w+, 1s of virtual time, 2 events, digest 0x\w+\n    nodes  1 of 1 up\n    packets `))
		picture := regexp.MustCompile(`picture: (.*/world\.svg)`).FindStringSubmatch(said)[1]
		Expect(os.ReadFile(picture)).To(ContainSubstring("On purpose fails around a node"))
	})

	It("fails like this in a promise, too", func() {
		Expect(output("a promise")).To(And(
			ContainSubstring("[FAILED] the promise \"it is early\" was broken\n  it is late\n  promised at purpose_test.go:"),
			MatchRegexp(`In \[It\] at: .*/suites/bdd/purpose_test.go:%d `, lineOf("w.Run(time.Hour) // breaks the promise"))))
	})
})

var _ = Describe("A law in a spec", func() {
	It("fails with one line, and tells the story in the report", func() {
		Expect(output("a law")).To(And(
			MatchRegexp(`\[FAILED\] the law "nobody is there" does not hold: purpose_test.go:\d+: Expected\n  In \[It\] at: `),
			MatchRegexp(`\n  nobody is there - .*\n    the law "nobody is there" does not hold: (.*\n)+    story: nothing was done to the world`),
			MatchRegexp(`\n    replay: OVERLAYTEST_CASE=testdata/overlaytest/.*\.json go test .* -ginkgo.focus 'On purpose fails a law\$'\n`)))
	})

	It("leaves its case and its trace in the folder of artefacts", func() {
		folder := regexp.MustCompile(`case, Go test, trace, picture and summary are in (.*)`).FindStringSubmatch(output("a law"))[1]
		Expect(filepath.Glob(folder + "/*")).To(ConsistOf(HaveSuffix("/case.json"), HaveSuffix("/story_test.go.txt"), HaveSuffix("/trace.txt"),
			HaveSuffix("/picture.svg"), HaveSuffix("/summary.txt")))
	})

	It("has its first line alone as the message in JUnit", func() {
		report := filepath.Join(GinkgoT().TempDir(), "junit.xml")
		output("a law", "-ginkgo.junit-report="+report)
		Expect(os.ReadFile(report)).To(ContainSubstring(`<failure message="the law &#34;nobody is there&#34; does not hold: purpose_test.go:` + strconv.Itoa(lineOf("law(func(r *harness.Run[int]) { NewWithT")) + `: Expected" type="failed">`))
	})

	It("skips the spec when its judge does", func() {
		Expect(output("skips")).To(ContainSubstring("0 Passed | 0 Failed | 0 Pending | "))
	})

	It("shows the world when the judge fails the spec itself", func() {
		Expect(output("around a law")).To(ContainSubstring("the test was ended from inside the judge of the law \"nobody is there\", in the world for Law.Replay:\n"))
	})
})
