package truth_test

import (
	"math"
	"net/netip"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/fixtures/overlays"
	"github.com/overlaytest/overlaytest/sim"
)

// swimmers makes n members of SWIM that know each other, and lets them come to rest.
func swimmers(w *sim.World, n int) {
	crowd(w, n, func(node *sim.Node, _ int, all []netip.AddrPort) {
		overlays.Swim{}.Boot(node, append([]netip.AddrPort(nil), all...))
	})
	w.Run(15 * time.Second)
}

// period is the time between two probes of a member.
const period = time.Second

// Das, Gupta, Motivala, "SWIM" (DSN 2002): of n members each probes one a period, so a member that crashed is probed within a period with
// the chance 1-(1-1/(n-1))^(n-1), near 1-1/e, and after e/(e-1) periods in the mean, begun ones counted. Here each probe goes to the next of
// a random order of all others, so that k periods after the crash none has come with a chance near (1-k/(n-1))^(n-1); what is left out, that
// rounds end, is of the order of 1/n.
func TestSwimProbesTheDeadAfterItsPeriods(t *testing.T) {
	seed := seeds(t)
	n, runs := 12, size(150, 1500)
	var took []float64
	for range runs {
		w := sim.New(seed.Uint64(), sim.Latency(time.Millisecond))
		swimmers(w, n)
		w.Run(time.Duration(seed.Int64N(int64(n) * int64(period))))
		dead := w.Nodes()[n/2]
		dead.Crash()
		at, probed := w.Elapsed(), time.Duration(-1)
		w.Watch(func(e sim.Event) {
			if probed < 0 && e.Peer == dead && kindOf(e.Data) == ping {
				probed = e.At - at
			}
		}, sim.Sent)
		w.RunUntil(time.Minute, func() bool { return probed >= 0 })
		w.Close()
		took = append(took, math.Ceil(float64(probed)/float64(period)))
	}
	want := 0.0
	for k := range n {
		want += math.Pow(1-min(1, float64(k)/float64(n-1)), float64(n-1))
	}
	isMean(t, "periods until the dead is probed", took, want, 1.0/float64(n-1))
	isNear(t, "limit", want, math.E/(math.E-1), 1.0/float64(n-1))
}

// The kinds of SWIM's packets, by what comes first in them.
const (
	ping = 1
	ack  = 3
)

// kindOf is the kind of a packet of SWIM: after a number of parts, and their lengths.
func kindOf(data []byte) byte { return data[1+2*int(data[0])] }

// SWIM's load (ibid.): when nothing is wrong, each member sends one ping a period and gets one, and the same of acks, however many there are.
func TestSwimSendsTwoMessagesAMemberAndPeriod(t *testing.T) {
	seed := seeds(t)
	for _, n := range []int{2, 7, size(30, 100)} {
		w := sim.New(seed.Uint64(), sim.Latency(time.Millisecond))
		swimmers(w, n)
		sent := map[byte]int{}
		w.Watch(func(e sim.Event) { sent[kindOf(e.Data)]++ }, sim.Sent)
		const periods = 100
		w.Run(periods * period)
		w.Close()
		isNear(t, "pings", float64(sent[ping]), float64(n*periods), 0)
		isNear(t, "acks", float64(sent[ack]), float64(n*periods), float64(n)) // of pings before and after
	}
}
