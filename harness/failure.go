package harness

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/debug"
	"strings"
	"time"
)

// Breach is what broke in a world: what it fails its test with. A TB that has a method Breached(*Breach) is given the breach itself, instead
// of its text to Fatalf; the method must not return.
type Breach struct {
	headline string // no address, no time, no node: equal breaches have equal ones
	details  []string
	place    string // file:line of what was promised; "" when nothing was
	who      string // the node that broke it; "" when it is about all
	err      bool   // a panic or a runaway
	own      bool   // not the world's: the judge's own words to Fatalf
	at       time.Duration
	event    uint64
	seed     uint64
}

// failure is the short name of a breach.
type failure = Breach

// breached is a test that wants to know what broke, not how it is told.
type breached interface{ Breached(b *Breach) }

// Promise is what tells breaches apart and finds them again: the first line of what the world says, which carries no address, no time and no
// node; or the file and line that failed the test, where that is not the world's doing.
func (b *Breach) Promise() string {
	if b.own {
		return b.place
	}
	return b.headline
}

// Who is the name of the node that broke the promise, "" when it is about several or none.
func (b *Breach) Who() string { return b.who }

// Place is where the promise was made, as file:line without the folder; "" when nothing was promised, as with a panic.
func (b *Breach) Place() string { return b.place }

// At is how much virtual time had passed when it was noticed.
func (b *Breach) At() time.Duration { return b.at }

// Event is the id of the event in which it broke: 0 when that was not noted.
func (b *Breach) Event() uint64 { return b.event }

// IsError reports whether no promise was broken, but the overlay or the test panicked, or the world ran away.
func (b *Breach) IsError() bool { return b.err }

// String is the headline, followed by the details.
func (b *Breach) String() string {
	return strings.Join(append([]string{b.headline}, b.details...), "\n")
}

// GomegaString is how Gomega's matchers print the breach.
func (b *Breach) GomegaString() string { return b.String() }

func (b *Breach) addf(format string, args ...any) {
	b.details = append(b.details, fmt.Sprintf(format, args...))
}

// fail fails the test with a breach, followed by when it was, in which world, and how to see it again.
func (w *World) fail(b *Breach) {
	w.T.Helper()
	w.reported, w.broke = true, b
	b.at, b.seed = w.Elapsed(), w.Seed()
	if t, wants := w.T.(breached); wants {
		t.Breached(b)
	}
	w.T.Fatalf("%s\nat %v of virtual time, after %s, seed %#x\n%s%sreplay: %s", b, w.Elapsed(), count(w.Events(), "event"), w.Seed(), w.recalled(b), w.kept(), w.Replay())
}

// count is a number with its noun.
func count[N int | uint64](n N, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func strayPacket(what string) *failure {
	f := &failure{headline: "a packet was sent to an address nobody ever had"}
	f.addf("%s", what)
	f.addf("if that is meant, say w.LoseUnknown(): then it is a loss")
	return f
}

func runaway(err error) *failure {
	f := &failure{headline: "the world ran away", err: true}
	f.addf("%v", err)
	return f
}

// Replay returns the command line that runs this test again: the package by its import path, so that it works from anywhere in the module.
func (w *World) Replay() string {
	return strings.TrimSpace(w.env + " " + testCommand(w.T.Name()))
}

// testCommand runs the test of that name alone, by go test, or by what runs this test in its place and says so in OVERLAYTEST_COMMAND.
func testCommand(test string) string {
	return cmp.Or(os.Getenv("OVERLAYTEST_COMMAND"), "go test") + " " + packagePath() + " " + selection(test)
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

var plainWord = regexp.MustCompile(`^[\w./:@%+=,-]+$`)

// quoteIfNeeded is quote for words that may be plain.
func quoteIfNeeded(word string) string {
	if plainWord.MatchString(word) {
		return word
	}
	return quote(word)
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
	for _, part := range []string{"sim.", "harness.(*World).", "harness.(*Promise).", "harness.(*laws).", "properties."} {
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
