package harness_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/sim"
)

// attacked is a scenario of three nodes with an adversary on one of them.
func attacked(nodes ...string) harness.Scenario {
	s := star()
	s.Seed = 7
	s.Faults = []harness.Fault{{ID: "f1", Do: harness.Mutate, At: 10 * time.Second, For: 20 * time.Second, Nodes: nodes, Amount: 10}}
	return s
}

// listener is an overlay that calls those it met with numbers of its own, and keeps whatever it hears.
type listener struct{ heard [][]byte }

func listeners(n *sim.Node, met []netip.AddrPort) *listener {
	l, calls := &listener{}, uint64(n.Index())<<32
	n.Listen(func(_, _ netip.AddrPort, data []byte) { l.heard = append(l.heard, bytes.Clone(data)) })
	n.Every(time.Second, time.Second, func() {
		calls++
		for _, a := range met {
			_ = n.Send(a, binary.BigEndian.AppendUint64(nil, calls))
		}
	})
	return l
}

// forge makes packets of eight sevens.
func forge(_ *sim.Node, _ netip.AddrPort, _ *rand.Rand) []byte {
	return bytes.Repeat([]byte{7}, 8)
}

// playAttack plays a scenario and returns it, with what each member heard of the adversary.
func playAttack(t *testing.T, s harness.Scenario, forge func(*sim.Node, netip.AddrPort, *rand.Rand) []byte) (*harness.Run[*listener], map[string][][]byte) {
	r := harness.Start(t, s, listeners)
	r.Forge(forge)
	got := map[string][][]byte{}
	r.Watch(func(e sim.Event) {
		if e.Kind == sim.Delivered && e.Peer.Name() == "adversary f1" {
			got[e.Node.Name()] = append(got[e.Node.Name()], bytes.Clone(e.Data))
		}
	})
	r.Play()
	return r, got
}

func TestAnAdversarySendsToThoseItIsSetOnWhileTheFaultLasts(t *testing.T) {
	r, got := playAttack(t, attacked("b"), forge)
	same(t, "packets to b", len(got["b"]), 199) // from 10.1 s to 29.9 s: at 30 s the fault is over
	same(t, "victims", len(got), 1)
	l := r.Ledgers()[0]
	same(t, "the ledger", fmt.Sprint(l.Name, " ", l.Armed, l.Eligible, l.Fired), "f1 true 199 199")
	r.Heal()
	r.Run(time.Minute)
	same(t, "packets to b after healing", len(got["b"]), 199)
}

func TestAnAdversaryWithoutNodesIsSetOnEverybody(t *testing.T) {
	_, got := playAttack(t, attacked(), forge)
	same(t, "victims", len(got), 3)
	same(t, "packets", len(got["a"])+len(got["b"])+len(got["c"]), 199)
}

// kindsOf counts what an adversary sent: made up, overheard, shorter, longer, or of the right length and neither.
func kindsOf(packets [][]byte) (made, overheard, shorter, longer, other int) {
	for _, p := range packets {
		switch {
		case len(p) < 8:
			shorter++
		case len(p) > 8:
			longer++
		case bytes.Equal(p, bytes.Repeat([]byte{7}, 8)):
			made++
		case bytes.HasPrefix(p, []byte{0, 0, 0}) && p[3] < 3 && p[4] == 0 && p[7] < 60:
			overheard++
		default:
			other++
		}
	}
	return
}

func TestAnAdversaryForgesReplaysAndMutates(t *testing.T) {
	s := attacked()
	s.Faults[0].Amount = 100
	_, got := playAttack(t, s, forge)
	made, overheard, shorter, longer, other := kindsOf(append(append(got["a"], got["b"]...), got["c"]...))
	for name, n := range map[string]int{"made up": made, "overheard": overheard, "shorter": shorter, "longer": longer, "other": other} {
		if n < 100 {
			t.Errorf("%d of 2000 packets are %s", n, name)
		}
	}
}

func TestAnAdversaryWithoutForgeReplays(t *testing.T) {
	_, got := playAttack(t, attacked("b"), nil)
	made, overheard, _, _, _ := kindsOf(got["b"])
	same(t, "made up", made, 0)
	if overheard < 50 {
		t.Errorf("%d packets overheard", overheard)
	}
}

func TestAnAdversaryRepeatsItself(t *testing.T) {
	one, _ := playAttack(t, attacked(), forge)
	two, _ := playAttack(t, attacked(), forge)
	same(t, "the digest", one.Digest(), two.Digest())
	s := attacked()
	s.Seed++
	other, _ := playAttack(t, s, forge)
	if other.Digest() == one.Digest() {
		t.Error("another seed, the same digest")
	}
}

func TestTwoAdversariesDoNotHearEachOther(t *testing.T) {
	s := attacked("a")
	second := s.Faults[0]
	second.ID, second.Nodes = "f2", []string{"c"}
	s.Faults = append(s.Faults, second)
	_, with := playAttack(t, s, forge)
	_, without := playAttack(t, attacked("a"), forge)
	same(t, "packets to a", len(with["a"]), 199)
	if !slices.EqualFunc(with["a"], without["a"], bytes.Equal) {
		t.Error("what the first sends depends on the second")
	}
}

func TestAnAdversaryOutlivesACrashOfEverybody(t *testing.T) {
	s := attacked("b")
	s.Faults = append(s.Faults, harness.Fault{ID: "f2", Do: harness.Crash, At: 15 * time.Second, For: 5 * time.Second})
	_, got := playAttack(t, s, forge)
	same(t, "packets to b", len(got["b"]), 148) // down from 15 s to 20 s, and the adversary with everybody
}
