package architecture

import (
	"go/ast"
	"go/token"
	"strings"
	"unicode"
)

const maxPackageDoc = 12

// documentation asks for a comment at every exported name of the code, internal packages included,
// that says more than the name does. A group of constants or variables may be explained as one.
func documentation(p *pkg) []sin {
	var sins []sin
	for _, f := range p.code {
		for _, decl := range f.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				if ast.IsExported(d.Name.Name) && ast.IsExported(receiver(d)) {
					sins = append(sins, p.explained(d.Name, d.Doc)...)
				}
			case *ast.GenDecl:
				sins = append(sins, p.explainedGroup(d)...)
			}
		}
	}
	return sins
}

// receiver is the name of a method's type; for a function its own name.
func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return d.Name.Name
	}
	e := d.Recv.List[0].Type
	for {
		switch x := e.(type) {
		case *ast.StarExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.IndexListExpr:
			e = x.X
		case *ast.Ident:
			return x.Name
		default:
			return ""
		}
	}
}

func (p *pkg) explainedGroup(d *ast.GenDecl) []sin {
	var sins []sin
	for _, spec := range d.Specs {
		switch s := spec.(type) {
		case *ast.TypeSpec:
			doc := s.Doc
			if doc == nil && !d.Lparen.IsValid() {
				doc = d.Doc
			}
			sins = append(sins, p.explained(s.Name, doc)...)
		case *ast.ValueSpec:
			sins = append(sins, p.explainedValues(d, s)...)
		}
	}
	return sins
}

func (p *pkg) explainedValues(d *ast.GenDecl, s *ast.ValueSpec) []sin {
	if d.Lparen.IsValid() && d.Doc != nil {
		return nil
	}
	var sins []sin
	for _, name := range s.Names {
		switch {
		case s.Doc != nil:
			sins = append(sins, p.explained(name, s.Doc)...)
		case s.Comment != nil:
			sins = append(sins, p.explained(name, s.Comment)...)
		default:
			sins = append(sins, p.explained(name, d.Doc)...)
		}
	}
	return sins
}

// explained is the sin of an exported name without a comment, or with one that repeats it.
func (p *pkg) explained(name *ast.Ident, doc *ast.CommentGroup) []sin {
	switch {
	case !token.IsExported(name.Name):
		return nil
	case strings.TrimSpace(doc.Text()) == "":
		return []sin{p.sin(name.Pos(), "exported %s has no comment", name.Name)}
	case repeats(name.Name, doc.Text()):
		return []sin{p.sin(name.Pos(), "the comment of %s only repeats its name", name.Name)}
	}
	return nil
}

// filler are words that add nothing to a name.
var filler = strings.Fields(`a an the of for to in on its it is are be this that which and or
	returns return gives give gets get sets set makes make new holds hold represents represent
	type struct interface function func method value constant variable error`)

// repeats tells whether a comment holds no word beyond those of the name and filler.
func repeats(name, doc string) bool {
	known := map[string]bool{}
	for _, w := range append(parts(name), filler...) {
		known[stem(w)] = true
	}
	for _, w := range strings.FieldsFunc(doc, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		for _, part := range parts(w) {
			if !known[stem(part)] {
				return false
			}
		}
	}
	return true
}

// parts takes an identifier apart at its capitals.
func parts(name string) []string {
	var words []string
	start := 0
	for i, r := range name {
		if i > start && unicode.IsUpper(r) && !unicode.IsUpper(rune(name[i-1])) {
			words = append(words, name[start:i])
			start = i
		}
	}
	return append(words, name[start:])
}

func stem(word string) string { return strings.TrimSuffix(strings.ToLower(word), "s") }

// packageDocumentation asks for one comment per package. Packages of nothing but tests need none.
func packageDocumentation(p *pkg) []sin {
	var sins []sin
	documented := false
	for _, f := range p.code {
		if f.Doc == nil {
			continue
		}
		if documented {
			sins = append(sins, p.sin(f.Package, "a second comment of package %s", p.path))
		}
		documented = true
		if n := len(strings.Split(strings.TrimSpace(f.Doc.Text()), "\n")); n > maxPackageDoc {
			sins = append(sins, p.sin(f.Package, "the comment of package %s has %d lines, at most %d", p.path, n, maxPackageDoc))
		}
	}
	if !documented && len(p.code) > 0 {
		sins = append(sins, p.sin(p.code[0].Package, "package %s has no comment", p.path))
	}
	return sins
}
