package harness_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/overlaytest/overlaytest/harness"
)

func TestCaseIsReadAsItIsWritten(t *testing.T) {
	want := harness.Case{Law: "it holds", Promise: "Eventually so: was not so in time", Digest: 1 << 63, Scenario: callers()}
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got harness.Case
	if err := got.Set(string(text)); err != nil {
		t.Fatal(err)
	}
	same(t, "the case", got, want)
	alone, _ := json.Marshal(want.Scenario)
	if err := got.Set(string(alone)); err != nil {
		t.Fatal(err)
	}
	same(t, "the scenario alone", got, harness.Case{Scenario: want.Scenario})
}

func TestCasesThatCannotBePlayedSayWhy(t *testing.T) {
	good, _ := json.Marshal(harness.Case{Law: "it holds", Scenario: callers()})
	for text, want := range map[string]string{
		"nowhere.json": "neither a scenario in JSON nor a file that can be read: open nowhere.json: no such file or directory",
		strings.Replace(string(good), `"law"`, `"lore"`, 1):               `harness: a case: json: unknown field "lore"`,
		strings.Replace(string(good), `"version":1`, `"version":7`, 1):    "harness: a case of version 7: this reads version 1",
		strings.Replace(string(good), `"node":"bert"`, `"node":"eve"`, 1): `harness: impossible scenario: Work[0].Node: there is no node "eve" among the 3`,
		"{": "harness: a case that is not JSON: unexpected end of JSON input",
	} {
		var c harness.Case
		if err := c.Set(text); err == nil || err.Error() != want {
			t.Errorf("%s: the error is %v, want %s", text, err, want)
		}
	}
}

func TestWorldBeingPlayedIsInAFile(t *testing.T) {
	t.Chdir(t.TempDir())
	cases := &harness.Cases{Law: "it holds"}
	long, short := callers(), callers()
	short.Work = nil
	for _, s := range []harness.Scenario{long, short} {
		end := cases.Begin(s)
		names, _ := filepath.Glob("testdata/overlaytest/*/running-*.json")
		if len(names) != 1 {
			t.Fatalf("the files are %v, want one", names)
		}
		var c harness.Case
		if err := c.Set(names[0]); err != nil {
			t.Fatal(err)
		}
		same(t, "the case", c, harness.Case{Law: "it holds", Scenario: s})
		same(t, "the saved cases while it runs", len(cases.Saved()), 0)
		end()
	}
	cases.Close()
	if _, err := os.Stat("testdata"); !os.IsNotExist(err) {
		t.Errorf("a law that holds leaves a folder behind: %v", err)
	}
}

func TestWorldOfAProcessThatDiedIsASavedCase(t *testing.T) {
	t.Chdir(t.TempDir())
	cases := &harness.Cases{Law: "it holds"}
	cases.Begin(callers())
	names, _ := filepath.Glob("testdata/overlaytest/*/running-*.json")
	left := filepath.ToSlash(filepath.Join(filepath.Dir(names[0]), "running-2147483647-1.json")) // no process has that number
	if err := os.Rename(names[0], left); err != nil {
		t.Fatal(err)
	}
	saved := cases.Saved()
	if len(saved) != 1 || !saved[0].Raw || saved[0].Path != left || saved[0].Err != nil {
		t.Fatalf("saved are %+v", saved)
	}
	same(t, "the note", cases.Passes(left), `the law "it holds" holds in the world that a process left behind when it died: `+left+" was removed")
	same(t, "the saved cases then", len(cases.Saved()), 0)
}

func TestCaseHalfWrittenByAProcessThatDiedIsRemoved(t *testing.T) {
	t.Chdir(t.TempDir())
	cases := &harness.Cases{Law: "it holds"}
	path, _ := cases.Save(harness.Case{Scenario: callers()})
	left := filepath.ToSlash(filepath.Join(filepath.Dir(path), "running-2147483647-1.json"))
	if err := os.WriteFile(left, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	saved := cases.Saved()
	if len(saved) != 2 || saved[1].Path != left || saved[1].Err == nil || !strings.Contains(saved[1].Err.Error(), "it was removed") {
		t.Fatalf("saved are %+v", saved)
	}
	same(t, "the saved cases then", len(cases.Saved()), 1)
}

func TestSavedCasesComeInOrderAndStay(t *testing.T) {
	t.Chdir(t.TempDir())
	cases := &harness.Cases{Law: "Every rumour (even an old one) reaches everybody who is up at the end, whatever happens in between!"}
	other := callers()
	other.Seed++
	for _, s := range []harness.Scenario{callers(), other, callers()} {
		path, note := cases.Save(harness.Case{Promise: "p", Scenario: s})
		if note != "" || len(filepath.Dir(path)) > 100 || len(filepath.Base(path)) > 100 {
			t.Errorf("saved as %q, %q", path, note)
		}
	}
	saved := cases.Saved()
	if len(saved) != 2 || saved[0].Path >= saved[1].Path || saved[0].Case.Law != cases.Law {
		t.Fatalf("saved are %+v", saved)
	}
	if note := cases.Passes(saved[0].Path); !strings.Contains(note, "; to forget it: rm ") || len(cases.Saved()) != 2 {
		t.Errorf("of a case that passes is said %q, and %d are left", note, len(cases.Saved()))
	}
}

func TestFolderThatCannotBeWrittenIsNoFailure(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("testdata", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	cases := &harness.Cases{Law: "it holds"}
	cases.Begin(callers())()
	path, note := cases.Save(harness.Case{Scenario: callers()})
	if path != "" || !strings.HasSuffix(note, "was not saved: mkdir testdata: not a directory") {
		t.Errorf("saved as %q, %q", path, note)
	}
	cases.Close()
}
