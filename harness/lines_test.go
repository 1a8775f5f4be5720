package harness_test

import (
	"errors"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/harness"
)

// The tests of TestFailures fail on purpose, in a process of their own; what they print must point at the lines marked "here".
func TestFailures(t *testing.T) {
	if os.Getenv("HARNESS_FAILURES") == "" {
		t.Skip("fails on purpose, for TestFailuresPointAtTheLinesOfTheTest")
	}
	t.Run("Eventually", func(t *testing.T) {
		w := harness.New(t, 1)
		w.Eventually(w.Seed).Should(equals{2}) // here
	})
	t.Run("Run", func(t *testing.T) {
		w := harness.New(t, 1)
		w.Always("so", func() error { return errors.New("not so") })
		w.Run(time.Second) // here
	})
	t.Run("Spawn", func(t *testing.T) {
		w := harness.New(t, 1)
		w.Always("so", func() error { return errors.New("not so") })
		harness.Spawn(w, 1, fixtures.Ring, bootCounter) // here
	})
	t.Run("Seeds", func(t *testing.T) {
		harness.Seeds(t, 3, func(w *harness.World) {
			w.Consistently(w.Seed).For(0).Should(equals{2}) // here
		})
	})
	t.Run("Guard", func(t *testing.T) {
		w := harness.New(t, 1)
		w.Guard((&counter{}).explode) // here
	})
	t.Run("Start", func(t *testing.T) {
		harness.Start(t, harness.Scenario{}, bootCounter) // here
	})
	t.Run("Step", func(t *testing.T) {
		w, c := counting(t)
		w.After(time.Millisecond, c.explode)
		w.Step() // here
	})
}

func TestFailuresPointAtTheLinesOfTheTest(t *testing.T) {
	command := exec.Command(os.Args[0], "-test.run=^TestFailures$", "-test.v")
	command.Env = append(os.Environ(), "HARNESS_FAILURES=1")
	output, err := command.CombinedOutput()
	if err == nil {
		t.Fatal("the tests that fail on purpose did not")
	}
	source, err := os.ReadFile("lines_test.go")
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range strings.Split(string(source), "\n") {
		if strings.HasSuffix(line, "// here") && !strings.Contains(string(output), "    lines_test.go:"+strconv.Itoa(i+1)+": ") {
			t.Errorf("no failure points at line %d: %s\n%s", i+1, strings.TrimSpace(line), output)
		}
	}
}
