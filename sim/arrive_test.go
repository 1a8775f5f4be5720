package sim

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// gate makes a rule that is asked on arrival.
func gate(name string, arrive func(*Packet) Fate) Rule {
	return func(*World) Filter { return Filter{Name: name, Arrive: arrive} }
}

func TestArrivalIsJudgedAtTheReceiversSide(t *testing.T) {
	var at []time.Duration
	w, a, b, seen := pair(t, Latency(time.Second), gate("slow", func(p *Packet) Fate {
		at = append(at, p.At())
		return Fate{Delay: 2 * time.Second}
	}))
	send(t, a, b, "x")
	heal := w.Partition([]*Node{a}, []*Node{b})
	w.After(2*time.Second, func() { send(t, a, b, "y") })
	w.Run(2 * time.Second)
	expect(t, seen, "1s a dropped xpartition")
	heal()
	w.After(2*time.Second, func() { w.Partition([]*Node{a}, []*Node{b}) }) // y has passed by then
	w.Run(time.Minute)
	expect(t, seen, "5s b delivered y")
	if !slices.Equal(at, []time.Duration{3 * time.Second}) {
		t.Fatalf("asked at %v, want once, when y came", at)
	}
	if got, want := w.Ledgers()[1], (Ledger{Name: "slow", Armed: true, Eligible: 1, Fired: 1, Changed: 1}); got != want {
		t.Fatalf("ledger %+v, want %+v", got, want)
	}
}

func TestAFirstDropOnArrivalEnds(t *testing.T) {
	asked := 0
	w, a, b, seen := pair(t, gate("wall", func(*Packet) Fate { return Fate{Drop: "wall"} }), gate("never asked", func(*Packet) Fate { asked++; return Fate{} }))
	send(t, a, b, "x")
	w.Run(time.Second)
	expect(t, seen, "0s a dropped xwall")
	if l := w.Ledgers()[0]; asked != 0 || l.Dropped != 1 || l.Changed != 1 {
		t.Fatalf("the next filter was asked %d times, ledger %+v", asked, l)
	}
}

func TestWhatGetsNowhereAnywayIsNotChangedOnArrival(t *testing.T) {
	w, a, b, seen := pair(t, gate("wall", func(*Packet) Fate { return Fate{Drop: "wall"} }))
	send(t, a, b, "x")
	b.Crash()
	w.Run(time.Second)
	expect(t, seen, "0s a dropped xwall")
	if got, want := w.Ledgers()[0], (Ledger{Name: "wall", Armed: true, Eligible: 1, Fired: 1, Dropped: 1}); got != want {
		t.Fatalf("ledger %+v, want %+v", got, want)
	}
}

func TestAPostponedPacketMeetsWhoeverIsThere(t *testing.T) {
	w, a, b, seen := pair(t, gate("slow", func(*Packet) Fate { return Fate{Delay: time.Second} }))
	send(t, a, b, "to the next life")
	w.Run(time.Second / 2)
	b.Restart()
	b.Listen(func(_, _ netip.AddrPort, _ []byte) {})
	w.Run(time.Second / 2)
	expect(t, seen, "1s b delivered to the next life")
	send(t, a, b, "to nobody")
	b.Crash()
	w.Run(time.Minute)
	expect(t, seen, "2s a dropped to nobodynobody here any more")
}

func TestAPacketWaitsForItsTicket(t *testing.T) {
	var tickets []uint64
	hold := func(p *Packet) Fate { tickets = append(tickets, p.Wait()); return Fate{Drop: "void"} }
	w, a, b, seen := pair(t, Latency(time.Second), func(*World) Filter { return Filter{Name: "both", Apply: hold, Arrive: hold} }, Latency(time.Minute))
	send(t, a, b, "x")
	w.Run(time.Hour)
	w.Proceed(tickets[0], Fate{Delay: time.Second})
	w.Run(time.Hour)
	expect(t, seen)
	w.Proceed(tickets[1], Fate{Delay: time.Second})
	w.Run(time.Hour)
	expect(t, seen, "2h0m1s b delivered x")
	if got, want := w.Ledgers()[1], (Ledger{Name: "both", Armed: true, Eligible: 2, Fired: 2, Changed: 2}); got != want {
		t.Fatalf("ledger %+v, want %+v", got, want)
	}
	for _, ticket := range []uint64{0, tickets[0], tickets[1], 77} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("ticket %#x: no panic", ticket)
				}
			}()
			w.Proceed(ticket, Fate{})
		}()
	}
}

func TestAWaitEndsInADropOrCopiesOrBehindWhatWasUnlinked(t *testing.T) {
	var tickets []uint64
	w, a, b, seen := pair(t)
	unlink := w.Link(func(*World) Filter {
		return Filter{Name: "wait", Apply: func(p *Packet) Fate { tickets = append(tickets, p.Wait()); return Fate{} }}
	})
	w.Link(Latency(time.Second))
	for _, text := range []string{"lost", "twice", "last"} {
		send(t, a, b, text)
	}
	unlink()
	send(t, a, b, "free")
	w.Proceed(tickets[0], Fate{Drop: "why"})
	w.Proceed(tickets[1], Fate{Copies: 1})
	w.Run(time.Minute)
	w.Proceed(tickets[2], Fate{})
	w.Run(time.Minute)
	expect(t, seen, "0s a dropped lostwhy", "0s a copied twice", "1s b delivered free", "1s b delivered twice", "1s b delivered twice", "1m1s b delivered last")
	if got, want := w.Ledgers()[0], (Ledger{Name: "wait", Eligible: 3, Fired: 3, Changed: 3, Dropped: 1, Copied: 1}); got != want {
		t.Fatalf("ledger %+v, want %+v", got, want)
	}
}

