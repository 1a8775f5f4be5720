package faults_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/sim"
)

// machineFaults are what is wrong with a node's clock and processor.
var machineFaults = []fault{
	{"skewed clock", skewedClock},
	{"clock that steps", clockThatSteps},
	{"drifting clock", driftingClock},
	{"clock set right", clockSetRight},
	{"slow node", slowNode},
	{"buffer of a slow node", bufferOfASlowNode},
	{"late timers", lateTimers},
}

// machineStubs are their effects that can be switched off.
var machineStubs = []stub{
	{name: "skewed clock", file: "sim/clocks.go", code: "c.skew = int64(d)"},
	{name: "clock that steps", file: "sim/clocks.go", code: "c.stepped += int64(d)"},
	{name: "drifting clock", file: "sim/clocks.go", code: "c.since, c.ppm = now, ppm"},
	{name: "timers follow the drift", file: "sim/timer.go", code: "t.due, at = n.clock.after(w.now, int64(d))", red: []string{"drifting clock"}},
	{name: "pending timers follow the drift", file: "sim/clocks.go", code: "n.w.retimeSoon(n)", red: []string{"drifting clock"}},
	{name: "clock set right", file: "sim/clocks.go", code: "c.stepped = -c.off(n.w.now)"},
	{name: "slow node", file: "sim/slow.go", code: "n.pace.serving = n.w.schedule(n.w.later(n.pace.each), refServe|lifeIn(n)|uint64(n.index))", instead: "n.pace.serving = n.w.schedule(n.w.now, refServe|lifeIn(n)|uint64(n.index))"},
	{name: "buffer of a slow node", file: "sim/network.go", code: "r.backlogSize += int(p.size)"},
	{name: "room in the buffer of a slow node", file: "sim/slow.go", code: "n.backlogSize -= int(w.packets.at(uint32(ref)).size)", red: []string{"buffer of a slow node"}},
	{name: "late timers", file: "sim/slow.go", code: "return time.Duration(hi)", instead: "return 0"},
}

// skewedClock: it shows another time, from when it is set until it is undone; timers do not notice, nor does anybody else.
func skewedClock(t *testing.T) {
	l := newLab(t)
	l.b.Skew(-second)
	fired := l.fires(l.b, second, second)
	l.Run(10 * second)
	l.is("b's clock is off by", l.b.Now().Sub(l.Now()), -second)
	l.is("a's clock is off by", l.a.Now().Sub(l.Now()), time.Duration(0))
	l.b.Restart()
	l.is("after a restart b's clock is off by", l.b.Now().Sub(l.Now()), -second)
	l.b.Skew(0)
	l.is("undone, b's clock is off by", l.b.Now().Sub(l.Now()), time.Duration(0))
	l.is("timers fired", strings.Join(*fired, " "), "1s 2s 3s 4s 5s 6s 7s 8s 9s 10s")
}

// clockThatSteps: forward and back, as often as it is told; timers do not notice.
func clockThatSteps(t *testing.T) {
	l := newLab(t)
	fired := l.fires(l.b, second, second)
	l.b.Step(time.Hour)
	l.Run(second)
	l.b.Step(time.Hour)
	l.is("b's clock is off by", l.b.Now().Sub(l.Now()), 2*time.Hour)
	l.b.Step(-2 * time.Hour)
	l.Run(second)
	l.is("stepped back, it is off by", l.b.Now().Sub(l.Now()), time.Duration(0))
	l.is("timers fired", strings.Join(*fired, " "), "1s 2s")
}

// driftingClock: it goes faster or slower, and its timers with it, those too that were set before.
func driftingClock(t *testing.T) {
	l := newLab(t)
	before := l.fires(l.b, 10*second, time.Hour)
	l.Run(5 * second)
	l.b.Drift(250_000) // what is left, 5 s, takes 4 s
	after := l.fires(l.b, second, second)
	l.Run(4 * second)
	l.b.Drift(-500_000)
	l.Run(4 * second)
	l.is("a timer of 10 s, set before", strings.Join(*before, " "), "9s")
	l.is("a timer every second", strings.Join(*after, " "), "5.8s 6.6s 7.4s 8.2s 9s 11s 13s")
	l.is("b's clock is off by", l.b.Now().Sub(l.Now()), second-2*second)
	l.Run(millisecond)
	later := l.fires(l.b, second, time.Hour)
	l.Run(2 * second)
	l.is("a timer of a second, set later", strings.Join(*later, " "), "15.001s")
	l.b.Step(2001 * millisecond / 2)
	l.b.Drift(0)
	l.Run(second)
	l.is("without drift it stays off by", l.b.Now().Sub(l.Now()), second-2*second)
}

