package harness

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/overlaytest/overlaytest/sim"
)

// What a test can be asked: by a flag, -overlaytest.trace, where the test binary has one, or by the environment, OVERLAYTEST_TRACE. Package
// properties adds the flags; the harness alone adds none.
const (
	caseVariable    = "OVERLAYTEST_CASE"
	becauseVariable = "OVERLAYTEST_BECAUSE"
	traceVariable   = "OVERLAYTEST_TRACE"
	diffVariable    = "OVERLAYTEST_DIFF"

	becauseName = "because"
	traceName   = "trace"
	diffName    = "diff"
)

// answer is what the flag says, or the environment; "" when neither does.
func answer(name string) string {
	if value := flagValue("overlaytest." + name); value != "" {
		return value
	}
	return os.Getenv("OVERLAYTEST_" + strings.ToUpper(name))
}

// flagValue is the value of a flag, "" when the test binary has none of that name.
func flagValue(name string) string {
	if f := flag.Lookup(name); f != nil {
		return f.Value.String()
	}
	return ""
}

// asked reports whether something is asked for that is on or off.
func asked(name string) bool {
	switch answer(name) {
	case "", "0", "false", "off", "no":
		return false
	}
	return true
}

// askedEvent is the event whose causes are asked for; wrong says what is wrong with an answer that is no event.
func askedEvent() (id uint64, asked bool, wrong string) {
	text := answer(becauseName)
	if text == "" {
		return 0, false, ""
	}
	id, err := strconv.ParseUint(strings.TrimPrefix(text, "#"), 10, 64)
	if err != nil {
		return 0, false, fmt.Sprintf("%s=%q is not the number of an event: want one such as 18", becauseVariable, text)
	}
	return id, true, ""
}

// traceFile is where a trace goes: to a file, or into the failure.
type traceFile struct {
	text *bytes.Buffer
	file *os.File
	path string
	err  error
}

// openTrace makes what OVERLAYTEST_TRACE asks for: 1 is a trace in the failure, anything else the name of a file, as lines of JSON if it ends in
// .jsonl. It is nil when nothing is asked. How says what becomes of what the file has: os.O_TRUNC or os.O_APPEND.
func openTrace(how int) *traceFile {
	if !asked(traceName) {
		return nil
	}
	switch path := answer(traceName); path {
	case "1", "true", "on", "yes":
		return &traceFile{text: &bytes.Buffer{}}
	default:
		f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|how, 0o644)
		return &traceFile{file: f, path: path, err: err}
	}
}

// follow has a world write its trace.
func (f *traceFile) follow(w *World) {
	if f == nil || f.err != nil {
		return
	}
	out := io.Writer(f.text)
	if f.file != nil {
		out = f.file
	}
	if strings.HasSuffix(f.path, ".jsonl") {
		w.Watch(sim.JSONLines(out))
		return
	}
	w.Watch(sim.Transcript(out, w.Payload))
	w.trace = out
}

// end ends the trace and returns it, or says where it is.
func (f *traceFile) end() string {
	switch {
	case f == nil:
		return ""
	case f.err != nil:
		return fmt.Sprintf("  it could not be written: %v", f.err)
	case f.file != nil:
		_ = f.file.Close()
		return "  " + absolute(f.path)
	}
	return strings.TrimRight(f.text.String(), "\n")
}

// answerAsked has a world that belongs to no law say, when its test ends, what the environment asks.
func (w *World) answerAsked() {
	w.T.Helper()
	id, why, wrong := askedEvent()
	if wrong != "" {
		w.T.Fatalf("%s", wrong)
	}
	trace := openTrace(os.O_APPEND)
	if !why && trace == nil {
		return
	}
	trace.follow(w)
	r := &recorder{}
	if why {
		r = record(w, nil)
		r.every = true
	}
	w.T.Cleanup(func() {
		if why {
			h := r.history()
			w.T.Logf("because #%d:\n%s", id, indented(h.because(h.chain(id), r.about)))
		}
		if text := trace.end(); text != "" {
			w.T.Logf("trace:\n%s", text)
		}
	})
}

func indented(lines []string) string {
	if len(lines) == 0 {
		return "  there is no such event"
	}
	return "  " + strings.Join(lines, "\n  ")
}
