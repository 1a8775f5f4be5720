package architecture

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

const (
	maxFunction = 60
	maxFile     = 400
	maxExported = 40
	maxSpec     = 12
)

// functionSize counts from the line of func to that of the closing brace, in tests too.
func functionSize(p *pkg) []sin {
	var sins []sin
	for _, f := range p.files {
		for _, decl := range f.Decls {
			if d, ok := decl.(*ast.FuncDecl); ok && p.lines(d) > maxFunction {
				sins = append(sins, p.sin(d.Pos(), "function %s has %d lines, at most %d", d.Name.Name, p.lines(d), maxFunction))
			}
		}
	}
	return sins
}

func (p *pkg) lines(n ast.Node) int { return p.line(n.End()) - p.line(n.Pos()) + 1 }

func fileSize(p *pkg) []sin {
	var sins []sin
	for _, f := range p.files {
		if n := p.fset.File(f.Package).LineCount(); n > maxFile {
			sins = append(sins, p.sin(f.Package, "file has %d lines, at most %d", n, maxFile))
		}
	}
	return sins
}

// exportedNames counts the names a newcomer meets in the packages everybody meets: all constants of
// one declared type are one name, methods and fields are none.
func exportedNames(p *pkg) []sin {
	if !slices.Contains([]string{"sim", "harness", "ipv8"}, p.path) {
		return nil
	}
	names := map[string]bool{}
	for _, name := range p.types.Scope().Names() {
		if token.IsExported(name) {
			names[countedAs(p.types.Scope().Lookup(name))] = true
		}
	}
	if len(names) <= maxExported {
		return nil
	}
	return []sin{p.sin(p.code[0].Package, "package %s exports %d names, at most %d", p.path, len(names), maxExported)}
}

func countedAs(obj types.Object) string {
	if named, ok := obj.Type().(*types.Named); ok {
		if _, constant := obj.(*types.Const); constant {
			return "constants of " + named.String()
		}
	}
	return obj.Name()
}

// specSize counts the lines inside a spec's braces.
func specSize(p *pkg) []sin {
	if !within(p.path, "suites") {
		return nil
	}
	var sins []sin
	for _, f := range p.files {
		ast.Inspect(f, func(n ast.Node) bool {
			if body := specBody(n); body != nil && p.lines(body)-2 > maxSpec {
				sins = append(sins, p.sin(n.Pos(), "spec has %d lines, at most %d", p.lines(body)-2, maxSpec))
			}
			return true
		})
	}
	return sins
}

// specBody is the body of the function given to It or Specify, nil for anything else.
func specBody(n ast.Node) *ast.BlockStmt {
	call, ok := n.(*ast.CallExpr)
	if !ok || len(call.Args) == 0 {
		return nil
	}
	name, ok := call.Fun.(*ast.Ident)
	if !ok || name.Name != "It" && name.Name != "Specify" {
		return nil
	}
	f, ok := call.Args[len(call.Args)-1].(*ast.FuncLit)
	if !ok {
		return nil
	}
	return f.Body
}
