package faults_test

import (
	"bytes"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/sim"
)

// scenarioFaults are the faults that a scenario can have.
var scenarioFaults = []fault{
	{"fault lose", faultLose},
	{"fault duplicate", faultDuplicate},
	{"fault reorder", faultReorder},
	{"fault cut", faultCut},
	{"fault cut one way", faultCutOneWay},
	{"fault crash", faultCrash},
	{"fault crash with unsynced writes lost", faultDisk("synced", sim.Unsynced)},
	{"fault crash by default", faultDisk("synced", "")},
	{"fault crash with all writes kept", faultDisk("synced written", sim.Kept)},
	{"fault crash with the disk wiped", faultDisk("", sim.Wiped)},
	{"fault pause", faultPause},
	{"fault hold", faultHold},
	{"fault hold shuffled", faultHoldShuffled},
	{"fault lose packet", faultLosePacket},
	{"fault mutate", faultMutate},
	{"fault until healed", faultUntilHealed},
	{"loss of a scenario", scenarioLoss},
	{"operation", operation},
}

// certain is the chance of what always happens.
const certain = 1_000_000

// odds demands that a fault marks so many of the packets as its chance says: here every packet is anybody's.
func odds(t *testing.T, f harness.Fault, mark string) {
	t.Helper()
	const c = 150_000
	f.ID, f.Amount = "f", c
	d := played(t, func(s *harness.Scenario) { s.Faults, s.Duration = []harness.Fault{f}, 2000*second })
	marked := 0
	for _, link := range []string{"a→b", "a→c", "b→a", "b→c", "c→a", "c→b"} {
		marked += strings.Count(d.timeline(link), mark)
	}
	near(t, "marked "+mark, marked, 12_000, c)
}

// faultLose: packets from and to the node, while it lasts, each with its chance.
func faultLose(t *testing.T) {
	d := suffer(t, harness.Fault{Do: harness.Lose, Amount: certain})
	d.link("a→b", during("x"))
	d.link("b→a", during("x"))
	d.link("a→c", quiet)
	want := acted("f", 40)
	want.Dropped = 40
	d.ledgers(want)
	odds(t, harness.Fault{Do: harness.Lose}, "x")
}

// faultDuplicate: packets arrive twice.
func faultDuplicate(t *testing.T) {
	d := suffer(t, harness.Fault{Do: harness.Duplicate, Amount: certain})
	d.link("a→b", during("2"))
	d.link("b→a", during("2"))
	d.link("a→c", quiet)
	want := acted("f", 40)
	want.Copied = 40
	d.ledgers(want)
	odds(t, harness.Fault{Do: harness.Duplicate}, "2")
}

// faultReorder: packets are held back, by no more than they may be, and overtake each other.
func faultReorder(t *testing.T) {
	d := suffer(t, harness.Fault{Do: harness.Reorder, Amount: certain, Within: 5 * second})
	d.link("a→b", during(">"))
	d.link("b→a", during(">"))
	d.link("a→c", quiet)
	d.ledgers(acted("f", 40))
	longest := time.Duration(0)
	for _, c := range append(d.calls["a→b"], d.calls["b→a"]...) {
		longest = max(longest, c.came[0]-c.sent)
	}
	if longest <= 3*second || longest > 5*second {
		t.Fatalf("the longest of 20 delays of up to 5s is %v", longest)
	}
	d.is("a→b in order", inOrder(d.heard["a→b"]), false)
	odds(t, harness.Fault{Do: harness.Reorder, Within: time.Millisecond}, ">")
}

// inOrder reports whether calls arrived in the order in which they were sent.
func inOrder(texts []string) bool {
	return slices.IsSortedFunc(texts, func(a, b string) int {
		x, _ := time.ParseDuration(a)
		y, _ := time.ParseDuration(b)
		return int((x - y) / millisecond)
	})
}

// faultCut: nothing passes between the node and the rest, in both directions.
func faultCut(t *testing.T) {
	d := suffer(t, harness.Fault{Do: harness.Cut})
	d.link("a→b", during("x"))
	d.link("b→c", during("x"))
	d.link("a→c", quiet)
	d.ledgers(sim.Ledger{Name: "f", Armed: true, Eligible: 40, Fired: 40, Changed: 40, Dropped: 40})
}

// faultCutOneWay: nothing passes from the node to the rest.
func faultCutOneWay(t *testing.T) {
	d := suffer(t, harness.Fault{Do: harness.CutOneWay})
	d.link("b→a", during("x"))
	d.link("b→c", during("x"))
	d.link("a→b", quiet)
	d.link("a→c", quiet)
	d.ledgers(sim.Ledger{Name: "f", Armed: true, Eligible: 20, Fired: 20, Changed: 20, Dropped: 20})
}

// faultCrash: the node is down, and boots again.
func faultCrash(t *testing.T) {
	d := suffer(t, harness.Fault{Do: harness.Crash})
	d.link("a→b", during("x"))
	d.link("b→a", during(" "))
	d.link("a→c", quiet)
	d.is("life of b", d.Members[1].Life(), 1)
	d.ledgers(acted("f", 1))
}

// faultDisk: what of two writes is left, the first of them synced.
func faultDisk(want string, fate sim.DiskFate) func(t *testing.T) {
	return func(t *testing.T) {
		d := newDrill(t, func(s *harness.Scenario) {
			s.Faults = []harness.Fault{{ID: "f", Do: harness.Crash, At: second, Nodes: []string{"b"}, Disk: fate}}
		})
		disk := d.Members[1].Disk()
		disk.Write("synced", nil)
		disk.Sync()
		disk.Write("written", nil)
		d.Play()
		d.is("files", strings.Join(disk.Files(), " "), want)
		d.ledgers(acted("f", 1))
	}
}

