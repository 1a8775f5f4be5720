package sim

import (
	"cmp"
	"fmt"
	"math"
	"net/netip"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestRunIncludesItsLastInstant(t *testing.T) {
	w := New(1)
	var at []time.Duration
	for _, d := range []time.Duration{time.Second, 2 * time.Second, 2*time.Second + 1} {
		w.After(d, func() { at = append(at, w.Elapsed()) })
	}
	w.Run(2 * time.Second)
	if want := []time.Duration{time.Second, 2 * time.Second}; !slices.Equal(at, want) || w.Elapsed() != 2*time.Second {
		t.Fatalf("events at %v, clock at %v; want %v and 2s", at, w.Elapsed(), want)
	}
	if want := Epoch.Add(2 * time.Second); !w.Now().Equal(want) {
		t.Fatalf("Now is %v, want %v", w.Now(), want)
	}
}

func TestTiesRunInTheOrderOfScheduling(t *testing.T) {
	w := New(1)
	var order []int
	for i := range 100 {
		w.After(time.Second, func() { order = append(order, i) })
	}
	w.Run(time.Second)
	if len(order) != 100 || !slices.IsSorted(order) {
		t.Fatalf("order of one instant: %v", order)
	}
}

func TestPermutedTiesDependOnTheSeedAndLoseNothing(t *testing.T) {
	run := func(seed uint64) (order []int) {
		w := New(seed)
		w.PermuteTies()
		for i := range 50 {
			w.After(time.Second, func() { order = append(order, i) })
		}
		w.Run(time.Second)
		return order
	}
	a, b := run(1), run(2)
	if !slices.Equal(a, run(1)) {
		t.Fatal("one seed, two orders")
	}
	if slices.IsSorted(a) || slices.Equal(a, b) {
		t.Fatalf("seeds 1 and 2 do not permute: %v, %v", a, b)
	}
	if slices.Sort(a); !slices.Equal(a, slices.Sorted(slices.Values(b))) || len(a) != 50 {
		t.Fatalf("events lost: %v", a)
	}
}

func TestIDsSurviveThePermutationOfTies(t *testing.T) {
	w := New(1)
	w.PermuteTies()
	var scheduled, ran []uint64
	w.Watch(func(e Event) { ran = append(ran, e.ID) })
	for range 50 {
		w.After(time.Second, func() {})
		scheduled = append(scheduled, w.seq)
	}
	if w.Run(time.Second); slices.Equal(ran, scheduled) || !slices.Equal(slices.Sorted(slices.Values(ran)), scheduled) {
		t.Fatalf("scheduled %v, ran %v", scheduled, ran)
	}
}

func TestAStoppedTimerNeverMovesTheClock(t *testing.T) {
	w := New(1)
	id := w.After(100*time.Second, func() { t.Error("a stopped timer fired") })
	w.After(time.Second, func() { w.Stop(id) })
	for w.Step() {
	}
	if w.Elapsed() != time.Second {
		t.Fatalf("the clock stands at %v, want 1s", w.Elapsed())
	}
	ran := false
	w.After(time.Second, func() { ran = true })
	w.Run(time.Second)
	if !ran || w.Stop(id) {
		t.Fatalf("after the stop: later timer ran %v", ran)
	}
}

func TestAStaleStopLeavesAStrangersTimer(t *testing.T) {
	w := New(1)
	first := w.After(0, func() {})
	w.Run(0)
	fired := false
	second := w.After(time.Second, func() { fired = true })
	if w.Stop(first) || first == second {
		t.Fatalf("Stop(%d) stopped something; the second timer is %d", first, second)
	}
	if w.Run(time.Second); !fired {
		t.Fatal("the second timer did not fire")
	}
}

func TestEveryDoesNotDrift(t *testing.T) {
	w := New(1)
	var at []time.Duration
	id := w.Every(300*time.Millisecond, time.Second, func() { at = append(at, w.Elapsed()) })
	w.Run(2500 * time.Millisecond)
	if want := []time.Duration{300e6, 1300e6, 2300e6}; !slices.Equal(at, want) {
		t.Fatalf("fired at %v, want %v", at, want)
	}
	if !w.Stop(id) || w.Stop(id) {
		t.Fatal("Stop does not say whether the timer was pending")
	}
	if w.Run(time.Minute); len(at) != 3 {
		t.Fatalf("fired %d times after Stop", len(at)-3)
	}
}

func TestATimerMayStopItself(t *testing.T) {
	w := New(1)
	var id uint64
	n := 0
	id = w.Every(0, time.Second, func() {
		if n++; n == 3 {
			w.Stop(id)
		}
	})
	if w.Run(time.Minute); n != 3 {
		t.Fatalf("fired %d times, want 3", n)
	}
}

func TestRunUntilStopsAtTheEvent(t *testing.T) {
	w := New(1)
	n := 0
	w.Every(time.Second, time.Second, func() { n++ })
	if !w.RunUntil(time.Minute, func() bool { return n == 5 }) || w.Elapsed() != 5*time.Second {
		t.Fatalf("at %v with n = %d, want 5s", w.Elapsed(), n)
	}
	if w.RunUntil(3*time.Second, func() bool { return n == 100 }) || w.Elapsed() != 8*time.Second {
		t.Fatalf("at %v, want false at 8s", w.Elapsed())
	}
	if !w.RunUntil(0, func() bool { return true }) {
		t.Fatal("done is not asked before the first event")
	}
}

func TestProgrammersErrorsPanic(t *testing.T) {
	for what, f := range map[string]func(w *World){
		"negative Run":      func(w *World) { w.Run(-1) },
		"negative After":    func(w *World) { w.After(-1, func() {}) },
		"period zero":       func(w *World) { w.Every(0, 0, func() {}) },
		"Run inside":        func(w *World) { w.After(0, func() { w.Run(1) }); w.Run(0) },
		"duplicate name":    func(w *World) { w.Node("a", nil); w.Node("a", nil) },
		"late PermuteTies":  func(w *World) { w.After(0, func() {}); w.PermuteTies() },
		"Percent above 100": func(w *World) { Percent(101) },
		"nothing to call":   func(w *World) { w.After(0, nil) },
		"no address":        func(w *World) { w.Node("a", nil, At(netip.AddrPort{})) },
		"negative copies":   func(w *World) { sendThrough(w, Fate{Copies: -1}) },
	} {
		t.Run(what, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Fatal("no panic")
				}
			}()
			f(New(1))
		})
	}
}

