package zoo_test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/overlaytest/overlaytest/fixtures/overlays"
)

var goTests = flag.Uint64("zoo.gotests", 5, "how many searches there are for each species, for the Go test of each failure to be tried")

// TestGeneratedGoTestsFail follows a user who finds a bug and keeps the Go test: in a module of its own it checks the law of every species,
// puts the Go tests which the failures leave behind next to the laws, and runs them. As they should, they fail with the words of the failure
// they come from. Then it mends the bugs, and they pass.
func TestGeneratedGoTestsFail(t *testing.T) {
	if !*measure {
		t.Skip("-zoo, or make zoo")
	}
	folder := workshop(t)
	found := generate(t, folder)
	for i := range found {
		found[i].keep(t, folder)
	}
	said := sayings(stories(folder))
	write(t, folder+"/laws_test.go", lawsOf("Twin"))
	mended := stories(folder)
	failed, passed, seedless := 0, 0, 0
	for _, g := range found {
		if g.said != "" && said[g.name] == g.said {
			failed++
		} else {
			t.Errorf("%s %s\nsaid  %q\nafter %q", g.species, g.name, said[g.name], g.said)
		}
		if strings.Contains(mended, "--- PASS: "+g.name+" ") {
			passed++
		} else {
			t.Errorf("%s %s does not pass when the bug is mended", g.species, g.name)
		}
		if g.text != "" && !strings.Contains(g.text, "Seed:") {
			seedless++
		}
	}
	fmt.Printf("%d of %d generated Go tests fail as they should, %d pass when the bug is mended, %d need no seed\n", failed, len(found), passed, seedless)
	if len(found) == 0 || t.Failed() {
		t.Fatalf("with the bugs:\n%v\nwithout:\n%s", said, mended)
	}
}

// stories runs the Go tests in the workshop, of which some are to fail, and returns what they print.
func stories(folder string) (output string) {
	output, _ = command(folder, "go", "test", "-count=1", "-v", "-run", "^TestStory", ".")
	return output
}

// A generated is the Go test of a failure.
type generated struct {
	species, said string // what the failure said in its first line
	name, text    string // of the test; "" when there is none
	number        int
}

var testName = regexp.MustCompile(`\bTestStory[0-9a-f]+`)

// keep writes the test next to the laws. Two searches may come to the same world: so every name has the number of its search.
func (g *generated) keep(t *testing.T, folder string) {
	if g.text == "" {
		return
	}
	g.name = fmt.Sprintf("%s_%d", testName.FindString(g.text), g.number)
	text := testName.ReplaceAllString(g.text, g.name)
	write(t, filepath.Join(folder, fmt.Sprintf("story_%d_test.go", g.number)), text)
}

// generate checks the laws of the species and returns what came of those that failed.
func generate(t *testing.T, folder string) (found []generated) {
	if out, err := command(folder, "go", "test", "-c", "-o", "laws.test", "."); err != nil {
		t.Fatalf("the laws: %v\n%s", err, out)
	}
	for i, s := range declared() {
		if !strings.Contains(s.name+" "+s.overlay, *species) {
			continue
		}
		for seed := range *goTests {
			out, err := command(folder, "./laws.test", fmt.Sprintf("-test.run=^TestLaw%d$", i), fmt.Sprintf("-rapid.seed=%d", base(seed)))
			if err == nil {
				t.Errorf("%q was not found by search %d", s.name, seed+1)
				continue
			}
			g := generated{species: s.name, said: sayings(out)[fmt.Sprintf("TestLaw%d", i)], number: len(found) + 1}
			stories, _ := filepath.Glob(filepath.Join(folder, "testdata/overlaytest/*/story_*_test.go"))
			if len(stories) == 1 {
				g.text = read(t, stories[0])
			} else {
				t.Errorf("%q, search %d, left %d Go tests\n%s", s.name, seed+1, len(stories), out)
			}
			found = append(found, g)
			if err := os.RemoveAll(filepath.Join(folder, "testdata")); err != nil {
				t.Fatal(err)
			}
		}
	}
	return found
}

