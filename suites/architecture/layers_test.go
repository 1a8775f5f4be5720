package architecture

import (
	"fmt"
	"go/ast"
	"strconv"
	"strings"
)

const (
	crypto = "golang.org/x/crypto"
	ginkgo = "github.com/onsi/ginkgo/v2"
	gomega = "github.com/onsi/gomega"
	rapid  = "pgregory.net/rapid"

	porcupine = "github.com/anishathalye/porcupine"
)

// A layer says what the packages of one name may import. A name, on either side, is a package, or
// with "/..." at its end everything there and below. A package below some internal folder has the
// rights of the package that owns the folder, and shares them with it. The standard library is open
// to all but the pure (see purity). Test files may use rapid as well, and what tests names.
type layer struct {
	packages string
	ours     []string
	foreign  []string
	tests    []string
}

var (
	stack    = []string{"ipv8", "ipv8/keys", "ipv8/wire", "ipv8/peers"}
	public   = []string{"sim", "sim/bubble", "ipv8/...", "fixtures/...", "harness/...", "properties/..."}
	allTools = []string{crypto, ginkgo, gomega, rapid, porcupine,
		"github.com/gopacket/gopacket", "gonum.org/v1/gonum"}
)

// layers is the house. The first line that matches a package holds; a package without a line is a sin.
var layers = []layer{
	{"sim", nil, nil, nil},
	{"sim/bubble", []string{"sim"}, nil, nil},
	{"ipv8/keys", nil, []string{crypto}, nil},
	{"ipv8/wire", nil, nil, nil},
	{"ipv8/peers", []string{"ipv8/keys"}, nil, nil},
	{"ipv8", stack, nil, nil},
	{"ipv8/walk", stack, nil, nil},
	{"ipv8/bootstrap", stack, nil, nil},
	{"ipv8/tracker", append([]string{"ipv8/walk"}, stack...), nil, nil},
	{"ipv8/config", append([]string{"ipv8/walk", "ipv8/bootstrap", "ipv8/tracker"}, stack...), nil, nil},
	{"ipv8/udp", []string{"ipv8"}, nil, nil},
	{"fixtures", []string{"sim"}, nil, nil},
	{"fixtures/overlays", append([]string{"sim", "ipv8/walk", "ipv8/bootstrap", "ipv8/tracker", "ipv8/config"}, stack...), nil, nil},
	{"harness/report", []string{"sim"}, nil, nil},
	{"harness", []string{"sim", "fixtures", "harness/report"}, nil, []string{gomega, "fixtures/overlays"}},
	{"harness/bdd", []string{"harness", "harness/report", "sim", "sim/bubble"}, []string{ginkgo, gomega}, []string{"fixtures/..."}},
	{"properties", []string{"harness", "fixtures", "sim"}, []string{rapid}, []string{gomega, "fixtures/overlays"}},
	{"properties/linearizable", []string{"properties", "harness", "sim"}, []string{porcupine}, []string{gomega, "fixtures/..."}},
	{"suites/...", public, allTools, nil},
	{"examples/...", append([]string{"examples"}, public...), nil, nil},
	{"cmd/overlaytest/...", public, allTools, nil},
}

// owner is the package whose rights a package has: itself, or who keeps the internal folder.
func owner(path string) string {
	before, _, _ := strings.Cut(path+"/", "/internal/")
	return strings.TrimSuffix(before, "/")
}

func matches(pattern, path string) bool {
	root, below := strings.CutSuffix(pattern, "/...")
	return path == root || below && strings.HasPrefix(path, root+"/")
}

func layerOf(path string) (layer, bool) {
	for _, l := range layers {
		if matches(l.packages, owner(path)) {
			return l, true
		}
	}
	return layer{}, false
}

func layering(p *pkg) []sin {
	l, known := layerOf(p.path)
	if !known && len(p.files) > 0 {
		return []sin{p.sin(p.files[0].Package, "package %s has no line in the table of layers", p.path)}
	}
	var sins []sin
	for _, f := range p.files {
		for _, spec := range f.Imports {
			if say := l.forbids(p, spec, p.isTest(f)); say != "" {
				sins = append(sins, p.sin(spec.Pos(), "%s", say))
			}
		}
	}
	return sins
}

// forbids says why an import may not stand in a package of the layer, "" when it may.
func (l layer) forbids(p *pkg, spec *ast.ImportSpec, test bool) string {
	path, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		return err.Error()
	}
	ours, isOurs := strings.CutPrefix(path, module+"/")
	switch {
	case isOurs:
		if owner(ours) == owner(p.path) || anyMatches(l.ours, owner(ours)) || test && anyMatches(l.tests, owner(ours)) {
			return ""
		}
		return fmt.Sprintf("%s may not import %s (it may: %s)", p.path, ours, orNothing(l.ours))
	case !strings.Contains(strings.Split(path, "/")[0], "."):
		return ""
	case anyBelow(l.foreign, path) || test && (anyBelow(l.tests, path) || within(path, rapid)):
		return ""
	}
	return fmt.Sprintf("%s may not import %s (it may, of others' modules: %s)", p.path, path, orNothing(l.foreign))
}

func anyMatches(patterns []string, path string) bool {
	for _, pattern := range patterns {
		if matches(pattern, path) {
			return true
		}
	}
	return false
}

func anyBelow(modules []string, path string) bool { return within(path, modules...) }

func orNothing(names []string) string {
	if len(names) == 0 {
		return "nothing"
	}
	return strings.Join(names, ", ")
}
