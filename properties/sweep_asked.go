package properties

import (
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/harness"
)

// What the environment asks of a sweep.
const (
	worldsVariable = "OVERLAYTEST_WORLDS"
	forVariable    = "OVERLAYTEST_FOR"
	runsVariable   = "OVERLAYTEST_SHRINK_RUNS"
	shrinkVariable = "OVERLAYTEST_SHRINK_FOR"
)

// askedSweep is the sweep that the environment and rapid's flags ask for. A value that makes no sense is an error that names it.
func askedSweep(t harness.TB) (s Sweep, err error) {
	s.Seed = rapidFlag("rapid.seed")
	if s.Worlds, err = askedCount(worldsVariable, 1); err != nil {
		return s, err
	}
	if s.For, err = askedTime(forVariable); err != nil {
		return s, err
	}
	if s.Worlds == 0 && s.For == 0 {
		s.Worlds = checks()
	}
	runs, err := askedCount(runsVariable, 0)
	if err != nil {
		return s, err
	}
	s.Runs = int(runs)
	if os.Getenv(runsVariable) != "" && runs == 0 {
		s.Runs = -1
	}
	if s.Shrink, err = askedTime(shrinkVariable); err != nil {
		return s, err
	}
	return s, enoughTime(t, s.For)
}

// enoughTime says when go test would end the sweep before its time.
func enoughTime(t harness.TB, d time.Duration) error {
	d += defaultShrink
	timed, ok := t.(interface {
		Deadline() (deadline time.Time, ok bool)
	})
	if !ok || d == defaultShrink {
		return nil
	}
	if end, ok := timed.Deadline(); ok && time.Until(end) < d {
		return fmt.Errorf("%s=%s: go test ends in %v, and a smaller world may take a minute to find: give it more with -timeout, or all with -timeout 0",
			forVariable, os.Getenv(forVariable), time.Until(end).Round(time.Second))
	}
	return nil
}

// askedCount is a number in the environment, at least so many; 0 if there is none.
func askedCount(variable string, least uint64) (uint64, error) {
	text := os.Getenv(variable)
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil || n < least {
		return 0, fmt.Errorf("%s=%q is not a number of worlds: want one such as 10000", variable, text)
	}
	return n, nil
}

// askedTime is a duration in the environment, 0 if there is none.
func askedTime(variable string) (time.Duration, error) {
	text := os.Getenv(variable)
	if text == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		return 0, fmt.Errorf("%s=%q is not a time: want one such as 90s or 5m", variable, text)
	}
	return d, nil
}

// checks is how many worlds rapid's flags ask for.
func checks() uint64 {
	n := rapidFlag("rapid.checks")
	if testing.Short() {
		n /= 5
	}
	return max(n, 1)
}

// rapidFlag is the value of one of rapid's flags; they are there since rapid is imported. Rapid reads RAPID_SEED and RAPID_CHECKS before main,
// which go test does not notice: it is shown here that they matter, or it would print what it remembers of other values.
func rapidFlag(name string) uint64 {
	_ = os.Getenv(strings.ToUpper(strings.Replace(name, ".", "_", 1)))
	v, err := strconv.ParseUint(flag.Lookup(name).Value.String(), 0, 64)
	if err != nil {
		panic(fmt.Sprintf("properties: the flag %s of rapid is %v", name, err))
	}
	return v
}
