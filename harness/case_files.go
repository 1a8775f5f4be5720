package harness

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// Cases are the case files of a law, in the folder testdata/overlaytest of the package under test, where go test runs it. They are meant to
// be committed by those who want a failure remembered; nothing deletes them but what left them behind by accident.
//
//	testdata/overlaytest/a-rumour-reaches-everybody-1a2b3c4d/
//		0123456789ab.json          a case: it is played first by the next go test
//		story_0123456789ab_test.go a Go test that plays it, to be copied next to the others
//		running-4711-1.json        the world that process 4711 was playing when it died
//
// Begin may be called on many goroutines, everything else on one.
type Cases struct {
	// Law is the law's name.
	Law string

	mu      sync.Mutex
	made    int
	idle    []*os.File // running files that no run uses now
	all     []*os.File
	refused error // why no file can be written
}

// Saved is one case file.
type saved struct {
	Path string
	Case Case
	Raw  bool  // left behind by a process that died while it played this world
	Err  error // it cannot be read or played
}

const casesFolder = "testdata/overlaytest"

func (c *Cases) folder() string { return casesFolder + "/" + slug(c.Law) }

const runningPrefix = "running-"

// Saved returns the cases of the law in the order of their names: those saved first, then those left behind by processes that died. A file
// that cannot be read or played comes with an error; if a process left it behind, it is removed.
func (c *Cases) Saved() (all []saved) {
	names, _ := filepath.Glob(c.folder() + "/*.json")
	for _, name := range names {
		s := saved{Path: filepath.ToSlash(name), Raw: strings.HasPrefix(filepath.Base(name), runningPrefix)}
		if s.Raw && stillRunning(name) {
			continue
		}
		s.Err = s.Case.Set(name)
		if s.Err == nil && s.Case.Law != "" && s.Case.Law != c.Law {
			s.Err = fmt.Errorf("it is about another law, %q", s.Case.Law)
		}
		if s.Raw && s.Err != nil {
			s.Err = fmt.Errorf("%w; it was removed: the process died before all of it was written", s.Err)
			_ = os.Remove(name)
		}
		all = append(all, s)
	}
	return all
}

// stillRunning reports whether the process that plays a world is alive.
func stillRunning(name string) bool {
	var pid, n int
	if _, err := fmt.Sscanf(filepath.Base(name), runningPrefix+"%d-%d.json", &pid, &n); err != nil {
		return false
	}
	return alive(pid)
}

// Begin writes the scenario that is about to be played to a file, so that a process that dies leaves it behind. End says that the run is
// over, however it ended. Where no file can be written there is none.
func (c *Cases) Begin(s Scenario) (end func()) {
	f := c.running()
	if f == nil {
		return func() {}
	}
	text := Case{Law: c.Law, Scenario: s}.file()
	_, wrote := f.WriteAt(text, 0)
	if err := cmp.Or(wrote, f.Truncate(int64(len(text)))); err != nil {
		c.refuse(err)
	}
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.idle = append(c.idle, f)
	}
}

// running is a file for a world being played, nil when there can be none.
func (c *Cases) running() *os.File {
	c.mu.Lock()
	defer c.mu.Unlock()
	if n := len(c.idle); n > 0 {
		f := c.idle[n-1]
		c.idle = c.idle[:n-1]
		return f
	}
	if c.refused != nil {
		return nil
	}
	if c.refused = os.MkdirAll(c.folder(), 0o755); c.refused != nil {
		return nil
	}
	c.made++
	f, err := os.Create(fmt.Sprintf("%s/%s%d-%d.json", c.folder(), runningPrefix, os.Getpid(), c.made))
	if err != nil {
		c.refused = err
		return nil
	}
	c.all = append(c.all, f)
	return f
}

func (c *Cases) refuse(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.refused = err
}

// Close removes the files of worlds being played, and the folders when they are empty then.
func (c *Cases) Close() {
	for _, f := range c.all {
		_ = f.Close()
		_ = os.Remove(f.Name())
	}
	c.all, c.idle = nil, nil
	for _, folder := range []string{c.folder(), casesFolder, filepath.Dir(casesFolder)} {
		if os.Remove(folder) != nil { // it is not empty, or not ours to remove
			return
		}
	}
}

// Save writes a case, and returns its file; or "" and a note when nothing can be written, as in a read-only source tree.
func (c *Cases) Save(k Case) (path, note string) {
	k.Law = c.Law
	return c.write(k.name()+".json", k.file())
}

// write writes a file of the law.
func (c *Cases) write(name string, text []byte) (path, note string) {
	path = c.folder() + "/" + name
	err := os.MkdirAll(c.folder(), 0o755)
	if err == nil {
		err = replace(path, text)
	}
	if err != nil {
		return "", fmt.Sprintf("%s was not saved: %v", name, err)
	}
	return path, ""
}

// replace writes a file in one piece: whoever reads it sees the old text or the new one.
func replace(path string, text []byte) error {
	if old, err := os.ReadFile(path); err == nil && slices.Equal(old, text) {
		return nil
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	_, wrote := f.Write(text)
	if err := errors.Join(wrote, f.Chmod(0o644), f.Close()); err != nil {
		_ = os.Remove(f.Name())
		return err
	}
	return os.Rename(f.Name(), path)
}

// Passes returns what is to be said of a saved case in which the law holds now: how to delete it. One that was left behind by a process that
// died is removed, and the note says that.
func (c *Cases) Passes(path string) (note string) {
	if !strings.HasPrefix(filepath.Base(path), runningPrefix) {
		return fmt.Sprintf("the law %q holds in the saved case %s; to forget it: rm %s", c.Law, path, quote(filepath.ToSlash(absolute(path))))
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Sprintf("the law %q holds in the world that a process left behind when it died; it could not be removed: %v", c.Law, err)
	}
	return fmt.Sprintf("the law %q holds in the world that a process left behind when it died: %s was removed", c.Law, path)
}

func absolute(path string) string {
	if long, err := filepath.Abs(path); err == nil {
		return long
	}
	return path
}
