// Package show is what the example programs have in common: flags, a world to play in, lines with virtual time on standard output, progress
// of what takes long on standard error, and a summary.
//
// The same flags give the same bytes on standard output, on every machine.
package show

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/overlaytest/overlaytest/ipv8"
	"github.com/overlaytest/overlaytest/sim"
)

// Play is a simulation being played.
type Play struct {
	Settings
	World *sim.World

	members  []*ipv8.Community
	traffic  traffic
	trace    trace
	program  string
	out, err io.Writer
}

// Main plays a simulation: it reads the flags, has start set up the world, lets the time pass and prints the summary. It exits with status 2
// when a flag is wrong, and with 1 when start fails or the world stops by itself.
func Main(preset Settings, start func(p *Play) error) {
	program := filepath.Base(os.Args[0])
	out := bufio.NewWriter(os.Stdout)
	status := run(program, os.Args[1:], preset, start, out, os.Stderr)
	if err := out.Flush(); err != nil && status == 0 {
		fmt.Fprintf(os.Stderr, "%s: writing to standard output: %v\n", program, reason(err))
		status = 1
	}
	os.Exit(status)
}

// run is Main without the process: it returns the exit status.
func run(program string, args []string, preset Settings, start func(p *Play) error, out *bufio.Writer, err io.Writer) int {
	began := time.Now()
	p := &Play{Settings: preset, program: program, out: out, err: err}
	switch err := p.read(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintf(p.err, "%s: %v\n", program, err)
		return 2
	}
	if err := errors.Join(p.play(start, began), p.trace.close()); err != nil {
		out.Flush()
		fmt.Fprintf(p.err, "%s: %v\n", program, err)
		return 1
	}
	p.summary()
	fmt.Fprintf(p.err, "real time %v\n", time.Since(began).Round(time.Millisecond))
	return 0
}

// read reads the flags and opens the file of the trace, when all of them are right.
func (p *Play) read(args []string) error {
	if err := p.parse(p.program, args, p.out); err != nil {
		return err
	}
	return p.trace.open(p.Trace)
}

// play sets up the world and lets the time pass.
func (p *Play) play(start func(p *Play) error, began time.Time) error {
	p.World = sim.New(p.Seed, p.rules()...)
	defer p.World.Close()
	if !p.Quiet {
		p.World.LogTo(&lines{p.out})
	}
	p.World.Watch(p.traffic.count)
	p.trace.watch(p.World)
	if err := start(p); err != nil {
		return err
	}
	p.pass(began)
	return p.World.Err()
}

// Add takes in a community whose peers are counted at the end.
func (p *Play) Add(c *ipv8.Community) { p.members = append(p.members, c) }

// How often there is progress to see, in real time, and how many parts of the virtual time are played between two looks at the clock.
const (
	patience = time.Second
	parts    = 500
)

// pass lets the time of the simulation pass.
func (p *Play) pass(began time.Time) {
	said := began
	for i := range time.Duration(parts) {
		p.World.Run(p.Duration*(i+1)/parts - p.World.Elapsed())
		if now := time.Now(); now.Sub(said) > patience {
			said = now
			fmt.Fprintf(p.err, "%s: %v of %v, %d events\n", p.program, p.World.Elapsed().Round(time.Millisecond), p.Duration, p.World.Events())
		}
		if p.World.Err() != nil {
			return
		}
	}
}
