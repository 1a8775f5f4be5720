package report_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/harness/report"
	"github.com/overlaytest/overlaytest/sim"
)

// babble is a world whose nodes answer each packet with another, for ever.
func babble(n int) *sim.World {
	w := sim.New(1, sim.Latency(50*time.Millisecond))
	nodes := make([]*sim.Node, n)
	for i := range nodes {
		nodes[i] = w.Node(string(rune('a'+i)), func(n *sim.Node) {
			n.Listen(func(from, _ netip.AddrPort, data []byte) { _ = n.Send(from, data) })
			_ = n.Send(nodes[(i+1)%len(nodes)].Addrs()[0], []byte{byte(i % 4), 1, 2, 3})
		})
	}
	return w
}

// BenchmarkPacket is what a packet costs, sent and delivered, in a world that is recorded, in one in which somebody watches and does nothing, and in one that is left alone.
func BenchmarkPacket(b *testing.B) {
	watch := func(w *sim.World) { w.Watch(func(sim.Event) {}, sim.Sent, sim.Delivered, sim.Dropped, sim.Copied) }
	for _, c := range []struct {
		name   string
		record func(w *sim.World)
	}{{"plain", func(*sim.World) {}}, {"watched", watch}, {"recorded", func(w *sim.World) { report.Record(w) }}} {
		b.Run(c.name, func(b *testing.B) {
			w := babble(20)
			defer w.Close()
			c.record(w)
			w.Run(time.Minute)
			b.ReportAllocs()
			b.ResetTimer()
			for range b.N {
				w.Step()
			}
		})
	}
}

func TestAPacketThatIsRecordedCostsNoAllocation(t *testing.T) {
	w := babble(20)
	defer w.Close()
	report.Record(w)
	w.Run(time.Minute)
	if n := testing.AllocsPerRun(1000, func() { w.Step() }); n != 0 {
		t.Errorf("%v allocations an event", n)
	}
}
