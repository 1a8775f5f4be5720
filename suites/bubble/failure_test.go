package bubble_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// at is where a spec says that it failed: the line of purpose_test.go that ends in a comment.
func at(comment string) string { return fmt.Sprintf("In [It] at: %s ", line(comment)) }

// line is the file and line that end in a comment.
func line(comment string) string {
	folder, _ := os.Getwd()
	source, _ := os.ReadFile("purpose_test.go")
	for i, text := range strings.Split(string(source), "\n") {
		if strings.HasSuffix(text, " // "+comment) {
			return fmt.Sprintf("%s/purpose_test.go:%d", folder, i+1)
		}
	}
	return "no line of purpose_test.go ends in " + comment
}

// says wants texts in what specs print that fail on purpose, in this order.
func says(focus string, want ...string) {
	said := output(GinkgoT().TempDir(), focus+"$", "by bdd")
	rest := said
	for _, text := range want {
		_, after, found := strings.Cut(rest, text)
		Expect(found).To(BeTrue(), "nothing of %q, or not there, in:\n%s", text, said)
		rest = after
	}
}

var _ = DescribeTable("A spec in a bubble", says,
	Entry("shows its world as bdd.New does", "fails a promise",
		"summary - "+line("of a promise"), "name   On purpose fails a promise", "nodes  8 of 8 up", "picture: ", "world.svg", "[FAILED] in [It]",
		"world - "+line("of a promise"), "n7 → n6 sent 8 B", "replay: OVERLAYTEST_SEED=0x",
		"[FAILED] Eventually purpose_test.go:", "looked ", "[1, 1, 1, 0, 0, 0, 1, 1]", "at 3.0000",
		"replay: OVERLAYTEST_SEED=0x", "suites/bubble -ginkgo.focus 'On purpose fails a promise$'"),
	Entry("cleans up in the bubble, before Ginkgo does", "fails in the body",
		"cleaned up at 1m0", "nodes  8 of 8 up", "replay: ", "cleaned up by Ginkgo", "[0, 0, 0, 0, 0, 0, 0, 0]", at("in the body")),
	Entry("fails in goroutines", "fails in a goroutine", "picture: ", "to be zero-valued\n  in a goroutine beside the spec's, at ", "µs of virtual time\n  "+at("in a goroutine"), "1 Failed"),
	Entry("fails in goroutines of nodes", "fails in a goroutine of a node", "to be empty\n  in a goroutine beside the spec's, at 1.0", "s of virtual time\n  "+at("of a node"), "1 Failed"),
	Entry("fails in cleanups", "fails in a cleanup", "picture: ", at("in a cleanup"), "1 Failed"),
	Entry("names the node whose goroutine panicked", "panics in a goroutine of a node", `a goroutine of node "n0" panicked: out of cheese`, "purpose_test.go", "1 Failed"),
	Entry("has the stack of its own panic", "panics in the body", "[PANICKED]", "out of cheese", "Full Stack Trace", line("panics"), "1 Failed"),
	Entry("is skipped", "skips", "Ran 0 of ", "0 Passed | 0 Failed | 0 Pending | "),
	Entry("is skipped by an event", "skips in an event", "Ran 0 of ", "0 Passed | 0 Failed | 0 Pending | "),
	Entry("is skipped by a judge", "skips in a law", "Ran 0 of ", "0 Passed | 0 Failed | 0 Pending | "),
	Entry("is tried again", "fails once", "1 Passed | 0 Failed | 1 Flaked"),
	Entry("tells the story of a law", "fails a law", `the law "rumours of a program reach everybody" does not hold: purpose_test.go`, "story: ", "proof: reproduced 3 of 3", "1 Failed"),
	Entry("is failed by a judge", "fails around a law", "the test was ended from inside the judge", at("around a law"), "1 Failed"),
)

var _ = DescribeTable("A mistake in a bubble", says,
	Entry("names the goroutines that remain", "leaves a goroutine", "bubble: goroutines remain", "bubble_test.immovable", at("leaves one"), "1 Failed"),
	Entry("names who waits for nobody", "waits for nobody", "all goroutines in bubble are blocked", line("waits for nobody"), "1 Failed"),
	Entry("is a bubble in a bubble", "begins a bubble in another", "bdd: a bubble begins in another", at("in another"), "1 Failed"),
	Entry("is a bubble in a BeforeEach", "too early begins a bubble", "bdd: a bubble begins in BeforeEach", "In [BeforeEach] at: "+line("too early"), "1 Failed"),
	Entry("is a bubble after one that did not end", "comes next", "1 Passed"),
	Entry("is a bubble beside one that did not end", "(does not end|comes next)", "[TIMEDOUT]", `bdd: the bubble of the spec "On purpose by mistake in time does not end" is still played`, "2 Failed"),
	Entry("waits for Ginkgo's context", "waits for Ginkgo's context", "bdd: a SpecContext is waited for in a bubble", at("waits for Ginkgo"), "1 Failed"),
	Entry("derives from Ginkgo's context", "derives from Ginkgo's context", "bdd: a SpecContext is waited for in a bubble", at("derives"), "1 Failed"),
	Entry("polls with Ginkgo's context", "polls with Ginkgo's context", "bdd: a SpecContext is waited for in a bubble", at("polls"), "1 Failed"),
	Entry("cleans up by Ginkgo", "cleans up by Ginkgo", "[PANICKED]", "bubble: a goroutine outside the bubble uses a world of programs", "1 Failed"),
)

var _ = DescribeTable("What ends the process is as documented", says,
	Entry("Ginkgo's Fail without GinkgoRecover", "fails by Ginkgo's Fail in a goroutine", "panic: ", "Your Test Panicked", line("in vain"), "defer GinkgoRecover()"),
	Entry("a context cancelled outside", "cancels from outside what is waited for inside", "fatal error: close of synctest channel from outside bubble"),
	Entry("a channel used outside", "uses a channel of the bubble outside", "fatal error: send on synctest channel from outside bubble"),
)

var _ = It("A spec in a bubble has its entries in real time", func() {
	Expect(output(GinkgoT().TempDir(), "fails a promise$", "by bdd")).NotTo(ContainSubstring("@ 01/01/00"))
})

var _ = It("A spec in a bubble ends when that has failed", func() {
	Expect(output(GinkgoT().TempDir(), "fails in (the body|a goroutine|a cleanup)$", "by bdd")).To(And(
		ContainSubstring("3 Failed"), Not(ContainSubstring("the spec goes on"))))
})

var _ = It("A spec that is skipped in a bubble ends there", func() {
	said := output(GinkgoT().TempDir(), "skips( in a law)?$", "by bdd")
	Expect(said).NotTo(ContainSubstring("the spec goes on"))
	Expect(strings.Count(said, "a world of the spec")).To(Equal(1))
})

var _ = It("A spec that is skipped in a bubble leaves no picture", func() {
	folder := GinkgoT().TempDir()
	output(folder, "skips$", "by bdd")
	Expect(filepath.Glob(folder + "/*")).To(BeEmpty())
})

var _ = It("A bubble without bdd.RunSpecs asks for it", func() {
	Expect(output(GinkgoT().TempDir(), "fails in the body$", "by Ginkgo alone")).To(ContainSubstring("In TestXxx, write bdd.RunSpecs(t, …) for RunSpecs(t, …)"))
})
