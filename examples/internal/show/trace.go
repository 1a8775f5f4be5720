package show

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/overlaytest/overlaytest/sim"
)

// trace is the file that every event is written to. The zero value is none.
type trace struct {
	file *os.File
	w    *bufio.Writer
}

// open makes the file; no name, no file.
func (t *trace) open(name string) (err error) {
	if name == "" {
		return nil
	}
	if t.file, err = os.Create(name); err != nil {
		return fmt.Errorf("invalid value %q for flag -trace: want a file that can be written: %w", name, reason(err))
	}
	t.w = bufio.NewWriter(t.file)
	return nil
}

// watch has the events of a world written.
func (t *trace) watch(w *sim.World) {
	switch {
	case t.file == nil:
	case filepath.Ext(t.file.Name()) == ".txt":
		w.Watch(sim.Transcript(t.w, describe))
	default:
		w.Watch(sim.JSONLines(t.w))
	}
}

// close writes what is left. The error is the first that there was in writing.
func (t *trace) close() error {
	if t.file == nil {
		return nil
	}
	if err := errors.Join(t.w.Flush(), t.file.Close()); err != nil {
		return fmt.Errorf("writing the trace: %w", err)
	}
	return nil
}
