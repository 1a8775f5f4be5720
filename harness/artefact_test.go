package harness_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/harness"
)

// keeping is a world with artefacts that breaks a promise after a second.
func keeping(tb harness.TB) {
	w := harness.New(tb, 7)
	w.Artefact("clock.txt", func(to io.Writer) error {
		_, err := fmt.Fprint(to, w.Elapsed())
		return err
	})
	w.Artefact("empty.txt", func(io.Writer) error { return nil })
	w.Artefact("broken.txt", func(io.Writer) error { return errors.New("no paper") })
	w.Every(time.Second, time.Second, func() {})
	w.Always("it is early", func() error { return map[bool]error{true: errors.New("late")}[w.Elapsed() >= time.Second] })
	w.Run(time.Minute)
}

// reporting is a test that has a report and a folder, as Ginkgo's.
type reporting struct {
	*fakeTB
	folder string
}

func (r reporting) ArtifactDir() string                                            { return r.folder }
func (r reporting) AddReportEntryVisibilityFailureOrVerbose(_ string, args ...any) {}

func TestArtefactsOfAFailingWorldAreKeptAndNamed(t *testing.T) {
	folder := t.TempDir()
	said := failing(t, func(tb harness.TB) { keeping(reporting{tb.(*fakeTB), folder}) })
	if !strings.Contains(said, "\nclock.txt is "+filepath.Join(folder, "clock.txt")+"\nbroken.txt could not be made: no paper\nreplay: ") {
		t.Errorf("it said\n%s", said)
	}
	files, _ := filepath.Glob(folder + "/*")
	same(t, "the files", files, []string{filepath.Join(folder, "clock.txt")})
	same(t, "the text", text(t, files[0]), "1s")
}

func TestArtefactsWithoutAFolderAreNotMade(t *testing.T) {
	if said := failing(t, keeping); strings.Contains(said, "clock") || strings.Contains(said, "paper") {
		t.Errorf("it said\n%s", said)
	}
}

func TestArtefactsOfALawAreBesideItsCase(t *testing.T) {
	t.Chdir(t.TempDir())
	play := func(tb harness.TB, s harness.Scenario) { keeping(tb) }
	account := harness.Account{Case: harness.Case{Law: "it is early", Promise: `the promise "it is early" was broken`}, Play: play}
	said, broke := account.Explain(&fakeTB{name: "TestEarly"})
	files, _ := filepath.Glob("testdata/overlaytest/it-is-early-*/*_clock.txt")
	if !broke || len(files) != 1 || !strings.Contains(said, "\nnote: clock.txt is "+files[0]) {
		t.Fatalf("%v, %v\n%s", broke, files, said)
	}
	same(t, "the text", text(t, files[0]), "1s")
	account.Unsaved = true
	if again, _ := account.Explain(&fakeTB{name: "TestEarly"}); !strings.Contains(again, "\nnote: clock.txt is "+files[0]) {
		t.Errorf("it said the next time\n%s", again)
	}
}

func text(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