// sendThrough sends a packet through a filter that does that to it.
func sendThrough(w *World, fate Fate) {
	w.Link(func(*World) Filter { return Filter{Name: "f", Apply: func(*Packet) Fate { return fate }} })
	n := w.Node("a", nil)
	_ = n.Send(n.Addrs()[0], nil)
}

// clockModel is a world's timers as a sorted list.
type clockModel struct {
	w       *World
	now     time.Duration
	seq     int
	pending []modelTimer
	fired   []int
	want    []int
}

type modelTimer struct {
	at     time.Duration
	seq    int
	name   int
	period time.Duration
	id     uint64
}

func (m *clockModel) add(d, period time.Duration) {
	name := m.seq
	f := func() { m.fired = append(m.fired, name) }
	timer := modelTimer{at: m.now + d, seq: m.seq, name: name, period: period}
	if period > 0 {
		timer.id = m.w.Every(d, period, f)
	} else {
		timer.id = m.w.After(d, f)
	}
	m.seq++
	m.pending = append(m.pending, timer)
}

// run lets the model's time pass.
func (m *clockModel) run(d time.Duration) {
	until := m.now + d
	for {
		slices.SortFunc(m.pending, func(a, b modelTimer) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.seq, b.seq)) })
		if len(m.pending) == 0 || m.pending[0].at > until {
			break
		}
		next := m.pending[0]
		m.now = next.at
		m.want = append(m.want, next.name)
		m.pending = m.pending[1:]
		if next.period > 0 {
			next.at += next.period
			next.seq = m.seq
			m.seq++
			m.pending = append(m.pending, next)
		}
	}
	m.now = until
}

