// Package exact_test plays programs that race for everything Go has, each many times in processes of their own, and counts the histories. It
// is run by go run ./cmd/overlaytest test ./suites/exact.
package exact_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/overlaytest/overlaytest/sim/bubble"
)

var (
	runs = flag.Int("exact.runs", 8, "how often each toy is run with one seed, and with how many seeds once")
	only = flag.String("exact.toy", "", "the one toy to run")
)

// What a process is told in its environment: which toy to play, and a folder of its own.
const (
	toyVariable    = "OVERLAYTEST_TOY"
	folderVariable = "OVERLAYTEST_TOY_FOLDER"
)

// TestToy plays the toy that the environment names, and prints its history's digest.
func TestToy(t *testing.T) {
	name := os.Getenv(toyVariable)
	if name == "" {
		t.Skip("for TestOneSeedHasOneHistory")
	}
	h := &history{}
	if name == "busy elsewhere" {
		defer elsewhere()()
	}
	synctest.Test(t, func(*testing.T) { toys[name](h) })
	if out := os.Getenv(toyVariable + "_OUT"); out != "" {
		os.WriteFile(out+"-"+h.digest(), h.Bytes(), 0o644)
	}
	fmt.Printf("digest %s\n", h.digest())
}

// played runs a toy in a process of its own.
func played(t *testing.T, name, order string) string {
	c := exec.Command(os.Args[0], "-test.run=^TestToy$", "-test.count=1")
	c.Env = append(os.Environ(), toyVariable+"="+name, folderVariable+"="+t.TempDir(), "OVERLAYTEST_ORDER="+order)
	if name == "garbage" || name == "cleanups" {
		c.Env = append(c.Env, "GOGC=10")
	}
	out, err := c.CombinedOutput()
	_, digest, ok := strings.Cut(string(out), "digest ")
	if err != nil || !ok {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return digest[:16]
}

// histories counts the histories of runs of a toy, two at a time.
func histories(t *testing.T, name string, order func(i int) string) map[string]int {
	found := map[string]int{}
	var mu sync.Mutex
	var all sync.WaitGroup
	places := make(chan struct{}, 2)
	for i := range *runs {
		places <- struct{}{}
		all.Go(func() {
			defer func() { <-places }()
			digest := played(t, name, order(i))
			mu.Lock()
			found[digest]++
			mu.Unlock()
		})
	}
	all.Wait()
	return found
}

// ofMemory are the toys that look at addresses, and at what the collector did: nearly exact, not wholly, since threads have memory, too. How
// nearly is said, and not asserted.
var ofMemory = []string{"addresses", "collected", "pointers"}

func TestOneSeedHasOneHistory(t *testing.T) {
	if !bubble.Exact {
		t.Skip("run by: go run ./cmd/overlaytest test ./suites/exact")
	}
	for _, name := range slices.Sorted(maps.Keys(toys)) {
		if *only != "" && name != *only {
			continue
		}
		t.Run(name, func(t *testing.T) {
			one := histories(t, name, func(int) string { return "1" })
			other := histories(t, name, func(i int) string { return fmt.Sprint(i) })
			t.Logf("%d histories in %d runs of one seed, %d in as many seeds", len(one), *runs, len(other))
			if len(one) != 1 && !slices.Contains(ofMemory, name) {
				t.Errorf("one seed has the histories %v", one)
			}
			if len(other)*10 < *runs*9 {
				t.Errorf("%d seeds have %d histories", *runs, len(other))
			}
		})
	}
}
