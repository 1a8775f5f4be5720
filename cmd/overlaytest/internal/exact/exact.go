// Package exact makes the copies of a few files of Go's runtime with which a
// test binary has one history per seed: see go help build, -overlay.
package exact

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Go is an installation of Go.
type Go struct {
	Version string // "go1.26.8"
	Root    string // its GOROOT
	Modules string // its GOMODCACHE: a Go that lies below cannot be overlaid where it is
}

// Built is what there is for go's flag -overlay.
type Built struct {
	File string // the overlay
	Root string // the GOROOT for which it is: g's own, or a folder of links to what is in it
}

// ErrUnknownGo is wrapped by the error about a Go whose source is not what the edits were written for.
var ErrUnknownGo = errors.New("this version of Go is not known to overlaytest")

// Overlay writes the edited copies of g's runtime below a folder, unless they are there already. They depend on g and on the edits alone.
// Where one edit does not fit, nothing is written.
func Overlay(g Go, below string) (built Built, err error) {
	edited, err := apply(g)
	if err != nil {
		return built, err
	}
	folder := filepath.Join(below, g.Version+"-"+digest(g, edited))
	built = Built{File: filepath.Join(folder, "overlay.json"), Root: g.Root}
	if g.inModules() {
		built.Root = filepath.Join(folder, "go")
	}
	if _, err := os.Stat(built.File); err == nil {
		return built, nil
	}
	return built, write(folder, g, built.Root, edited)
}

// inModules reports whether Go was downloaded as a module: go replaces no file below its module cache.
func (g Go) inModules() bool {
	rel, err := filepath.Rel(g.Modules, g.Root)
	return g.Modules != "" && err == nil && filepath.IsLocal(rel)
}

// source is an edited file.
type source struct{ name, text string }

// apply applies the edits.
func apply(g Go) (edited []source, err error) {
	for _, e := range edits {
		i := slices.IndexFunc(edited, func(s source) bool { return s.name == e.file })
		if i < 0 {
			text, err := os.ReadFile(filepath.Join(g.Root, "src", filepath.FromSlash(e.file)))
			if err != nil {
				return nil, fmt.Errorf("the source of %s cannot be read: %w", g.Version, err)
			}
			i, edited = len(edited), append(edited, source{e.file, string(text)})
		}
		if n := strings.Count(edited[i].text, e.old); n != 1 {
			return nil, fmt.Errorf("%w: %s has %d times in src/%s what stands there once in those it knows (go1.26, go1.27): %q",
				ErrUnknownGo, g.Version, n, e.file, firstLine(e.old))
		}
		edited[i].text = strings.Replace(edited[i].text, e.old, e.new, 1)
	}
	return edited, nil
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}

// digest names a set of edited files of one Go.
func digest(g Go, edited []source) string {
	h := sha256.New()
	fmt.Fprintln(h, g.Root)
	for _, s := range edited {
		fmt.Fprintln(h, s.name, len(s.text), s.text)
	}
	return fmt.Sprintf("%x", h.Sum(nil)[:6])
}

// write puts the files into a folder, which appears as a whole or not at all.
func write(folder string, g Go, root string, edited []source) error {
	if err := os.MkdirAll(filepath.Dir(folder), 0o755); err != nil {
		return err
	}
	draft, err := os.MkdirTemp(filepath.Dir(folder), "draft-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(draft)
	if root != g.Root {
		if err := link(g.Root, filepath.Join(draft, filepath.Base(root))); err != nil {
			return err
		}
	}
	replace := map[string]string{}
	for _, s := range edited {
		name := strings.ReplaceAll(s.name, "/", "_")
		if err := os.WriteFile(filepath.Join(draft, name), []byte(s.text), 0o644); err != nil {
			return err
		}
		replace[filepath.Join(root, "src", filepath.FromSlash(s.name))] = filepath.Join(folder, name)
	}
	list, err := json.MarshalIndent(map[string]any{"Replace": replace}, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(draft, "overlay.json"), list, 0o644); err != nil {
		return err
	}
	if err := os.Rename(draft, folder); err != nil {
		if _, there := os.Stat(filepath.Join(folder, "overlay.json")); there != nil {
			return err
		}
	}
	return nil
}

// link makes a folder with links to what is in another.
func link(root, view string) error {
	entries, err := os.ReadDir(root)
	if err != nil {
		return err
	}
	if err := os.Mkdir(view, 0o755); err != nil {
		return err
	}
	for _, e := range entries {
		if err := os.Symlink(filepath.Join(root, e.Name()), filepath.Join(view, e.Name())); err != nil {
			return fmt.Errorf("a Go that was downloaded as a module needs links to be seen elsewhere; install it, or set GOTOOLCHAIN=local: %w", err)
		}
	}
	return nil
}
