package sim

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestASlowNodeDealsWithOneThingAfterTheOther(t *testing.T) {
	w, a, b, seen := pair(t, Latency(time.Second))
	b.Slow(100 * time.Millisecond)
	for _, text := range []string{"x", "y"} {
		send(t, a, b, text)
	}
	var woken []time.Duration
	b.After(time.Second, func() { woken = append(woken, w.Elapsed()) })
	b.Go(func(p *Proc) { p.Sleep(time.Second / 2); woken = append(woken, w.Elapsed()) })
	w.Run(1250 * time.Millisecond)
	b.Slow(0) // y is in work, the timer waits
	w.Run(time.Minute)
	expect(t, seen, "1.1s b delivered x", "1.2s b delivered y")
	// The coroutine starts at 100 ms, sleeps until 600 ms, and goes on when that is dealt with.
	if want := []time.Duration{700 * time.Millisecond, 1300 * time.Millisecond}; !slices.Equal(woken, want) {
		t.Fatalf("woken at %v, want %v", woken, want)
	}
	send(t, a, b, "z")
	w.Run(time.Minute)
	expect(t, seen, "1m2.25s b delivered z")
}

func TestASlowNodeLosesWhatItHasNoRoomFor(t *testing.T) {
	w, a, b, seen := pair(t)
	b.Slow(time.Second)
	for i := range 5 {
		send(t, a, b, fmt.Sprintf("%05d%s", i, make([]byte, 50_000-5)))
	}
	w.Run(1500 * time.Millisecond)
	send(t, a, b, fmt.Sprintf("%05d%s", 5, make([]byte, 50_000-5)))
	w.Run(time.Minute)
	var got []string
	for _, line := range *seen {
		at, _, _ := cutAt(line, 40)
		got = append(got, at)
	}
	want := []string{"0s a dropped 00004", "1s b delivered 00000", "2s b delivered 00001", "3s b delivered 00002", "4s b delivered 00003", "5s b delivered 00005"}
	for i := range want {
		if i >= len(got) || got[i][:len(want[i])] != want[i] {
			t.Fatalf("seen %q\nwant %q", got, want)
		}
	}
}

func cutAt(s string, n int) (string, string, bool) { n = min(n, len(s)); return s[:n], s[n:], true }

func TestACrashEndsWhatASlowNodeHadToDo(t *testing.T) {
	w, a, b, seen := pair(t)
	b.Slow(time.Second)
	send(t, a, b, "x")
	b.After(0, func() { t.Error("a timer of a life that is over fired") })
	w.Run(time.Second / 2)
	b.Crash()
	expect(t, seen, "500ms a dropped xnobody here any more")
	b.Restart()
	b.Listen(func(_, _ netip.AddrPort, _ []byte) {})
	send(t, a, b, "y")
	w.Run(time.Minute)
	expect(t, seen, "1.5s b delivered y")
}

func TestAPauseInterruptsASlowNode(t *testing.T) {
	w, a, b, seen := pair(t)
	b.Slow(time.Second)
	for _, text := range []string{"x", "y"} {
		send(t, a, b, text)
	}
	w.Run(time.Second / 2)
	b.Pause()
	w.Run(time.Minute)
	send(t, a, b, "z")
	b.Resume()
	w.Run(time.Minute)
	expect(t, seen, "1m1.5s b delivered x", "1m2.5s b delivered y", "1m3.5s b delivered z")
}

// job is one thing that happens to a slow node, of the model.
type job struct {
	at   int64
	verb string
	d    int64
}

// TestSlowNodesAgainstANaiveServer: packets, timers, pauses and changes of pace, in any order, against a list that is worked off.
func TestSlowNodesAgainstANaiveServer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var jobs []job
		at := int64(0)
		for range rapid.IntRange(1, 25).Draw(t, "jobs") {
			verb := rapid.SampledFrom([]string{"packet", "packet", "timer", "timer", "slow", "pause", "resume"}).Draw(t, "verb")
			at += 1000 * rapid.Int64Range(1, 3).Draw(t, "gap")
			jobs = append(jobs, job{at, verb, rapid.SampledFrom([]int64{0, 301, 1607, 4001}).Draw(t, "d")})
		}
		w := New(1)
		a, b := w.Node("a", nil), w.Node("b", nil)
		got := make([]int64, len(jobs))
		b.Listen(func(_, _ netip.AddrPort, data []byte) { got[data[0]] = int64(w.Elapsed()) })
		do := map[string]func(i int){
			"packet": func(i int) { _ = a.Send(b.Addrs()[0], []byte{byte(i)}) },
			"timer":  func(i int) { b.After(0, func() { got[i] = int64(w.Elapsed()) }) },
			"slow":   func(i int) { b.Slow(time.Duration(jobs[i].d)) },
			"pause":  func(int) { b.Pause() },
			"resume": func(int) { b.Resume() },
		}
		for i, j := range jobs {
			w.After(time.Duration(j.at), func() { do[j.verb](i) })
		}
		w.Run(time.Hour)
		if want := (&server{done: make([]int64, len(jobs))}).all(jobs); !slices.Equal(got, want) {
			t.Fatalf("%v\ngot  %v\nwant %v", jobs, got, want)
		}
	})
}

