package harness

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// lawSource is how a test file of the package can name a law.
type lawSource struct {
	pkg        string
	expression string
	imports    []string // what the expression needs, as import specs
	place      string   // file:line of it
}

var errUnnamed = errors.New("the law is no variable of the package: give it a name there, var law = properties.Law…, " +
	"or where it needs the test, func law(t *testing.T) properties.Law…")

// findLaw finds a law in the sources of the package under test: as what is before .Check( in the line that called, or as the variable whose
// literal has that name.
func findLaw(law string) (lawSource, error) {
	if file, line, ok := callingLine(); ok {
		if found, ok := lawAt(file, line); ok {
			return found.declared(law), nil
		}
	}
	if found, ok := lawNamed(law); ok {
		return found, nil
	}
	return lawSource{}, errUnnamed
}

// declared has the place where the law is declared, if that is found.
func (l lawSource) declared(law string) lawSource {
	if named, ok := lawNamed(law); ok && named.expression == l.expression {
		l.place = named.place
	}
	return l
}

// lawNamed is the variable of the package whose literal has that name. Test files are searched first.
func lawNamed(law string) (found lawSource, ok bool) {
	files, _ := filepath.Glob("*.go")
	slices.SortStableFunc(files, func(a, b string) int {
		return strings.Compare(strconv.FormatBool(!strings.HasSuffix(a, "_test.go")), strconv.FormatBool(!strings.HasSuffix(b, "_test.go")))
	})
	for _, name := range files {
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			continue
		}
		if variable := lawVariable(file, law); variable != nil {
			place := fmt.Sprintf("%s:%d", name, set.Position(variable.Pos()).Line)
			return lawSource{pkg: file.Name.Name, expression: variable.Name, place: place}, true
		}
	}
	return found, false
}

// callingLine is the line of the package under test that had the law checked.
func callingLine() (file string, line int, ok bool) {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	for {
		f, more := frames.Next()
		if !machinery(f.Function) {
			_, err := os.Stat(baseName(f.File))
			return baseName(f.File), f.Line, err == nil
		}
		if !more {
			return "", 0, false
		}
	}
}

// lawAt is the law that is checked in that line.
func lawAt(name string, line int) (found lawSource, ok bool) {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, name, nil, 0)
	if err != nil {
		return found, false
	}
	ast.Inspect(file, func(n ast.Node) bool {
		call, is := n.(*ast.CallExpr)
		if !is || set.Position(call.Pos()).Line > line || set.Position(call.End()).Line < line {
			return true
		}
		method, is := call.Fun.(*ast.SelectorExpr)
		if !is || !slices.Contains([]string{"Check", "Fuzz", "Replay"}, method.Sel.Name) || !ofPackage(file, method.X) {
			return true
		}
		var b bytes.Buffer
		if format.Node(&b, set, method.X) == nil {
			found = lawSource{pkg: file.Name.Name, expression: b.String(), imports: importsOf(file, method.X), place: fmt.Sprintf("%s:%d", name, set.Position(method.X.Pos()).Line)}
			ok = true
		}
		return true
	})
	return found, ok
}

// ofPackage reports whether an expression means the same in another test of the package: it has no local variable but the test t, and no
// function of its own.
func ofPackage(file *ast.File, x ast.Expr) bool {
	is := true
	ast.Inspect(x, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			is = false
		case *ast.Ident:
			if n.Obj != nil && file.Scope.Lookup(n.Name) != n.Obj && !isTest(n) {
				is = false
			}
		}
		return is
	})
	return is
}

// isTest reports whether a name is that of a parameter t *testing.T.
func isTest(n *ast.Ident) bool {
	field, is := n.Obj.Decl.(*ast.Field)
	if !is || n.Name != "t" {
		return false
	}
	pointer, is := field.Type.(*ast.StarExpr)
	if !is {
		return false
	}
	kind, is := pointer.X.(*ast.SelectorExpr)
	return is && kind.Sel.Name == "T"
}

// importsOf are the imports of a file that an expression needs.
func importsOf(file *ast.File, x ast.Expr) (specs []string) {
	used := map[string]bool{}
	ast.Inspect(x, func(n ast.Node) bool {
		if s, is := n.(*ast.SelectorExpr); is {
			if root, is := s.X.(*ast.Ident); is && root.Obj == nil {
				used[root.Name] = true
			}
		}
		return true
	})
	for _, spec := range file.Imports {
		path, _ := strconv.Unquote(spec.Path.Value)
		name := path[strings.LastIndex(path, "/")+1:]
		text := spec.Path.Value
		if spec.Name != nil {
			name, text = spec.Name.Name, spec.Name.Name+" "+text
		}
		if used[name] {
			specs = append(specs, text)
		}
	}
	return specs
}

// lawVariable is the package's variable with a literal of that name.
func lawVariable(file *ast.File, law string) (variable *ast.Ident) {
	for _, decl := range file.Decls {
		vars, is := decl.(*ast.GenDecl)
		if !is || vars.Tok != token.VAR {
			continue
		}
		for _, spec := range vars.Specs {
			for i, value := range spec.(*ast.ValueSpec).Values {
				if literal, is := value.(*ast.CompositeLit); is && literalName(literal) == fmt.Sprintf("%q", law) {
					return spec.(*ast.ValueSpec).Names[i]
				}
			}
		}
	}
	return nil
}

// literalName is the field Name of a literal, as it is written.
func literalName(literal *ast.CompositeLit) string {
	for _, element := range literal.Elts {
		field, is := element.(*ast.KeyValueExpr)
		if !is {
			continue
		}
		key, isName := field.Key.(*ast.Ident)
		value, isText := field.Value.(*ast.BasicLit)
		if isName && isText && key.Name == "Name" {
			if text, err := strconv.Unquote(value.Value); err == nil {
				return fmt.Sprintf("%q", text)
			}
		}
	}
	return ""
}
