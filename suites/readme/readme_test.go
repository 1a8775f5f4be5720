// Package readme follows the README: what it says of a module of one's own is tried in one.
package readme

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	goBlock   = regexp.MustCompile("(?s)```go\n(.*?)```")
	failure   = regexp.MustCompile("(?s)```\n--- FAIL: TestEverybodyIsKnown \\([^)]*\\)\n(.*?)```")
	brokenWay = regexp.MustCompile(`(?m)^func \(g \*Greeter\) tell\(\) string .*$`)
)

func TestTheModuleOfOnesOwnFailsAsPrintedAndIsMended(t *testing.T) {
	text := read(t, "../../README.md")
	blocks, printed := goBlock.FindAllStringSubmatch(text, -1), failure.FindStringSubmatch(text)
	if len(blocks) < 3 || printed == nil {
		t.Fatalf("README.md: found %d blocks of Go and the failure %q; want greet.go, greet_test.go, the mended line, and the failure", len(blocks), printed)
	}
	dir := t.TempDir()
	overlay, spec, mended := blocks[0][1], blocks[1][1], strings.TrimSpace(blocks[2][1])
	module(t, dir)
	write(t, dir, "greet.go", overlay)
	write(t, dir, "greet_test.go", spec)
	if out, err := test(t, dir); err == nil || !strings.Contains(out, printed[1]) {
		t.Fatalf("the broken greeter: %v\n%s\nREADME.md prints\n%s", err, out, printed[1])
	}
	write(t, dir, "greet.go", brokenWay.ReplaceAllLiteralString(overlay, mended))
	if out, err := test(t, dir); err != nil {
		t.Fatalf("the mended greeter: %v\n%s", err, out)
	}
}

// module makes dir a module that uses this repository, with the versions that this repository uses, so that nothing is fetched.
func module(t *testing.T, dir string) {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	_, requirements, _ := strings.Cut(read(t, "../../go.mod"), "\n")
	write(t, dir, "go.mod", "module example.org/greet\n"+requirements+
		"\nrequire github.com/overlaytest/overlaytest v0.0.0\nreplace github.com/overlaytest/overlaytest => "+root+"\n")
	write(t, dir, "go.sum", read(t, "../../go.sum"))
}

// test runs go test in the module.
func test(t *testing.T, dir string) (out string, err error) {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", "test", "-mod=mod", "-count=1", "./...")
	command.Dir = dir
	b, err := command.CombinedOutput()
	return string(b), err
}

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(b), "\r\n", "\n")
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