func TestTimersAgreeWithASortedList(t *testing.T) {
	durations := rapid.SampledFrom([]time.Duration{0, 0, 1, 2, 31, 32, 33, time.Microsecond, time.Millisecond, time.Second, time.Hour})
	rapid.Check(t, func(t *rapid.T) {
		m := &clockModel{w: New(rapid.Uint64().Draw(t, "seed"))}
		t.Repeat(map[string]func(*rapid.T){
			"after": func(t *rapid.T) { m.add(durations.Draw(t, "d"), 0) },
			"every": func(t *rapid.T) {
				if len(m.pending) < 20 {
					m.add(durations.Draw(t, "first"), 20*time.Minute+durations.Draw(t, "period"))
				}
			},
			"stop": func(t *rapid.T) {
				if len(m.pending) == 0 {
					t.Skip("nothing pending")
				}
				i := rapid.IntRange(0, len(m.pending)-1).Draw(t, "which")
				if !m.w.Stop(m.pending[i].id) {
					t.Fatalf("timer %d was not pending", m.pending[i].name)
				}
				m.pending = slices.Delete(m.pending, i, i+1)
			},
			"run": func(t *rapid.T) {
				d := durations.Draw(t, "d")
				m.run(d)
				m.w.Run(d)
			},
			"": func(t *rapid.T) {
				if !slices.Equal(m.fired, m.want) || m.w.Elapsed() != m.now {
					t.Fatalf("fired %v at %v, the model %v at %v", m.fired, m.w.Elapsed(), m.want, m.now)
				}
			},
		})
	})
}

func TestRunIsAdditive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		whole, parts := chatter(seed, 5), chatter(seed, 5)
		cuts := rapid.SliceOfN(rapid.Int64Range(0, int64(time.Second)), 1, 6).Draw(t, "parts")
		var sum time.Duration
		for _, d := range cuts {
			parts.Run(time.Duration(d))
			sum += time.Duration(d)
		}
		whole.Run(sum)
		if whole.Digest() != parts.Digest() || whole.Events() != parts.Events() || whole.Elapsed() != parts.Elapsed() {
			t.Fatalf("Run(%v) is not the sum of %v", sum, cuts)
		}
	})
}

// chatter makes a small world in which every node sends to a random other one every 100 ms, over a lossy network with jitter.
func chatter(seed uint64, n int) *World {
	w := New(seed, LatencyBy("jitter", func(p *Packet) time.Duration { return time.Duration(p.N(uint64(50 * time.Millisecond))) }), Loss(Percent(10)))
	for i := range n {
		w.Node(fmt.Sprintf("n%d", i), talk)
	}
	return w
}

// talk is the boot of a node of chatter.
func talk(n *Node) {
	n.Every(time.Duration(n.Rand("phase").Int64N(int64(100*time.Millisecond))), 100*time.Millisecond, func() {
		peers := n.World().Nodes()
		peer := peers[n.Rand("peer").IntN(len(peers))]
		if err := n.Send(peer.Addrs()[0], []byte(n.Name())); err != nil {
			panic(err)
		}
	})
	n.Listen(func(_, _ netip.AddrPort, _ []byte) {})
}

func TestLongRunsStayAtTheEndOfTime(t *testing.T) {
	w := New(1)
	w.Run(math.MaxInt64)
	w.Run(math.MaxInt64)
	if w.Elapsed() != math.MaxInt64 {
		t.Fatalf("the clock stands at %d", w.Elapsed())
	}
}

func TestAPeriodEndsWithTime(t *testing.T) {
	w := New(1)
	const year = 365 * 24 * time.Hour
	var at []time.Duration
	id := w.Every(0, 200*year, func() { at = append(at, w.Elapsed()) })
	w.Run(math.MaxInt64)
	if want := []time.Duration{0, 200 * year}; !slices.Equal(at, want) || w.Err() != nil || w.Stop(id) {
		t.Fatalf("fired at %v, want %v; error %v", at, want, w.Err())
	}
}