func TestDrawsOnArrivalAreKeyed(t *testing.T) {
	draws := func(others bool) (got []uint64) {
		w, a, b, _ := pair(t, Latency(time.Second))
		if others {
			c := w.Node("c", nil)
			w.Link(gate("other", func(p *Packet) Fate { p.Uint64(); return Fate{} }))
			send(t, c, b, "from c")
		}
		draw := func(p *Packet) Fate {
			if p.From == a {
				got = append(got, p.Uint64())
			}
			return Fate{}
		}
		w.Link(func(*World) Filter { return Filter{Name: "mine", Apply: draw, Arrive: draw} })
		for range 3 {
			send(t, a, b, "x")
		}
		w.Run(time.Minute)
		return got
	}
	alone, behind := draws(false), draws(true)
	if !slices.Equal(alone, behind) {
		t.Fatalf("with others the draws are %v, alone %v", behind, alone)
	}
	if slices.Sort(alone); len(slices.Compact(alone)) != 6 {
		t.Fatalf("some of six draws are alike: %v", alone)
	}
}

func TestImpossibleFatesOnArrivalPanic(t *testing.T) {
	for _, fate := range []Fate{{Delay: -1}, {Copies: 1}, {Copies: -1}} {
		w, a, b, _ := pair(t, gate("bad", func(*Packet) Fate { return fate }))
		send(t, a, b, "x")
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%+v on arrival: no panic", fate)
				}
			}()
			w.Run(time.Second)
		}()
	}
}

// TestArrivalsAgainstASum compares worlds with any number of gates, each of which delays every packet or lets it wait, with the sum of the
// delays; what reaches one gate later is asked later, and ties keep the order in which they were made.
func TestArrivalsAgainstASum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		packets, gates := rapid.IntRange(1, 12).Draw(t, "packets"), rapid.IntRange(1, 4).Draw(t, "gates")
		small := rapid.Map(rapid.IntRange(0, 5), func(i int) time.Duration { return time.Duration(i) })
		sent := rapid.SliceOfN(small, packets, packets).Draw(t, "sent")
		delays := rapid.SliceOfN(rapid.SliceOfN(small, packets, packets), gates+1, gates+1).Draw(t, "delays")
		waits := rapid.SliceOfN(rapid.Bool(), gates, gates).Draw(t, "waits")
		w := New(1, LatencyBy("way", func(p *Packet) time.Duration { return delays[gates][p.Data[0]] }))
		a, b := w.Node("a", nil), w.Node("b", nil)
		type asked struct {
			gate   int
			packet byte
			at     time.Duration
		}
		var log []asked
		got := make([]time.Duration, packets)
		b.Listen(func(_, _ netip.AddrPort, data []byte) { got[data[0]] = w.Elapsed() })
		for g := range gates {
			w.Link(gate(fmt.Sprint(g), func(p *Packet) Fate {
				d := delays[g][p.Data[0]]
				log = append(log, asked{g, p.Data[0], w.Elapsed()})
				if waits[g] {
					ticket := p.Wait()
					w.After(d, func() { w.Proceed(ticket, Fate{}) })
					return Fate{}
				}
				return Fate{Delay: d}
			}))
		}
		for i := range packets {
			w.After(sent[i], func() {
				if err := a.Send(b.Addrs()[0], []byte{byte(i)}); err != nil {
					t.Fatal(err)
				}
			})
		}
		w.Run(time.Hour)
		for i := range packets {
			at := sent[i] + delays[gates][i]
			for g := range gates {
				if !slices.Contains(log, asked{g, byte(i), at}) {
					t.Fatalf("gate %d was not asked about packet %d at %d: %v", g, i, at, log)
				}
				at += delays[g][i]
			}
			if got[i] != at {
				t.Fatalf("packet %d came at %d, want %d", i, got[i], at)
			}
		}
		if !slices.IsSortedFunc(log, func(x, y asked) int { return cmp.Compare(x.at, y.at) }) || len(log) != packets*gates {
			t.Fatalf("%d questions, want %d, in order: %v", len(log), packets*gates, log)
		}
	})
}

func TestArrivalsAllocateNothing(t *testing.T) {
	w := New(1, Latency(time.Millisecond))
	w.Link(gate("late", func(*Packet) Fate { return Fate{Delay: time.Millisecond} }))
	var tickets []uint64
	free := func() { w.Proceed(tickets[0], Fate{}); tickets = tickets[:0] }
	w.Link(gate("wait", func(p *Packet) Fate { tickets = append(tickets, p.Wait()); w.After(1, free); return Fate{} }))
	a, b := w.Node("a", nil), w.Node("b", nil)
	b.Listen(func(_, _ netip.AddrPort, _ []byte) {})
	to := b.Addrs()[0]
	payload := []byte("x")
	round := func() { _ = a.Send(to, payload); w.Run(time.Second) }
	for range 100 {
		round()
	}
	if n := testing.AllocsPerRun(1000, round); n > 0 {
		t.Fatalf("%.1f allocations a packet", n)
	}
}
