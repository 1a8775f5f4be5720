package architecture

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// A tree is the module as loaded: our packages from source, everybody else's from the compiler's
// export data (the go command has it in its cache, so that loading takes about a second).
type tree struct {
	packages []*pkg
	broken   []sin // errors of syntax and of types
	foreign  types.Importer
}

// listed is what the go command says about a package.
type listed struct {
	ImportPath, Dir, Export string
	Module                  *struct{ Path string }
	GoFiles, CgoFiles       []string
	TestGoFiles             []string
	XTestGoFiles            []string
	IgnoredGoFiles          []string
	Imports                 []string
}

func (l listed) ours() bool { return l.Module != nil && l.Module.Path == module }

// load reads the module at root; extra names packages of the standard library to have at hand.
func load(root string, extra []string) (*tree, error) {
	all, err := list(root, "-e", "-deps", "./...")
	if err != nil {
		return nil, err
	}
	wanted := slices.Clone(extra)
	for _, l := range all {
		if l.ours() {
			wanted = append(wanted, l.Imports...)
		}
	}
	t := &tree{}
	fset := token.NewFileSet()
	if t.foreign, err = exports(fset, root, wanted); err != nil {
		return nil, err
	}
	checked := map[string]*types.Package{}
	for _, l := range all { // what is imported comes before who imports it
		if l.ours() {
			p := t.read(fset, root, l)
			t.check(p, checked)
			t.packages = append(t.packages, p)
		}
	}
	return t, nil
}

// list runs go list and decodes its answers.
func list(root string, args ...string) ([]listed, error) {
	fields := "-json=ImportPath,Dir,Export,Module,GoFiles,CgoFiles,TestGoFiles,XTestGoFiles,IgnoredGoFiles,Imports"
	cmd := exec.Command("go", append([]string{"list", fields}, args...)...)
	cmd.Dir = root
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list %s: %w: %s", strings.Join(args, " "), err, stderr.String())
	}
	var all []listed
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var l listed
		if err := dec.Decode(&l); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, err
		}
		all = append(all, l)
	}
}

// exports is an importer of the packages named, those that are ours left out.
func exports(fset *token.FileSet, root string, paths []string) (types.Importer, error) {
	paths = slices.DeleteFunc(paths, func(p string) bool { return within(p, module, "unsafe", "C") })
	slices.Sort(paths)
	all, err := list(root, append([]string{"-export"}, slices.Compact(paths)...)...)
	if err != nil {
		return nil, err
	}
	files := map[string]string{}
	for _, l := range all {
		files[l.ImportPath] = l.Export
	}
	return importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) {
		if files[path] == "" {
			return nil, fmt.Errorf("no export data of %s", path)
		}
		return os.Open(files[path])
	}), nil
}

// read parses all files of a package; positions are relative to the root.
func (t *tree) read(fset *token.FileSet, root string, l listed) *pkg {
	p := &pkg{path: strings.TrimPrefix(strings.TrimPrefix(l.ImportPath, module), "/"), fset: fset}
	code := slices.Concat(l.GoFiles, l.CgoFiles)
	names := slices.Concat(code, l.TestGoFiles, l.XTestGoFiles, l.IgnoredGoFiles)
	slices.Sort(names)
	for _, name := range names {
		src, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(p.path), name))
		if err != nil {
			t.broken = append(t.broken, sin{say: err.Error()})
			continue
		}
		f, err := parser.ParseFile(fset, path.Join(p.path, name), src, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.broken = append(t.broken, sin{fset.Position(f.Package), err.Error()})
		}
		p.files = append(p.files, f)
		if slices.Contains(code, name) {
			p.code = append(p.code, f)
		}
	}
	return p
}

// check gives a package its types; checked are ours that came before.
func (t *tree) check(p *pkg, checked map[string]*types.Package) {
	p.check(importerFunc(func(path string) (*types.Package, error) {
		if own := checked[path]; own != nil {
			return own, nil
		}
		return t.foreign.Import(path)
	}), func(err error) {
		var e types.Error
		if errors.As(err, &e) {
			t.broken = append(t.broken, sin{e.Fset.Position(e.Pos), e.Msg})
		}
	})
	checked[module+"/"+p.path] = p.types
}

// check type-checks the code of a package and hands every error to report.
func (p *pkg) check(from types.Importer, report func(error)) {
	p.info = &types.Info{
		Types:      map[ast.Expr]types.TypeAndValue{},
		Defs:       map[*ast.Ident]types.Object{},
		Uses:       map[*ast.Ident]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{},
	}
	conf := types.Config{Importer: from, Error: report, FakeImportC: true}
	p.types, _ = conf.Check(module+"/"+p.path, p.fset, p.code, p.info) // report has seen every error
}

type importerFunc func(path string) (*types.Package, error)

func (f importerFunc) Import(path string) (*types.Package, error) { return f(path) }
