package bench

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/sim"
)

// house is W1 among partners: each node has a message in flight, and each that comes makes its receiver send one to one of its partners, who
// stand around it in a ring. What is lost is made up for by random nodes.
type house struct {
	w       *sim.World
	random  *rand.Rand
	addrs   []netip.AddrPort
	payload []byte
	packets uint64 // that came or were lost
	lost    int    // not made up for yet
	spent   time.Duration
}

// partners is how many neighbours each node of a house has on either side.
const partners = 5

// newHouse makes a world of n nodes that stand where the settling says, for whom these rules hold.
func newHouse(n int, settle func(*sim.World, string) sim.Place, rules ...sim.Rule) *house {
	w := sim.New(1, rules...)
	h := &house{w: w, random: w.Rand("house"), payload: make([]byte, 200)}
	w.Settle(settle)
	w.Watch(func(sim.Event) { h.packets++; h.lost++ }, sim.Dropped)
	for i := range n {
		w.Node(strconv.Itoa(i), nil).Listen(func(_, _ netip.AddrPort, _ []byte) {
			h.packets++
			h.send(i)
		})
	}
	for _, node := range w.Nodes() {
		h.addrs = append(h.addrs, w.Outside(node))
	}
	for i := range n {
		h.send(i)
	}
	return h
}

// send has a node send to one of its partners.
func (h *house) send(i int) {
	off := 1 + h.random.IntN(2*partners)
	if off > partners {
		off = partners - off
	}
	to := (i + off + len(h.addrs)) % len(h.addrs)
	_ = h.w.Nodes()[i].Send(h.addrs[to], h.payload) // the address is there
}

// second lets a second pass, and makes up for what was lost, ten times.
func (h *house) second() {
	before := cpuTime()
	for range 10 {
		h.w.Run(100 * time.Millisecond)
		for ; h.lost > 0; h.lost-- {
			h.send(h.random.IntN(len(h.addrs)))
		}
	}
	h.spent += cpuTime() - before
}

// perPacket is the processor time of a packet since the count began.
func (h *house) perPacket() float64 { return float64(h.spent) / float64(h.packets) }

func (h *house) restart() { h.packets, h.spent = 0, 0 }

// bareRules are those of W1: latency and jitter alike for everybody.
func bareRules() []sim.Rule {
	return []sim.Rule{fixtures.Uniform(10*time.Millisecond, 150*time.Millisecond)}
}

// fullHouse are rules of every sort: access links with queues, a matrix of latencies, jitter with a heavy tail, loss in bursts.
func fullHouse(b *testing.B) []sim.Rule {
	cable, err := fixtures.AccessMixNamed("countries-2020")
	if err != nil {
		b.Fatal(err)
	}
	var table strings.Builder
	const sites = 250
	for i := range sites {
		for j := range sites {
			fmt.Fprintf(&table, "%d.5,", 5+(i*37+j*61)%140)
		}
		table.WriteByte('\n')
	}
	matrix, err := fixtures.ReadMatrix(strings.NewReader(strings.ReplaceAll(table.String(), ",\n", "\n")))
	if err != nil {
		b.Fatal(err)
	}
	return []sim.Rule{
		fixtures.AccessBy("countries-2020", cable, fixtures.DropTail(64_000)), matrix.Scattered(),
		fixtures.LogLogistic(time.Millisecond, 3000), fixtures.Gilbert(10_000, 3000),
	}
}

// behindNAT has every node stand behind a NAT of the most frequent sort, which lets in whom the node has sent to.
func behindNAT(w *sim.World, name string) sim.Place {
	return sim.Behind(fixtures.NewBox(w, "box of "+name, fixtures.PortRestrictedCone()))
}

// houseOver measures what the rules of a full house cost more than those of a bare one, a packet, in turns.
func houseOver(n int) func(*testing.B) {
	return func(b *testing.B) {
		full, bare := newHouse(n, behindNAT, fullHouse(b)...), newHouse(n, nil, bareRules()...)
		defer full.w.Close()
		defer bare.w.Close()
		for _, h := range []*house{full, bare} {
			for range 120 {
				h.second()
			}
			h.restart()
		}
		runtime.GC()
		mallocs := mallocCount()
		for b.Loop() {
			full.second()
			bare.second()
		}
		b.ReportMetric(full.perPacket()-bare.perPacket(), cpuOver)
		b.ReportMetric(full.perPacket(), "cpu-ns/packet")
		b.ReportMetric(bare.perPacket(), "cpu-ns/bare")
		b.ReportMetric(float64(mallocCount()-mallocs)/float64(full.packets+bare.packets), allocsPerEvent)
	}
}