// clockSetRight: what skew, steps and drift have done is gone, the drift is not.
func clockSetRight(t *testing.T) {
	l := newLab(t)
	l.b.Skew(time.Hour)
	l.b.Step(time.Minute)
	l.b.Drift(100)
	l.Run(10_000 * second)
	l.b.Correct()
	l.is("b's clock is off by", l.b.Now().Sub(l.Now()), time.Duration(0))
	l.Run(10_000 * second)
	l.is("and later by", l.b.Now().Sub(l.Now()), second)
}

// slowNode: one thing after the other, input and timers, until it is undone.
func slowNode(t *testing.T) {
	l := newLab(t)
	l.b.Slow(100 * millisecond)
	l.say(l.a, l.b, "x")
	fired := l.fires(l.b, 50*millisecond, time.Hour)
	l.say(l.a, l.b, "y")
	l.Run(50 * millisecond)
	l.say(l.a, l.b, "z")
	l.Run(second)
	l.expect("100ms b got x", "200ms b got y", "400ms b got z")
	l.is("the timer of 50 ms", strings.Join(*fired, " "), "300ms")
	l.b.Slow(0)
	l.say(l.a, l.b, "fast")
	l.Run(0)
	l.expect("1.05s b got fast")
}

// bufferOfASlowNode: 208 KiB of input wait, more is lost; room comes free as it works.
func bufferOfASlowNode(t *testing.T) {
	l := newLab(t)
	l.b.Slow(second)
	got, lost := 0, 0
	l.b.Listen(func(_, _ netip.AddrPort, _ []byte) { got++ })
	l.Watch(func(e sim.Event) {
		l.is("it is lost for", e.Reason, sim.BufferFull)
		lost++
	}, sim.Dropped)
	for range 30 {
		l.say(l.a, l.b, strings.Repeat("x", 208<<10/26))
	}
	l.Run(4*second + second/2)
	l.is("dealt with in four seconds", got, 4)
	l.is("lost", lost, 4)
	for range 5 {
		l.say(l.a, l.b, strings.Repeat("x", 208<<10/26))
	}
	l.Run(time.Hour)
	l.is("dealt with in the end", got, 30)
	l.is("lost in the end", lost, 5)
}

// lateTimers: each by a draw of its own up to a bound; periodic ones do not drift; coroutines likewise; until it is undone.
func lateTimers(t *testing.T) {
	l := newLab(t)
	l.b.LateTimers(second)
	var late []time.Duration
	l.b.Every(10*second, 10*second, func() { late = append(late, l.Elapsed()%(10*second)) })
	woken := time.Duration(0)
	l.b.Go(func(p *sim.Proc) { p.Sleep(time.Hour); woken = l.Elapsed() })
	l.Run(2 * time.Hour)
	slices.Sort(late)
	if n := len(late); n != 719 || late[0] > 20*millisecond || late[n-1] < 980*millisecond || late[n-1] > second {
		t.Fatalf("%d timers were late, by %v to %v", n, late[0], late[n-1])
	}
	if woken <= time.Hour || woken > time.Hour+2*second {
		t.Fatalf("a coroutine that slept for an hour woke at %v", woken)
	}
	l.b.LateTimers(0)
	fired := l.fires(l.b, second, time.Hour)
	l.Run(second)
	l.is("undone, a timer of a second", strings.Join(*fired, " "), "2h0m1s")
}

// fires writes down when a timer fires.
func (l *lab) fires(n *sim.Node, first, period time.Duration) *[]string {
	var at []string
	n.Every(first, period, func() { at = append(at, l.Elapsed().String()) })
	return &at
}
