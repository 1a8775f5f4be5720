package pingpong_test

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/fixtures/overlays"
	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/harness/bdd"
	"github.com/overlaytest/overlaytest/ipv8"
	"github.com/overlaytest/overlaytest/ipv8/keys"
	"github.com/overlaytest/overlaytest/sim"
)

const testdata = "../../ipv8/testdata"

// A trace is a simulation as py-ipv8 played it: what was sent and said, and what its peers knew at the end.
type trace struct {
	Duration  float64      // seconds, as all times
	Community string       `json:"community_id"`
	Keys      []string     // files
	Addresses []address    `json:"wan_addresses"`
	Latency   [][]float64  `json:"latency_seconds_from_to"`
	Packets   []packet     `json:"packets"`
	Log       []line       `json:"log"`
	Known     []int        `json:"final_known"`
	Clocks    []uint64     `json:"final_clock"`
	Walkable  [][]address  `json:"final_walkable"`
	Verified  [][]address  `json:"final_verified"`
	sent      happenings   // Packets
	said      happenings   // Log
	ends      []string     // the rest
	script    func(played) // who walks where
}

type packet struct {
	Sent      float64 `json:"t_sent"`
	Delivered float64 `json:"t_delivered"`
	From, To  address
	Hex       string
}

type line struct {
	T       float64
	Peer    int
	Event   string
	Address address
}

// An address is written [ip, port].
type address struct{ netip.AddrPort }

func (a *address) UnmarshalJSON(data []byte) error {
	var port uint16
	var ip netip.Addr
	err := json.Unmarshal(data, &[]any{&ip, &port})
	a.AddrPort = netip.AddrPortFrom(ip, port)
	return err
}

// exactly is the nanosecond that a time in floating seconds stands for: those of the traces are off by less than 1e-9 s.
func exactly(seconds float64) time.Duration { return time.Duration(math.Round(seconds * 1e9)) }

// happenings are what happened before the last instant of a trace, and in it, each sorted: in one instant there is no order.
type happenings struct{ before, last []string }

func (h *happenings) add(at, end time.Duration, format string, args ...any) {
	what := fmt.Sprintf("%v: ", at) + fmt.Sprintf(format, args...)
	switch {
	case at < end:
		h.before = append(h.before, what)
	case at == end:
		h.last = append(h.last, what)
	}
	slices.Sort(h.before)
	slices.Sort(h.last)
}

// end says what a member knows at the end.
func end(known int, clock uint64, walkable, verified []string) string {
	slices.Sort(walkable)
	slices.Sort(verified)
	return fmt.Sprintf("knows %d at %v, may walk to %v, clock %d", known, verified, walkable, clock)
}

func texts(all []address) (list []string) {
	for _, a := range all {
		list = append(list, a.String())
	}
	return list
}

// read reads a trace.
func read(name string, script func(played)) *trace {
	t := &trace{script: script}
	data, err := os.ReadFile(filepath.Join(testdata, "pingpong_trace_"+name+".json"))
	Expect(err).NotTo(HaveOccurred())
	Expect(json.Unmarshal(data, t)).To(Succeed())
	for _, p := range t.Packets {
		t.sent.add(exactly(p.Sent), exactly(t.Duration), "from %v to %v until %v: %s", p.From, p.To, exactly(p.Delivered), p.Hex)
	}
	for _, l := range t.Log {
		t.said.add(exactly(l.T), exactly(t.Duration), "%d: peer %v %s", l.Peer, l.Address, l.Event)
	}
	for i := range t.Keys {
		t.ends = append(t.ends, end(t.Known[i], t.Clocks[i], texts(t.Walkable[i]), texts(t.Verified[i])))
	}
	return t
}

// played is a trace as our world plays it.
type played struct {
	*harness.World
	*trace
	sent, said *happenings
	members    []*overlays.PingPong
}

// play plays the world of a trace to its end, and what is then in the air.
func (t *trace) play() played {
	p := played{World: bdd.New(), trace: t, sent: &happenings{}, said: &happenings{}}
	p.LogTo(listener{p})
	p.Watch(p.packets())
	for i := range t.Keys {
		p.Node(fmt.Sprint(i), func(n *sim.Node) { p.members = append(p.members, t.boot(n, i)) }, sim.At(t.Addresses[i].AddrPort))
	}
	for i, from := range p.Nodes() {
		for j, to := range p.Nodes() {
			p.Link(fixtures.FromTo(from, to, sim.Latency(exactly(t.Latency[i][j]))))
		}
	}
	p.Run(0)
	t.script(p)
	p.Run(exactly(t.Duration) - p.Elapsed())
	return p
}

