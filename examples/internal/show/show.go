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
	"strings"
	"time"

	"github.com/overlaytest/overlaytest/ipv8"
	"github.com/overlaytest/overlaytest/ipv8/config"
	"github.com/overlaytest/overlaytest/ipv8/keys"
	"github.com/overlaytest/overlaytest/sim"
)

// Play is a simulation being played.
type Play struct {
	Settings
	World *sim.World

	members  []*ipv8.Community // whose peers are counted at the end
	started  int
	failed   error
	traffic  traffic
	trace    trace
	plot     plot
	program  string
	said     time.Time // when there last was progress to see
	out, err io.Writer
}

// Main plays a simulation: it reads the flags, has start set up the world, lets the time pass and prints the summary. It exits with status 2
// when a flag is wrong, and with 1 when start found an error or the world stops by itself.
func Main(preset Settings, start func(p *Play)) {
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
func run(program string, args []string, preset Settings, start func(p *Play), out *bufio.Writer, err io.Writer) int {
	began := time.Now()
	p := &Play{Settings: preset, program: program, out: out, err: err, said: began}
	switch err := p.read(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintf(p.err, "%s: %v\n", program, err)
		return 2
	}
	if err := errors.Join(p.play(start), p.trace.close(), p.plot.draw(p)); err != nil {
		out.Flush()
		fmt.Fprintf(p.err, "%s: %v\n", program, err)
		return 1
	}
	p.summary()
	fmt.Fprintf(p.err, "real time %v\n", time.Since(began).Round(time.Millisecond))
	return 0
}

// read reads the flags and opens the files of the trace and the plot, when all of them are right.
func (p *Play) read(args []string) error {
	if err := p.parse(p.program, args, p.out); err != nil {
		return err
	}
	return errors.Join(p.trace.open(p.Trace), p.plot.open(p.Plot))
}

// play sets up the world and lets the time pass.
func (p *Play) play(start func(p *Play)) error {
	p.World = sim.New(p.Seed, p.rules()...)
	defer p.World.Close()
	if !p.Quiet {
		p.World.LogTo(&lines{p.out})
	}
	p.World.Watch(p.traffic.count)
	p.trace.watch(p.World)
	p.plot.watch(p)
	if start(p); p.failed != nil {
		return p.failed
	}
	p.pass()
	return p.World.Err()
}

// Start makes a node that runs a peer, as a configuration describes it. The first peer has the key of the flag -key, if there is one; all
// other keys follow from the seed. The peer runs when Start returns. A configuration that does not fit the classes is a programmer's error
// and panics.
func (p *Play) Start(name string, c config.Config, classes ...config.Class) (instance *config.Instance) {
	var files config.Files
	if p.Key != nil && p.started == 0 {
		files = given(p.Key)
	}
	p.started++
	p.World.Node(name, func(n *sim.Node) {
		var err error
		if instance, err = config.Start(n, sim.Shared(n, keys.NewRing), files, c, classes...); err != nil {
			panic(fmt.Sprintf("show: starting %s: %v", name, err))
		}
	})
	p.World.Run(0)
	p.progress()
	p.members = append(p.members, instance.Stack.Overlays()...)
	return instance
}

// Check ends the simulation, when start returns, with the first error that it was given.
func (p *Play) Check(err error) {
	if p.failed == nil {
		p.failed = err
	}
}

// File returns the name of a peer's key file. A stand-in key is kept in none, so there it is empty.
func (p *Play) File(format string, peer int) string {
	if strings.HasPrefix(p.Curve, standIn) {
		return ""
	}
	return fmt.Sprintf(format, peer)
}

// given is a key file, under whatever name.
type given []byte

// ReadFile returns the key.
func (g given) ReadFile(string) ([]byte, error) { return g, nil }

// WriteFile keeps nothing: there is a key.
func (g given) WriteFile(string, []byte) error { return nil }

// patience is how long there may be nothing to see before there is progress, and parts is in how many parts the virtual time is played, with a
// look at the clock after each.
const (
	patience = time.Second
	parts    = 500
)

// pass lets the time of the simulation pass.
func (p *Play) pass() {
	for range parts {
		p.World.Run(p.Duration / parts)
		p.progress()
	}
	p.World.Run(p.Duration - p.World.Elapsed())
}

// progress says on standard error how far the simulation is, if that was long ago.
func (p *Play) progress() {
	if now := time.Now(); now.Sub(p.said) > patience {
		p.said = now
		fmt.Fprintf(p.err, "%s: %d peers, %v of %v, %d events\n", p.program, p.started, p.World.Elapsed().Round(time.Millisecond), p.Duration, p.World.Events())
	}
}
