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
)

const usage = `overlaytest runs Go tests so that one seed has one history, also of code with goroutines.

  overlaytest test [flags and packages of go test]

        runs go test with a runtime of which a few files are replaced, by go's own flag
        -overlay: copies of those of the Go that runs, with a handful of edits. In a bubble
        of testing/synctest, what the runtime draws (which case of a select, the order of a
        map, which timer of an instant, which goroutine next) then comes from one seed, and
        nothing outside the bubble has a say in it. Nothing is installed, and no file of Go
        or of yours is changed.

        One test at a time is run, on one processor. OVERLAYTEST_ORDER=7 before the command
        has every bubble take another order; sim/bubble sets it from the seed of its world.

        Not covered: cgo and several threads, goroutines outside the bubble, maps with
        pointers as keys, wall time, files and real sockets.

  overlaytest help

        prints this.
`

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// The exit codes: those of go test, and 2 for what went wrong before it ran.
const misuse = 2

// run carries out a command line, and returns the exit code.
func run(args []string, out, errs io.Writer) int {
	if len(args) == 0 {
		fmt.Fprint(errs, usage)
		return misuse
	}
	switch args[0] {
	case "test":
		return test(args[1:], out, errs)
	case "help", "-h", "-help", "--help":
		fmt.Fprint(out, usage)
		return 0
	}
	fmt.Fprintf(errs, "overlaytest: no verb %q; there are: test, help\n", args[0])
	return misuse
}

// test runs go test with the exact runtime.
func test(args []string, out, errs io.Writer) int {
	command, err := goTest(args)
	if err != nil {
		fmt.Fprintln(errs, "overlaytest:", err)
		return misuse
	}
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, out, errs
	err = command.Run()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return max(exit.ExitCode(), 1)
	}
	if err != nil {
		fmt.Fprintln(errs, "overlaytest:", err)
		return misuse
	}
	return 0
}