// boot starts the member with the i-th key.
func (t *trace) boot(n *sim.Node, i int) *overlays.PingPong {
	file, err := os.ReadFile(filepath.Join(testdata, "keyfiles", t.Keys[i]+".pem"))
	Expect(err).NotTo(HaveOccurred())
	key, err := sim.Shared(n, keys.NewRing).ParsePrivate(file)
	Expect(err).NotTo(HaveOccurred())
	id, err := hex.DecodeString(t.Community)
	Expect(err).NotTo(HaveOccurred())
	member := ipv8.Join(ipv8.NewStack(n, key), ipv8.Define(ipv8.ID(id), overlays.StartPingPong))
	member.Started(2 * time.Second)
	return member
}

// packets returns a watcher that notes what is sent, when it arrives.
func (p played) packets() func(sim.Event) {
	sentAt := map[uint64]time.Duration{}
	return func(e sim.Event) {
		switch e.Kind {
		case sim.Sent:
			sentAt[e.ID] = e.At
		case sim.Delivered:
			p.sent.add(sentAt[e.ID], exactly(p.Duration), "from %v to %v until %v: %x", e.From, e.To, e.At, e.Data)
		}
	}
}

// ends are what the members know now.
func (p played) ends() (list []string) {
	for _, m := range p.members {
		var walkable, verified []string
		for a := range m.Table().Walkable(m.ID()) {
			walkable = append(walkable, a.String())
		}
		for peer := range m.Table().Verified() {
			verified = append(verified, peer.Address().String())
		}
		clock := m.GlobalTime() - 1
		list = append(list, end(m.Table().Len(), clock, walkable, verified))
	}
	return list
}

// listener takes what members say.
type listener struct{ played }

func (l listener) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelInfo }
func (l listener) WithGroup(string) slog.Handler                    { return l }
func (l listener) WithAttrs(attrs []slog.Attr) slog.Handler {
	return speaker{l, attrs[0].Value.String()}
}
func (l listener) Handle(context.Context, slog.Record) error { return nil }

type speaker struct {
	listener
	name string
}

func (s speaker) Handle(_ context.Context, r slog.Record) error {
	s.said.add(r.Time.Sub(sim.Epoch), exactly(s.Duration), "%s: %s", s.name, r.Message)
	return nil
}

// missing are those of the first that the second lacks, as often as it lacks them.
func missing(theirs, ours []string) (lacks []string) {
	rest := slices.Clone(ours)
	for _, one := range theirs {
		if i := slices.Index(rest, one); i >= 0 {
			rest = slices.Delete(rest, i, i+1)
		} else {
			lacks = append(lacks, one)
		}
	}
	return lacks
}

func both(p played) {
	Expect(p.members[0].WalkTo(p.Addresses[1].AddrPort)).To(Succeed())
	Expect(p.members[1].WalkTo(p.Addresses[0].AddrPort)).To(Succeed())
}

func chain(p played) {
	Expect(p.members[0].WalkTo(p.Addresses[1].AddrPort)).To(Succeed())
	p.Run(time.Second)
	Expect(p.members[2].WalkTo(p.Addresses[1].AddrPort)).To(Succeed())
	p.Run(time.Second / 2)
	walkable := slices.Collect(p.members[2].Table().Walkable(p.members[2].ID()))
	Expect(walkable).To(HaveExactElements(p.Addresses[0].AddrPort))
	Expect(p.members[2].WalkTo(walkable[0])).To(Succeed())
}

var _ = DescribeTableSubtree("The ping-pong simulation of py-ipv8", func(name string, script func(played)) {
	var theirs *trace
	var ours played

	BeforeEach(func() {
		theirs = read(name, script)
		ours = theirs.play()
	})

	It("sends the same bytes at the same times", func() {
		ours.Run(time.Second) // what was in the air arrives
		Expect(strings.Join(ours.sent.before, "\n")).To(Equal(strings.Join(theirs.sent.before, "\n")))
	})

	It("sends in the last instant all that py-ipv8 sent before it stopped", func() {
		ours.Run(time.Second)
		Expect(missing(theirs.sent.last, ours.sent.last)).To(BeEmpty())
	})

	It("says the same at the same times", func() {
		Expect(strings.Join(ours.said.before, "\n")).To(Equal(strings.Join(theirs.said.before, "\n")))
	})

	It("says in the last instant all that py-ipv8 said before it stopped", func() {
		Expect(missing(theirs.said.last, ours.said.last)).To(BeEmpty())
	})

	It("ends with the same peers known, addresses to walk to, and clocks", func() {
		Expect(ours.ends()).To(Equal(theirs.ends))
	})
},
	Entry("two peers without latency", "2peers_latency0", both),
	Entry("two peers with 50 ms one way and 80 ms the other", "2peers_asym", both),
	Entry("three peers in a chain", "3peers_chain", chain),
)
