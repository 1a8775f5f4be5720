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
	Failing: []sim.DiskFate{sim.LostWrite, sim.TornWrite, sim.BitRot, sim.DiskFull}, Fail: sim.Percent(50),
	Loss: sim.Percent(30), Duplicate: sim.Percent(30), Corrupt: sim.Percent(30), Reorder: 5 * time.Second, Replay: time.Minute, MTU: 200,
	Rate: 20_000, Slow: time.Second, Late: 2 * time.Second, Clock: time.Hour, Drift: sim.Percent(50), Forged: 20, Twins: 2, Reuse: true,
	NAT: []string{"full-cone", "symmetric", "tribler-2011"},
}

// space is where the generated worlds come from. Their digests change with the generators; not with models that are new in fixtures.
var space = properties.Scenarios(properties.Nodes(2, 12), properties.Latency(), properties.Ops("tell", 5), properties.Faulty(everything),
	properties.Topology(choice("line"), choice("star"), choice("complete"), choice("preferential", 2), choice("ring-of-cliques", 3), choice("hypercube")),
	properties.Access(choice("drop-tail", 200_000, 100_000, 20_000), choice("codel", 200_000, 100_000, 20_000)),
	properties.Conditions(choice("g1050", 4, 0), choice("correlated", 10e6, 800, 800_000, 20e6)),
	properties.Losses(choice("gilbert", 50_000, 3000), choice("loss-storm")), properties.Traffic(choice("bursts", 1e9, 5e9, 5e9, 0, 0)),
	properties.NAT(choice("full-cone", 60e9), choice("symmetric", 30e9), choice("tribler-2011")),
	properties.ChurnLike(choice("weibull", 30e9, 600, 5e9, 1000, 0)), properties.Targets("0:01"),
	properties.ChurnBy(harness.Crash, harness.Restart, harness.Join, harness.Move, harness.Renew))

func choice(name string, params ...int64) harness.Choice {
	return harness.Choice{Name: name, Params: params}
}

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
	for _, op := range []string{"tell", "do"} {
		r.On(op, func(m *harness.Member[O], id uint64) { tell(m.Overlay, id) })
	}
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
