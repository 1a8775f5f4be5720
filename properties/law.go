package properties

import (
	"encoding/json"
	"flag"
	"fmt"
	"hash/fnv"
	"os"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/overlaytest/overlaytest/harness"
)

// Law is what must hold in every world of a space.
type Law[O any] struct {
	// Name says what must hold: "a rumour reaches everybody".
	Name string
	// Space is where the scenarios come from.
	Space *rapid.Generator[harness.Scenario]
	// Boot sets the overlay up on a node.
	Boot harness.Boot[O]
	// Judge plays the scenario and says what must hold: r.Play(), r.Heal(), r.Always(…), r.Eventually(…). It must fail r.T alone, not the
	// test around the law: so NewWithT(r.T) for Gomega's Expect.
	Judge func(r *harness.Run[O])
}

const caseVariable = "OVERLAYTEST_CASE"

// Check tries the law on a hundred worlds, the same ones every time, and stops at the first in which it does not hold. It then looks for a
// smaller world that breaks the same promise, and fails the test with it.
//
// OVERLAYTEST_CASE, a scenario in JSON or a file that holds one, has that world judged alone. RAPID_CHECKS=1000 tries a thousand worlds, and
// RAPID_SEED=7 others; go test -short a fifth of them.
func (l Law[O]) Check(t harness.TB) {
	t.Helper()
	l.mustBeWhole(t)
	if text := os.Getenv(caseVariable); text != "" {
		l.replayCase(t, text)
		return
	}
	base, worlds := l.baseSeed(), checks()
	for i := range worlds {
		seed := base + i*(i+1)/2
		if v := l.judge(t, l.Space.Example(int(seed))); v.failed {
			t.Fatalf("%s", l.shrink(t, v).report(fmt.Sprintf("world %d of %d", i+1, worlds)))
		}
	}
}

// mustBeWhole fails a test that checks half a law.
func (l Law[O]) mustBeWhole(t harness.TB) {
	t.Helper()
	missing := ""
	switch {
	case l.Space == nil:
		missing = "Space"
	case l.Boot == nil:
		missing = "Boot"
	case l.Judge == nil:
		missing = "Judge"
	default:
		return
	}
	t.Fatalf("properties: the law %q has no %s", l.Name, missing)
}

// Replay judges one world: a scenario pasted from a failure, so that the test remembers it.
func (l Law[O]) Replay(t harness.TB, s harness.Scenario) {
	t.Helper()
	l.mustBeWhole(t)
	if v := l.judge(t, s); v.failed {
		t.Fatalf("%s", v.report("the world given"))
	}
}

// replayCase judges the world of a case.
func (l Law[O]) replayCase(t harness.TB, text string) {
	t.Helper()
	s, err := readCase(text)
	if err != nil {
		t.Fatalf("%s: %v", caseVariable, err)
	}
	l.Replay(t, s)
	t.Logf("the law %q holds in the world of %s", l.Name, caseVariable)
}

// readCase reads a scenario, or the file that has it.
func readCase(text string) (s harness.Scenario, err error) {
	data := []byte(text)
	if !strings.HasPrefix(strings.TrimSpace(text), "{") {
		if data, err = os.ReadFile(text); err != nil {
			return s, fmt.Errorf("neither a scenario in JSON nor a file that can be read: %w", err)
		}
	}
	if err = json.Unmarshal(data, &s); err != nil {
		return s, err
	}
	return s, s.Validate()
}

// baseSeed is what the seeds of a law's worlds count from: a hash of its name, or the seed that rapid is given. It has 30 bits, because
// rapid's Example takes an int.
func (l Law[O]) baseSeed() uint64 {
	const bits = 1<<30 - 1
	if seed := rapidFlag("rapid.seed"); seed != 0 {
		return seed & bits
	}
	h := fnv.New64a()
	h.Write([]byte(l.Name))
	return h.Sum64()&bits | 1
}

// checks is how many worlds are to be tried.
func checks() uint64 {
	n := rapidFlag("rapid.checks")
	if testing.Short() {
		n /= 5
	}
	return max(n, 1)
}

// rapidFlag is the value of one of rapid's flags; they are there since rapid is imported.
func rapidFlag(name string) uint64 {
	v, err := strconv.ParseUint(flag.Lookup(name).Value.String(), 0, 64)
	if err != nil {
		panic(fmt.Sprintf("properties: the flag %s of rapid is %v", name, err))
	}
	return v
}

// quote writes a word for a POSIX shell.
func quote(word string) string {
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
