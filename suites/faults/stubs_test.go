package faults_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/overlaytest/overlaytest/fixtures"
)

// stub switches off one effect in the source of the engine.
type stub struct {
	name    string
	file    string // from the root of the repository
	code    string // statements that stand in it exactly once
	instead string
	red     []string // the faults whose conformance tests then fail; none: the one of the stub's name
}

// turns lists the faults whose tests turn red under a stub.
func (s stub) turns() []string {
	if s.red == nil {
		return []string{s.name}
	}
	return s.red
}

// TestStubs switches off the effect of each fault in turn and demands that its conformance test fails. The edits are made in copies of the
// engine's files, which "go test -overlay" puts in the place of the originals; one binary holds them all, and a variable of the environment
// chooses one.
func TestStubs(t *testing.T) {
	binary := buildStubbed(t)
	if out, err := conformance(binary, "none", "."); err != nil {
		t.Fatalf("without a stub: %v\n%s", err, out)
	}
	red, all := 0, 0
	for _, s := range stubs {
		for _, name := range s.turns() {
			all++
			if turnsRed(t, binary, s, name) {
				red++
			}
		}
	}
	t.Logf("%d of %d turned red: %d stubs, %d faults", red, all, len(stubs), len(faults))
}

// TestEveryRuleHasAConformanceTest keeps the table here in step with what scenarios can ask for by name.
func TestEveryRuleHasAConformanceTest(t *testing.T) {
	for _, m := range fixtures.Rules() {
		name := m.Name
		if name == "constant" {
			name = "latency"
		}
		if !slices.ContainsFunc(faults, func(f fault) bool { return f.name == name }) {
			t.Errorf("the rule %q has no conformance test", m.Name)
		}
	}
}

// TestEveryFaultHasAStub: a fault that no stub turns red would not be tested; a stub that turns nothing red neither.
func TestEveryFaultHasAStub(t *testing.T) {
	var turned []string
	for _, s := range stubs {
		turned = append(turned, s.turns()...)
	}
	for _, f := range faults {
		if !slices.Contains(turned, f.name) {
			t.Errorf("no stub turns the test of %q red", f.name)
		}
	}
	for _, name := range turned {
		if !slices.ContainsFunc(faults, func(f fault) bool { return f.name == name }) {
			t.Errorf("there is no fault %q", name)
		}
	}
}

// turnsRed reports whether a fault's test fails by its own judgement under a stub.
func turnsRed(t *testing.T, binary string, s stub, name string) bool {
	t.Helper()
	t.Logf("%s: without %q in %s", name, s.code, s.file)
	out, err := conformance(binary, s.name, "^"+strings.ReplaceAll(name, " ", "_")+"$")
	failed := bytes.Contains(out, []byte("--- FAIL: TestConformance/"+strings.ReplaceAll(name, " ", "_")))
	switch {
	case err == nil:
		t.Errorf("stub %q: the test of %q is green", s.name, name)
	case !failed || bytes.Contains(out, []byte("panic:")):
		t.Errorf("stub %q: the test of %q did not fail but break: %v\n%s", s.name, name, err, out)
	default:
		return true
	}
	return false
}

// conformance runs conformance tests with a stub in place.
func conformance(binary, stub, pattern string) ([]byte, error) {
	run := exec.Command(binary, "-test.run=^TestConformance$/"+pattern, "-test.timeout=1m")
	run.Env = append(os.Environ(), "OVERLAYTEST_STUB="+stub)
	return run.CombinedOutput()
}

// buildStubbed builds this package's tests with all stubs in the engine.
func buildStubbed(t *testing.T) (binary string) {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skipf("no go command to build the stubs with: %v", err)
	}
	dir := t.TempDir()
	root, err := filepath.Abs(filepath.Join("..", ".."))
	check(t, err)
	replace := map[string]string{}
	put := func(path, text string) {
		copied := filepath.Join(dir, strings.ReplaceAll(path, "/", "_"))
		check(t, os.WriteFile(copied, []byte(text), 0o644))
		replace[filepath.Join(root, filepath.FromSlash(path))] = copied
	}
	for path, text := range stubbedFiles(t, root) { // any order: the files are independent
		put(path, text)
	}
	for _, name := range []string{"sim", "fixtures"} {
		put(name+"/stubbed.go", fmt.Sprintf(chooser, name))
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	check(t, err)
	check(t, os.WriteFile(filepath.Join(dir, "overlay.json"), overlay, 0o644))
	binary = filepath.Join(dir, "stubbed.test")
	build := exec.Command("go", "test", "-c", "-overlay", filepath.Join(dir, "overlay.json"), "-o", binary, ".")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", build, err, out)
	}
	return binary
}

// chooser is what the stubs ask.
const chooser = `package %s

import "os"

var theStub = os.Getenv("OVERLAYTEST_STUB")

func stubbed(name string) bool { return theStub == name }
`

// stubbedFiles returns the engine's files with all stubs in them.
func stubbedFiles(t *testing.T, root string) map[string]string {
	t.Helper()
	texts, edits := map[string]string{}, map[string][]string{}
	for _, s := range stubs {
		if texts[s.file] == "" {
			data, err := os.ReadFile(filepath.Join(root, s.file))
			check(t, err)
			texts[s.file] = string(data)
		}
		if n := strings.Count(texts[s.file], s.code); n != 1 {
			t.Fatalf("stub %q: %q stands in %s %d times, want once", s.name, s.code, s.file, n)
		}
		edits[s.file] = append(edits[s.file], s.code, fmt.Sprintf("if stubbed(%q) { %s } else { %s }", s.name, s.instead, s.code))
	}
	for file, pairs := range edits { // any order: the files are independent
		texts[file] = strings.NewReplacer(pairs...).Replace(texts[file])
	}
	return texts
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
