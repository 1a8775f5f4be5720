// Command overlaytest runs Go tests so that one seed has one history.
//
//	go run github.com/overlaytest/overlaytest/cmd/overlaytest test PKG...
//
// Say "overlaytest help" for more.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime/debug"
)

const usage = `overlaytest runs Go tests so that one seed has one history, also of code with goroutines.

  overlaytest test      [flags and packages of go test]  runs tests
  overlaytest diverge   [flags and packages of go test]  says where runs of a test differ, and why
  overlaytest version                                    says which version this is, and of which Go
  overlaytest help      [verb]                           says more
`

const usageTest = `overlaytest test [flags and packages of go test]

Runs go test with a runtime of which a few files are replaced, by go's own flag -overlay:
copies of those of the Go that runs, with a handful of edits. In a bubble of
testing/synctest, what the runtime draws (which case of a select, the order of a map,
which timer of an instant, which goroutine is next) then comes from one seed, the garbage
collector comes when so much has been allocated, and nothing outside the bubble has a say
in what happens inside. Nothing is installed, and no file of Go or of yours is changed;
the copies are kept in your cache folder.

The flags are those of go test. -tags is joined with the tag overlaytest; -overlay, -race,
-msan, -asan and -cpu cannot be had. One package after the other is tested, on one
processor. A test binary made with -c is exact by itself.

Each bubble is seeded by sim/bubble from the seed of its world. The goroutine that runs the
world draws by itself, in each event anew: so looking at a world changes nothing in it.
OVERLAYTEST_ORDER=7 in the environment has bubbles without a world take another order.

Nearly, not wholly: what depends on addresses in memory (maps with pointers as keys) or on
what the collector did (pools, weak pointers, cleanups). It comes when the heap has grown
fivefold: GOGC is 400 unless the environment sets it.

Not covered: cgo and programs with several threads, goroutines outside the bubble, wall
time, files, real sockets, crypto/rand outside of bubble.Test. Who waits for another
goroutine without a pause (for !done.Load() {}) waits for ten seconds.

The exit code is that of go test; 2 when it did not come to that.
`

const usageDiverge = `overlaytest diverge [flags and packages of go test]

Runs the tests several times and compares what happened in their worlds: those of
sim/bubble. Where two runs under overlaytest test differ, it shows the first event that
does, with the stack that it was sent from, and names the cause, by experiment: it fixes
the wall clock and crypto/rand in turn, and looks for goroutines outside the bubble.

Where they agree, it says what would make them differ under go test: it sets free the
order of maps, of select, of timers, of goroutines, math/rand and the addresses of the
heap, each by itself.

The exit code is 1 when runs under overlaytest test differ, 2 when it did not come to that.
`

var verbs = map[string]string{"test": usageTest, "diverge": usageDiverge}

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// The exit codes: those of go test, and 2 for what went wrong before it ran.
const misuse = 2

// run carries out a command line, and returns the exit code.
func run(args []string, out, errs io.Writer) int {
	if len(args) == 0 {
		fmt.Fprint(errs, usage)
		return misuse
	}
	switch verb, rest := args[0], args[1:]; verb {
	case "test", "diverge":
		if len(rest) > 0 && (rest[0] == "-h" || rest[0] == "-help" || rest[0] == "--help") {
			fmt.Fprint(out, verbs[verb])
			return 0
		}
		if verb == "diverge" {
			return diverge(rest, out, errs)
		}
		command, err := goTest(rest)
		return finish(command, err, out, errs)
	case runsVerb:
		return experiment(rest, out, errs)
	case "version", "-version", "--version":
		return version(out, errs)
	case "help", "-h", "-help", "--help":
		return help(rest, out, errs)
	}
	fmt.Fprintf(errs, "overlaytest: no verb %q; there are: test, diverge, version, help\n", args[0])
	return misuse
}

// help says what a verb does, or what there is.
func help(args []string, out, errs io.Writer) int {
	if len(args) == 0 {
		fmt.Fprint(out, usage)
		return 0
	}
	text, known := verbs[args[0]]
	if !known {
		fmt.Fprintf(errs, "overlaytest: no help about %q; there is about: test, diverge\n", args[0])
		return misuse
	}
	fmt.Fprint(out, text)
	return 0
}

// version says which overlaytest this is, and whether it knows the Go that is there.
func version(out, errs io.Writer) int {
	mine := "(devel)"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		mine = info.Main.Version
	}
	fmt.Fprintln(out, "overlaytest", mine)
	g, err := findGo("")
	if err == nil {
		_, err = g.overlay()
	}
	if err != nil {
		fmt.Fprintln(errs, "overlaytest:", err)
		return misuse
	}
	fmt.Fprintf(out, "%s in %s: known\n", g.GOVERSION, g.GOROOT)
	return 0
}

// finish runs a command that was made, and returns its exit code.
func finish(command *exec.Cmd, err error, out, errs io.Writer) int {
	if err == nil {
		command.Stdin, command.Stdout, command.Stderr = os.Stdin, out, errs
		err = command.Run()
		if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
			return max(exit.ExitCode(), 1)
		}
	}
	if err != nil {
		fmt.Fprintln(errs, "overlaytest:", err)
		return misuse
	}
	return 0
}
