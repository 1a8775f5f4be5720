package properties_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/properties"
)

// lossyWorld is a scenario in which the law of [heard] does not hold.
var lossyWorld = harness.Scenario{
	Nodes: []string{"a", "b", "c", "d"}, Topology: harness.Choice{Name: "complete"}, Loss: 1_000_000, Duration: time.Minute,
	Work: []harness.Op{{Node: "a", Op: "shout", Arg: 1}, {Node: "b", Op: "shout", Arg: 2}},
}

func TestSavedCaseGoesFirst(t *testing.T) {
	t.Chdir(t.TempDir())
	path, note := (&harness.Cases{Law: heard().Name}).Save(harness.Case{Promise: "Eventually Mail.Missing: was not so in time", Scenario: lossyWorld})
	text := checking(heard().Check)
	for _, want := range []string{"from the saved case " + path + "\n", "OVERLAYTEST_CASE=" + path + " go test "} {
		if note != "" || !strings.Contains(text, want) {
			t.Errorf("no %q, %s in\n%s", want, note, text)
		}
	}
	if files, _ := filepath.Glob(filepath.Dir(path) + "/*.json"); len(files) != 1 {
		t.Errorf("left %q", files)
	}
}

func TestSavedCaseThatHoldsNowIsNotForgotten(t *testing.T) {
	t.Chdir(t.TempDir())
	quiet := lossyWorld
	quiet.Loss = 0
	path, _ := (&harness.Cases{Law: heard().Name}).Save(harness.Case{Scenario: quiet})
	f := &fakeTB{name: "TestLaw"}
	f.run(heard().Check)
	if _, err := os.Stat(path); err != nil || f.failure != "" || len(f.logs) != 2 {
		t.Fatalf("%v; failed %q, logged %q", err, f.failure, f.logs)
	}
	expectPrefix(t, f.logs[0], `the law "everybody hears everything" holds in the saved case `+path)
}

func TestWorldOfADeadProcessIsMadeSmall(t *testing.T) {
	t.Chdir(t.TempDir())
	path, _ := (&harness.Cases{Law: heard().Name}).Save(harness.Case{Scenario: lossyWorld})
	if err := os.Rename(path, filepath.Dir(path)+"/running-999999999-1.json"); err != nil {
		t.Fatal(err)
	}
	text := checking(heard().Check)
	for _, want := range []string{"2 of 4 nodes, 1 of 2 operations", "running-999999999-1.json"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

func TestRawWorldIsOnDiskWhileItIsPlayed(t *testing.T) {
	t.Chdir(t.TempDir())
	l := heard(properties.Nodes(3, 3))
	l.Judge = func(r *harness.Run[*shouter]) {
		files, _ := filepath.Glob("testdata/overlaytest/*/running-*.json")
		if len(files) == 0 {
			r.T.Fatalf("nothing is on disk")
		}
	}
	expect(t, checking(l.Check), "")
	if _, err := os.Stat("testdata"); !os.IsNotExist(err) {
		t.Errorf("left testdata behind: %v", err)
	}
}

func TestCaseOfAnotherLawIsNotJudged(t *testing.T) {
	t.Chdir(t.TempDir())
	path, _ := (&harness.Cases{Law: "another"}).Save(harness.Case{Scenario: lossyWorld})
	t.Setenv("OVERLAYTEST_CASE", path)
	f := &fakeTB{name: "TestLaw"}
	f.run(heard().Check)
	if f.failure != "" || len(f.logs) != 1 {
		t.Fatalf("failed %q, logged %q", f.failure, f.logs)
	}
	expect(t, f.logs[0], `the case of OVERLAYTEST_CASE is about another law, "another": this one, "everybody hears everything", is not checked`)
}
