// Package transcripts_test compares what people read with golden text files: the output of the example programs, the transcript of a small
// world, a failure. "go test ./suites/transcripts -rewrite" writes the files anew; what changed in them is for a person to judge.
package transcripts_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

var rewrite = flag.Bool("rewrite", false, "write the golden files anew")

// bin is where the example programs are.
var bin string

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(withPrograms(m.Run))
}

// withPrograms builds the examples for the time of a run.
func withPrograms(run func() int) int {
	var err error
	if bin, err = os.MkdirTemp("", "examples"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(bin)
	build := exec.Command("go", "build", "-o", bin+string(filepath.Separator), "../../examples/pingpong", "../../examples/bootstrap")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "%v\n%s", err, out)
		return 1
	}
	return run()
}

// golden compares a text with the file of that name.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".txt")
	if *rewrite {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if line := firstDifference(string(want), got); line != "" {
		t.Errorf("%s: %s\nif that is right: go test ./suites/transcripts -run %s -rewrite", file, line, t.Name())
	}
}

// firstDifference names the first line in which two texts differ, if there is one.
func firstDifference(want, got string) string {
	if want == got {
		return ""
	}
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(w), len(g)) {
		if a, b := lineAt(w, i), lineAt(g, i); a != b {
			return fmt.Sprintf("line %d is\n  %s\nit was\n  %s", i+1, b, a)
		}
	}
	return "the line ends differ"
}

func lineAt(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "(the end)"
}

// program runs an example and returns what it prints, and its exit status.
func program(t *testing.T, command string) (out, err string, status int) {
	t.Helper()
	words := strings.Fields(command)
	cmd := exec.Command(filepath.Join(bin, words[0]), words[1:]...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()
}
