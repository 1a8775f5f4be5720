package show

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/overlaytest/overlaytest/fixtures/overlays"
	"github.com/overlaytest/overlaytest/harness/report"
)

// plot is the file in which the world is drawn. The zero value is none.
type plot struct {
	file      *os.File
	recording *report.Recording
}

// open makes the file; no name, no file.
func (t *plot) open(name string) (err error) {
	if name == "" {
		return nil
	}
	if t.file, err = os.Create(name); err != nil {
		return fmt.Errorf("invalid value %q for flag -plot: want a file that can be written: %w", name, reason(err))
	}
	return nil
}

// watch has the world recorded, and how many peers each member knows.
func (t *plot) watch(p *Play) {
	if t.file == nil {
		return
	}
	t.recording = report.Record(p.World)
	t.recording.Describe(overlays.Describe)
	t.recording.Follow("peers known", p.peersKnown)
}

// peersKnown is how many peers each member knows.
func (p *Play) peersKnown() []int {
	known := make([]int, len(p.members))
	for i, c := range p.members {
		known[i] = c.PeerCount()
	}
	return known
}

// draw writes the file, and says so on standard error.
func (t *plot) draw(p *Play) error {
	if t.file == nil {
		return nil
	}
	s := t.recording.Summary()
	s.Name = fmt.Sprintf("%s, seed %d", p.program, p.Seed)
	drawing := s.SVG()
	if filepath.Ext(t.file.Name()) == ".json" {
		drawing, _ = json.MarshalIndent(s, "", "\t") // numbers and names alone
	}
	_, wrote := t.file.Write(drawing)
	if err := errors.Join(wrote, t.file.Close()); err != nil {
		return fmt.Errorf("writing the plot: %w", err)
	}
	fmt.Fprintf(p.err, "plot: %s\n", t.file.Name())
	return nil
}
