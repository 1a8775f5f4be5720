package harness_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/sim"
)

func TestMembersMeetWhomTheTopologyIntroduces(t *testing.T) {
	met := map[string][]netip.AddrPort{}
	members := harness.Spawn(harness.New(t, 1), 4, fixtures.Line, func(n *sim.Node, m []netip.AddrPort) string {
		met[n.Name()] = m
		return n.Name()
	})
	at := func(i int) netip.AddrPort { return members[i].Addrs()[0] }
	same(t, "met", met, map[string][]netip.AddrPort{"n0": {at(1)}, "n1": {at(0), at(2)}, "n2": {at(1), at(3)}, "n3": {at(2)}})
	same(t, "overlay", members[2].Overlay, "n2")
}

func TestMemberOutlivesACrash(t *testing.T) {
	w := harness.New(t, 1)
	m := harness.Spawn(w, 1, fixtures.Ring, bootCounter)[0]
	before := m.Overlay
	w.Run(time.Minute)
	m.Crash()
	m.Restart()
	w.Run(30 * time.Second)
	same(t, "the counts of both lives", []int{before.n, m.Overlay.n}, []int{60, 30})
}

func TestSpawnGoesOnCounting(t *testing.T) {
	w := harness.New(t, 1)
	harness.Spawn(w, 2, fixtures.Ring, bootCounter)
	more := harness.Spawn(w, 2, fixtures.Ring, bootCounter)
	same(t, "the fourth", more[1].Name(), "n3")
	same(t, "its index", more[1].Index, 1)
	same(t, "the nodes", harness.Nodes(more), w.Nodes()[2:])
}

func TestGomegaPrintsWorldsAndMembersInALine(t *testing.T) {
	w := harness.New(t, 42)
	m := harness.Spawn(w, 1, fixtures.Ring, bootCounter)[0]
	same(t, "the world", w.GomegaString(), "the world of seed 0x2a at 0s, with 1 node")
	same(t, "the member", m.GomegaString(), "n0")
	same(t, "a letter", harness.Letter{ID: 1, Member: "n0", Sent: 0, Heard: -1}.GomegaString(), "message 1 at n0, sent at 0s, never heard")
}

func TestStepAndRunUntil(t *testing.T) {
	w, c := counting(t)
	same(t, "RunUntil", w.RunUntil(time.Minute, func() bool { return c.n == 7 }), true)
	same(t, "the clock", w.Elapsed(), 7*time.Second)
	same(t, "RunUntil", w.RunUntil(time.Second/2, func() bool { return c.n == 9 }), false)
	same(t, "Step", w.Step(), true)
	same(t, "the clock", w.Elapsed(), 8*time.Second)
	w.Guard(func() { c.n = 0 })
	same(t, "a world without events steps", harness.New(t, 1).Step(), false)
}
