package sim

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// pair makes a world of two nodes, a and b, whose traffic is written down.
func pair(t *testing.T, rules ...Rule) (w *World, a, b *Node, seen *[]string) {
	t.Helper()
	w = New(7, rules...)
	a, b = w.Node("a", nil), w.Node("b", nil)
	seen = &[]string{}
	w.Watch(func(e Event) {
		if e.Kind == Delivered || e.Kind == Dropped || e.Kind == Copied {
			*seen = append(*seen, fmt.Sprintf("%v %v %s %s%s", e.At, e.Node, e.Kind, e.Data, e.Reason))
		}
	})
	for _, n := range []*Node{a, b} {
		n.Listen(func(_, _ netip.AddrPort, _ []byte) {})
	}
	w.Run(0)
	return w, a, b, seen
}

func send(t *testing.T, from, to *Node, text string) {
	t.Helper()
	if err := from.Send(to.Addrs()[0], []byte(text)); err != nil {
		t.Fatal(err)
	}
}

func expect(t *testing.T, seen *[]string, want ...string) {
	t.Helper()
	if !slices.Equal(*seen, want) {
		t.Fatalf("seen %q\nwant %q", *seen, want)
	}
	*seen = nil
}

func TestDelaysAddAndTheFirstDropEnds(t *testing.T) {
	w, a, b, seen := pair(t, Latency(time.Second), Latency(2*time.Second))
	send(t, a, b, "x")
	w.Run(time.Minute)
	expect(t, seen, "3s b delivered x")
	var asked int
	w.Link(Loss(Percent(100)), func(*World) Filter {
		return Filter{Name: "never asked", Apply: func(*Packet) Fate { asked++; return Fate{} }}
	})
	send(t, a, b, "y")
	expect(t, seen, "1m0s a dropped yloss")
	if asked != 0 {
		t.Fatal("a filter after the drop was asked")
	}
}

func TestUnlinkTakesOutItsRulesOnly(t *testing.T) {
	w, a, b, seen := pair(t, Latency(time.Second))
	unlink := w.Link(Latency(time.Minute))
	send(t, a, b, "slow")
	unlink()
	unlink()
	send(t, a, b, "fast")
	w.Run(time.Hour)
	expect(t, seen, "1s b delivered fast", "1m1s b delivered slow")
	ledgers := w.Ledgers()
	if !ledgers[0].Armed || ledgers[1].Armed || ledgers[1].Fired != 1 || ledgers[0].Eligible != 2 {
		t.Fatalf("ledgers %+v", ledgers)
	}
}

func TestEveryLossSaysWhy(t *testing.T) {
	w, a, b, seen := pair(t)
	heal := w.PartitionOneWay([]*Node{a}, []*Node{b})
	send(t, a, b, "cut")
	send(t, b, a, "open")
	w.Run(0)
	heal()
	b.Listen(nil)
	send(t, a, b, "deaf")
	w.Run(0)
	b.Crash()
	send(t, a, b, "down")
	w.Run(0)
	err := a.Send(netip.MustParseAddrPort("1.2.3.4:5"), []byte("lost"))
	if !errors.Is(err, ErrNoSuchAddress) {
		t.Fatalf("unknown address: %v", err)
	}
	expect(t, seen, "0s a dropped cutpartition", "0s a delivered open", "0s a dropped deafnobody listens",
		"0s a dropped downnobody here any more", "0s a dropped lostno such address")
	if err := b.Send(a.Addrs()[0], nil); !errors.Is(err, ErrDown) {
		t.Fatalf("a node that is down sends: %v", err)
	}
	if err := a.Send(b.Addrs()[0], make([]byte, MaxDatagram+1)); !errors.Is(err, ErrTooBig) {
		t.Fatalf("a datagram of %d bytes: %v", MaxDatagram+1, err)
	}
}

func TestPartitionIsJudgedOnArrival(t *testing.T) {
	w, a, b, seen := pair(t, Latency(time.Second))
	heal := w.Partition([]*Node{a}, []*Node{b})
	send(t, a, b, "sent before healing")
	send(t, b, a, "and back")
	w.Run(500 * time.Millisecond)
	heal()
	w.Run(time.Second)
	expect(t, seen, "1s b delivered sent before healing", "1s a delivered and back")
	send(t, a, b, "sent before the cut")
	w.Partition([]*Node{a}, []*Node{b})
	w.Run(time.Second)
	expect(t, seen, "2.5s a dropped sent before the cutpartition")
}

