package harness_test

import (
	"iter"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/sim"
)

// habit is an overlay with one habit, good or bad.
type habit struct {
	node *sim.Node
	met  []netip.AddrPort
	size int
	list []string
	got  func(id uint64)
}

func (h *habit) hear(got func(id uint64)) { h.got = got }
func (h *habit) id() string               { return h.node.Name() }
func (h *habit) knows() iter.Seq[string]  { return slices.Values(h.list) }

func (h *habit) say(bytes int) {
	for _, a := range h.met {
		_ = h.node.Send(a, make([]byte, bytes))
	}
}

// with boots overlays that have a habit.
func with(form func(h *habit)) harness.Boot[*habit] {
	return func(n *sim.Node, met []netip.AddrPort) *habit {
		h := &habit{node: n, met: met}
		form(h)
		return h
	}
}

type habits = []*harness.Member[*habit]

// quirk is what an oracle is asked for, an overlay that it finds and one that it does not, and what is done to them.
type quirk struct {
	oracle    func(w *harness.World, m habits) harness.Oracle
	bad, good func(h *habit)
	do        func(w *harness.World, m habits)
	mix       fixtures.Mix // behind which NATs they stand
	want      string       // the failure, but for the last two lines
}

func (q quirk) play(tb harness.TB, form func(h *habit)) {
	w := harness.New(tb, 42, sim.Latency(10*time.Millisecond))
	if q.mix != nil {
		w.Settle(q.mix)
	}
	m := harness.Spawn(w, 2, fixtures.Complete, with(form))
	if q.oracle != nil {
		w.Suspect(q.oracle(w, m))
	}
	if q.do != nil {
		q.do(w, m)
	}
	w.Run(5 * time.Minute)
}

var everySecond = func(h *habit, f func()) { h.node.Every(time.Second, time.Second, f) }

var quirks = map[string]quirk{
	"crash": {
		bad: func(h *habit) {
			w := h.node.World()
			w.After(3*time.Second, func() { h.say(9) })
		},
		good: func(h *habit) { h.node.After(3*time.Second, func() { h.say(9) }) },
		do:   func(w *harness.World, m habits) { w.After(time.Second, func() { m[1].Crash() }) },
		want: `
	the promise "oracle: traffic after the crash" was broken
	by n1: it sent 9 bytes to ADDR at 3s, though its node was down; event N had it do so`,
	},
	"timer after the crash": {
		bad:  func(h *habit) { h.node.World().After(3*time.Second, func() { h.node.After(time.Second, func() {}) }) },
		good: func(h *habit) {},
		do:   func(w *harness.World, m habits) { w.After(time.Second, func() { m[1].Crash() }) },
		want: `
	the promise "oracle: traffic after the crash" was broken
	by n1: it set a timer at 3s, though its node was down; event N had it do so`,
	},
	"goodbye": {
		bad:  func(h *habit) { everySecond(h, func() { h.size++ }) },
		good: func(h *habit) { h.node.After(2*time.Second, func() { h.say(1) }) },
		do:   func(w *harness.World, m habits) { w.After(1500*time.Millisecond, func() { w.Goodbye(m[0].Node) }) },
		want: `
	the promise "oracle: traffic after the goodbye" was broken
	by n0: a timer of it fired at 3s, 1.5s after its goodbye; 1s is allowed`,
	},
	"growth": {
		oracle: func(_ *harness.World, m habits) harness.Oracle {
			return harness.Grows(m, func(h *habit) int { return h.size }, 10*time.Second)
		},
		bad:  func(h *habit) { everySecond(h, func() { h.size++ }) },
		good: func(h *habit) { everySecond(h, func() { h.size = (h.size + 1) % 50 }) },
		want: `
	the promise "oracle: state that grows without bound" was broken
	by n0: it grows in every period of 10s: [0 10 20 30 40 50 60 70 80]
	looked at once every 10s; it last held at 1m10s
	right for an overlay that keeps all it ever heard
	promised at oracle_test.go:N`,
	},
	"restless": {
		oracle: func(w *harness.World, _ habits) harness.Oracle { return w.Restless(10 * time.Second) },
		bad: func(h *habit) {
			everySecond(h, func() {
				h.size++
				for range 1 + h.size/10 {
					h.say(1)
				}
			})
		},
		good: func(h *habit) { everySecond(h, func() { h.say(1) }) },
		want: `
	the promise "oracle: traffic that grows after quiet" was broken
	packets sent in each 10s since anything was done to the world: [18 40 60 80 100 120 140 160 180]
	right for an overlay whose work takes its time to get going
	promised at oracle_test.go:N`,
	},
	"amplifies": {
		oracle: func(w *harness.World, _ habits) harness.Oracle { return w.Amplifies(3) },
		bad:    answers(61),
		good:   answers(60),
		want: `
	the promise "oracle: more bytes out than an unproven address may have" was broken
	by n1: it sent 61 bytes to ADDR, which had sent it 20 and answered nothing yet
	right for an overlay among friends whose addresses cannot be forged
	promised at oracle_test.go:N`,
	},
	"dead": {
		oracle: func(w *harness.World, _ habits) harness.Oracle { return w.CallsTheDead(20 * time.Second) },
		bad:    func(h *habit) { everySecond(h, func() { h.say(1) }) },
		good: func(h *habit) {
			everySecond(h, func() {
				if h.size++; h.size < 25 || h.size > 200 {
					h.say(1)
				}
			})
		},
		do: func(w *harness.World, m habits) {
			w.After(9500*time.Millisecond, func() { m[1].Crash() })
			w.After(150*time.Second, func() { m[1].Restart() })
		},
		want: `
	the promise "oracle: sends to the dead" was broken
	by n0: it still sent to n1 at 31s, which is down, and was when it did so first at 10s; 20s is allowed
	right for an overlay that looks now and then whether a peer is back
	promised at oracle_test.go:N`,
	},
	"split": {
		oracle: func(_ *harness.World, m habits) harness.Oracle { return acquaintance(m).Splits(20 * time.Second) },
		bad:    func(h *habit) { everySecond(h, func() {}) },
		good:   func(h *habit) { everySecond(h, func() { h.list = []string{"n0"} }) },
		want: `
	the promise "oracle: split while the network is whole" was broken
	2 islands since 0s: [n0] [n1]
	looked at once every 2s; it last held at 20s
	right for an overlay that promises each member peers, and not all of them
	promised at oracle_test.go:N`,
	},
	"one way": {
		oracle: func(_ *harness.World, m habits) harness.Oracle { return acquaintance(m).OneWay(20 * time.Second) },
		bad:    func(h *habit) { everySecond(h, func() { h.list = []string{"n0"} }) },
		good:   func(h *habit) { everySecond(h, func() { h.list = []string{"n0", "n1"} }) },
		want: `
	the promise "oracle: one-way neighbours" was broken
	n1→n0 since 2s
	looked at once every 2s; it last held at 22s
	right for an overlay whose members choose their peers without asking them
	promised at oracle_test.go:N`,
	},
	"duplicates": {
		oracle: func(_ *harness.World, m habits) harness.Oracle {
			mail := harness.NewMail(m, (*habit).hear)
			mail.Sent(7)
			return mail.Repeats()
		},
		bad:  func(h *habit) { everySecond(h, func() { h.got(7) }) },
		good: func(h *habit) { h.node.After(time.Second, func() { h.got(7) }) },
		want: `
	the promise "oracle: duplicate delivery" was broken
	by n0: message 7 at n0, sent at 0s, heard 2s later
	right for an overlay that promises to deliver at least once
	promised at oracle_test.go:N`,
	},
}

