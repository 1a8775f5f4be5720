package properties_test

import (
	"fmt"
	"iter"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/fixtures/overlays"
	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/properties"
	"github.com/overlaytest/overlaytest/sim"
)

// fellow is an overlay that does as it is told: it knows whom it is to, and passes on what it is to.
type fellow struct {
	node  *sim.Node
	met   []netip.AddrPort
	lists map[string][]string // by node: whom it knows from the third second on
	times int                 // how often a message is handed over by who receives it
	got   func(id uint64)
}

func (f *fellow) id() string { return f.node.Name() }
func (f *fellow) known() iter.Seq[string] {
	if f.node.Now().Sub(sim.Epoch) < 3*time.Second {
		return slices.Values([]string(nil))
	}
	return slices.Values(f.lists[f.node.Name()])
}
func (f *fellow) count() int               { return len(slices.Collect(f.known())) }
func (f *fellow) hear(got func(id uint64)) { f.got = got }
func (f *fellow) tell(id uint64) {
	f.got(id)
	for _, a := range f.met {
		_ = f.node.Send(a, []byte{byte(id)})
	}
}

// fellows boots them.
func fellows(times int, lists map[string][]string) harness.Boot[*fellow] {
	return func(n *sim.Node, met []netip.AddrPort) *fellow {
		f := &fellow{node: n, met: met, lists: lists, times: times, got: func(uint64) {}}
		n.Every(time.Second, time.Second, func() {})
		n.Listen(func(_, _ netip.AddrPort, data []byte) {
			for range times {
				f.got(uint64(data[0]))
			}
		})
		return f
	}
}

var trio = harness.Scenario{
	Seed: 42, Nodes: []string{"ann", "bob", "eve"}, Topology: harness.Choice{Name: "complete"}, Duration: 20 * time.Second,
	Work: []harness.Op{{At: time.Second, Node: "ann", Op: "tell", Arg: 7}},
}

// judged is what a judge of one clause fails with, "" if it does not, and without the lines on when it was and how to see it again.
func judged(boot harness.Boot[*fellow], clause properties.Clause[*fellow]) string {
	return judgedIn(trio, boot, clause)
}

func judgedIn(s harness.Scenario, boot harness.Boot[*fellow], clause properties.Clause[*fellow]) string {
	text := checking(func(tb harness.TB) {
		r := harness.Start(tb, s, boot)
		r.On("tell", func(m *harness.Member[*fellow], id uint64) { m.Overlay.tell(id) })
		properties.Judge(clause)(r)
	})
	text, _, _ = strings.Cut(text, "\nat ")
	return regexp.MustCompile(`(\w+\.go):\d+`).ReplaceAllString(text, "$1:N")
}

type lists = map[string][]string

var (
	all    = lists{"ann": {"bob", "eve"}, "bob": {"ann", "eve"}, "eve": {"ann", "bob"}}
	oneWay = lists{"ann": {"bob"}, "bob": {"ann", "eve"}}
	apart  = lists{"ann": {"bob"}, "bob": {"ann"}}
)

// precedents are clauses, with overlays that keep to them and overlays that do not.
var precedents = map[string]struct {
	clause    properties.Clause[*fellow]
	good, bad harness.Boot[*fellow]
	want      string
}{
	"everybody": {
		properties.Discovers((*fellow).id, (*fellow).known, properties.Everybody, 30*time.Second), fellows(1, all), fellows(1, oneWay), `
	Eventually each member knows everybody: was not so in time
	looked 91 times in 30s; the last time:
	there were still
	    ann knows 1 of 2, not eve
	    eve knows 0 of 2, not ann, bob`,
	},
	"one other": {
		properties.Discovers((*fellow).id, (*fellow).known, 1, 30*time.Second), fellows(1, all), fellows(1, apart), `
	Eventually each member knows one other or more: was not so in time
	looked 91 times in 30s; the last time:
	there were still
	    eve knows 0 of 2, not ann, bob`,
	},
	"one island": {
		properties.OneIsland((*fellow).id, (*fellow).known, 30*time.Second), fellows(1, oneWay), fellows(1, apart), `
	Eventually the members are one island: was not so in time
	looked 91 times in 30s; the last time:
	there were 2 islands
	    [ann bob]
	    [eve]`,
	},
	"symmetric": {
		properties.Symmetric((*fellow).id, (*fellow).known, 30*time.Second), fellows(1, apart), fellows(1, oneWay), `
	Eventually neighbours know each other: was not so in time
	looked 91 times in 30s; the last time:
	there were still
	    bob→eve`,
	},
	"forgets": {
		properties.Forgets((*fellow).id, (*fellow).known, 30*time.Second), fellows(1, all), fellows(1, lists{"ann": {"bob", "joe"}}), `
	Eventually the gone are forgotten: was not so in time
	looked 91 times in 30s; the last time:
	there were still
	    ann→joe`,
	},
	"no self": {
		properties.NoSelf((*fellow).id, (*fellow).known), fellows(1, all), fellows(1, lists{"bob": {"bob"}}), `
	the promise "nobody knows itself" was broken
	bob
	promised at laws_test.go:N`,
	},
	"no phantoms": {
		properties.NoPhantoms((*fellow).id, (*fellow).known), fellows(1, all), fellows(1, lists{"bob": {"joe"}}), `
	the promise "nobody knows who never was" was broken
	bob→joe
	promised at laws_test.go:N`,
	},
	"bounded": {
		properties.Bounded("peers", (*fellow).count, 1), fellows(1, apart), fellows(1, all), `
	the promise "no member has more than 1 peers" was broken
	by ann: it has 2 peers
	looked at once every 5s; it last held at 0s
	promised at laws_test.go:N`,
	},
	"agrees": {
		properties.Agrees("the number of peers", (*fellow).count, 30*time.Second), fellows(1, all), fellows(1, apart), `
	Converges all agree on the number of peers: did not come to stay so in time
	looked 91 times in 30s; the last time:
	there were still
	    1: ann bob
	    0: eve`,
	},
	"at least once": {
		delivered(properties.AtLeastOnce), fellows(1, nil), fellows(0, nil), `
	Eventually every message is heard by everybody: was not so in time
	looked 91 times in 30s; the last time:
	there were still
	    message 7 at bob, sent at 1s, never heard
	    message 7 at eve, sent at 1s, never heard
	in all: 1 message to 3 members: 1 of 3 heard, 2 missing, 0 again, 0 out of turn, 0 never sent; half within 0s, 95 % within 0s, all within 0s`,
	},
	"agreed": {
		delivered(properties.Agreed), fellows(1, nil), fellows(0, nil), `
	Eventually every message is heard by everybody or nobody: was not so in time
	looked 91 times in 30s; the last time:
	there were still
	    message 7 at bob, sent at 1s, never heard
	    message 7 at eve, sent at 1s, never heard
	in all: 1 message to 3 members: 1 of 3 heard, 2 missing, 0 again, 0 out of turn, 0 never sent; half within 0s, 95 % within 0s, all within 0s`,
	},
	"at most once": {
		delivered(properties.AtMostOnce), fellows(1, nil), fellows(2, nil), `
	the promise "nobody hears a message twice" was broken
	message 7 at bob, sent at 1s, heard 0s later
	promised at laws_test.go:N`,
	},
}

