package show

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/overlaytest/overlaytest/ipv8/keys"
	"github.com/overlaytest/overlaytest/sim"
)

// Settings are what the flags say. What a program sets before they are read are their defaults.
type Settings struct {
	Seed            uint64
	Peers, Trackers int
	Duration        time.Duration // of virtual time
	Interval        time.Duration // between what a peer does
	Curve           string        // of the keys, as package config calls it
	KeyFile         string        // of the first peer; empty: none
	Key             []byte        // content of KeyFile
	Latency         string        // as given
	Loss            sim.Chance
	latency         sim.Rule
	Quiet           bool
	Trace           string // file; empty: none
	Plot            string // file; empty: none
}

// What the numbers may be: as many nodes as addresses are drawn for without trouble, and less than time.Duration holds.
const (
	maxNodes    = 1_000_000
	maxDuration = 100 * 365 * 24 * time.Hour
)

// setting is a flag: its values in words, what it is for, and how it takes one.
type setting struct {
	name, values, use, preset string
	set                       func(value string) error
}

// settings are the flags, in the order in which -h lists them.
func (s *Settings) settings() []setting {
	trackers, most := "how many trackers introduce peers to each other", maxNodes
	if s.Trackers == 0 {
		trackers, most = "none: the program introduces the peers to each other", 0
	}
	return []setting{
		{"seed", "NUMBER", "everything random follows from it; 0x… is hexadecimal", fmt.Sprint(s.Seed), s.setSeed},
		{"peers", "NUMBER", "how many peers", fmt.Sprint(s.Peers), whole(&s.Peers, 1, maxNodes)},
		{"trackers", "NUMBER", trackers, fmt.Sprint(s.Trackers), whole(&s.Trackers, 0, most)},
		{"duration", "TIME", "how much virtual time passes", s.Duration.String(), span(&s.Duration, 0)},
		{"curve", "CURVE", "the peers' keys: " + strings.Join(curves(), ", "), s.Curve, s.setCurve},
		{"key", "FILE", "the first peer's key, as IPv8 writes it; else keys follow from the seed", "", s.setKey},
		{"latency", "LATENCY", latencies(), s.Latency, s.setLatency},
		{"loss", "PERCENT", "how many packets are lost, such as 1% or 0.25%", s.Loss.String(), s.setLoss},
		{"interval", "TIME", "between a peer's lines", s.Interval.String(), span(&s.Interval, time.Millisecond)},
		{"quiet", "", "print the summary only", "", s.setQuiet},
		{"trace", "FILE", "write every event to a file: to be read if its name ends in .txt, else as lines of JSON", "", fileName(&s.Trace)},
		{"plot", "FILE", "draw the world: a page of plots, or their figures as JSON if the name ends in .json", "", fileName(&s.Plot)},
	}
}

// parse reads the command line; help goes to out, with the error flag.ErrHelp.
func (s *Settings) parse(program string, args []string, out io.Writer) error {
	preset := *s
	flags := flag.NewFlagSet(program, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Usage = func() {}
	for _, f := range s.settings() {
		if f.values == "" {
			flags.BoolFunc(f.name, f.use, f.set)
		} else {
			flags.Func(f.name, f.use, f.set)
		}
	}
	err := flags.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		preset.help(program, out)
	case err != nil && !strings.HasPrefix(err.Error(), "invalid"):
		return fmt.Errorf("%w; -h lists the flags", err)
	case err == nil && flags.NArg() > 0:
		return fmt.Errorf("unexpected %q: there are flags only; -h lists them", flags.Arg(0))
	case err == nil && s.Key != nil && strings.HasPrefix(s.Curve, standIn):
		return fmt.Errorf("invalid value %q for flag -key: want no key file where -curve asks for stand-in keys", s.KeyFile)
	}
	return err
}

// help describes the flags.
func (s *Settings) help(program string, out io.Writer) {
	fmt.Fprintf(out, "usage: %s [flags]\n\n", program)
	for _, f := range s.settings() {
		fmt.Fprintf(out, "  %s\n        %s\n", strings.TrimSpace("-"+f.name+" "+f.values), f.use)
		if f.preset != "" {
			fmt.Fprintf(out, "        default: %s\n", f.preset)
		}
	}
}

func (s *Settings) setSeed(value string) (err error) {
	if s.Seed, err = strconv.ParseUint(value, 0, 64); err != nil {
		return errors.New("want a whole number from 0 to 18446744073709551615, or 0x0 to 0xffffffffffffffff")
	}
	return nil
}

// whole takes a number of nodes.
func whole(to *int, least, most int) func(string) error {
	return func(value string) error {
		n, err := strconv.Atoi(value)
		switch {
		case err == nil && n >= least && n <= most:
			*to = n
			return nil
		case least == most:
			return fmt.Errorf("want %d", least)
		}
		return fmt.Errorf("want a whole number from %d to %d", least, most)
	}
}

// span takes a duration.
func span(to *time.Duration, least time.Duration) func(string) error {
	return func(value string) error {
		d, err := time.ParseDuration(value)
		if err != nil || d < least || d > maxDuration {
			return fmt.Errorf("want a time from %v to %v, such as 500ms, 90s or 1h30m", least, maxDuration)
		}
		*to = d
		return nil
	}
}

// standIn is the name of a key without arithmetic; by itself it has the sizes of curve25519.
const standIn = "stand-in"

// curves are the names of the kinds of keys.
func curves() (names []string) {
	for _, level := range keys.Levels() {
		names = append(names, string(level))
	}
	names = append(names, standIn)
	for _, level := range keys.Levels() {
		names = append(names, standIn+"-"+string(level))
	}
	return names
}

func (s *Settings) setCurve(value string) error {
	if !slices.Contains(curves(), value) {
		return fmt.Errorf("want one of %s", strings.Join(curves(), ", "))
	}
	s.Curve = value
	if level, ok := strings.CutPrefix(value, standIn); ok {
		s.Curve = standIn + " " + cmp.Or(strings.TrimPrefix(level, "-"), string(keys.Curve25519))
	}
	return nil
}

func (s *Settings) setKey(value string) (err error) {
	s.KeyFile = value
	if s.Key, err = os.ReadFile(value); err != nil {
		return fmt.Errorf("want a key file: %w", reason(err))
	}
	if _, err = keys.NewRing().ParsePrivate(s.Key); err != nil {
		return fmt.Errorf("want a key file as IPv8 writes it: %w", err)
	}
	return nil
}

func (s *Settings) setQuiet(value string) (err error) {
	if s.Quiet, err = strconv.ParseBool(value); err != nil {
		return errors.New("want true or false, or nothing")
	}
	return nil
}

// fileName takes the name of a file.
func fileName(to *string) func(string) error {
	return func(value string) error {
		if value == "" {
			return errors.New("want the name of a file")
		}
		*to = value
		return nil
	}
}
