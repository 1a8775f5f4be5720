package bench

import (
	"math/rand/v2"
	"net/netip"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/sim"
)

// hold is workload W1: each of the nodes has one event pending, and each event makes the next one, 10 to 150 ms later.
type hold struct {
	random *rand.Rand
	n      int
}

func (h *hold) delay() time.Duration {
	return 10*time.Millisecond + time.Duration(h.random.Int64N(int64(140*time.Millisecond)))
}
func (h *hold) any() netip.AddrPort { return address(h.random.IntN(h.n)) }

// address is the i-th of the addresses given to the nodes. They follow from the number, so that the engine is measured and not a table of
// the test's own, which is a cache miss a message in a large world.
func address(i int) netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{81, byte(i >> 16), byte(i >> 8), byte(i)}), 8090)
}

// holdTimers is W1 without a network: the queue and a callback.
func holdTimers(n int) func(*testing.B) {
	return func(b *testing.B) {
		w := sim.New(1)
		defer w.Close()
		h := &hold{random: w.Rand("hold")}
		for range n {
			var again func()
			again = func() { w.After(h.delay(), again) }
			again()
		}
		measureWorld(b, w)
	}
}

// holdMessages is W1 whole: each delivery sends 200 bytes to a random node over a network with latency, jitter and a loss filter (of
// nothing, so that messages do not die out), the digest on.
func holdMessages(n int) func(*testing.B) {
	return func(b *testing.B) {
		w := sim.New(1, sim.Latency(10*time.Millisecond), sim.LatencyBy("jitter", func(p *sim.Packet) time.Duration {
			return time.Duration(p.N(uint64(140 * time.Millisecond)))
		}), sim.Loss(0))
		defer w.Close()
		h := &hold{random: w.Rand("hold"), n: n}
		for i := range n {
			node := w.Node(strconv.Itoa(i), nil, sim.At(address(i)))
			node.Listen(func(_, _ netip.AddrPort, data []byte) { _ = node.Send(h.any(), data) }) // the address is there
		}
		payload := make([]byte, 200)
		for _, node := range w.Nodes() {
			if err := node.Send(h.any(), payload); err != nil {
				b.Fatal(err)
			}
		}
		measureWorld(b, w)
	}
}

// measureWorld warms a world up for a second and then measures it by the tenth of one.
func measureWorld(b *testing.B, w *sim.World) {
	w.Run(time.Second)
	runtime.GC()
	perSecond(b, func() uint64 {
		before := w.Events()
		w.Run(100 * time.Millisecond)
		return w.Events() - before
	})
}

// idleNodes measures the memory of nodes that only have a timer.
func idleNodes(b *testing.B) {
	const n = 100_000
	var before, after runtime.MemStats
	for b.Loop() {
		runtime.GC()
		runtime.ReadMemStats(&before)
		w := sim.New(1)
		tick := func() {}
		boot := func(n *sim.Node) { n.Every(time.Second, time.Second, tick) }
		for i := range n {
			w.Node(strconv.Itoa(i), boot)
		}
		w.Run(0)
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/n, "B/node")
		w.Close()
	}
}
