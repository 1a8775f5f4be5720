// Package failure_test follows a failure as a stranger does: in a module of its own it runs a test that fails, pastes what is printed, asks
// why, and keeps the Go test.
package failure_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/format"
)

func TestSpecs(t *testing.T) {
	format.TruncatedDiff = false
	RegisterFailHandler(Fail)
	RunSpecs(t, "Failure")
}

// stranger makes a module outside of ours that has the overlay and the law of testdata/stranger, and returns its folder.
func stranger() string {
	root, err := filepath.Abs("../..")
	Expect(err).NotTo(HaveOccurred())
	folder := GinkgoT().TempDir()
	Expect(os.CopyFS(folder, os.DirFS("testdata/stranger"))).To(Succeed())
	module := strings.Replace(read(root, "go.mod"), "module github.com/overlaytest/overlaytest", "module calls", 1)
	module += "\nrequire github.com/overlaytest/overlaytest v0.0.0\n\nreplace github.com/overlaytest/overlaytest => " + root + "\n"
	write(folder, "go.mod", module)
	write(folder, "go.sum", read(root, "go.sum"))
	return folder
}

func read(folder, name string) string {
	GinkgoHelper()
	text, err := os.ReadFile(filepath.Join(folder, name))
	Expect(err).NotTo(HaveOccurred())
	return string(text)
}

func write(folder, name, text string) {
	GinkgoHelper()
	Expect(os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600)).To(Succeed())
}

// shell runs a command line there as it is pasted, and returns what it prints. Whether it fails is for the specs to see.
func shell(folder, line string) string {
	command := exec.Command("sh", "-c", line)
	command.Dir = folder
	command.Env = append(os.Environ(), "GOFLAGS=-mod=mod -vet=off -ldflags=-w", "GOPROXY=off", "GOWORK=off")
	output, _ := command.CombinedOutput()
	return string(output)
}

// printed is what an output has after a word, to the end of the line or to a parenthesis.
func printed(output, after string) string {
	GinkgoHelper()
	found := regexp.MustCompile(`(?m)^\s*` + after + `(.*?)( \(.*)?$`).FindStringSubmatch(output)
	Expect(found).NotTo(BeNil(), "%q is not in\n%s", after, output)
	return found[1]
}
