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
	failure   = regexp.MustCompile("(?s)```\n--- FAIL: (TestEverybodyIsKnown\\w*) \\([^)]*\\)\n(.*?)```")
	brokenWay = regexp.MustCompile(`(?m)^func \(g \*Greeter\) tell\(\) string .*$`)
	deafWay   = regexp.MustCompile(`(?ms)^func \(g \*Greeter\) hear\(.*?^}$`)
)

// TestTheModuleOfOnesOwn does what a reader does: a spec that fails as printed and is mended, a law that fails as printed and is mended.
func TestTheModuleOfOnesOwn(t *testing.T) {
	text := read(t, "../../README.md")
	blocks, printed := goBlock.FindAllStringSubmatch(text, -1), failure.FindAllStringSubmatch(text, -1)
	if len(blocks) < 5 || len(printed) != 2 {
		t.Fatalf("README.md: found %d blocks of Go and %d failures; want greet.go, greet_test.go, tell, law_test.go, hear; and two", len(blocks), len(printed))
	}
	block := func(i int) string { return strings.TrimSpace(blocks[i][1]) + "\n" }
	dir := t.TempDir()
	module(t, dir)
	overlay := block(0)
	write(t, dir, "greet.go", overlay)
	write(t, dir, "greet_test.go", block(1))
	fails(t, dir, printed[0][2])
	overlay = brokenWay.ReplaceAllLiteralString(overlay, strings.TrimSpace(block(2)))
	write(t, dir, "greet.go", overlay)
	passes(t, dir)
	write(t, dir, "law_test.go", block(3))
	fails(t, dir, printed[1][2])
	write(t, dir, "greet.go", deafWay.ReplaceAllLiteralString(overlay, strings.TrimSpace(block(4))))
	passes(t, dir)
}

// TestAnotherSeedIsNotAnsweredFromMemory has go test remember what came of one RAPID_SEED, and asks for another.
func TestAnotherSeedIsNotAnsweredFromMemory(t *testing.T) {
	blocks, dir := goBlock.FindAllStringSubmatch(read(t, "../../README.md"), -1), t.TempDir()
	module(t, dir)
	overlay := brokenWay.ReplaceAllLiteralString(blocks[0][1], strings.TrimSpace(blocks[2][1]))
	write(t, dir, "greet.go", deafWay.ReplaceAllLiteralString(overlay, strings.TrimSpace(blocks[4][1])))
	write(t, dir, "law_test.go", blocks[3][1])
	for _, one := range []struct {
		seed       string
		remembered bool
	}{{"1", false}, {"1", true}, {"2", false}} {
		t.Setenv("RAPID_SEED", one.seed)
		out, err := goCommand(t, dir, "test", "-mod=mod", "./...")
		if err != nil || strings.Contains(out, "(cached)") != one.remembered {
			t.Errorf("RAPID_SEED=%s, remembered %v: %v\n%s", one.seed, one.remembered, err, out)
		}
	}
}

// fails demands that the module's tests fail in these words.
func fails(t *testing.T, dir, words string) {
	t.Helper()
	if out, err := test(t, dir); err == nil || !strings.Contains(out, words) {
		t.Fatalf("go test: %v\n%s\nREADME.md prints\n%s", err, out, words)
	}
}

func passes(t *testing.T, dir string) {
	t.Helper()
	if out, err := test(t, dir); err != nil {
		t.Fatalf("go test: %v\n%s", err, out)
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
	return goCommand(t, dir, "test", "-mod=mod", "-count=1", "./...")
}

func goCommand(t *testing.T, dir string, args ...string) (out string, err error) {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", args...)
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
