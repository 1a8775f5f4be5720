package transcripts_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestExamplesPrintWhatTheyPrinted(t *testing.T) {
	for name, command := range map[string]string{
		"pingpong":           "pingpong",
		"pingpong latency":   "pingpong -seed 7 -peers 3 -curve curve25519 -latency 50ms -interval 3s",
		"pingpong loss":      "pingpong -seed 0x2a -curve stand-in -latency 50ms-150ms -loss 20%",
		"bootstrap":          "bootstrap -quiet",
		"bootstrap lines":    "bootstrap -seed 7 -peers 5 -trackers 1 -duration 10s -curve stand-in",
		"bootstrap internet": "bootstrap -seed 7 -peers 40 -trackers 3 -curve curve25519 -latency internet -quiet",
	} {
		t.Run(name, func(t *testing.T) {
			out, err, status := program(t, command)
			if status != 0 {
				t.Fatalf("status %d: %s", status, err)
			}
			golden(t, strings.ReplaceAll(name, " ", "-"), out)
		})
	}
}

func TestExamplesExplainTheirFlags(t *testing.T) {
	for _, name := range []string{"pingpong", "bootstrap"} {
		out, _, status := program(t, name+" -h")
		if status != 0 {
			t.Errorf("%s -h: status %d", name, status)
		}
		golden(t, name+"-help", strings.ReplaceAll(out, ".exe", ""))
	}
}

func TestExamplesTellRealTimeOnStandardErrorOnly(t *testing.T) {
	for _, name := range []string{"pingpong", "bootstrap"} {
		out, err, status := program(t, name+" -curve stand-in")
		if status != 0 || strings.Contains(out, "real") || !regexp.MustCompile(`^real time \d+m?s\n$`).MatchString(err) {
			t.Errorf("%s: status %d, standard error %q", name, status, err)
		}
	}
}

func TestAPlotChangesNothingOnStandardOutput(t *testing.T) {
	for _, name := range []string{"pingpong", "bootstrap"} {
		file := filepath.Join(t.TempDir(), "out.svg")
		plain, _, _ := program(t, name+" -curve stand-in -latency internet -loss 5%")
		out, err, status := program(t, name+" -curve stand-in -latency internet -loss 5% -plot "+file)
		drawn, missing := os.ReadFile(file)
		if status != 0 || out != plain || !strings.HasPrefix(err, "plot: "+file+"\n") || missing != nil || !strings.Contains(string(drawn), "Peers known") {
			t.Errorf("%s: status %d, standard error %q, the same output %v, %v, drawn\n%s", name, status, err, out == plain, missing, drawn)
		}
	}
}

func TestAWrongFlagEndsAnExampleWithStatus2(t *testing.T) {
	out, err, status := program(t, "bootstrap -peers none")
	const want = `: invalid value "none" for flag -peers: want a whole number from 1 to 1000000` + "\n"
	if status != 2 || out != "" || !strings.HasSuffix(err, want) {
		t.Errorf("status %d, standard output %q, standard error %q", status, out, err)
	}
}

func TestAKeyFileOfPyIPv8WorksInBothExamples(t *testing.T) {
	key := filepath.Join("..", "..", "ipv8", "testdata", "keyfiles", "medium_0.pem")
	for _, name := range []string{"pingpong", "bootstrap"} {
		with, err, status := program(t, name+" -peers 5 -key "+key)
		without, _, _ := program(t, name+" -peers 5")
		if status != 0 || with == without {
			t.Errorf("%s: status %d, the same as without: %v\n%s", name, status, with == without, err)
		}
	}
}

// The tutorial's programs in Python have so many lines that are not blank. Ours have their main file and their community's, comments too.
func TestExamplesAreNoLongerThanTheTutorials(t *testing.T) {
	for name, c := range map[string]struct {
		community string
		lines     int
	}{"pingpong": {"pingpong.go", 62}, "bootstrap": {"simple.go", 52}} {
		ours := lines(t, "../../examples/"+name+"/main.go") + lines(t, "../../fixtures/overlays/"+c.community)
		if ours > c.lines {
			t.Errorf("%s: main.go and %s have %d lines, want at most %d", name, c.community, ours, c.lines)
		}
	}
}

// lines counts the lines of a file that are not blank.
func lines(t *testing.T, file string) (n int) {
	t.Helper()
	data, err := os.ReadFile(filepath.FromSlash(file))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		if strings.TrimSpace(line) != "" {
			n++
		}
	}
	return n
}
