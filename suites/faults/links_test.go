package faults_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/sim"
)

// linkFaults are what links of limited rate and their queues do, and what is wrong with machines.
var linkFaults = slices.Concat([]fault{
	{"uplink", uplink},
	{"downlink", downlink},
	{"access of some nodes", accessOfSome},
	{"access of a mix", accessOfMix},
	{"bottleneck", bottleneck},
	{"drop-tail", dropTail},
	{"codel", codel},
}, machineFaults)

// linkStubs are the effects of links, and of what is wrong with machines, that can be switched off.
var linkStubs = slices.Concat([]stub{
	{name: "uplink", file: "fixtures/bandwidth.go", code: "return at(p.From).up.take(p)", instead: "return sim.Fate{}"},
	{name: "downlink", file: "fixtures/bandwidth.go", code: "return at(p.To).down.take(p)", instead: "return sim.Fate{}"},
	{name: "access of some nodes", file: "fixtures/bandwidth.go", code: "return Rate{}\n", instead: "return r"},
	{name: "access of a mix", file: "fixtures/access_named.go", code: "return AccessBy(m.Name, mix, discipline(p[0])), nil", instead: "return Access(0, 0, discipline(p[0])), nil"},
	{name: "bottleneck", file: "fixtures/bandwidth.go", code: "return shared.take(p)", instead: "return sim.Fate{}"},
	{name: "one line after the other", file: "fixtures/queue.go", code: "l.free, l.rest = l.free+int64(work/uint64(l.rate)), work%uint64(l.rate)", instead: "l.free = now + int64(work/uint64(l.rate))", red: []string{"uplink", "bottleneck"}},
	{name: "delay on arrival", file: "sim/arrive.go", code: "w.postpone(v, slot, i+1, b, fate.Delay)\n\t\t\treturn false", red: []string{"downlink", "bottleneck"}},
	{name: "loss on arrival", file: "sim/arrive.go", code: "w.lose(slot, fate.Drop)\n\t\t\treturn false", red: []string{"drop-tail"}},
	{name: "drop-tail", file: "fixtures/queue.go", code: "return l.bytes+size > l.queue.limit", instead: "return false"},
	{name: "codel", file: "fixtures/queue.go", code: "l.w.Proceed(first.ticket, sim.Fate{Drop: Controlled})\n\t\t\tcontinue"},
	{name: "the control law", file: "fixtures/codel.go", code: "c.next = law(c.next, c.count)", instead: "c.next += int64(codelInterval)", red: []string{"codel"}},
	{name: "CoDel's target", file: "fixtures/codel.go", code: "c.above = now + int64(codelInterval)\n\t\treturn false", instead: "return true", red: []string{"codel"}},
}, machineStubs)

// kilobyte makes a text that is 1000 bytes on the wire: 8 ms at 1 Mbit/s.
func kilobyte(text string) string {
	return text + strings.Repeat(".", 1000-fixtures.Overhead-len(text))
}

// came returns when what arrived and was lost, by the first letter, and forgets it.
func (l *lab) came() string {
	var all []string
	for _, line := range l.seen {
		at, rest, _ := strings.Cut(line, " ")
		who, rest, _ := strings.Cut(rest, " ")
		what, text, _ := strings.Cut(rest, " ")
		text, why, _ := strings.Cut(text, ": ")
		all = append(all, strings.Join(slices.DeleteFunc([]string{at, who, what, strings.TrimRight(text, "."), why}, func(s string) bool { return s == "" }), " "))
	}
	l.seen = nil
	return strings.Join(all, ", ")
}

// uplink: what a node sends leaves one after the other, whoever it is for.
func uplink(t *testing.T) {
	l := newLab(t, fixtures.Access(1_000_000, 0, fixtures.DropTail(10_000)))
	l.say(l.a, l.b, kilobyte("x"))
	l.say(l.a, l.c, kilobyte("y"))
	l.say(l.b, l.c, kilobyte("z"))
	l.Run(second)
	l.is("a's two are 8 ms each, b's beside them", l.came(), "8ms b got x, 8ms c got z, 16ms c got y")
}

// downlink: what is sent to a node comes one after the other, whoever it is from.
func downlink(t *testing.T) {
	l := newLab(t, fixtures.Access(0, 1_000_000, fixtures.CoDel(10_000)))
	l.say(l.a, l.c, kilobyte("x"))
	l.say(l.b, l.c, kilobyte("y"))
	l.say(l.a, l.b, kilobyte("z"))
	l.Run(second)
	l.is("c's two are 8 ms each, b's beside them", l.came(), "8ms c got x, 8ms b got z, 16ms c got y")
	l.account(sim.Ledger{Name: "access no limit up, 1 Mbit/s down, CoDel 10000 B", Armed: true, Eligible: 6, Fired: 3, Changed: 3})
}

