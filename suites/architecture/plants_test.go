package architecture

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"
	"testing/fstest"

	. "github.com/onsi/gomega"
)

// A plant is a small package with sins in it. A line that ends in "//sin" must be reported by the
// rule, no other line may be; "//fine" marks the near misses. The marks are cut off before parsing.
// "-- name --" begins a further file; the first is called a.go.
type plant struct {
	rule string
	path string // of the package, below the module
	src  string
}

var plants = slices.Concat(layeringPlants, statementPlants, variablePlants, sizePlants, docPlants)

const (
	sinMark  = "//sin"
	fineMark = "//fine"
)

// A source is one file of a plant, its marks taken out.
type source struct {
	name string
	text string
	sins []string // "file:line"
	fine int
}

func (p plant) sources() []source {
	current := source{name: "a.go"}
	var all []source
	for line := range strings.Lines(p.src) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "-- "); ok {
			all = append(all, current)
			current = source{name: strings.TrimSuffix(name, " --")}
			continue
		}
		current.add(strings.TrimSuffix(line, "\n"))
	}
	return append(all, current)
}

func (s *source) add(line string) {
	if cut, ok := strings.CutSuffix(line, sinMark); ok {
		s.sins = append(s.sins, fmt.Sprintf("%s:%d", s.name, strings.Count(s.text, "\n")+1))
		line = strings.TrimRight(cut, " ")
	}
	if cut, ok := strings.CutSuffix(line, fineMark); ok {
		s.fine++
		line = strings.TrimRight(cut, " ")
	}
	s.text += line + "\n"
}

// grow parses and type-checks a plant; want are the places to be reported.
func (p plant) grow(foreign types.Importer) (grown *pkg, want []string) {
	grown = &pkg{path: p.path, fset: token.NewFileSet()}
	for _, s := range p.sources() {
		f, err := parser.ParseFile(grown.fset, s.name, s.text, parser.ParseComments|parser.SkipObjectResolution)
		Expect(err).NotTo(HaveOccurred())
		grown.files = append(grown.files, f)
		if !strings.HasSuffix(s.name, "_test.go") {
			grown.code = append(grown.code, f)
		}
		want = append(want, s.sins...)
	}
	var wrong []error
	grown.check(withEmptyPackages(foreign), func(err error) { wrong = append(wrong, err) })
	Expect(wrong).To(BeEmpty())
	return grown, want
}

// withEmptyPackages imports a package of nothing for every path with a dot in its first element.
func withEmptyPackages(foreign types.Importer) types.Importer {
	return importerFunc(func(path string) (*types.Package, error) {
		if !isStandard(path) {
			empty := types.NewPackage(path, "empty")
			empty.MarkComplete()
			return empty, nil
		}
		return foreign.Import(path)
	})
}

func isStandard(path string) bool { return !strings.Contains(strings.Split(path, "/")[0], ".") }

// plantedImports are the packages of the standard library that plants import.
func plantedImports() []string {
	var paths []string
	for _, p := range plants {
		for _, s := range p.sources() {
			f, err := parser.ParseFile(token.NewFileSet(), s.name, s.text, parser.ImportsOnly)
			if err != nil {
				panic(fmt.Sprintf("architecture: a plant against %q: %v", p.rule, err))
			}
			paths = append(paths, standardImports(f)...)
		}
	}
	return paths
}

func standardImports(f *ast.File) []string {
	var paths []string
	for _, spec := range f.Imports {
		if path, err := strconv.Unquote(spec.Path.Value); err == nil && isStandard(path) {
			paths = append(paths, path)
		}
	}
	return paths
}

// plantedRules are the rules that have both a planted sin and a near miss.
func plantedRules() []string {
	sins, fine := map[string]int{}, map[string]int{}
	for _, p := range plants {
		for _, s := range p.sources() {
			sins[p.rule] += len(s.sins)
			fine[p.rule] += s.fine
		}
	}
	for _, p := range plantedFiles {
		sins[p.rule] += len(p.want)
		fine[p.rule] += len(p.files) - len(p.want)
	}
	var both []string
	for rule := range sins {
		if sins[rule] > 0 && fine[rule] > 0 {
			both = append(both, rule)
		}
	}
	return both
}

// A filePlant is a small project with sins in its files.
type filePlant struct {
	rule  string
	files fstest.MapFS
	want  []string
}

// text is a file of the lines given.
func text(lines ...string) *fstest.MapFile {
	return &fstest.MapFile{Data: []byte(strings.Join(lines, "\n") + "\n")}
}

var plantedFiles = []filePlant{
	{"top level", fstest.MapFS{
		".gitignore": text("*.out", "_artifacts/"), "go.mod": text(), "sim/world.go": text(), ".github/workflows/ci.yml": text(),
		"cpu.out": text(), "_artifacts/a.json": text(), "cmd/overlaytest/main.go": text(),
		"notes.md": text(), "pkg/a.go": text(), "cmd/other/main.go": text(),
	}, []string{"cmd/other:1", "notes.md:1", "pkg:1"}},
	{"test files only", fstest.MapFS{
		"suites/gossip/gossip_test.go": text(), "suites/gossip/testdata/story.txt": text(), "sim/world.go": text(),
		"suites/gossip/gossip.go": text(),
	}, []string{"suites/gossip/gossip.go:1"}},
	{"words", fstest.MapFS{
		"README.md":          text("The work of a home/user is shared.", "See /etc/hosts, https://example.org/"+"work/", "reissue 20 keys"),
		"LICENSE":            text("TO" + "DO"),
		"a/testdata/a.txt":   text("TO" + "DO"),
		"sim/todo.go":        text("package sim", "", "// Todos is about context.Todo and a methodology."),
		"sim/a.go":           text("package sim", "// TO"+"DO: finish", "// good", "// read from /wo"+"rk/a"),
		"ipv8/README.md":     text("as in iss"+"ue #12", "", "this holds for n"+"ow"),
		"ipv8/testdata/x.md": text("", "made in (/tm"+"p/x)"),
	}, []string{"ipv8/README.md:1", "ipv8/README.md:3", "ipv8/testdata/x.md:2", "sim/a.go:2", "sim/a.go:4"}},
}
