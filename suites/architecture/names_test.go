package architecture

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"
)

// vague are words that say nothing as the end of a type's name.
var vague = []string{"Manager", "Util", "Utils", "Helper", "Helpers", "Base", "Context", "Options"}

func typeNames(p *pkg) []sin {
	return nodes(p, func(n ast.Node) string {
		s, ok := n.(*ast.TypeSpec)
		if !ok || !token.IsExported(s.Name.Name) {
			return ""
		}
		if slices.ContainsFunc(vague, func(v string) bool { return strings.HasSuffix(s.Name.Name, v) }) {
			return "type " + s.Name.Name + " does not say what it is"
		}
		return ""
	})
}

// boolsAllowed are functions and methods, as "package.Name" or "package.Type.Name", that take a
// bool all the same: what an interface from outside demands. Each has its reason.
var boolsAllowed = map[string]string{
	"sim/bubble.Conn.SetKeepAlive": "programs find it by type assertion, as a *net.TCPConn has it",
	"sim/bubble.Conn.SetNoDelay":   "programs find it by type assertion, as a *net.TCPConn has it",
}

// boolParameters reports exported functions, and methods of exported types and interfaces, that take
// a bool: at the call site nobody sees what true means. A named type of bool, or two functions, do.
func boolParameters(p *pkg) []sin {
	if strings.Contains("/"+p.path+"/", "/internal/") || within(p.path, "suites", "examples", "cmd") {
		return nil
	}
	return nodes(p, func(n ast.Node) string {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if ast.IsExported(n.Name.Name) && ast.IsExported(receiver(n)) {
				return takesBool(p, called(p, n), n.Type)
			}
		case *ast.TypeSpec:
			return interfaceTakesBool(p, n)
		}
		return ""
	})
}

func called(p *pkg, d *ast.FuncDecl) string {
	if d.Recv == nil {
		return p.path + "." + d.Name.Name
	}
	return p.path + "." + receiver(d) + "." + d.Name.Name
}

func takesBool(p *pkg, name string, t *ast.FuncType) string {
	for _, field := range t.Params.List {
		kind := field.Type
		if variadic, ok := kind.(*ast.Ellipsis); ok {
			kind = variadic.Elt
		}
		if typ := p.info.TypeOf(kind); typ != nil && typ.String() == "bool" && boolsAllowed[name] == "" {
			return name + " takes a bool: give the cases names"
		}
	}
	return ""
}

func interfaceTakesBool(p *pkg, s *ast.TypeSpec) string {
	i, ok := s.Type.(*ast.InterfaceType)
	if !ok || !ast.IsExported(s.Name.Name) {
		return ""
	}
	for _, m := range i.Methods.List {
		if t, ok := m.Type.(*ast.FuncType); ok && len(m.Names) == 1 {
			if say := takesBool(p, p.path+"."+s.Name.Name+"."+m.Names[0].Name, t); say != "" {
				return say
			}
		}
	}
	return ""
}
