package architecture

import (
	"go/ast"
	"go/types"
	"regexp"
	"slices"
)

// anyOrder is the comment that says why the order of a map does not matter.
var anyOrder = regexp.MustCompile(`any order: \S`)

// unordered hand out the entries of a map in its order; sorters put them right when called on them directly.
var (
	unordered = []string{"maps.Keys", "maps.Values", "maps.All", "(reflect.Value).MapRange", "(reflect.Value).MapKeys"}
	sorters   = []string{"slices.Sorted", "slices.SortedFunc", "slices.SortedStableFunc", "maps.Collect", "maps.Insert"}
)

// mapOrder reports what depends on the order of a map's entries without saying why any order will do.
func mapOrder(p *pkg) []sin {
	excused := excusedLines(p)
	put := inOrder(p)
	sins := nodes(p, func(n ast.Node) string {
		switch n := n.(type) {
		case *ast.RangeStmt:
			if isMap(p.info.TypeOf(n.X)) {
				return "ranges over a map without a comment \"any order: why\" on this line or the one before"
			}
		case *ast.CallExpr:
			if isCallOf(p, n, unordered) && !put[n] {
				return "takes a map's entries in no order; sort them at once, or comment \"any order: why\""
			}
		}
		return ""
	})
	return slices.DeleteFunc(sins, func(s sin) bool { return excused[spot{s.at.Filename, s.at.Line}] })
}

type spot struct {
	file string
	line int
}

// excusedLines are the lines that carry the comment, and each line after one.
func excusedLines(p *pkg) map[spot]bool {
	lines := map[spot]bool{}
	for _, f := range p.code {
		for _, group := range f.Comments {
			for _, c := range group.List {
				if anyOrder.MatchString(c.Text) {
					at := p.at(c.Pos())
					lines[spot{at.Filename, at.Line}] = true
					lines[spot{at.Filename, p.line(group.End()) + 1}] = true
				}
			}
		}
	}
	return lines
}

// inOrder are the calls whose results are put in order, or into a map again, at once.
func inOrder(p *pkg) map[ast.Expr]bool {
	put := map[ast.Expr]bool{}
	nodes(p, func(n ast.Node) string {
		if call, ok := n.(*ast.CallExpr); ok && isCallOf(p, call, sorters) {
			for _, arg := range call.Args {
				put[ast.Unparen(arg)] = true
			}
		}
		return ""
	})
	return put
}

func isCallOf(p *pkg, call *ast.CallExpr, names []string) bool {
	f, ok := calledObject(p, call).(*types.Func)
	return ok && slices.Contains(names, f.FullName())
}

// isMap tells whether values of a type are maps; a type parameter counts when one of its types does.
func isMap(t types.Type) bool {
	if t == nil {
		return false
	}
	if param, ok := t.(*types.TypeParam); ok {
		return someTermIsMap(param)
	}
	_, ok := t.Underlying().(*types.Map)
	return ok
}

func someTermIsMap(param *types.TypeParam) bool {
	constraint, ok := param.Constraint().Underlying().(*types.Interface)
	if !ok {
		return false
	}
	for i := range constraint.NumEmbeddeds() {
		switch e := constraint.EmbeddedType(i).(type) {
		case *types.Union:
			for j := range e.Len() {
				if isMap(e.Term(j).Type()) {
					return true
				}
			}
		default:
			if isMap(e) {
				return true
			}
		}
	}
	return false
}
