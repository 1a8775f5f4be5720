package faults_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/overlaytest/overlaytest/sim"
)

// shapes are partitions of more than two sides.
var shapes = []fault{
	{"partition by", partitionBy},
	{"isolate", isolate},
	{"bridge", bridge},
	{"majorities", majorities},
	{"flap", flap},
}

// crowd adds nodes until there are n, and returns them.
func (l *lab) crowd(n int) []*sim.Node {
	for i := len(l.Nodes()); i < n; i++ {
		l.Node(string(rune('a'+i)), func(n *sim.Node) { n.Listen(func(_, _ netip.AddrPort, _ []byte) {}) })
	}
	l.Run(0)
	return l.Nodes()
}

// sees says who gets what somebody sends: "a:bc b:ac c:ab" when all get everything.
func (l *lab) sees() string {
	l.t.Helper()
	gets := map[*sim.Node]string{}
	unwatch := l.Watch(func(e sim.Event) { gets[e.Node] += e.Peer.Name() }, sim.Delivered)
	defer unwatch()
	for _, from := range l.Nodes() {
		for _, to := range l.Nodes() {
			if from != to {
				l.say(from, to, "")
			}
		}
	}
	l.Run(0)
	l.seen = nil
	var words []string
	for _, n := range l.Nodes() {
		words = append(words, n.Name()+":"+gets[n])
	}
	return strings.Join(words, " ")
}

// views compares who sees whom with what it should be, and demands that the partition heals.
func (l *lab) views(want string, heal func()) {
	l.t.Helper()
	if got := l.sees(); got != want {
		l.t.Fatalf("seen %s\nwant %s", got, want)
	}
	heal()
	n := len(l.Nodes())
	if got := l.sees(); len(got) != n*(2+n-1)+n-1 { // everybody sees n-1 others
		l.t.Fatalf("when it is healed: %s", got)
	}
}

// partitionBy: what is sent between nodes that are apart is lost on arrival, in this direction; the account says so.
func partitionBy(t *testing.T) {
	l := newLab(t, sim.Latency(second))
	l.say(l.a, l.b, "in the air")
	heal := l.PartitionBy("nobody calls b", func(_, to *sim.Node) bool { return to == l.b })
	l.say(l.b, l.c, "back")
	l.Run(second)
	l.expect("1s a lost in the air: partition", "1s c got back")
	heal()
	l.say(l.c, l.b, "healed")
	l.Run(second)
	l.expect("2s b got healed")
	l.account(sim.Ledger{Name: "partition: nobody calls b", Eligible: 1, Fired: 1, Changed: 1, Dropped: 1})
}

// isolate: each of them sees nobody, not even the other; of nobody, nothing is cut.
func isolate(t *testing.T) {
	l := newLab(t)
	l.crowd(4)
	l.views("a: b: c:d d:c", l.Isolate(l.a, l.b))
	l.views("a: b: c: d:", l.Isolate(l.Nodes()...))
	l.views("a:bcd b:acd c:abd d:abc", l.Isolate())
}

// bridge: the halves see themselves and the bridge, which sees all.
func bridge(t *testing.T) {
	l := newLab(t)
	l.crowd(5)
	l.views("a:bc b:ac c:abde d:ce e:cd", l.Bridge(l.c, group(l.a, l.b)))
}

// majorities: each sees as many neighbours of the ring on each side as make a majority; who is not of the ring sees all.
func majorities(t *testing.T) {
	l := newLab(t)
	four := l.crowd(4)
	l.views("a:bd b:ac c:bd d:ac", l.Majorities(four))
	five := l.crowd(5)
	l.views("a:be b:ac c:bd d:ce e:ad", l.Majorities(five))
	l.views("a:bde b:ace c:bde d:ace e:abcd", l.Majorities(five[:4]))
	for n := 6; n <= 12; n++ {
		l.distinctMajorities(l.crowd(n))
	}
}

// distinctMajorities demands the two properties of the shape.
func (l *lab) distinctMajorities(nodes []*sim.Node) {
	l.t.Helper()
	heal := l.Majorities(nodes)
	views := map[string]bool{}
	for i, view := range strings.Fields(l.sees()) {
		seen := []byte(view[2:] + view[:1])
		if len(seen) <= len(nodes)/2 {
			l.t.Fatalf("of %d nodes, %s sees %s", len(nodes), nodes[i], seen)
		}
		var set [26]bool
		for _, c := range seen {
			set[c-'a'] = true
		}
		views[fmt.Sprint(set)] = true
	}
	if len(views) != len(nodes) {
		l.t.Fatalf("%d nodes have %d views", len(nodes), len(views))
	}
	heal()
}

// flap: it is done and undone in turn, until it is stopped, and then undone.
func flap(t *testing.T) {
	l := newLab(t)
	stop := l.Flap(2*second, second, func() func() { return l.Partition(group(l.a), group(l.b)) })
	l.Run(second / 2)
	view := ""
	for range 7 {
		view += strings.Fields(l.sees())[0] + " "
		l.Run(second)
	}
	if want := "a:c a:c a:bc a:c a:c a:bc a:c "; view != want {
		t.Fatalf("from second to second %s\nwant %s", view, want)
	}
	stop()
	stop()
	for range 4 {
		if got := strings.Fields(l.sees())[0]; got != "a:bc" {
			t.Fatalf("stopped: %s", got)
		}
		l.Run(second)
	}
}
