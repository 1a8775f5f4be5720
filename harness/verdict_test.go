package harness_test

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/sim"
)

func TestAPlayedRunThatProvesNothingFailsItsTest(t *testing.T) {
	s := triangle(
		harness.Fault{ID: "f1", Do: harness.Crash, At: 10 * time.Second, Nodes: []string{"b"}},
		harness.Fault{ID: "f2", Do: harness.Cut, At: 20 * time.Second, Nodes: []string{"b"}},
		harness.Fault{ID: "f3", Do: harness.Crash, At: 20 * time.Second, Nodes: []string{"b"}},
		harness.Fault{ID: "f4", Do: harness.Pause, At: 20 * time.Second, Nodes: []string{"b"}},
		harness.Fault{ID: "f5", Do: harness.LosePacket, Nodes: []string{"a", "c"}, Amount: 99},
	)
	s.Loss, s.Topology = sim.Percent(10), harness.Choice{Name: "gnp", Params: []int64{0}}
	s.Churn = []harness.Change{{At: 15 * time.Second, Node: "b", Do: harness.Leave}}
	s.Work = []harness.Op{{At: 15 * time.Second, Node: "b", Op: "publish"}}
	got := failing(t, func(tb harness.TB) {
		r := harness.Start(tb, s, beacons)
		r.On("publish", func(*harness.Member[*beacon], uint64) {})
		r.Given("four members are up", func() bool { return len(r.Members) == 4 })
		r.Given("b goes down", func() bool { return !r.Members[1].Up() })
		r.Play()
	})
	expect(t, got, `
	the run proves nothing: it was vacuous
	the loss of 10% never met a packet
	fault f2 (cut) never met a packet
	fault f3 (crash) never met a node that was up
	fault f4 (pause) never met a node that was running
	fault f5 (lose packet) never met packet 99 from a to c
	no churn "leave" met a node that it could change
	no work "publish" met a member that was up
	the precondition "four members are up" never held
	if that is meant, say r.AllowVacuous("why")
	at 30s of virtual time, after 76 events, seed 0x1
	replay: go test github.com/overlaytest/overlaytest/harness -run '^TestThings$'`)
}

var errStill = errors.New("it does not")

// countingTB is a test that keeps count of vacuous runs.
type countingTB struct {
	fakeTB
	vacuous []string
}

func (c *countingTB) Vacuous(reasons []string) { c.vacuous = reasons }

func TestWhoKeepsCountOfVacuousRunsIsToldInstead(t *testing.T) {
	tb := &countingTB{fakeTB: fakeTB{name: "TestThings"}}
	r := harness.Start(tb, star(harness.Change{Node: "a", Do: harness.Restart}), bootCounter)
	r.Play()
	v, reasons := r.Verdict()
	for _, clean := range slices.Backward(tb.cleanups) {
		clean()
	}
	same(t, "the verdict", v, harness.Vacuous)
	same(t, "the reasons", reasons, []string{`no churn "restart" met a node that it could change`})
	same(t, "what was told", tb.vacuous, reasons)
}

func TestRunsThatMayProveNothing(t *testing.T) {
	idle := star(harness.Change{Node: "a", Do: harness.Restart})
	for why, test := range map[string]func(r *harness.Run[*counter]){
		"it is allowed":     func(r *harness.Run[*counter]) { r.AllowVacuous("to see"); r.Play() },
		"it was not played": func(r *harness.Run[*counter]) { r.Run(time.Hour) },
	} {
		f := trying(func(tb harness.TB) {
			r := harness.Start(tb, idle, bootCounter)
			test(r)
			v, reasons := r.Verdict()
			same(t, why+": the verdict", []any{v, len(reasons)}, []any{harness.Passed, 0})
		})
		same(t, why+": it failed", f.failed, false)
	}
}

func TestVerdictsOfRunsThatFail(t *testing.T) {
	for want, test := range map[harness.Verdict]func(r *harness.Run[*counter]){
		harness.Failed: func(r *harness.Run[*counter]) {
			r.Always("time stands still", func() error {
				if r.Elapsed() > 0 {
					return errStill
				}
				return nil
			})
			r.Play()
		},
		harness.Errored: func(r *harness.Run[*counter]) { r.Guard(func() { panic("oh") }) },
	} {
		var r *harness.Run[*counter]
		trying(func(tb harness.TB) {
			r = harness.Start(tb, star(), bootCounter)
			test(r)
		})
		v, reasons := r.Verdict()
		same(t, "the verdict", v, want)
		same(t, "reasons", len(reasons), 1)
	}
}

func TestARunawayScenarioEndsWithAClearError(t *testing.T) {
	var r *harness.Run[*counter]
	got := failing(t, func(tb harness.TB) {
		r = harness.Start(tb, star(), bootCounter)
		r.Limit(sim.Limits{Events: 100})
		r.Play()
	})
	expect(t, got, `
	the world ran away
	sim: the budget of 100 events is spent, the last on node "a" in event 100 at 33s (seed 0x1)
	at 33s of virtual time, after 100 events, seed 0x1
	replay: go test github.com/overlaytest/overlaytest/harness -run '^TestThings$'`)
	v, reasons := r.Verdict()
	same(t, "the verdict", []any{v, reasons}, []any{harness.Errored, []string{"the world ran away"}})
}

func TestAPreconditionThatHoldsOnceIsEnough(t *testing.T) {
	r := harness.Start(t, star(), bootCounter)
	asked := 0
	r.Given("a counts to 3", func() bool { asked++; return r.Members[0].Overlay.n == 3 })
	r.Given("there is somebody", func() bool { return len(r.Members) > 0 })
	r.Play()
	v, _ := r.Verdict()
	same(t, "the verdict", v, harness.Passed)
	same(t, "asked at once and after each event until then", asked, 1+3*2+1)
}

// echoes is an overlay that answers everything at once, and begins.
func echoes(n *sim.Node, met []netip.AddrPort) *beacon {
	n.Listen(func(from, _ netip.AddrPort, data []byte) { _ = n.Send(from, data) })
	for _, a := range met {
		_ = n.Send(a, nil)
	}
	return nil
}

func TestAScenarioInWhichTimeStandsStillEndsByItself(t *testing.T) {
	got := failing(t, func(tb harness.TB) { harness.Start(tb, triangle(), echoes).Play() })
	expect(t, strings.Join(strings.Split(got, "\n")[:2], "\n"), `
	the world ran away
	sim: time stands still: 1000900 events in one instant, the last on node "b" in event 1000900 at 0s (seed 0x1)`)
}
