package harness

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"time"

	"github.com/overlaytest/overlaytest/sim"
)

// Forge says which packets the adversaries of the scenario ([Mutate]) make up: one of the overlay's, from n, which is the adversary's machine
// with an address and a key of its own, to that address. Whatever it draws must come from r. It must be said before [Run.Play]; without it,
// adversaries have only what they overhear.
//
// Of what an adversary sends, half is made up, the rest was overheard, lately or long ago. Half goes out as it is, and some of that later than
// what was made after it; of the other half bits are flipped, the end is cut off or something follows it, or it is two packets spliced.
func (r *Run[O]) Forge(forge func(n *sim.Node, to netip.AddrPort, r *rand.Rand) []byte) {
	r.faults.spies.forge = forge
}

// spies are what the adversaries of a world share: they hear every packet that is sent, and keep some.
type spies struct {
	forge     func(n *sim.Node, to netip.AddrPort, r *rand.Rand) []byte
	nodes     []*sim.Node // the adversaries
	listening bool
	heard     uint64
	recent    [recentPackets][]byte
	kept      [keptPackets][]byte // any of those heard is here with the same chance
}

// How many packets the adversaries remember.
const (
	recentPackets = 16
	keptPackets   = 64
)

// listen has the spies hear what is sent in the world.
func (s *spies) listen(w *World) {
	if s.listening {
		return
	}
	s.listening = true
	w.Watch(func(e sim.Event) {
		if e.Kind == sim.Sent && !slices.Contains(s.nodes, e.Node) {
			s.hear(e)
		}
	}, sim.Sent)
}

// hear keeps a packet: surely for a while, and perhaps for long. A watcher may not draw: so that depends on the packet alone.
func (s *spies) hear(e sim.Event) {
	packet := slices.Clone(e.Data)
	s.recent[s.heard%recentPackets] = packet
	place := s.heard
	if place >= keptPackets {
		place = rand.NewPCG(e.Node.ID(), s.heard).Uint64() % (s.heard + 1)
	}
	if place < keptPackets {
		s.kept[place] = packet
	}
	s.heard++
}

// overheard is a packet that was heard, nil if none was.
func (s *spies) overheard(r *rand.Rand) []byte {
	from, size := s.kept[:], uint64(keptPackets)
	if r.Uint64N(2) == 0 {
		from, size = s.recent[:], recentPackets
	}
	if s.heard == 0 {
		return nil
	}
	return from[r.Uint64N(min(size, s.heard))]
}

// adversary is a node that sends packets, of no overlay.
type adversary struct {
	*spies
	node   *sim.Node
	to     []*sim.Node
	key    uint64 // every packet has a stream of its own
	made   uint64
	pocket [][]byte // packets whose time has yet to come
	over   bool
	o      *outbreak
}

// adversary starts the adversary of a fault, and returns what makes it fall silent.
func (f *faults) adversary(o *outbreak) (end func()) {
	a := &adversary{spies: &f.spies, to: f.prey(o), o: o}
	name := "adversary " + o.ID
	for f.w.Find(name) != nil {
		name += "'"
	}
	a.node = f.w.Node(name, a.boot)
	f.spies.nodes = append(f.spies.nodes, a.node)
	a.key = a.node.Rand("packets").Uint64()
	return func() { a.over = true }
}

// prey are the nodes an adversary sends to.
func (f *faults) prey(o *outbreak) (nodes []*sim.Node) {
	for _, n := range f.touched(o) {
		if !slices.Contains(f.spies.nodes, n) {
			nodes = append(nodes, n)
		}
	}
	return nodes
}

// boot has the adversary send so many packets a second.
func (a *adversary) boot(n *sim.Node) {
	n.Listen(func(_, _ netip.AddrPort, _ []byte) {})
	period := time.Second / time.Duration(a.o.Amount)
	var id uint64
	id = n.Every(period, period, func() {
		if a.over {
			n.Stop(id)
			return
		}
		a.send()
	})
}

// send sends one packet to one of those the adversary is set on.
func (a *adversary) send() {
	r := rand.New(rand.NewPCG(a.key, a.made))
	a.made++
	to := a.node.World().Outside(a.to[r.IntN(len(a.to))])
	packet := a.packet(r, to)
	a.o.tried(packet != nil && a.node.Send(to, packet) == nil)
}

// packet makes one; nil when there is nothing to make one of.
func (a *adversary) packet(r *rand.Rand, to netip.AddrPort) []byte {
	packet := a.draft(r, to)
	if packet == nil {
		return nil
	}
	switch r.IntN(8) {
	case 0, 1, 2:
		return packet
	case 3:
		return a.late(packet, r)
	case 4:
		return flipped(packet, r)
	case 5:
		return packet[:r.IntN(len(packet)+1)]
	case 6:
		return extended(packet, r)
	}
	return spliced(packet, a.draft(r, to), r)
}

// draft is a packet as the overlay would send it: made up, or overheard. It is the caller's own.
func (a *adversary) draft(r *rand.Rand, to netip.AddrPort) []byte {
	makeUp, packet := r.IntN(2) == 0, a.overheard(r)
	if a.forge != nil && (makeUp || packet == nil) {
		packet = a.forge(a.node, to, r)
	}
	return slices.Clone(packet)
}

// pocketSize is how many packets wait to be late.
const pocketSize = 8

// late keeps a packet for later, and returns one kept earlier.
func (a *adversary) late(packet []byte, r *rand.Rand) []byte {
	if len(a.pocket) < pocketSize {
		a.pocket = append(a.pocket, packet)
	}
	i := r.IntN(len(a.pocket))
	earlier := a.pocket[i]
	a.pocket[i] = packet
	return slices.Clone(earlier)
}

// flipped has one to four bits of a packet flipped.
func flipped(packet []byte, r *rand.Rand) []byte {
	for range 1 + r.IntN(4) {
		if len(packet) > 0 {
			packet[r.IntN(len(packet))] ^= 1 << r.IntN(8)
		}
	}
	return packet
}

// extended has up to 64 bytes behind a packet, or many of one kind.
func extended(packet []byte, r *rand.Rand) []byte {
	if r.IntN(4) == 0 {
		return append(packet, slices.Repeat([]byte{byte(r.Uint32())}, 1000)...)
	}
	for range 1 + r.IntN(64) {
		packet = append(packet, byte(r.Uint32()))
	}
	return packet
}

// spliced is the beginning of one packet and the end of another.
func spliced(a, b []byte, r *rand.Rand) []byte {
	return append(a[:r.IntN(len(a)+1)], b[r.IntN(len(b)+1):]...)
}