// sayings are the first lines of the failures of tests, by the names of the tests.
func sayings(output string) map[string]string {
	said, current := map[string]string{}, ""
	for line := range strings.Lines(output) {
		if _, name, starts := strings.Cut(line, "--- FAIL: "); starts {
			current, _, _ = strings.Cut(name, " ")
		}
		if _, name, starts := strings.Cut(line, "=== RUN   "); starts {
			current = strings.TrimSpace(name)
		}
		if i := strings.Index(line, "the law "); i >= 0 && strings.Contains(line, " does not hold: ") && said[current] == "" {
			said[current] = strings.TrimSpace(line[i:])
		}
	}
	return said
}

// declaredLaw is how a file of the workshop writes the law of a species, up to what it boots.
type declaredLaw struct{ name, overlay, expression string }

func declared() (all []declaredLaw) {
	write := func(law, list string, i int, name, overlay string) {
		all = append(all, declaredLaw{name, overlay, fmt.Sprintf("%s(overlays.%s()[%d]", law, list, i)})
	}
	for i, s := range overlays.GossipSpecies() {
		write("spreads", "GossipSpecies", i, s.Name, s.Overlay)
	}
	for i, s := range overlays.SwimSpecies() {
		write("swims", "SwimSpecies", i, s.Name, s.Overlay)
	}
	for i, s := range overlays.StoreSpecies() {
		write("stores", "StoreSpecies", i, s.Name, s.Overlay)
	}
	for i, s := range overlays.IPv8Species() {
		write("walks", "IPv8Species", i, s.Name, s.Overlay)
	}
	return all
}

// workshop makes a module outside of ours that has the laws of the zoo and a test of each species, and returns its folder.
func workshop(t *testing.T) (folder string) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	folder = t.TempDir()
	module := strings.Replace(read(t, root+"/go.mod"), "module github.com/overlaytest/overlaytest", "module workshop", 1)
	module += "\nrequire github.com/overlaytest/overlaytest v0.0.0\n\nreplace github.com/overlaytest/overlaytest => " + root + "\n"
	write(t, folder+"/go.mod", module)
	for copied, original := range map[string]string{ // any order: the files are independent
		"go.sum": root + "/go.sum", "species_test.go": "species_test.go", "ipv8_test.go": "ipv8_test.go",
		"store_test.go": "store_test.go",
	} {
		write(t, filepath.Join(folder, copied), read(t, original))
	}
	write(t, folder+"/laws_test.go", lawsOf("Boot"))
	return folder
}

// lawsOf is a file with a law for every species, which has Boot or Twin, and its test.
func lawsOf(boot string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "package zoo_test\n\nimport (\n\t\"testing\"\n\n\t%q\n)\n\n", "github.com/overlaytest/overlaytest/fixtures/overlays")
	fmt.Fprintf(&b, "type (\n\tMonger  = overlays.Monger\n\tSwimmer = overlays.Swimmer\n)\n")
	for i, s := range declared() {
		fmt.Fprintf(&b, "\nvar law%d = %s.%s)\n\nfunc TestLaw%d(t *testing.T) { law%d.Check(t) }\n", i, s.expression, boot, i, i)
	}
	return b.String()
}

// command runs a command in the workshop and returns what it prints. Nothing is fetched.
func command(folder, name string, args ...string) (output string, err error) {
	c := exec.Command(name, args...)
	c.Dir = folder
	c.Env = append(os.Environ(), "GOFLAGS=-mod=mod -vet=off", "GOPROXY=off", "GOWORK=off", fmt.Sprintf("OVERLAYTEST_WORLDS=%d", *worlds))
	out, err := c.CombinedOutput()
	return string(out), err
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestSayingsAreFirstLinesOfFailures(t *testing.T) {
	said := sayings("=== RUN   TestA\n    a_test.go:7: the law \"l\" does not hold: p\n        the law \"l\" does not hold: q\n--- FAIL: TestA (0.00s)\n" +
		"=== RUN   TestB\n--- PASS: TestB (0.00s)\n--- FAIL: TestC (0.00s)\n    c_test.go:7: the law \"l\" does not hold: r\n")
	if len(said) != 2 || said["TestA"] != `the law "l" does not hold: p` || said["TestC"] != `the law "l" does not hold: r` {
		t.Errorf("%q", said)
	}
}