// server is a slow node on paper: what waits, in order, is begun when the one before is done and the node is awake.
type server struct {
	done            []int64 // when each was
	waiting         []int
	each, until     int64
	working, paused bool
}

func (s *server) finish(now int64) { s.done[s.waiting[0]], s.waiting = now, s.waiting[1:] }

func (s *server) begin(now int64) {
	for !s.working && !s.paused && len(s.waiting) > 0 {
		if s.each > 0 {
			s.working, s.until = true, now+s.each
			return
		}
		s.finish(now)
	}
}

func (s *server) work(until int64) {
	for s.working && s.until <= until {
		s.working = false
		s.finish(s.until)
		s.begin(s.until)
	}
}

func (s *server) all(jobs []job) []int64 {
	for i, j := range jobs {
		s.work(j.at)
		switch j.verb {
		case "packet", "timer":
			s.waiting = append(s.waiting, i)
		case "slow":
			s.each = j.d
		case "pause":
			s.paused, s.working = true, false
		case "resume":
			s.paused = false
		}
		s.begin(j.at)
	}
	s.work(1 << 62)
	return s.done
}

func TestLateTimersAreUniformlyLateAndDoNotDrift(t *testing.T) {
	w := New(1)
	n := w.Node("n", nil)
	n.LateTimers(time.Second)
	var late []float64
	n.Every(10*time.Second, 10*time.Second, func() {
		late = append(late, (w.Elapsed() - time.Duration(len(late)+1)*10*time.Second).Seconds())
	})
	w.Run(10_001 * 10 * time.Second)
	slices.Sort(late)
	worst := 0.0 // Kolmogorov and Smirnov: a correct one passes 2.2/√n for less than 1 seed in 10,000; the seed is fixed
	for i, x := range late {
		worst = max(worst, x-float64(i)/10_000, float64(i+1)/10_000-x)
	}
	if len(late) != 10_000 || worst > 0.022 || late[0] < 0 || late[9_999] > 1 {
		t.Fatalf("%d latenesses from %v to %v s, %.4f away from even", len(late), late[0], late[len(late)-1], worst)
	}
}

func TestLatenessIsKeyed(t *testing.T) {
	run := func(others bool) (at []time.Duration) {
		w := New(1)
		n := w.Node("n", nil)
		n.LateTimers(time.Second)
		if others {
			m := w.Node("m", nil)
			m.LateTimers(time.Minute)
			m.Every(time.Second, time.Second, func() {})
		}
		for range 3 {
			n.After(time.Second, func() { at = append(at, w.Elapsed()) })
		}
		w.Run(time.Hour)
		return at
	}
	alone, among := run(false), run(true)
	if !slices.Equal(alone, among) || len(slices.Compact(alone)) != 3 {
		t.Fatalf("alone they fire at %v, among others at %v", alone, among)
	}
}

func TestALateTimerIsLateOnce(t *testing.T) {
	w := New(1)
	n := w.Node("n", nil)
	var at []time.Duration
	n.LateTimers(time.Second)
	id := n.After(time.Second, func() { t.Error("a stopped timer fired") })
	n.After(time.Second, func() { at = append(at, w.Elapsed()) })
	w.Run(time.Second)
	n.Stop(id)
	n.LateTimers(0)
	n.After(0, func() { at = append(at, w.Elapsed()) })
	n.Pause()
	w.Run(time.Minute)
	n.LateTimers(time.Second)
	n.Resume()
	w.Run(0)
	if want := []time.Duration{time.Minute + time.Second, time.Minute + time.Second}; !slices.Equal(at, want) {
		t.Fatalf("what came due in a pause fired at %v, want when it ends: %v", at, want)
	}
}

func TestSlownessAndLatenessAllocateNothing(t *testing.T) {
	w := New(1)
	a, b := w.Node("a", nil), w.Node("b", nil)
	b.Slow(time.Millisecond)
	b.LateTimers(time.Millisecond)
	b.Drift(100)
	b.Listen(func(_, _ netip.AddrPort, _ []byte) {})
	payload, to := []byte("x"), b.Addrs()[0]
	a.Every(0, 1500*time.Microsecond, func() { _ = a.Send(to, payload) })
	b.Every(0, 5*time.Millisecond, func() {})
	w.Run(time.Minute)
	if n := testing.AllocsPerRun(10, func() { w.Run(time.Second) }); n != 0 {
		t.Fatalf("%v allocations a second", n)
	}
}
