package exact

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// installed is the Go that runs the tests.
func installed(t *testing.T) Go {
	t.Helper()
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	return Go{Version: runtime.Version(), Root: strings.TrimSpace(string(root))}
}

func TestTheEditsFitThisGo(t *testing.T) {
	g, below := installed(t), t.TempDir()
	built, err := Overlay(g, below)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(built.File)
	if err != nil {
		t.Fatal(err)
	}
	var list struct{ Replace map[string]string }
	if err := json.Unmarshal(text, &list); err != nil {
		t.Fatal(err)
	}
	for original, copied := range list.Replace { // any order: each is looked at by itself
		before, err1 := os.ReadFile(original)
		after, err2 := os.ReadFile(copied)
		if err1 != nil || err2 != nil || string(before) == string(after) {
			t.Errorf("%s and its copy: %v, %v, the same: %v", original, err1, err2, string(before) == string(after))
		}
	}
	if again, err := Overlay(g, below); err != nil || again != built {
		t.Errorf("the second time it is %s, %v", again, err)
	}
}

// TestAGoBelowTheModuleCacheIsSeenElsewhere wants the overlay of a Go that was downloaded as a module to name files of a folder of links.
func TestAGoBelowTheModuleCacheIsSeenElsewhere(t *testing.T) {
	g := installed(t)
	g.Modules = filepath.Dir(g.Root)
	built, err := Overlay(g, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if built.Root == g.Root || !strings.HasPrefix(built.Root, filepath.Dir(built.File)) {
		t.Errorf("the root is %s", built.Root)
	}
	if _, err := os.Stat(filepath.Join(built.Root, "src", "runtime", "proc.go")); err != nil {
		t.Error(err)
	}
	text, err := os.ReadFile(built.File)
	if err != nil || strings.Contains(string(text), g.Root+string(filepath.Separator)+"src") {
		t.Errorf("%v: %s", err, text)
	}
}

func TestTwoAtOnceMakeOne(t *testing.T) {
	g, below := installed(t), t.TempDir()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if built, err := Overlay(g, below); err != nil {
				t.Error(err)
			} else if _, err := os.Stat(built.File); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if left, err := os.ReadDir(below); err != nil || len(left) != 1 {
		t.Errorf("%v %v, want one folder", left, err)
	}
}

func TestAGoThatCannotBeReadIsNamed(t *testing.T) {
	_, err := Overlay(Go{Version: "go1.26.8", Root: filepath.Join(t.TempDir(), "gone")}, t.TempDir())
	if !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "gone") || !strings.Contains(err.Error(), "go1.26.8") {
		t.Errorf("the error is %v", err)
	}
}

// TestAnotherGoIsRefused changes one line in a copy of the source, and wants the error to name version and file, and no file to be left.
func TestAnotherGoIsRefused(t *testing.T) {
	g := installed(t)
	root, below := t.TempDir(), t.TempDir()
	for _, e := range edits {
		text, err := os.ReadFile(filepath.Join(g.Root, "src", e.file))
		if err != nil {
			t.Fatal(err)
		}
		changed := strings.ReplaceAll(string(text), "cheaprandn(uint32(norder + 1))", "cheaprandn(uint32(norder)+1)")
		to := filepath.Join(root, "src", e.file)
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, []byte(changed), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	_, err := Overlay(Go{Version: "go9.99", Root: root}, below)
	if !errors.Is(err, ErrUnknownGo) || !strings.Contains(err.Error(), "go9.99") || !strings.Contains(err.Error(), "runtime/select.go") {
		t.Errorf("the error is %v", err)
	}
	if left, _ := os.ReadDir(below); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}
