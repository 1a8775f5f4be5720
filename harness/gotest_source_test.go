package harness

import (
	"os"
	"reflect"
	"strings"
	"testing"
)

const source = `package calls_test

import (
	"testing"

	"example.org/made"
	odd "example.org/very/odd"
)

var hearing = properties.Law[*caller]{
	Name: "everybody hears",
}

func TestHearing(t *testing.T) { hearing.Check(t) }             // line 14
func TestMade(t *testing.T)    { made.Law(odd.Size(3)).Check(t) } // line 15

func TestOfTest(t *testing.T) { inBubble(t).Check(t) } // line 16

func TestLocal(t *testing.T) {
	law := hearing
	law.Check(t) // line 21
	build(func() {}).Check(t)
	Describe("calls", func() {
		It("are heard", func() { hearing.Check(GinkgoT()) }) // line 24
	})
}
`

func inPackage(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{"calls.go": "package calls", "broken_test.go": "pack", "calls_test.go": source} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestLawIsNamedAsItsLineNamesIt(t *testing.T) {
	inPackage(t)
	lines := strings.Split(source, "\n")
	for mark, want := range map[string]lawSource{
		"line 14": {pkg: "calls_test", expression: "hearing", place: "calls_test.go:14"},
		"line 15": {pkg: "calls_test", expression: "made.Law(odd.Size(3))", imports: []string{`"example.org/made"`, `odd "example.org/very/odd"`}, place: "calls_test.go:15"},
		"line 16": {pkg: "calls_test", expression: "inBubble(t)", place: "calls_test.go:17"},
		"line 21": {},
		"build(":  {},
		"line 24": {pkg: "calls_test", expression: "hearing", place: "calls_test.go:24"},
	} {
		for i, line := range lines {
			if !strings.Contains(line, mark) {
				continue
			}
			if got, found := lawAt("calls_test.go", i+1); !reflect.DeepEqual(got, want) || found != (want.pkg != "") {
				t.Errorf("the law of %q is %+v, want %+v", line, got, want)
			}
		}
	}
}

func TestLawIsFoundByItsName(t *testing.T) {
	inPackage(t)
	got, err := findLaw("everybody hears")
	if want := (lawSource{pkg: "calls_test", expression: "hearing", place: "calls_test.go:10"}); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("the law is %+v, %v, want %+v", got, err, want)
	}
	if _, err := findLaw("nobody hears"); err != errUnnamed {
		t.Errorf("of a law that is nowhere is said %v", err)
	}
}
