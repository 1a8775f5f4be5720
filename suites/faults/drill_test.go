package faults_test

import (
	"bytes"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/sim"
)

// caller is an overlay that calls everybody it met once a second, at half past, and says goodbye.
type caller struct {
	node *sim.Node
	met  []netip.AddrPort
	key  uint64
}

func callers(n *sim.Node, met []netip.AddrPort) *caller {
	c := &caller{n, met, n.Rand("identity").Uint64()}
	n.Listen(func(_, _ netip.AddrPort, _ []byte) {})
	n.Every(second/2, second, func() { c.say(n.World().Elapsed().String()) })
	return c
}

// Leave says goodbye.
func (c *caller) Leave() { c.say("goodbye") }

func (c *caller) say(text string) {
	for _, a := range c.met {
		_ = c.node.Send(a, []byte(text))
	}
}

// drill is a scenario's world of callers a, b and c who all know each other, with what became of every packet. Without faults it arrives in
// the instant it is sent.
type drill struct {
	*harness.Run[*caller]
	t     *testing.T
	names map[netip.AddrPort]string // of all addresses, those that were moved from too
	calls map[string][]*call        // by link, "a→b", in the order of sending
	heard map[string][]string       // by link, in the order of arrival
}

// call is one packet: when it was sent, and when it arrived.
type call struct {
	text string
	sent time.Duration
	came []time.Duration
}

// newDrill starts the world of a scenario of half a minute.
func newDrill(t *testing.T, change func(s *harness.Scenario)) *drill {
	t.Helper()
	s := harness.Scenario{
		Seed: 1987, Nodes: []string{"a", "b", "c"}, Topology: harness.Choice{Name: "complete"}, Duration: 30 * second,
	}
	change(&s)
	d := &drill{harness.Start(t, s, callers), t, map[netip.AddrPort]string{}, map[string][]*call{}, map[string][]string{}}
	d.AllowVacuous("what it comes to is judged here")
	d.Watch(d.see)
	for _, m := range d.Members {
		d.names[m.Addrs()[0]] = m.Name()
	}
	return d
}

// played plays the scenario of a change.
func played(t *testing.T, change func(s *harness.Scenario)) *drill {
	t.Helper()
	d := newDrill(t, change)
	d.Play()
	return d
}

// suffer plays a fault that touches b, from the tenth second to the twentieth unless the fault says otherwise.
func suffer(t *testing.T, f harness.Fault) *drill {
	t.Helper()
	f.ID = "f"
	if f.Nodes == nil {
		f.Nodes = []string{"b"}
	}
	if f.Do != harness.LosePacket {
		f.At, f.For = 10*second, 10*second
	}
	return played(t, func(s *harness.Scenario) { s.Faults = []harness.Fault{f} })
}

// see takes down what happens to packets.
func (d *drill) see(e sim.Event) {
	switch e.Kind {
	case sim.Sent:
		link := e.Node.Name() + "→" + d.names[e.To]
		d.calls[link] = append(d.calls[link], &call{text: string(e.Data), sent: e.At})
	case sim.Delivered:
		link := e.Peer.Name() + "→" + e.Node.Name()
		d.heard[link] = append(d.heard[link], string(e.Data))
		if i := slices.IndexFunc(d.calls[link], func(c *call) bool { return c.text == string(e.Data) }); i >= 0 {
			d.calls[link][i].came = append(d.calls[link][i].came, e.At)
		}
	}
}

// timeline has a mark for every packet of a link: "." arrived at once, ">" later, "2" twice, "x" not at all; " " is a second without one.
func (d *drill) timeline(link string) string {
	var b bytes.Buffer
	next := time.Duration(0)
	for _, c := range d.calls[link] {
		for ; next+second <= c.sent; next += second {
			b.WriteByte(' ')
		}
		switch {
		case len(c.came) == 0:
			b.WriteByte('x')
		case len(c.came) > 1:
			b.WriteByte('2')
		case c.came[0] > c.sent:
			b.WriteByte('>')
		default:
			b.WriteByte('.')
		}
		next = max(next, c.sent.Truncate(second)+second)
	}
	return b.String()
}

const quiet = ".............................."

// during is half a minute whose middle is of one mark.
func during(mark string) string {
	return quiet[:10] + strings.Repeat(mark, 10) + quiet[20:]
}

// link compares what became of the packets of a link with what should have.
func (d *drill) link(name, want string) {
	d.t.Helper()
	if got := d.timeline(name); got != want {
		d.t.Fatalf("%s: %q\nwant %q", name, got, want)
	}
}

// ledgers compares the accounts of the run with what they should say.
func (d *drill) ledgers(want ...sim.Ledger) {
	d.t.Helper()
	if got := d.Ledgers(); !slices.Equal(got, want) {
		d.t.Fatalf("ledgers %+v\nwant    %+v", got, want)
	}
}

// acted is the ledger of something that acted n times, whenever it could.
func acted(name string, n uint64) sim.Ledger {
	return sim.Ledger{Name: name, Armed: true, Eligible: n, Fired: n, Changed: n}
}

// is compares two values.
func (d *drill) is(what string, got, want any) {
	d.t.Helper()
	if got != want {
		d.t.Fatalf("%s: %v, want %v", what, got, want)
	}
}
