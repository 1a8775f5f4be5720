package digests_test

import (
	"flag"
	"fmt"
	"hash/fnv"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/fixtures/overlays"
	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/properties"
	"github.com/overlaytest/overlaytest/sim"
)

var repeated = flag.Int("worlds", 100, "how many generated worlds are played twice")

const (
	generatedGolden = "testdata/generated.txt"
	pinnedWorlds    = 50
)

// everything is the budget of worlds in which all kinds of faults occur.
var everything = properties.Budget{
	Down: sim.Percent(100), Disks: []sim.DiskFate{sim.Unsynced, sim.Kept, sim.Wiped}, Cut: time.Minute,
	Loss: sim.Percent(30), Duplicate: sim.Percent(30), Reorder: 5 * time.Second, Forged: 20,
}

// space is where the generated worlds come from. Their digests change with the generators.
var space = properties.Scenarios(properties.Nodes(2, 12), properties.Latency(), properties.Ops("tell", 5), properties.Faulty(everything),
	properties.ChurnBy(harness.Crash, harness.Restart, harness.Join, harness.Move, harness.Renew))

// generated plays the i-th generated world, each third one with another overlay, and says what came of it.
func generated(t *testing.T, i int) string {
	t.Helper()
	s := space.Example(i)
	switch i % 3 {
	case 0:
		return outcome(t, s, overlays.Epidemic{}.Boot, (*overlays.Monger).Publish)
	case 1:
		return outcome(t, s, overlays.Swim{}.Boot, func(o *overlays.Swimmer, id uint64) { o.Broadcast(id) })
	}
	return outcome(t, s, overlays.NewSimple, func(*overlays.Simple, uint64) {})
}

func outcome[O any](t *testing.T, s harness.Scenario, boot harness.Boot[O], tell func(o O, id uint64)) string {
	t.Helper()
	r := harness.Start(t, s, boot)
	r.AllowVacuous("nothing is judged but the digest")
	r.On("tell", func(m *harness.Member[O], id uint64) { tell(m.Overlay, id) })
	r.Play()
	r.Heal()
	r.Run(10 * time.Second)
	defer r.Close()
	return fmt.Sprintf("%016x after %d events", r.Digest(), r.Events())
}

func TestGeneratedWorldsAreThePinnedOnes(t *testing.T) {
	var lines strings.Builder
	for i := range pinnedWorlds {
		fmt.Fprintf(&lines, "%d: %s\n", i, generated(t, i))
	}
	if *rewrite {
		if err := os.WriteFile(generatedGolden, []byte(lines.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(generatedGolden)
	if err != nil {
		t.Fatal(err)
	}
	if got := lines.String(); got != string(want) {
		t.Errorf("the generated worlds come out as\n%s\nthey were\n%s\nif that is right: say why in CHANGELOG.md, then go test ./suites/digests -rewrite", got, want)
	}
}

// TestGeneratedWorldsRepeat plays worlds twice. The line it logs is the same wherever it runs: "make determinism" compares it over
// processors and builds.
func TestGeneratedWorldsRepeat(t *testing.T) {
	all := fnv.New64a()
	for i := range *repeated {
		once, again := generated(t, i), generated(t, i)
		if once != again {
			t.Fatalf("world %d comes out as %s, and played again as %s", i, once, again)
		}
		fmt.Fprintln(all, once)
	}
	t.Logf("together: %d worlds, %016x", *repeated, all.Sum64())
}
