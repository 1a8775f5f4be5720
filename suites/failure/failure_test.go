package failure_test

import (
	"os"
	"path/filepath"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("A law that does not hold in a stranger's module", Ordered, func() {
	var folder, output, replay string

	BeforeAll(func() {
		folder = stranger()
		output = shell(folder, "go test .")
		replay = printed(output, "replay: ")
	})

	It("fails with one screen", func() {
		Expect(output).To(And(
			ContainSubstring(`the law "everybody hears every call" does not hold: Eventually Mail.Missing: was not so in time`),
			ContainSubstring("\n        story, of "), ContainSubstring("\n        why:\n"), ContainSubstring("\n        what did not matter: "),
			ContainSubstring("\n        proof: reproduced 3 of 3, digest 0x"), ContainSubstring("\n        where to look: the law at calls_test.go:16; the promise at calls_test.go:")))
	})

	It("fails in the same way when the printed command is pasted", func() {
		Expect(story(shell(folder, replay))).To(Equal(story(output)))
	})

	It("fails first with the saved case on the next go test, which takes flags", func() {
		Expect(shell(folder, "go test . -overlaytest.trace -overlaytest.diff")).To(And(
			ContainSubstring(", from the saved case testdata/overlaytest/everybody-hears-every-call-"),
			ContainSubstring("trace:\n"), ContainSubstring("diff: 3 runs agree event for event")))
	})

	It("says why, with the lines of the overlay, and all that happened", func() {
		why, _, _ := strings.Cut(printed(output, "ask why: "), " ")
		Expect(shell(folder, "OVERLAYTEST_TRACE=1 OVERLAYTEST_DIFF=1 "+why+" "+replay)).To(And(
			MatchRegexp(`because #\d+:\n\s+.*sent at calls.go:33 `), MatchRegexp(`trace:\n\s+0.000000000 #1 +n\d booted`),
			ContainSubstring("diff: 3 runs agree event for event")))
	})

	It("leaves a Go test that fails, without the seed", func() {
		shell(folder, printed(output, "Go test: "))
		tests, _ := filepath.Glob(folder + "/story_*_test.go")
		Expect(tests).To(HaveLen(1))
		Expect(read("", tests[0])).NotTo(ContainSubstring("Seed:"))
		Expect(shell(folder, "go test -run TestStory .")).To(ContainSubstring(`the law "everybody hears every call" does not hold: Eventually Mail.Missing`))
	})

	It("says when the law holds in the saved case, and how to forget it", func() {
		tests, _ := filepath.Glob(folder + "/story_*_test.go")
		Expect(os.Remove(tests[0])).To(Succeed())
		write(folder, "calls_test.go", strings.Replace(read(folder, "calls_test.go"), "Should(BeEmpty())", "ShouldNot(BeNil())", 1))
		forget := printed(shell(folder, "go test -v ."), `.*holds in the saved case .*; to forget it: `)
		shell(folder, forget)
		Expect(filepath.Glob(folder + "/testdata/overlaytest/*/*.json")).To(BeEmpty())
	})
})

// story is the part of a screen that tells what happened.
func story(output string) string {
	_, after, _ := strings.Cut(output, "story, of ")
	told, _, _ := strings.Cut(after, "what did not matter")
	told, _, _ = strings.Cut(told, "proof:")
	return told
}

var _ = Describe("A process that dies while it plays a world", Ordered, func() {
	var folder string

	BeforeAll(func() {
		folder = stranger()
		source := strings.Replace(read(folder, "calls.go"), "c.got(id)\n", "c.got(id)\n\tif id == 3 {\n\t\tos.Exit(7)\n\t}\n", 1)
		write(folder, "calls.go", strings.Replace(source, "import (\n", "import (\n\t\"os\"\n", 1))
		write(folder, "calls_test.go", strings.Replace(read(folder, "calls_test.go"), "Should(BeEmpty())", "ShouldNot(BeNil())", 1))
	})

	It("leaves the world behind", func() {
		Expect(shell(folder, "go test .")).To(ContainSubstring("exit status 7"))
		Expect(filepath.Glob(folder + "/testdata/overlaytest/*/running-*.json")).NotTo(BeEmpty())
	})

	It("says so when the law holds in it, and removes it", func() {
		write(folder, "calls.go", strings.Replace(read(folder, "calls.go"), "os.Exit(7)", "_ = os.Args", 1))
		Expect(shell(folder, "go test -v .")).To(ContainSubstring("holds in the world that a process left behind when it died: "))
		Expect(filepath.Glob(folder + "/testdata")).To(BeEmpty())
	})
})