func delivered(g properties.Guarantee) properties.Clause[*fellow] {
	return properties.Delivers("tell", (*fellow).tell, (*fellow).hear, g, 30*time.Second)
}

func TestClausesHold(t *testing.T) {
	for name, p := range precedents { // any order: each is a test of its own
		t.Run(name, func(t *testing.T) { expect(t, judged(p.good, p.clause), "") })
	}
}

func TestClausesAreBrokenWithADiagnosis(t *testing.T) {
	for name, p := range precedents { // any order: each is a test of its own
		t.Run(name, func(t *testing.T) { expect(t, judged(p.bad, p.clause), p.want) })
	}
}

// backwards boots fellows that hand over two messages at a time, the second one first.
func backwards(n *sim.Node, met []netip.AddrPort) *fellow {
	f := fellows(0, nil)(n, met)
	var kept []byte
	n.Listen(func(_, _ netip.AddrPort, data []byte) {
		if kept = append(kept, data[0]); len(kept) == 2 {
			f.got(uint64(kept[1]))
			f.got(uint64(kept[0]))
		}
	})
	return f
}

func TestOrderIsKeptPerSender(t *testing.T) {
	s := trio
	s.Work = []harness.Op{{At: time.Second, Node: "ann", Op: "tell", Arg: 7}, {At: 2 * time.Second, Node: "eve", Op: "tell", Arg: 8}}
	expect(t, judgedIn(s, backwards, delivered(properties.InOrder)), "")
	s.Work[1].Node = "ann"
	expect(t, judgedIn(s, backwards, delivered(properties.InOrder)), `
	the promise "messages are heard in the order of each sender" was broken
	message 7 at bob, sent at 1s, heard 1s later
	message 7 at eve, sent at 1s, heard 1s later
	promised at laws_test.go:N`)
}

func TestMarginsOfClausesAreNoted(t *testing.T) {
	r := harness.Start(t, trio, fellows(1, all))
	properties.Judge(
		properties.Bounded("peers", (*fellow).count, 4),
		properties.Setup(func(r *harness.Run[*fellow]) { r.Suspect(r.Restless(time.Second)) }),
		delivered(properties.ExactlyOnce|properties.InOrder),
		properties.Discovers((*fellow).id, (*fellow).known, properties.Everybody, time.Minute),
	)(r)
	expect(t, fmt.Sprint(r.Margins()), "[no member has more than 4 peers: 2 of 4 peers (50 %) "+
		"Eventually every message is heard by everybody: 0s of 30s (0 %) Eventually each member knows everybody: 0s of 1m0s (0 %)]")
}

func ExampleJudge() {
	delivers := properties.Law[*overlays.Gossip]{
		Name:  "gossip keeps what it promises",
		Space: properties.Scenarios(properties.Nodes(2, 8), properties.Churn, properties.Loss(sim.Percent(30)), properties.Ops("publish", 3)),
		Boot:  overlays.NewGossip,
		Judge: properties.Judge(
			properties.Discovers((*overlays.Gossip).ID, (*overlays.Gossip).Known, properties.Everybody, time.Minute),
			properties.NoSelf((*overlays.Gossip).ID, (*overlays.Gossip).Known),
			properties.Delivers("publish", (*overlays.Gossip).Publish, (*overlays.Gossip).OnRumour, properties.ExactlyOnce, time.Minute),
		),
	}
	t := &fakeTB{name: "TestDelivers"} // the *testing.T of a test, or GinkgoT()
	delivers.Check(t)
	fmt.Println("failed:", t.Failed())
	// Output: failed: false
}
