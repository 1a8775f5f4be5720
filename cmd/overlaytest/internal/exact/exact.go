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
}

// ErrUnknownGo is wrapped by the error about a Go whose source is not what the edits were written for.
var ErrUnknownGo = errors.New("this version of Go is not known to overlaytest")

// Overlay writes the edited copies of g's runtime below a folder, unless they are there already, and returns the file for go's flag
// -overlay. The copies depend on g and on the edits alone. Where one edit does not fit, nothing is written.
func Overlay(g Go, below string) (file string, err error) {
	edited, err := apply(g)
	if err != nil {
		return "", err
	}
	folder := filepath.Join(below, g.Version+"-"+digest(g, edited))
	file = filepath.Join(folder, "overlay.json")
	if _, err := os.Stat(file); err == nil {
		return file, nil
	}
	return file, write(folder, g, edited)
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
				return nil, fmt.Errorf("the source of %s: %w", g.Version, err)
			}
			i, edited = len(edited), append(edited, source{e.file, string(text)})
		}
		if n := strings.Count(edited[i].text, e.old); n != 1 {
			return nil, fmt.Errorf("%w: %s has %d times in src/%s what stands there once in those it knows (go1.26): %q",
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
func write(folder string, g Go, edited []source) error {
	if err := os.MkdirAll(filepath.Dir(folder), 0o755); err != nil {
		return err
	}
	draft, err := os.MkdirTemp(filepath.Dir(folder), "draft-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(draft)
	replace := map[string]string{}
	for _, s := range edited {
		name := strings.ReplaceAll(s.name, "/", "_")
		if err := os.WriteFile(filepath.Join(draft, name), []byte(s.text), 0o644); err != nil {
			return err
		}
		replace[filepath.Join(g.Root, "src", filepath.FromSlash(s.name))] = filepath.Join(folder, name)
	}
	list, err := json.MarshalIndent(map[string]any{"Replace": replace}, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(draft, "overlay.json"), list, 0o644); err != nil {
		return err
	}
	if err := os.Rename(draft, folder); err != nil && !errors.Is(err, os.ErrExist) {
		if _, there := os.Stat(filepath.Join(folder, "overlay.json")); there != nil {
			return err
		}
	}
	return nil
}
