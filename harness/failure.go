package harness

import (
	"fmt"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/debug"
	"strings"
)

// failure is what a test is failed with. The headline has no address and no time, so that equal failures can be counted.
type failure struct {
	headline string
	details  []string
}

func (f *failure) addf(format string, args ...any) {
	f.details = append(f.details, fmt.Sprintf(format, args...))
}

// fail fails the test with a failure, followed by when it was, in which world, and how to see it again.
func (w *World) fail(f *failure) {
	w.T.Helper()
	w.reported = true
	f.addf("at %v of virtual time, after %s, seed %#x", w.Elapsed(), count(w.Events(), "event"), w.Seed())
	f.addf("replay: %s", w.Replay())
	w.T.Fatalf("%s\n%s", f.headline, strings.Join(f.details, "\n"))
}

// count is a number with its noun.
func count[N int | uint64](n N, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func broken(p *promise, who string, err error) *failure {
	f := &failure{headline: fmt.Sprintf("the promise %q was broken", p.words)}
	if who != "" {
		f.addf("by %s: %v", who, err)
	} else {
		f.addf("%v", err)
	}
	f.addf("promised at %s", p.place)
	return f
}

func strayPacket(what string) *failure {
	f := &failure{headline: "a packet was sent to an address nobody ever had"}
	f.addf("%s", what)
	f.addf("if that is meant, say w.LoseUnknown(): then it is a loss")
	return f
}

func runaway(err error) *failure {
	f := &failure{headline: "the world ran away"}
	f.addf("%v", err)
	return f
}

// Replay returns the command line that runs this test again: the package by its import path, so that it works from anywhere in the module.
func (w *World) Replay() string {
	command := "go test " + packagePath() + " " + selection(w.T.Name())
	if w.env == "" {
		return command
	}
	return w.env + " " + command
}

// packagePath is the import path of the package under test, which the go command writes into its test binaries; "." when it did not.
func packagePath() string {
	info, ok := debug.ReadBuildInfo()
	path, found := "", false
	if ok {
		path, found = strings.CutSuffix(info.Path, ".test")
	}
	if !found || path == "command-line-arguments" {
		return "."
	}
	return path
}

// goTest is how the names begin of what go test runs; Ginkgo names a spec by its text.
var goTest = regexp.MustCompile(`^(Test|Fuzz|Benchmark|Example)\S*$`)

// selection is the flag that makes go test run this test alone: the path of subtests, each of its parts anchored; for a Ginkgo spec, the
// focus on its full text.
func selection(name string) string {
	if !goTest.MatchString(name) {
		return "-ginkgo.focus " + quote(regexp.QuoteMeta(name)+"$")
	}
	parts := strings.Split(name, "/")
	for i, part := range parts {
		parts[i] = "^" + regexp.QuoteMeta(part) + "$"
	}
	return "-run " + quote(strings.Join(parts, "/"))
}

// quote writes a word for a POSIX shell.
func quote(word string) string {
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// callerPlace is the file and line of the caller's caller, without the folder, when skip is 1.
func callerPlace(skip int) string {
	_, file, line, ok := runtime.Caller(skip + 1)
	if !ok {
		return "an unknown place"
	}
	return fmt.Sprintf("%s:%d", filepath.Base(file), line)
}

// frame is one call on the way to a panic.
type frame struct{ name, place string }

// where is how a headline says where a call is: by the function's name, or by the place of a closure.
func (f frame) where() string {
	if closure.MatchString(f.name) {
		return " at " + f.place
	}
	return " in " + f.name
}

// panicFrames are the calls that led to the panic being recovered, innermost first: from the one that panicked to the outermost that is
// neither the world's nor ours.
func panicFrames() []frame {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	var found []frame
	panicking, kept := false, 0
	for {
		f, more := frames.Next()
		switch {
		case f.Function == "runtime.gopanic":
			panicking, found, kept = true, nil, 0
		case !panicking || strings.HasPrefix(f.Function, "runtime."):
		default:
			found = append(found, frame{shortName(f.Function), fmt.Sprintf("%s:%d", filepath.Base(f.File), f.Line)})
			if !ours(f.Function) {
				kept = len(found)
			}
		}
		if strings.HasSuffix(f.Function, "harness.(*World).guarded") || !more {
			return found[:kept]
		}
	}
}

const modulePath = "github.com/overlaytest/overlaytest/"

func ours(function string) bool {
	for _, part := range []string{"sim.", "harness.(*World).", "properties."} {
		if strings.HasPrefix(function, modulePath+part) {
			return true
		}
	}
	return false
}

// shortName drops the folders of a function's name: gossip.(*Gossip).hear.
func shortName(function string) string {
	return function[strings.LastIndex(function, "/")+1:]
}
