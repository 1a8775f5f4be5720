package sim_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/sim"
)

// packetThrough measures a packet there and its answer back, each an operation, between a node on the internet and one that stands there.
func packetThrough(b *testing.B, place func(w *sim.World) []sim.Place) {
	w := sim.New(1, sim.Latency(10*time.Millisecond))
	defer w.Close()
	w.Limit(sim.Limits{})
	answer := func(n *sim.Node) {
		n.Listen(func(from, _ netip.AddrPort, data []byte) { _ = n.Send(from, data) })
	}
	out := w.Node("out", answer)
	in := w.Node("in", answer, place(w)...)
	w.Run(0)
	if err := in.Send(out.Addrs()[0], make([]byte, 200)); err != nil {
		b.Fatal(err)
	}
	w.Run(time.Second)
	b.ReportAllocs()
	for b.Loop() {
		if !w.Step() {
			b.Fatal("the packet was lost")
		}
	}
}

func BenchmarkPacketThroughNAT(b *testing.B) {
	box := func(nat fixtures.NAT, where ...sim.Place) func(*sim.World) []sim.Place {
		return func(w *sim.World) []sim.Place { return []sim.Place{sim.Behind(fixtures.NewBox(w, "box", nat, where...))} }
	}
	b.Run("none", func(b *testing.B) { packetThrough(b, func(*sim.World) []sim.Place { return nil }) })
	b.Run("EIM-EIF", func(b *testing.B) { packetThrough(b, box(fixtures.FullCone())) })
	b.Run("EIM-APDF", func(b *testing.B) { packetThrough(b, box(fixtures.PortRestrictedCone())) })
	b.Run("APDM-APDF", func(b *testing.B) { packetThrough(b, box(fixtures.SymmetricNAT())) })
	b.Run("carrier", func(b *testing.B) {
		packetThrough(b, func(w *sim.World) []sim.Place {
			return box(fixtures.PortRestrictedCone(), sim.Behind(fixtures.NewBox(w, "carrier", fixtures.CarrierGrade())))(w)
		})
	})
}
