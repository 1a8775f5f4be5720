package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// runsVerb is how go test calls this command back to run a test binary, in place of running that itself.
const runsVerb = "run-for-diverge"

// reportVariable names the file in which the runs of each test binary are reported: go test keeps to itself what those print that pass.
const reportVariable = "OVERLAYTEST_DIVERGENCE"

// diverge has go test build the test binaries, and this command run each again and again.
func diverge(args []string, out, errs io.Writer) int {
	f, err := parse(args)
	if err == nil && f.exec != "" {
		err = fmt.Errorf("the flag -exec: overlaytest diverge runs the tests itself")
	}
	self, err2 := os.Executable()
	folder, err3 := os.MkdirTemp("", "overlaytest-")
	if err := cmp.Or(err, err2, err3); err != nil {
		fmt.Fprintln(errs, "overlaytest:", err)
		return misuse
	}
	defer os.RemoveAll(folder)
	report := filepath.Join(folder, "report")
	f.exec = fmt.Sprintf("%q %s", self, runsVerb)
	f.rest = append([]string{"-count=1"}, f.rest...)
	command, err := f.command()
	if err == nil {
		command.Env = append(command.Env, reportVariable+"="+report)
	}
	code := finish(command, err, out, errs)
	text, err := os.ReadFile(report)
	if err != nil && code == 0 {
		fmt.Fprintln(errs, "overlaytest: no test was run")
		return misuse
	}
	fmt.Fprintf(out, "%s", text)
	if strings.Contains(string(text), differs) {
		return 1
	}
	return code
}

const differs = "Runs under overlaytest test differ."

// experiment runs a test binary as go test would, again and again, and reports what it finds.
func experiment(command []string, out, errs io.Writer) int {
	folder, err := os.MkdirTemp("", "overlaytest-")
	if err != nil || len(command) == 0 {
		fmt.Fprintln(errs, "overlaytest:", err)
		return misuse
	}
	defer os.RemoveAll(folder)
	l := &laboratory{command: command, folder: folder, out: out, errs: errs}
	text := l.report()
	file, err := os.OpenFile(os.Getenv(reportVariable), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err == nil {
		_, err = fmt.Fprintf(file, "%s\n%s\n", strings.TrimSuffix(filepath.Base(command[0]), ".test"), text)
		file.Close()
	}
	if err != nil {
		fmt.Fprintln(errs, "overlaytest:", err)
		return misuse
	}
	return l.code
}

// laboratory runs one test binary.
type laboratory struct {
	command   []string
	folder    string
	out, errs io.Writer
	number    int
	code      int // of the first run
}

// conditions are what a run has free that is fixed under overlaytest test, and the other way round: letters, as the runtime reads them.
type conditions struct{ cause, free, fixed string }

// repeats is how many runs are compared.
const repeats = 3

// causes that can be fixed, and those that can be set free, each by itself.
var (
	fixable = []conditions{
		{cause: "the wall clock", fixed: "w"},
		{cause: "crypto/rand", fixed: "c"},
		{cause: "the wall clock and crypto/rand", fixed: "cw"},
	}
	freeable = []conditions{
		{cause: "the order of maps", free: "m"},
		{cause: "which case a select takes", free: "s"},
		{cause: "which timer of one instant is first", free: "t"},
		{cause: "which goroutine is next", free: "n"},
		{cause: "math/rand", free: "r"},
		{cause: "pointer order: the addresses of what is allocated", free: "p"},
	}
)

// report runs the experiments, and tells of them.
func (l *laboratory) report() string {
	was := l.runs(conditions{fixed: "o"})
	if len(was.one.events) == 0 {
		return "  No world of sim/bubble was played: there is nothing to compare."
	}
	var b strings.Builder
	if was.differ() {
		fmt.Fprintf(&b, "  %s Cause: %s.\n%s", differs, l.cause(was), was.difference())
		return b.String()
	}
	fmt.Fprintf(&b, "  %d runs under overlaytest test agree in %d events.", repeats, len(was.one.events))
	for _, c := range freeable {
		if free := l.runs(c); free.differ() && len(free.one.events) > 0 && len(free.other.events) > 0 {
			fmt.Fprintf(&b, "\n  Under go test they would differ by %s.\n%s", c.cause, free.difference())
		}
	}
	return b.String()
}

// cause is what the runs differ by.
func (l *laboratory) cause(was runs) string {
	for _, c := range fixable {
		if r := l.runs(c); !r.differ() && len(r.one.events) > 0 {
			return c.cause
		}
	}
	if outside := cmp.Or(was.one.outside, was.other.outside); outside != "" {
		return "a goroutine outside the bubble: " + outside
	}
	return "none of the wall clock, crypto/rand and goroutines outside the bubble; look for files, the process id, real sockets, cgo"
}

// runs are two that differ, or else any two.
type runs struct{ one, other told }

func (r runs) differ() bool { return r.first() < max(len(r.one.events), len(r.other.events)) }

// runs runs the tests under conditions.
func (l *laboratory) runs(c conditions) (r runs) {
	r.one = l.run(c)
	for range repeats - 1 {
		if r.other = l.run(c); r.differ() {
			break
		}
	}
	return r
}

// told is what a run wrote down.
type told struct {
	events  []string // each as the world tells it, a tab, and the stack
	outside string   // where goroutines began that ran outside of bubbles
}

// run runs the tests once.
func (l *laboratory) run(cond conditions) (t told) {
	l.number++
	file := filepath.Join(l.folder, fmt.Sprint(l.number))
	c := exec.Command(l.command[0], l.command[1:]...)
	c.Env = append(os.Environ(), "OVERLAYTEST_HISTORY="+file, "OVERLAYTEST_FREE="+cond.free, "OVERLAYTEST_FIXED="+cond.fixed)
	if os.Getenv("OVERLAYTEST_BASE") == "" {
		c.Env = append(c.Env, "OVERLAYTEST_BASE=1")
	}
	if l.number == 1 {
		c.Stdout, c.Stderr = l.out, l.errs
	}
	err := c.Run()
	if l.number == 1 && err != nil {
		l.code = max(1, c.ProcessState.ExitCode())
	}
	text, _ := os.ReadFile(file) // none: nothing was played
	for line := range strings.Lines(string(text)) {
		if outside, ok := strings.CutPrefix(line, "outside "); ok {
			t.outside = strings.TrimSpace(outside)
		} else {
			t.events = append(t.events, strings.TrimSuffix(line, "\n"))
		}
	}
	return t
}

// first is the number of the first event that is not the same; stacks do not count.
func (r runs) first() int {
	n := min(len(r.one.events), len(r.other.events))
	for i := range n {
		a, _, _ := strings.Cut(r.one.events[i], "\t")
		b, _, _ := strings.Cut(r.other.events[i], "\t")
		if a != b {
			return i
		}
	}
	return n
}

// difference shows the first event that is not the same.
func (r runs) difference() string {
	i := r.first()
	var b strings.Builder
	fmt.Fprintf(&b, "  The first difference, after %d events alike:", i)
	one, from := r.one.at(i)
	other, from2 := r.other.at(i)
	fmt.Fprintf(&b, "\n    %s%s\n    %s%s", shown(one, other), from, shown(other, one), from2)
	return b.String()
}

// at is an event of the history, and where it comes from.
func (t told) at(i int) (event, from string) {
	if i >= len(t.events) {
		return "the end", ""
	}
	event, stack, _ := strings.Cut(t.events[i], "\t")
	if stack != "" {
		from = "\n      from " + stack
	}
	return event, from
}
