package faults_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/overlaytest/overlaytest/sim"
)

// networkFaults are what a test does to the links.
var networkFaults = []fault{
	{"partition", partition},
	{"one-way partition", oneWayPartition},
	{"partitions that overlap", overlappingPartitions},
	{"heal", heal},
	{"hold", hold},
	{"release", release},
	{"release shuffled", releaseShuffled},
	{"LAN of another site", otherSite},
}

func group(nodes ...*sim.Node) []*sim.Node { return nodes }

// partition: both directions, what is in the air too, nobody else; what would have been lost anyway is no changed outcome.
func partition(t *testing.T) {
	l := newLab(t, sim.Latency(second))
	l.say(l.a, l.b, "in the air")
	l.Partition(group(l.a), group(l.b))
	l.say(l.a, l.b, "there")
	l.say(l.b, l.a, "back")
	l.say(l.a, l.c, "beside")
	l.say(l.c, l.b, "around")
	l.Run(second)
	l.expect("1s a lost in the air: partition", "1s a lost there: partition", "1s b lost back: partition", "1s c got beside", "1s b got around")
	l.b.Crash()
	l.say(l.a, l.b, "to nobody")
	l.Run(second)
	l.account(sim.Ledger{Name: "partition of [a] and [b]", Armed: true, Eligible: 4, Fired: 4, Changed: 3, Dropped: 4})
}

// oneWayPartition: this direction, and not back.
func oneWayPartition(t *testing.T) {
	l := newLab(t)
	l.PartitionOneWay(group(l.a, l.b), group(l.c))
	l.say(l.a, l.c, "there")
	l.say(l.b, l.c, "too")
	l.say(l.c, l.a, "back")
	l.say(l.a, l.b, "inside")
	l.Run(0)
	l.expect("0s a lost there: partition", "0s b lost too: partition", "0s a got back", "0s b got inside")
	l.account(sim.Ledger{Name: "one-way partition from [a b] to [c]", Armed: true, Eligible: 2, Fired: 2, Changed: 2, Dropped: 2})
}

// overlappingPartitions: each is eligible, the first acts, and neither changed an outcome by itself.
func overlappingPartitions(t *testing.T) {
	l := newLab(t)
	healWide := l.Partition(group(l.a), group(l.b, l.c))
	l.PartitionOneWay(group(l.a), group(l.b))
	l.say(l.a, l.b, "twice cut")
	l.Run(0)
	l.account(sim.Ledger{Name: "partition of [a] and [b c]", Armed: true, Eligible: 1, Fired: 1, Dropped: 1})
	l.account(sim.Ledger{Name: "one-way partition from [a] to [b]", Armed: true, Eligible: 1})
	healWide()
	l.say(l.a, l.b, "once")
	l.Run(0)
	l.account(sim.Ledger{Name: "one-way partition from [a] to [b]", Armed: true, Eligible: 2, Fired: 1, Changed: 1, Dropped: 1})
}

// heal: what arrives after it arrives, also what was sent before.
func heal(t *testing.T) {
	l := newLab(t, sim.Latency(second))
	heal := l.Partition(group(l.a), group(l.b))
	l.say(l.a, l.b, "sent before")
	l.Run(second / 2)
	heal()
	heal()
	l.say(l.b, l.a, "sent after")
	l.Run(second)
	l.expect("1s b got sent before", "1.5s a got sent after")
	l.account(sim.Ledger{Name: "partition of [a] and [b]"})
}

// hold: nothing arrives in this direction, what is in the air neither, and nothing is lost.
func hold(t *testing.T) {
	l := newLab(t, sim.Latency(second))
	l.say(l.a, l.b, "in the air")
	held := l.Hold(group(l.a), group(l.b))
	l.say(l.a, l.b, "there")
	l.say(l.b, l.a, "back")
	l.say(l.a, l.c, "beside")
	l.Run(10 * second)
	l.expect("1s a got back", "1s c got beside")
	if held.Len() != 2 {
		t.Fatalf("%d packets wait, want 2", held.Len())
	}
	l.account(sim.Ledger{Name: "hold from [a] to [b]", Armed: true, Eligible: 2, Fired: 2, Changed: 2})
}

// release: all arrives in that instant, in the order in which it came, and is judged then; what comes later is not held.
func release(t *testing.T) {
	l := newLab(t)
	held := l.Hold(l.Nodes(), group(l.b, l.c))
	for _, text := range []string{"1", "2", "3"} {
		l.say(l.a, l.b, text)
		l.say(l.c, l.b, text)
		l.Run(second)
	}
	l.say(l.a, l.c, "4")
	l.Run(second)
	l.c.Crash()
	held.Release()
	held.ReleaseShuffled()
	l.Run(0)
	l.expect("4s b got 1", "4s b got 1", "4s b got 2", "4s b got 2", "4s b got 3", "4s b got 3", "4s a lost 4: nobody here any more")
	l.say(l.a, l.b, "5")
	l.Run(0)
	l.expect("4s b got 5")
	l.account(sim.Ledger{Name: "hold from [a b c] to [b c]", Eligible: 7, Fired: 7, Changed: 7})
	if held.Len() != 0 {
		t.Fatalf("%d packets wait after the release", held.Len())
	}
}

// releaseShuffled: all arrives, the seed draws the order, and each order is equally likely. χ² with 5 degrees of freedom stays below 38,
// which a fair shuffle misses for 1 in 2,600,000 choices of these 1,200 seeds; they are fixed.
func releaseShuffled(t *testing.T) {
	const worlds = 1200
	orders := map[string]int{}
	for seed := range uint64(worlds) {
		got := shuffledOrder(t, seed)
		if got != shuffledOrder(t, seed) {
			t.Fatalf("seed %d: two runs, two orders", seed)
		}
		orders[got]++
	}
	sum := 0.0
	for order, n := range orders { // any order: a sum
		if sorted := []byte(order); len(order) != 3 || fmt.Sprint(slices.Sorted(slices.Values(sorted))) != fmt.Sprint([]byte("123")) {
			t.Fatalf("released %q, want all of 123", order)
		}
		d := float64(n) - worlds/6
		sum += d * d / (worlds / 6)
	}
	if len(orders) != 6 || sum > 38 {
		t.Fatalf("χ² is %.1f, at most 38: %v", sum, orders)
	}
}

// shuffledOrder holds three packets of one world and releases them.
func shuffledOrder(t *testing.T, seed uint64) string {
	l := labFrom(t, seed)
	defer l.Close()
	var order strings.Builder
	l.b.Listen(func(_, _ netip.AddrPort, data []byte) { order.Write(data) })
	held := l.Hold(group(l.a, l.c), group(l.b))
	l.say(l.a, l.b, "1")
	l.say(l.c, l.b, "2")
	l.say(l.a, l.b, "3")
	l.Run(second)
	held.ReleaseShuffled()
	l.Run(0)
	return order.String()
}

// otherSite: a LAN address is reached from its site only.
func otherSite(t *testing.T) {
	l := newLab(t)
	hear := func(n *sim.Node) { n.Listen(func(_, _ netip.AddrPort, _ []byte) {}) }
	home, guest, away := l.Node("home", hear, sim.Site("home")), l.Node("guest", hear, sim.Site("home")), l.Node("away", hear, sim.Site("away"))
	l.Run(0)
	for _, from := range group(guest, away) {
		if err := from.Send(home.Addrs()[1], []byte("hello from "+from.Name())); err != nil {
			t.Fatal(err)
		}
	}
	l.Run(0)
	l.expect("0s home got hello from guest", "0s away lost hello from away: LAN address of another site")
}