func TestAPausedNodeKeepsItsInput(t *testing.T) {
	w, a, b, seen := pair(t)
	var fired []time.Duration
	b.Every(time.Second, time.Second, func() { fired = append(fired, w.Elapsed()) })
	b.Pause()
	send(t, a, b, "kept")
	w.Run(3500 * time.Millisecond)
	w.Partition([]*Node{a}, []*Node{b})
	expect(t, seen)
	b.Resume()
	w.Run(time.Second)
	expect(t, seen, "3.5s b delivered kept")
	if want := []time.Duration{3500e6, 4000e6}; !slices.Equal(fired, want) {
		t.Fatalf("fired at %v, want %v: one call makes up for those missed", fired, want)
	}
}

func TestAPausedNodesBufferIsBounded(t *testing.T) {
	w, a, b, _ := pair(t)
	lost := 0
	w.Watch(func(e Event) {
		if e.Reason == BufferFull {
			lost++
		}
	})
	b.Pause()
	for range 250 {
		if err := a.Send(b.Addrs()[0], make([]byte, 1024)); err != nil {
			t.Fatal(err)
		}
	}
	if w.Run(0); lost != 250-208 {
		t.Fatalf("%d packets of 1 KiB lost, want %d: the buffer holds 208 KiB", lost, 250-208)
	}
	b.Crash()
	if w.packets.made-uint32(len(w.packets.free)) != 0 {
		t.Fatal("the crash left packets behind")
	}
}

func TestAPacketFindsALaterLife(t *testing.T) {
	w := New(1, Latency(time.Second))
	var heard []int
	b := w.Node("b", func(n *Node) {
		life := n.Life()
		n.Listen(func(_, _ netip.AddrPort, _ []byte) { heard = append(heard, life) })
	})
	a := w.Node("a", nil)
	send(t, a, b, "x")
	w.After(400*time.Millisecond, func() { b.Crash() })
	w.After(500*time.Millisecond, b.Restart)
	if w.Run(time.Minute); !slices.Equal(heard, []int{1}) {
		t.Fatalf("heard in lives %v, want in life 1", heard)
	}
}

func TestLANAddressesStayOnTheirSite(t *testing.T) {
	w := New(3)
	var from []netip.AddrPort
	boot := func(n *Node) { n.Listen(func(f, _ netip.AddrPort, _ []byte) { from = append(from, f) }) }
	a, b, c := w.Node("a", boot, Site("home")), w.Node("b", boot, Site("home")), w.Node("c", boot, Site("away"))
	w.Run(0)
	var lost []Reason
	w.Watch(func(e Event) {
		if e.Kind == Dropped {
			lost = append(lost, e.Reason)
		}
	})
	for _, to := range []netip.AddrPort{b.Addrs()[1], b.Addrs()[0], c.Addrs()[1]} {
		if err := a.Send(to, nil); err != nil {
			t.Fatal(err)
		}
	}
	w.Run(0)
	if want := []netip.AddrPort{a.Addrs()[1], a.Addrs()[0]}; !slices.Equal(from, want) || !slices.Equal(lost, []Reason{WrongSite}) {
		t.Fatalf("received from %v, lost %q; want from %v and one %q", from, lost, want, WrongSite)
	}
	if !a.Addrs()[1].Addr().IsPrivate() || a.Addrs()[0].Addr().IsPrivate() {
		t.Fatalf("addresses %v: want public, then LAN", a.Addrs())
	}
}

func TestCopiesGoOnWithTheNextFilter(t *testing.T) {
	twice := func(*World) Filter {
		return Filter{Name: "twice", Apply: func(*Packet) Fate { return Fate{Copies: 1} }}
	}
	spread := LatencyBy("spread", func(p *Packet) time.Duration { return time.Duration(p.N(1e9)) })
	w, a, b, _ := pair(t, twice, twice, spread)
	at := map[time.Duration]bool{}
	b.Listen(func(_, _ netip.AddrPort, data []byte) { at[w.Elapsed()] = true })
	send(t, a, b, "x")
	if w.Run(time.Minute); len(at) != 4 {
		t.Fatalf("arrived at %v, want 4 different instants", at)
	}
	if l := w.Ledgers(); l[0].Copied != 1 || l[1].Copied != 2 || l[2].Eligible != 4 {
		t.Fatalf("ledgers %+v", l)
	}
}

func TestFiltersMayChangeThePayload(t *testing.T) {
	change := func(*World) Filter {
		return Filter{Name: "change", Apply: func(p *Packet) Fate {
			p.Mutate()[0] ^= 1
			p.Truncate(70)
			return Fate{}
		}}
	}
	w, a, b, _ := pair(t, change)
	var got []byte
	b.Listen(func(_, _ netip.AddrPort, data []byte) { got = bytes.Clone(data) })
	send(t, a, b, string(bytes.Repeat([]byte("b"), 300)))
	w.Run(0)
	if want := append([]byte("c"), bytes.Repeat([]byte("b"), 69)...); !bytes.Equal(got, want) {
		t.Fatalf("got %q, want %q", got, want)
	}
	if w.Ledgers()[0].Fired != 1 {
		t.Fatal("the ledger does not know that the payload changed")
	}
}

