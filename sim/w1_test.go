package sim

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"
)

// holdState is what the nodes of W1 share.
type holdState struct {
	r     *rand.Rand
	addrs []netip.AddrPort
}

func (s *holdState) any() netip.AddrPort { return s.addrs[s.r.IntN(len(s.addrs))] }

// hold builds W1: n nodes, one message in flight for each; each delivery sends a message to a random node.
func hold(n int, rules ...Rule) *World {
	w := New(1, rules...)
	shared := &holdState{r: w.Rand("hold"), addrs: make([]netip.AddrPort, n)}
	payload := make([]byte, 200)
	for i := range n {
		node := w.Node(fmt.Sprint(i), nil)
		shared.addrs[i] = node.Addrs()[0]
		node.Listen(func(_, _ netip.AddrPort, data []byte) { node.Send(shared.any(), data) })
	}
	for _, node := range w.Nodes() {
		node.Send(shared.any(), payload)
	}
	w.Run(time.Second)
	return w
}

func BenchmarkHold(b *testing.B) {
	for _, n := range []int{1000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			uniform := LatencyBy("uniform", func(p *Packet) time.Duration { return 10*time.Millisecond + time.Duration(p.N(140_000_000)) })
			w := hold(n, uniform, Loss(0))
			w.Limit(Limits{})
			b.ReportAllocs()
			b.ResetTimer()
			start := cpu()
			done := w.Events() + uint64(b.N)
			w.RunUntil(time.Hour*1000, func() bool { return w.Events() >= done })
			b.ReportMetric(float64(cpu()-start)/float64(b.N), "cpu-ns/op")
		})
	}
}
