package architecture

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// packageVariables reports whatever writes a package variable, or could: an assignment to it, to a
// field or an element of it; its address taken, by & or by calling a method that has a pointer
// receiver; built-in and library functions that change their first argument. A variable is followed
// no further than that: what happens to a map, slice or pointer once copied from it is for a reader
// to see. To hand out a table's element by pointer, make the variable a pointer in its initialiser.
func packageVariables(p *pkg) []sin {
	return nodes(p, func(n ast.Node) string {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if n.Tok == token.DEFINE {
				return ""
			}
			return written(p, "written", n.Lhs...)
		case *ast.IncDecStmt:
			return written(p, "written", n.X)
		case *ast.RangeStmt:
			if n.Tok == token.ASSIGN {
				return written(p, "written by range", n.Key, n.Value)
			}
		case *ast.UnaryExpr:
			if _, literal := ast.Unparen(n.X).(*ast.CompositeLit); n.Op == token.AND && !literal {
				return written(p, "has its address taken", n.X)
			}
		case *ast.SelectorExpr:
			if takesAddress(p, n) {
				return written(p, "has its address taken by the method "+n.Sel.Name, n.X)
			}
		case *ast.CallExpr:
			if changesArgument(p, n) {
				return written(p, "changed by the function called", n.Args[0])
			}
		}
		return ""
	})
}

// written says which package variable one of the expressions reaches into.
func written(p *pkg, how string, targets ...ast.Expr) string {
	for _, e := range targets {
		if v := rootVar(p, e); v != nil && isPackageVar(v) {
			return fmt.Sprintf("package variable %s %s after its declaration", v.Name(), how)
		}
	}
	return ""
}

// rootVar is the variable an expression such as v, (*v).f, v[i].f or other.V.f reaches into.
func rootVar(p *pkg, e ast.Expr) *types.Var {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			v, _ := p.info.Uses[x].(*types.Var)
			return v
		case *ast.SelectorExpr:
			if v, ok := p.info.Uses[x.Sel].(*types.Var); ok && isPackageVar(v) {
				return v
			}
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.SliceExpr:
			e = x.X
		case *ast.TypeAssertExpr:
			e = x.X
		default:
			return nil
		}
	}
}

// isPackageVar tells whether v stands at package level, in our package or in another.
func isPackageVar(v *types.Var) bool {
	return v.Pkg() != nil && !v.IsField() && v.Parent() == v.Pkg().Scope()
}

// takesAddress tells whether a selection is a method with a pointer receiver, of a value.
func takesAddress(p *pkg, n *ast.SelectorExpr) bool {
	s := p.info.Selections[n]
	if s == nil || s.Kind() != types.MethodVal || s.Indirect() || isPointer(s.Recv()) {
		return false
	}
	f, ok := s.Obj().(*types.Func)
	return ok && isPointer(f.Signature().Recv().Type())
}

func isPointer(t types.Type) bool {
	_, ok := t.Underlying().(*types.Pointer)
	return ok
}

// changers are functions that change their first argument.
var changers = []string{"slices.Sort", "slices.SortFunc", "slices.SortStableFunc", "slices.Reverse", "slices.Delete",
	"slices.DeleteFunc", "slices.Compact", "slices.CompactFunc", "sort.Slice", "sort.SliceStable", "sort.Sort", "sort.Stable",
	"sort.Ints", "sort.Strings", "maps.Copy", "maps.DeleteFunc", "maps.Insert"}

func changesArgument(p *pkg, call *ast.CallExpr) bool {
	if len(call.Args) == 0 {
		return false
	}
	switch obj := calledObject(p, call).(type) {
	case *types.Builtin:
		return slices.Contains([]string{"delete", "clear", "copy"}, obj.Name())
	case *types.Func:
		return slices.Contains(changers, obj.FullName())
	}
	return false
}

// calledObject is the function a call names, nil when it names none.
func calledObject(p *pkg, call *ast.CallExpr) types.Object {
	fun := ast.Unparen(call.Fun)
	if index, ok := fun.(*ast.IndexExpr); ok {
		fun = index.X
	}
	switch fun := fun.(type) {
	case *ast.Ident:
		return p.info.Uses[fun]
	case *ast.SelectorExpr:
		return p.info.Uses[fun.Sel]
	}
	return nil
}