func TestSendCopiesAndPoisonFindsWhoKeeps(t *testing.T) {
	w, a, b, _ := pair(t)
	w.PoisonBuffers()
	var kept []byte
	b.Listen(func(_, _ netip.AddrPort, data []byte) {
		if string(data) != "before" {
			t.Errorf("received %q", data)
		}
		kept = data
	})
	data := []byte("before")
	if err := a.Send(b.Addrs()[0], data); err != nil {
		t.Fatal(err)
	}
	copy(data, "after!")
	if w.Run(0); string(kept) == "before" {
		t.Fatal("the buffer was not poisoned")
	}
}

// TestLossIsAFairCoin: with 100,000 packets and a chance of 3 % the number lost is within 4.5 standard deviations of 3,000, which a
// correct coin misses once in 150,000 seeds; the seed is fixed.
func TestLossIsAFairCoin(t *testing.T) {
	w, a, b, _ := pair(t, Loss(Percent(3)))
	for i := range 100_000 {
		if i%100 == 0 {
			w.Run(time.Millisecond)
		}
		send(t, a, b, "x")
	}
	if lost := int(w.Ledgers()[0].Dropped); lost < 3000-242 || lost > 3000+242 {
		t.Fatalf("%d of 100,000 lost, want 3,000 ± 242", lost)
	}
}

// traffic runs a world in which named nodes send at random, and returns what happened to the packets of each pair.
func traffic(seed uint64, names []string, extra ...Rule) map[string][]string {
	w := New(seed)
	w.Link(extra...)
	w.Link(LatencyBy("jitter", func(p *Packet) time.Duration { return time.Duration(p.N(1e8)) }), Loss(Percent(20)))
	pairs := map[string][]string{}
	for _, name := range names {
		w.Node(name, func(n *Node) {
			n.Listen(func(_, _ netip.AddrPort, _ []byte) {})
			n.Every(0, time.Second, func() {
				for _, peer := range w.Nodes() {
					if r := rand.New(rand.NewPCG(n.ID(), peer.ID()^uint64(w.Elapsed()))); r.IntN(2) == 0 {
						n.Send(peer.Addrs()[0], []byte(n.Name()))
						n.Send(peer.Addrs()[0], []byte(n.Name()))
					}
				}
			})
		})
	}
	w.Watch(func(e Event) {
		if e.Kind == Delivered || e.Kind == Dropped {
			who := fmt.Sprintf("%s-%s", e.From, e.To)
			pairs[who] = append(pairs[who], fmt.Sprint(e.At, e.Kind, e.Reason))
		}
	})
	w.Run(10 * time.Second)
	return pairs
}

func TestDeletingANodeLeavesTheTrafficOfOthersAsItWas(t *testing.T) {
	names := []string{"a", "b", "c", "d", "e", "f"}
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		gone := rapid.IntRange(0, len(names)-1).Draw(t, "gone")
		all, fewer := traffic(seed, names), traffic(seed, slices.Delete(slices.Clone(names), gone, gone+1))
		kept := 0
		for who, story := range all { // any order: each pair is compared by itself
			if other, ok := fewer[who]; ok {
				kept++
				if !slices.Equal(story, other) {
					t.Fatalf("without %s, what happens on %s is another story:\n%v\n%v", names[gone], who, story, other)
				}
			}
		}
		if kept < len(all)/2 || len(fewer) != kept {
			t.Fatalf("only %d of %d pairs are left", kept, len(all))
		}
	})
}

func TestAddingAFilterLeavesTheDrawsOfOthersAsTheyWere(t *testing.T) {
	names := []string{"a", "b", "c"}
	thirsty := func(*World) Filter {
		return Filter{Name: "draws a lot", Apply: func(p *Packet) Fate { p.Uint64(); p.Uint64(); return Fate{} }}
	}
	plain, more := traffic(5, names), traffic(5, names, thirsty)
	if !maps.EqualFunc(plain, more, slices.Equal[[]string]) || len(plain) == 0 {
		t.Fatal("a filter that only draws changed the others' draws")
	}
}

func TestOrdinalsCountWithinAnInstant(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var o ordinals
		now := int64(0)
		model := map[uint32]uint64{}
		steps := rapid.SliceOfN(rapid.Uint32Range(0, 999), 1, 400).Draw(t, "steps")
		for _, s := range steps {
			if s == 999 {
				now++
				clear(model)
				continue
			}
			if got, want := o.next(now, uint64(s)), model[s]; got != want {
				t.Fatalf("packet of pair %d at %d has ordinal %d, want %d", s, now, got, want)
			}
			model[s]++
		}
	})
}