// faultPause: the node reads and does nothing, and goes on with all it missed.
func faultPause(t *testing.T) {
	d := suffer(t, harness.Fault{Do: harness.Pause})
	d.link("a→b", during(">"))
	d.link("b→a", during(" ")+".") // the call that was due, and one at half past
	d.link("a→c", quiet)
	d.is("life of b", d.Members[1].Life(), 0)
	d.ledgers(acted("f", 1))
}

// held plays a hold, and returns whether what a sent to b arrived in order.
func held(t *testing.T, do harness.Verb) (d *drill, ordered bool) {
	t.Helper()
	d = suffer(t, harness.Fault{Do: do})
	d.link("a→b", during(">"))
	d.link("b→a", during(">"))
	d.link("a→c", quiet)
	for _, c := range d.calls["a→b"][10:20] {
		d.is("arrival of what was held", c.came[0], 20*second)
	}
	d.ledgers(acted("f", 40))
	return d, inOrder(d.heard["a→b"])
}

// faultHold: packets from and to the node wait, and arrive in their order at the end.
func faultHold(t *testing.T) {
	d, ordered := held(t, harness.Hold)
	d.is("in order", ordered, true)
}

// faultHoldShuffled: they arrive in another order.
func faultHoldShuffled(t *testing.T) {
	d, ordered := held(t, harness.HoldShuffled)
	d.is("in order", ordered, false)
}

// faultLosePacket: that one packet.
func faultLosePacket(t *testing.T) {
	d := suffer(t, harness.Fault{Do: harness.LosePacket, Nodes: []string{"a", "b"}, Amount: 3})
	d.link("a→b", "..x"+quiet[3:])
	d.link("b→a", quiet)
	d.link("a→c", quiet)
	want := acted("f", 1)
	want.Dropped = 1
	d.ledgers(want)
}

// forged is what adversaries make up. Its bytes differ in at least four bits from all that callers say.
var forged = bytes.Repeat([]byte{0xCF}, 8)

// faultMutate: an adversary sends the node so many packets a second: made up, overheard, and both mutated.
func faultMutate(t *testing.T) {
	d := newDrill(t, func(s *harness.Scenario) {
		s.Faults = []harness.Fault{{ID: "f", Do: harness.Mutate, At: 10 * second, For: 10 * second, Nodes: []string{"b"}, Amount: 100}}
	})
	d.Forge(func(*sim.Node, netip.AddrPort, *rand.Rand) []byte { return slices.Clone(forged) })
	d.Play()
	packets := d.heard["adversary f→b"]
	d.is("packets", len(packets), 999)
	d.is("others who got some", len(d.heard["adversary f→a"])+len(d.heard["adversary f→c"]), 0)
	d.link("a→b", quiet)
	d.ledgers(acted("f", 999))
	kinds := map[string]int{}
	for _, p := range packets {
		kinds[kind(p)]++
	}
	for name, least := range map[string]int{"made up": 100, "overheard": 100, "flipped": 20, "short": 20, "long": 20} {
		if kinds[name] < least {
			t.Fatalf("%d packets are %s, want %d: %v", kinds[name], name, least, kinds)
		}
	}
}

// kind is what an adversary's packet is for sure, "" if it may be several things.
func kind(packet string) string {
	_, err := time.ParseDuration(packet)
	switch {
	case packet == string(forged):
		return "made up"
	case err == nil:
		return "overheard"
	case packet == "" || strings.HasPrefix(string(forged), packet):
		return "short"
	case len(packet) > 16: // more than two packets
		return "long"
	case len(packet) == len(forged) && differing(packet, forged) <= 3:
		return "flipped"
	}
	return ""
}

// differing counts the bits in which two packets of one length differ.
func differing(a string, b []byte) (n int) {
	for i := range b {
		for x := a[i] ^ b[i]; x != 0; x &= x - 1 {
			n++
		}
	}
	return n
}

// faultUntilHealed: a fault that does not end by itself ends then.
func faultUntilHealed(t *testing.T) {
	d := played(t, func(s *harness.Scenario) {
		s.Faults = []harness.Fault{{ID: "f", Do: harness.Lose, At: 10 * second, Nodes: []string{"b"}, Amount: certain}}
	})
	d.Heal()
	d.World.Run(10 * second)
	d.link("a→b", quiet[:10]+strings.Repeat("x", 20)+quiet[:10])
}

// scenarioLoss: any packet, until healed.
func scenarioLoss(t *testing.T) {
	d := played(t, func(s *harness.Scenario) { s.Loss = certain })
	d.Heal()
	d.World.Run(30 * second)
	d.link("a→b", strings.Repeat("x", 30)+quiet)
	want := acted("loss", 180)
	want.Dropped = 180
	d.ledgers(want)
}

// operation: a member does what it is told, unless it is down.
func operation(t *testing.T) {
	d := newDrill(t, func(s *harness.Scenario) {
		s.Faults = []harness.Fault{{ID: "f", Do: harness.Crash, Nodes: []string{"c"}}}
		s.Work = []harness.Op{{At: second, Node: "b", Op: "say", Arg: 7}, {At: second, Node: "c", Op: "say", Arg: 8}}
	})
	told := uint64(0)
	d.On("say", func(m *harness.Member[*caller], arg uint64) { told += arg })
	d.Play()
	d.is("what was said", told, uint64(7))
	d.ledgers(acted("f", 1), sim.Ledger{Name: "work say", Armed: true, Eligible: 2, Fired: 1, Changed: 1})
}
