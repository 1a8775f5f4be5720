package harness

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// artefact is something to keep of a world whose test fails.
type artefact struct {
	name  string
	write func(to io.Writer) error
}

// Artefact has something kept if the test of the world fails, such as a picture: write is called then, after all is over, and what it
// writes, if anything, becomes a file of that name, which the failure names. With a law that is next to the case file, for the smallest
// world only; otherwise in the folder where the test's artefacts are kept, if it has one: Ginkgo's, or that of go test -artifacts.
func (w *World) Artefact(name string, write func(to io.Writer) error) {
	w.artefacts = append(w.artefacts, artefact{name, write})
}

// keep writes the artefacts of a world, by a function that writes a file, and returns lines about them.
func (w *World) keep(file func(name string, data []byte) (path, note string)) (notes []string) {
	for _, a := range w.artefacts {
		var data bytes.Buffer
		if err := a.write(&data); err != nil {
			notes = append(notes, fmt.Sprintf("%s could not be made: %v", a.name, err))
			continue
		}
		if data.Len() == 0 {
			continue
		}
		path, note := file(a.name, data.Bytes())
		if path != "" {
			note = a.name + " is " + path
		}
		if note != "" {
			notes = append(notes, note)
		}
	}
	return notes
}

// inFolder writes files into a folder.
func inFolder(folder string) func(name string, data []byte) (path, note string) {
	return func(name string, data []byte) (path, note string) {
		path = filepath.Join(folder, name)
		if err := os.WriteFile(path, data, 0o644); err != nil {
			return "", err.Error()
		}
		return path, ""
	}
}

// keepPictures writes what the world has to show next to the case, and into the test's folder of artefacts.
func (x *explanation) keepPictures(cases *Cases) {
	w := x.records[0].w
	if w == nil {
		return
	}
	x.Notes = append(x.Notes, w.keep(func(name string, data []byte) (path, note string) {
		name = x.Case.name() + "_" + name
		if x.Unsaved {
			return existing(cases.folder() + "/" + name), ""
		}
		return cases.write(name, data)
	})...)
	if x.artefacts != "" && !x.Unsaved {
		w.keep(inFolder(x.artefacts))
	}
}

// kept writes what the world has to show into its test's folder of artefacts, and returns lines about it.
func (w *World) kept() (lines string) {
	if len(w.artefacts) == 0 {
		return ""
	}
	folder := artefactFolder(w.T)
	if folder == "" {
		return ""
	}
	for _, note := range w.keep(inFolder(folder)) {
		lines += note + "\n"
	}
	return lines
}
