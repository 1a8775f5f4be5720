// Package architecture holds the project to its own rules: which package may import which, what a
// pure package may not do, how large things grow, and that names are explained. Each rule is a
// function from a package or from the files to sins; each is tested with a planted sin.
package architecture

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"io/fs"
	"slices"
	"strings"
)

// module is our import path; what begins with it is ours.
const module = "github.com/overlaytest/overlaytest"

// A sin is one breach of a rule, at its place.
type sin struct {
	at  token.Position
	say string
}

func (s sin) String() string { return fmt.Sprintf("%s:%d: %s", s.at.Filename, s.at.Line, s.say) }

// A packageRule looks at one package at a time.
type packageRule struct {
	name    string
	demands string
	check   func(p *pkg) []sin
}

// A fileRule looks at the files of the project, whatever they hold.
type fileRule struct {
	name    string
	demands string
	check   func(files fs.FS) []sin
}

var packageRules = []packageRule{
	{"layering", "imports are those of the table", layering},
	{"go statements", "a pure package starts no goroutine", pure(goStatements)},
	{"channels", "a pure package has no channel", pure(channels)},
	{"impure imports", "a pure package imports no lock, no socket, no file and no source of chance", pure(impureImports)},
	{"impure calls", "a pure package asks no wall clock, no global randomness and no global logger", pure(impureCalls)},
	{"floats", "a pure package computes nothing whose last bit depends on the processor", pure(floats)},
	{"package variables", "a pure package never writes a package variable after its declaration", pure(packageVariables)},
	{"init", "a pure package has no init function", pure(initFunctions)},
	{"map order", "a pure package ranges over a map only where it says why any order will do", pure(mapOrder)},
	{"coroutines", "iter.Pull lives in one file of sim; recover there or nowhere", pure(coroutines)},
	{"function size", "a function has at most 60 lines", functionSize},
	{"file size", "a file has at most 400 lines", fileSize},
	{"exported names", "sim, harness and ipv8 export at most 40 names each", exportedNames},
	{"documentation", "every exported name is explained", documentation},
	{"package documentation", "every package says in at most 12 lines what it is", packageDocumentation},
	{"type names", "no type is called Manager, Util, Helper, Base, Context or Options", typeNames},
	{"bool parameters", "no exported function takes a bool", boolParameters},
	{"spec size", "a spec has at most 12 lines", specSize},
}

var fileRules = []fileRule{
	{"top level", "only the agreed folders and files stand at the top", topLevel},
	{"test files only", "suites hold test files only", testFilesOnly},
	{"words", "no file names a machine's paths, a ticket or unfinished work", words},
}

// A pkg is one package of ours: all its files as syntax, and types for those that are built here
// and are not tests.
type pkg struct {
	path  string // below the module: "sim", "ipv8/keys"
	fset  *token.FileSet
	files []*ast.File // all of them, by name
	code  []*ast.File // without tests and without files for other platforms
	info  *types.Info
	types *types.Package
}

func (p *pkg) at(pos token.Pos) token.Position { return p.fset.Position(pos) }

func (p *pkg) line(pos token.Pos) int { return p.fset.Position(pos).Line }

func (p *pkg) isTest(f *ast.File) bool {
	return strings.HasSuffix(p.at(f.FileStart).Filename, "_test.go")
}

func (p *pkg) sin(pos token.Pos, format string, args ...any) sin {
	return sin{p.at(pos), fmt.Sprintf(format, args...)}
}

// within tells whether a package is one of the named ones or lies below one of them.
func within(path string, roots ...string) bool {
	return slices.ContainsFunc(roots, func(root string) bool {
		return path == root || strings.HasPrefix(path, root+"/")
	})
}

// isPure tells whether a package may hold nothing but values that are stepped.
func isPure(path string) bool {
	return within(path, "sim", "fixtures", "ipv8") && !within(path, "sim/bubble", "ipv8/udp")
}

// pure makes a rule of a check that concerns the pure packages alone.
func pure(check func(p *pkg) []sin) func(p *pkg) []sin {
	return func(p *pkg) []sin {
		if !isPure(p.path) {
			return nil
		}
		return check(p)
	}
}

// nodes asks visit about every node of a package's code; what it says is a sin of that node.
func nodes(p *pkg, visit func(n ast.Node) string) []sin {
	var sins []sin
	for _, f := range p.code {
		ast.Inspect(f, func(n ast.Node) bool {
			if n == nil {
				return false
			}
			if say := visit(n); say != "" {
				sins = append(sins, p.sin(n.Pos(), "%s", say))
			}
			return true
		})
	}
	return sins
}

// uses asks visit about every use of a declared thing in a package's code.
func uses(p *pkg, visit func(obj types.Object) string) []sin {
	return nodes(p, func(n ast.Node) string {
		id, ok := n.(*ast.Ident)
		if !ok || p.info.Uses[id] == nil {
			return ""
		}
		return visit(p.info.Uses[id])
	})
}

func sorted(sins []sin) []sin {
	return slices.SortedStableFunc(slices.Values(sins), func(a, b sin) int {
		return cmp.Or(cmp.Compare(a.at.Filename, b.at.Filename), cmp.Compare(a.at.Line, b.at.Line),
			cmp.Compare(a.say, b.say))
	})
}
