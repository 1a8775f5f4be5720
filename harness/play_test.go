package harness_test

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/sim"
)

// diary is an overlay that writes down what happens to it, in a book that outlives it.
type diary struct {
	name string
	book *[]string
}

func (d *diary) write(format string, args ...any) {
	*d.book = append(*d.book, d.name+" "+fmt.Sprintf(format, args...))
}
func (d *diary) Leave() { d.write("leaves") }

func diaries(book *[]string) harness.Boot[*diary] {
	return func(n *sim.Node, met []netip.AddrPort) *diary {
		d := &diary{n.Name(), book}
		d.write("boots, meets %d", len(met))
		n.Listen(func(_, _ netip.AddrPort, _ []byte) {})
		n.Every(time.Second, time.Second, func() {
			for _, a := range met {
				_ = n.Send(a, nil)
			}
		})
		return d
	}
}

func star(changes ...harness.Change) harness.Scenario {
	return harness.Scenario{Seed: 1, Nodes: []string{"a", "b", "c"}, Topology: harness.Choice{Name: "star"}, Churn: changes, Duration: time.Minute}
}

func TestPlayDoesWhatTheScenarioSays(t *testing.T) {
	var book []string
	s := star(
		harness.Change{At: 30 * time.Second, Node: "c", Do: harness.Leave},
		harness.Change{At: 10 * time.Second, Node: "b", Do: harness.Crash},
		harness.Change{At: 15 * time.Second, Node: "a", Do: harness.Restart}, // is up: nothing
		harness.Change{At: 20 * time.Second, Node: "b", Do: harness.Restart},
		harness.Change{At: 40 * time.Second, Node: "a", Do: harness.Crash},
	)
	s.Work = []harness.Op{
		{At: 10 * time.Second, Node: "b", Op: "write", Arg: 1}, // has just crashed: nothing
		{At: 20*time.Second + 1, Node: "b", Op: "write", Arg: 2},
		{At: time.Minute, Node: "b", Op: "write", Arg: 3},
	}
	r := harness.Start(t, s, diaries(&book))
	r.On("write", func(m *harness.Member[*diary], arg uint64) { m.Overlay.write("writes %d", arg) })
	r.Play()
	same(t, "the clock", r.Elapsed(), time.Minute)
	r.Heal()
	same(t, "the story", book, []string{
		"a boots, meets 2", "b boots, meets 1", "c boots, meets 1", "b boots, meets 1", "b writes 2", "c leaves", "b writes 3", "a boots, meets 2",
	})
	same(t, "who is up", []bool{r.Members[0].Up(), r.Members[1].Up(), r.Members[2].Up()}, []bool{true, true, false})
}

func TestHealEndsTheLoss(t *testing.T) {
	var book []string
	s := star()
	s.Loss = sim.Percent(100)
	r := harness.Start(t, s, diaries(&book))
	lost := 0
	r.Watch(func(e sim.Event) {
		if e.Kind == sim.Dropped {
			lost++
		}
	})
	r.Play()
	same(t, "lost while playing", lost, 240)
	r.Heal()
	r.Run(time.Minute)
	same(t, "lost after healing", lost, 240)
}

func TestLatencyOfAScenario(t *testing.T) {
	var book []string
	s := star()
	s.Latency = harness.Choice{Name: "constant", Params: []int64{250e6}}
	r := harness.Start(t, s, diaries(&book))
	arrived := time.Duration(0)
	r.Watch(func(e sim.Event) {
		if e.Kind == sim.Delivered || e.Kind == sim.Dropped {
			arrived = max(arrived, e.At)
		}
	})
	r.Play()
	same(t, "the last arrival", arrived, 59*time.Second+250*time.Millisecond)
}

func TestGoodbyesNeedAnOverlayThatSaysThem(t *testing.T) {
	got := failing(t, func(tb harness.TB) {
		harness.Start(tb, star(harness.Change{Node: "a", Do: harness.Leave}), bootCounter)
	})
	expect(t, got, "harness: impossible scenario: Churn[0].Do: a *harness_test.counter has no method Leave(): it can only crash")
}

func TestOperationsNeedAMeaning(t *testing.T) {
	s := star()
	s.Work = []harness.Op{{Node: "a", Op: "publish"}}
	got := failing(t, func(tb harness.TB) { harness.Start(tb, s, bootCounter).Play() })
	expect(t, got, `harness: impossible scenario: Work[0].Op: nobody said r.On("publish", …) before r.Play()`)
	got = failing(t, func(tb harness.TB) {
		r := harness.Start(tb, s, bootCounter)
		r.On("withdraw", func(*harness.Member[*counter], uint64) {})
		r.On("deposit", func(*harness.Member[*counter], uint64) {})
		r.Play()
	})
	expect(t, got, `harness: impossible scenario: Work[0].Op: nobody said r.On("publish", …) before r.Play(); it was said of "deposit", "withdraw"`)
}

func TestImpossibleScenarioFailsTheTest(t *testing.T) {
	got := failing(t, func(tb harness.TB) { harness.Start(tb, harness.Scenario{}, bootCounter) })
	expect(t, got, "harness: impossible scenario: Nodes: there are none")
}

func TestPromisesSeeWhatOperationsDo(t *testing.T) {
	s := star()
	s.Work = []harness.Op{{At: time.Second / 2, Node: "b", Op: "jump"}}
	got := failing(t, func(tb harness.TB) {
		r := harness.Start(tb, s, bootCounter)
		r.On("jump", func(m *harness.Member[*counter], _ uint64) { m.Overlay.n = 100 })
		harness.Each(r.Members, "nobody jumps", func(m *harness.Member[*counter]) error {
			if m.Overlay.n >= 100 {
				return fmt.Errorf("jumped to %d", m.Overlay.n)
			}
			return nil
		})
		r.Play()
	})
	expect(t, got, `
	the promise "nobody jumps" was broken
	by b: jumped to 100
	promised at play_test.go:N
	at 500ms of virtual time, after 4 events, seed 0x1
	story:
	  500ms #7  b was told: jump 0
	why:
	  500ms #7: b was told: jump 0
	ask why: OVERLAYTEST_BECAUSE=7 before the command that replays it
	replay: go test github.com/overlaytest/overlaytest/harness -run '^TestThings$'`)
}
