package architecture

import (
	"bytes"
	"fmt"
	"go/token"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

// topNames are all that stands at the top, but for what .gitignore names.
var topNames = strings.Fields(`harness sim properties fixtures suites ipv8 examples cmd .github .ci .git
	go.mod go.sum Makefile README.md ARCHITECTURE.md CHANGELOG.md LICENSE .gitignore .gitattributes`)

func topLevel(files fs.FS) []sin {
	var sins []sin
	ignored := ignoredNames(files)
	for _, name := range entries(files, ".") {
		if !slices.Contains(topNames, name) && !matchesAny(ignored, name) {
			sins = append(sins, whole(name, "does not belong at the top"))
		}
	}
	for _, name := range entries(files, "cmd") {
		if name != "overlaytest" {
			sins = append(sins, whole("cmd/"+name, "the only command is cmd/overlaytest"))
		}
	}
	return sins
}

// entries are the names in a folder, none when there is no such folder.
func entries(files fs.FS, dir string) []string {
	var names []string
	list, err := fs.ReadDir(files, dir)
	if err != nil {
		return nil
	}
	for _, e := range list {
		names = append(names, e.Name())
	}
	return names
}

func ignoredNames(files fs.FS) []string {
	data, err := fs.ReadFile(files, ".gitignore")
	if err != nil {
		return nil
	}
	return strings.Fields(strings.ReplaceAll(string(data), "/\n", "\n"))
}

func matchesAny(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		ok, err := path.Match(pattern, name)
		return err == nil && ok
	})
}

// whole is the sin of a file as such.
func whole(name, say string) sin { return sin{token.Position{Filename: name, Line: 1}, say} }

func testFilesOnly(files fs.FS) []sin {
	var sins []sin
	each(files, func(name string, _ []byte) {
		if within(name, "suites") && path.Ext(name) == ".go" && !strings.HasSuffix(name, "_test.go") && !within(name, "suites/real/internal") {
			sins = append(sins, whole(name, "suites hold test files only, so that nothing can import them"))
		}
	})
	return sins
}

// A word is something no file of ours says. The patterns are put together from pieces, so that this
// file does not say them either.
type word struct {
	pattern *regexp.Regexp
	why     string
}

var unsaid = []word{
	{oneOf(`(^|[\s"'(=:])`, "", "/wo|rk/", "/ho|me/", "/ro|ot/", "/Us|ers/", "/tm|p/", `[A-Z]:\\Us|ers`), "a path of one machine"},
	{oneOf(`\b`, `\b`, "TO|DO", "FIX|ME", "XX|X", "HA|CK", "W|IP"), "unfinished work"},
	{oneOf(`(?i)\b`, `\b`, "for n|ow", "not yet imple|mented"), "unfinished work"},
	{oneOf(`(?i)\b`, `\b`, `iss|ue #?\d+`, `tick|et #?\d+`), "a ticket nobody else can read"},
}

// oneOf matches any of the words, whose pieces are divided by a bar.
func oneOf(before, after string, divided ...string) *regexp.Regexp {
	for i := range divided {
		divided[i] = strings.ReplaceAll(divided[i], "|", "")
	}
	return regexp.MustCompile(before + "(" + strings.Join(divided, "|") + ")" + after)
}

func words(files fs.FS) []sin {
	var sins []sin
	each(files, func(name string, data []byte) {
		n := 0
		for line := range bytes.Lines(data) {
			n++
			for _, w := range unsaid {
				if said := w.pattern.Find(line); said != nil {
					say := fmt.Sprintf("says %q: %s", bytes.TrimSpace(said), w.why)
					sins = append(sins, sin{token.Position{Filename: name, Line: n}, say})
				}
			}
		}
	})
	return sins
}

// prose are the endings of the files people write; data, keys and golden files are not among them.
var prose = []string{".go", ".md", ".yml", ".yaml", ".mod", ""}

// each visits the files people write, without testdata but for its descriptions.
func each(files fs.FS, visit func(name string, data []byte)) {
	ignored := ignoredNames(files)
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == ".git" || matchesAny(ignored, name)):
			return fs.SkipDir
		case d.IsDir() || !slices.Contains(prose, path.Ext(name)) || name == "LICENSE":
			return nil
		case strings.Contains("/"+name, "/testdata/") && path.Ext(name) != ".md":
			return nil
		}
		data, err := fs.ReadFile(files, name)
		if err == nil {
			visit(name, data)
		}
		return err
	})
	if err != nil {
		panic(fmt.Sprintf("architecture: reading the project: %v", err))
	}
}
