// Package bdd_test holds what worlds do in Ginkgo specs. Specs that fail on purpose run in a process of their own.
package bdd_test

import (
	"errors"
	"os"
	"os/exec"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/format"
)

func TestSpecs(t *testing.T) {
	format.TruncatedDiff = false
	RegisterFailHandler(Fail)
	RunSpecs(t, "BDD")
}

// failing is set in the process whose specs fail on purpose.
const failing = "BDD_SUITE_FAILS"

// output runs the specs of a focus that fail on purpose, with Ginkgo's seed 1, and returns what they print.
func output(focus string, flags ...string) string {
	command := exec.Command(os.Args[0], "-test.run=^TestSpecs$", "-ginkgo.no-color", "-ginkgo.seed=1", "-ginkgo.focus=On purpose .*"+focus)
	command.Args = append(command.Args, flags...)
	command.Dir = GinkgoT().TempDir() // for the cases and artefacts it leaves
	command.Env = append(os.Environ(), failing+"=1", "OVERLAYTEST_BASE=", "TMPDIR="+command.Dir)
	text, err := command.CombinedOutput()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		Fail(err.Error())
	}
	return string(text)
}
