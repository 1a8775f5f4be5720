package truth_test

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/fixtures/overlays"
	"github.com/overlaytest/overlaytest/sim"
)

// Exact (Boyd, Ghosh, Prabhakar, Shah, "Randomized gossip algorithms", 2006; Acan et al., PODC 2015): when each of n members calls a random other
// at the beats of a Poisson clock of its own, once a second in the mean, and news go both ways, k who know make one more at the rate of
// 2k(n-k)/(n-1) a second, so everybody knows after (n-1)/n·H(n-1) seconds in the mean.
func TestGossipByPoissonClocksTakesHarmonicTime(t *testing.T) {
	seed := seeds(t)
	for _, n := range []int{2, 20, size(100, 200)} {
		took := make([]float64, size(300, 3000))
		for i := range took {
			took[i] = poisson(seed.Uint64(), n)
		}
		isMean(t, "seconds by Poisson clocks", took, float64(n-1)/float64(n)*harmonic(n-1), 0)
	}
}

// poisson is how many seconds a rumour takes to everybody by calls that take no time.
func poisson(seed uint64, n int) float64 {
	w := sim.New(seed)
	defer w.Close()
	knows, told := make([]bool, n), 1
	knows[0] = true
	crowd(w, n, func(node *sim.Node, index int, all []netip.AddrPort) {
		clock := node.Rand("clock")
		hear := func(data []byte) {
			if data[0] == 1 && !knows[index] {
				knows[index] = true
				told++
			}
		}
		say := func(to netip.AddrPort, answer byte) {
			news := byte(0)
			if knows[index] {
				news = 1
			}
			_ = node.Send(to, []byte{news, answer})
		}
		var beat func()
		wait := func() { node.After(time.Duration(clock.ExpFloat64()*float64(time.Second)), beat) }
		beat = func() {
			say(all[(index+1+clock.IntN(len(all)-1))%len(all)], 1)
			wait()
		}
		wait()
		node.Listen(func(from, _ netip.AddrPort, data []byte) {
			hear(data)
			if data[1] == 1 {
				say(from, 0)
			}
		})
	})
	w.RunUntil(time.Hour, func() bool { return told == n })
	return w.Elapsed().Seconds()
}

// The epidemic overlay of fixtures calls once a second, at beats that are regular, and compares all it has in every third call: its rumours
// reach everybody no later in the mean than by Poisson clocks, and in no less than half of that time.
func TestTheEpidemicOverlaySpreadsAsGossipDoes(t *testing.T) {
	seed := seeds(t)
	const n = 50
	took := make([]float64, size(60, 600))
	for i := range took {
		w := sim.New(seed.Uint64(), sim.Latency(time.Microsecond))
		told := 0
		members := make([]*overlays.Monger, n)
		crowd(w, n, func(node *sim.Node, index int, all []netip.AddrPort) {
			members[index] = overlays.Epidemic{}.Boot(node, slices.Delete(slices.Clone(all), index, index+1))
			members[index].OnRumour(func(uint64) { told++ })
		})
		w.Run(5 * time.Second)
		from := w.Elapsed()
		members[seed.IntN(n)].Publish(7)
		w.RunUntil(time.Minute, func() bool { return told == n })
		took[i] = (w.Elapsed() - from).Seconds()
		w.Close()
	}
	whole := float64(n-1) / n * harmonic(n-1)
	isMean(t, "seconds of the epidemic overlay, by the mean of Poisson clocks", took, 0.75*whole, 0.25*whole)
}