// anonymous has ADDR for addresses and N for the numbers of events.
func anonymous(text string) string {
	text = regexp.MustCompile(`\d+\.\d+\.\d+\.\d+:\d+`).ReplaceAllString(text, "ADDR")
	return regexp.MustCompile(`event \d+`).ReplaceAllString(text, "event N")
}

func acquaintance(m habits) *harness.Graph { return harness.Knows(m, (*habit).id, (*habit).knows) }

// answers has n0 call with 20 bytes, and n1 answer with so many.
func answers(bytes int) func(h *habit) {
	return func(h *habit) {
		if h.node.Name() == "n0" {
			h.node.After(time.Second, func() { h.say(20) })
			return
		}
		h.node.Listen(func(from, _ netip.AddrPort, _ []byte) { _ = h.node.Send(from, make([]byte, bytes)) })
	}
}

func TestOraclesFindWhatTheySuspect(t *testing.T) {
	for name, q := range quirks { // any order: each is a test of its own
		t.Run(name, func(t *testing.T) {
			got := failing(t, func(tb harness.TB) { q.play(tb, q.bad) })
			text, _, _ := strings.Cut(anonymous(got), "\nat ")
			expect(t, text, q.want)
		})
	}
}

// Behind a NAT, nodes are called at their outside addresses.
func TestTheDeadBehindNATsAreFound(t *testing.T) {
	q := quirks["dead"]
	q.mix = fixtures.Behind(fixtures.FullCone())
	text, _, _ := strings.Cut(anonymous(failing(t, func(tb harness.TB) { q.play(tb, q.bad) })), "\nat ")
	expect(t, text, q.want)
	q.play(t, q.good)
}

func TestOraclesLeaveOthersAlone(t *testing.T) {
	for name, q := range quirks { // any order: each is a test of its own
		t.Run(name, func(t *testing.T) { q.play(t, q.good) })
	}
}

func TestWhatIsDoneToTheWorldIsNoQuirk(t *testing.T) {
	q := quirks["restless"]
	q.do = func(w *harness.World, m habits) { w.Every(time.Minute, time.Minute, func() {}) }
	q.play(t, q.bad)
	q = quirks["split"]
	q.do = func(w *harness.World, m habits) { w.Partition(harness.Nodes(m[:1]), harness.Nodes(m[1:])) }
	q.play(t, q.bad)
	q = quirks["goodbye"]
	q.do = func(w *harness.World, m habits) { w.Goodbye(m[0].Node); m[0].Crash(); m[0].Restart() }
	q.play(t, q.bad)
}

func TestCallingAnOverlayThatIsDownIsTheTestsMistake(t *testing.T) {
	got := failing(t, func(tb harness.TB) {
		w := harness.New(tb, 42)
		m := harness.Spawn(w, 2, fixtures.Complete, with(func(*habit) {}))
		m[0].Crash()
		m[0].Overlay.say(1)
		w.Run(0)
	})
	expect(t, anonymous(got), `
	the promise "oracle: traffic after the crash" was broken
	by n0: it sent 1 byte to ADDR at 0s, though its node was down; the test itself called its overlay`+at("0s", "2 events"))
}

func TestACutThatOutlastsOneFromBeforeTheOracleIsNoSplit(t *testing.T) {
	w := harness.New(t, 1)
	members := harness.Spawn(w, 2, fixtures.Line, func(n *sim.Node, _ []netip.AddrPort) *sim.Node { return n })
	known := harness.Knows(members, (*sim.Node).Name, func(*sim.Node) iter.Seq[string] { return slices.Values([]string(nil)) })
	one, other := harness.Nodes(members[:1]), harness.Nodes(members[1:])
	heal := w.Partition(one, other)
	w.Suspect(known.Splits(10 * time.Second))
	heal()
	w.Partition(one, other)
	w.Run(time.Minute)
}
