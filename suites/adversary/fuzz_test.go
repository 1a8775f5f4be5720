package adversary_test

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/fixtures/overlays"
	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/sim"
)

// tape gives out the bytes of a fuzzer's input as random numbers, so that what it flips is what is drawn, not what is signed. Behind its end
// come numbers of no input, for the last packet to be finished.
type tape struct {
	input []byte
	tail  rand.PCG
}

func (t *tape) Uint64() uint64 {
	if len(t.input) < 8 {
		t.input = nil
		return t.tail.Uint64()
	}
	x := binary.LittleEndian.Uint64(t.input)
	t.input = t.input[8:]
	return x
}

const (
	mostPackets = 100
	inputBytes  = 4096
)

// FuzzForgedPackets sends three members of an IPv8 overlay packets whose every field is of the input, well signed or not: what bytes flipped
// in a packet cannot reach behind its signature. None panics, and nobody takes itself for somebody else.
func FuzzForgedPackets(f *testing.F) {
	for i := range 8 {
		r, input := rand.New(rand.NewPCG(1, uint64(i))), []byte(nil)
		for len(input) < inputBytes {
			input = binary.LittleEndian.AppendUint64(input, r.Uint64())
		}
		f.Add(input)
	}
	forge := overlays.ForgeIPv8(simples)
	f.Fuzz(func(t *testing.T, input []byte) {
		w := harness.New(t, 1)
		w.LoseUnknown()
		members := harness.Spawn(w, 3, fixtures.Line, overlays.NewSimple)
		known := harness.Knows(members, overlays.Self[*Simple], overlays.Known[*Simple])
		adversary := w.Node("adversary", func(n *sim.Node) { n.Listen(func(_, _ netip.AddrPort, _ []byte) {}) })
		w.Run(time.Second)
		drawn := &tape{input: input}
		r := rand.New(drawn)
		for range mostPackets {
			to := members[r.IntN(len(members))].Addrs()[0]
			_ = adversary.Send(to, forge(adversary, to, r)) // one that is too big is lost
			w.Run(time.Duration(r.Uint64N(uint64(time.Second))))
			if len(drawn.input) == 0 {
				break
			}
		}
		w.Run(10 * time.Second)
		if self := known.Self(); len(self) > 0 {
			t.Errorf("%v know themselves", self)
		}
	})
}