// accessOfSome: the others' links have no limit.
func accessOfSome(t *testing.T) {
	l := newLab(t, fixtures.AccessOf(group(sim.New(1).Node("of another world", nil)), fixtures.Rate{Up: 8, Down: 8}, fixtures.DropTail(0)))
	unlink := l.Link(fixtures.AccessOf(group(l.b), fixtures.Rate{Up: 500_000, Down: 1_000_000}, fixtures.DropTail(0)))
	l.say(l.a, l.b, kilobyte("to"))
	l.say(l.b, l.c, kilobyte("from"))
	l.say(l.a, l.c, kilobyte("beside"))
	l.Run(second)
	l.is("b's link", l.came(), "0s c got beside, 8ms b got to, 16ms c got from")
	unlink()
	l.say(l.a, l.b, kilobyte("free"))
	l.Run(0)
	l.is("without b's link", l.came(), "1s b got free")
}

// accessOfMix: each node has the link that the mix gives it.
func accessOfMix(t *testing.T) {
	rule, err := fixtures.AccessNamed("dsl-2007", 10_000)
	check(t, err)
	l := newLab(t, rule)
	l.say(l.a, l.b, kilobyte("x"))
	l.Run(second)
	l.is("8000 bits at 384 kbit/s and 1.5 Mbit/s", l.came(), "26.166668ms b got x")
}

// bottleneck: all that goes from one side to the other passes one line.
func bottleneck(t *testing.T) {
	l := newLab(t)
	l.Link(fixtures.Between(group(l.a, l.b), group(l.c), fixtures.Bottleneck(1_000_000, fixtures.DropTail(1000))))
	for _, from := range group(l.a, l.b, l.a) {
		l.say(from, l.c, kilobyte(from.Name()))
	}
	l.say(l.a, l.b, kilobyte("this side"))
	l.say(l.c, l.a, kilobyte("back"))
	l.Run(second)
	l.is("one being sent, one waiting, the third lost", l.came(), "0s a lost a queue full, 0s b got this side, 0s a got back, 8ms c got a, 16ms c got b")
	l.account(sim.Ledger{Name: "bottleneck 1 Mbit/s, drop-tail 1000 B", Armed: true, Eligible: 3, Fired: 3, Changed: 3, Dropped: 1})
}

// dropTail: what finds the queue full is lost, at either end, and nothing else.
func dropTail(t *testing.T) {
	l := newLab(t, fixtures.Access(1_000_000, 500_000, fixtures.DropTail(2000)))
	for i := range 5 {
		l.say(l.a, l.b, kilobyte(fmt.Sprint(i)))
	}
	l.Run(second)
	l.is("up: one is sent, two wait, two are lost; down, half as fast, nothing", l.came(), "0s a lost 3 queue full, 0s a lost 4 queue full, 24ms b got 0, 40ms b got 1, 56ms b got 2")
	for i := range 5 {
		l.say(group(l.a, l.c)[i%2], l.b, kilobyte(fmt.Sprint(i)))
	}
	l.Run(second)
	l.is("down: the queue is full for one; room that comes free in an instant is for what comes then", l.came(),
		"1.016s c lost 3 queue full, 1.024s b got 0, 1.04s b got 1, 1.056s b got 2, 1.072s b got 4")
}

// codel: a load of twice the rate is dropped more and more often, beginning an interval after the waits are above the target.
func codel(t *testing.T) {
	l := newLab(t, fixtures.Access(1_000_000, 0, fixtures.CoDel(1_000_000)))
	var at []time.Duration
	l.Watch(func(e sim.Event) {
		if e.Reason != fixtures.Controlled {
			t.Fatalf("lost at %v: %s", e.At, e.Reason)
		}
		at = append(at, e.At)
	}, sim.Dropped)
	for range 250 {
		l.say(l.a, l.b, kilobyte("x"))
		l.Run(4 * millisecond)
	}
	// The packet that leaves at 24 ms is the first that has waited for 5 ms and has more than one packet's worth behind it. An interval later,
	// at 124 ms, dropping begins; the next is due 100 ms after that, then 100/√2 ms later, 100/√3, and so on, and a packet leaves every 8 ms.
	want := []time.Duration{128 * millisecond, 232 * millisecond, 304 * millisecond, 360 * millisecond, 408 * millisecond, 456 * millisecond}
	if len(at) < len(want) || !slices.Equal(at[:len(want)], want) {
		t.Fatalf("dropped at %v, want %v and so on", at, want)
	}
}

// is compares two values.
func (l *lab) is(what string, got, want any) {
	l.t.Helper()
	if got != want {
		l.t.Fatalf("%s: %v, want %v", what, got, want)
	}
}
