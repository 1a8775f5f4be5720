package digests_test

import (
	"net/netip"
	"slices"
	"time"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/fixtures/overlays"
	"github.com/overlaytest/overlaytest/sim"
)

// lively are members who go and come as Skype's supernodes did, but faster, with goodbyes, besides by the time of day; some come in a crowd,
// and some go at once.
func lively(w *sim.World) {
	measured, err := fixtures.Measured("skype06")
	if err != nil {
		panic(err)
	}
	measured.Settled, measured.Spread = true, 700
	all := fixtures.Both(
		fixtures.Faster(300, fixtures.Aged(24*time.Hour, measured.Churn())),
		fixtures.Diurnal(2*time.Minute, 10*time.Second, 400_000, 4*time.Minute, 3),
		fixtures.FlashCrowd(sim.Percent(30), 30*time.Second, 20*time.Second),
		fixtures.MassExit(sim.Percent(20), 3*time.Minute, 5*time.Second),
	)
	members, names := map[string]*overlays.Simple{}, []string{}
	for _, n := range introduce(w, 40, fixtures.Complete, func(n *sim.Node, met []netip.AddrPort) *overlays.Simple {
		members[n.Name()] = overlays.NewSimple(n, met)
		return members[n.Name()]
	}) {
		names = append(names, n.Name())
	}
	steps := all(names, 5*time.Minute, w.Rand)
	for i, step := range steps {
		n := w.Find(step.Node)
		w.After(step.At, func() {
			switch {
			case step.Up:
				n.Restart()
			case step.Bye && slices.ContainsFunc(steps[:i], func(s fixtures.Step) bool { return s.Node == step.Node }):
				members[step.Node].Leave()
				n.Crash()
			default:
				n.Crash()
			}
		})
	}
}
