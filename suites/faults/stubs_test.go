package faults_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/harness"
)

// stub switches off one effect in the source of the engine.
type stub struct {
	name    string
	file    string // from the root of the repository
	code    string // statements that stand in it exactly once
	instead string
	red     []string // the faults whose conformance tests then fail; none: the one of the stub's name
}

// stubs are all that there are. Several may stand in the place of the same statements.
var stubs = slices.Concat(engineStubs, linkStubs, scenarioStubs, measuredStubs, natStubs)

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
	for i, out := range drilled(binary) {
		all += len(stubs[i].turns())
		red += turnsRed(t, stubs[i], out)
	}
	t.Logf("%d of %d turned red: %d stubs, %d faults", red, all, len(stubs), len(faults))
}

// TestEveryRuleHasAConformanceTest keeps the table here in step with what scenarios can ask for by name.
func TestEveryRuleHasAConformanceTest(t *testing.T) {
	for _, m := range slices.Concat(fixtures.Rules(), fixtures.Accesses()) {
		name := m.Name
		if name == "constant" {
			name = "latency"
		}
		if _, err := fixtures.AccessMixNamed(strings.TrimSuffix(name, "-codel")); err == nil {
			name = "access of a mix"
		}
		if !slices.ContainsFunc(faults, func(f fault) bool { return f.name == name }) {
			t.Errorf("the rule %q has no conformance test", m.Name)
		}
	}
}

// TestEveryVerbHasAConformanceTest keeps the table here in step with what the scenarios of package harness can do.
func TestEveryVerbHasAConformanceTest(t *testing.T) {
	verbs := declaredVerbs(t)
	if len(verbs) == 0 {
		t.Fatal("package harness declares no verb")
	}
	for _, verb := range verbs {
		uses := usesOf(verb)
		if len(uses) == 0 {
			t.Errorf("%q is neither a fault nor a change", verb)
		}
		for _, name := range uses {
			if !slices.ContainsFunc(faults, func(f fault) bool { return f.name == name }) {
				t.Errorf("%q has no conformance test", name)
			}
		}
	}
}

// usesOf are the names of the tests that a verb must have: as a fault, as a change, or both. What a scenario takes a verb for, its validation
// says.
func usesOf(verb harness.Verb) (names []string) {
	s := harness.Scenario{Nodes: []string{"a", "b"}, Topology: harness.Choice{Name: "complete"}, Duration: second}
	as := func(kind, field string, s harness.Scenario) {
		if err := s.Validate(); err == nil || !strings.Contains(err.Error(), field) {
			names = append(names, kind+" "+string(verb))
		}
	}
	s.Faults = []harness.Fault{{ID: "f", Do: verb}}
	as("fault", "Faults[0].Do", s)
	s.Faults, s.Churn = nil, []harness.Change{{Node: "a", Do: verb}}
	as("churn", "Churn[0].Do", s)
	return names
}

// declaredVerbs are the constants of type Verb in the source of package harness.
func declaredVerbs(t *testing.T) (verbs []harness.Verb) {
	t.Helper()
	files, err := filepath.Glob("../../harness/*.go")
	check(t, err)
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		check(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			spec, is := n.(*ast.ValueSpec)
			if !is {
				return true
			}
			if kind, is := spec.Type.(*ast.Ident); is && kind.Name == "Verb" {
				for _, value := range spec.Values {
					text, err := strconv.Unquote(value.(*ast.BasicLit).Value)
					check(t, err)
					verbs = append(verbs, harness.Verb(text))
				}
			}
			return false
		})
	}
	return verbs
}

// TestEveryFaultHasAStub: a fault that no stub turns red would not be tested; a stub that turns nothing red neither.
func TestEveryFaultHasAStub(t *testing.T) {
	var turned []string
	named := map[string]bool{}
	for _, s := range stubs {
		if named[s.name] {
			t.Errorf("two stubs are called %q", s.name)
		}
		named[s.name] = true
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

// drilled runs the tests that each stub should turn red, as many at a time as there are processors, and returns what they say.
func drilled(binary string) [][]byte {
	says := make([][]byte, len(stubs))
	var all sync.WaitGroup
	for part, parts := 0, runtime.GOMAXPROCS(0); part < parts; part++ {
		all.Go(func() {
			for i := part; i < len(stubs); i += parts {
				names := strings.ReplaceAll(strings.Join(stubs[i].turns(), "|"), " ", "_")
				says[i], _ = conformance(binary, stubs[i].name, "^("+names+")$")
			}
		})
	}
	all.Wait()
	return says
}

// turnsRed counts the faults whose tests fail by their own judgement under a stub, of those that should.
func turnsRed(t *testing.T, s stub, out []byte) (red int) {
	t.Helper()
	t.Logf("%s: without %q in %s", s.name, s.code, s.file)
	for _, name := range s.turns() {
		failed := bytes.Contains(out, []byte("--- FAIL: TestConformance/"+strings.ReplaceAll(name, " ", "_")+" ("))
		switch {
		case bytes.Contains(out, []byte("panic:")):
			t.Errorf("stub %q: the test of %q did not fail but break:\n%s", s.name, name, out)
		case !failed:
			t.Errorf("stub %q: the test of %q is green", s.name, name)
		default:
			red++
		}
	}
	return red
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
	for _, name := range []string{"sim", "fixtures", "harness"} {
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
	texts, edits := map[string]string{}, map[string]map[string]string{}
	for _, s := range stubs {
		if texts[s.file] == "" {
			data, err := os.ReadFile(filepath.Join(root, s.file))
			check(t, err)
			texts[s.file], edits[s.file] = string(data), map[string]string{}
		}
		if n := strings.Count(texts[s.file], s.code); n != 1 {
			t.Fatalf("stub %q: %q stands in %s %d times, want once", s.name, s.code, s.file, n)
		}
		edits[s.file][s.code] += fmt.Sprintf("if stubbed(%q) { %s } else ", s.name, s.instead)
	}
	for file, choices := range edits { // any order: the files are independent
		var pairs []string
		for code, choice := range choices { // any order: no statement stands in another one
			pairs = append(pairs, code, choice+"{ "+code+" }")
		}
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
