package tracker_test

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/ipv8"
	"github.com/overlaytest/overlaytest/ipv8/internal/testhost"
	"github.com/overlaytest/overlaytest/ipv8/peers"
	"github.com/overlaytest/overlaytest/ipv8/tracker"
)

var red, blue = ipv8.Named("red"), ipv8.Named("blue")

// start makes host 1 a tracker.
func start(w *testhost.World) *tracker.Tracker { return tracker.Start(w.Host(1), w.Host(1).Key()) }

// member joins an overlay on a host and asks the tracker.
func member(w *testhost.World, n int, id ipv8.ID, parts ...ipv8.Part) *ipv8.Community {
	c := w.Host(n).Join(id, parts...)
	c.Table().Blacklist(testhost.Addr(1))
	c.WalkTo(testhost.Addr(1))
	w.Run(0)
	return c
}

func members(t *tracker.Tracker, id ipv8.ID) (at []netip.AddrPort) {
	for p := range t.Peers(id) {
		at = append(at, p.Address())
	}
	return at
}

func addrs(numbers ...int) (at []netip.AddrPort) {
	for _, n := range numbers {
		at = append(at, testhost.Addr(n))
	}
	return at
}

// introduced collects whom the tracker introduces to a member.
func introduced(c *ipv8.Community) *[]netip.AddrPort {
	var all []netip.AddrPort
	c.OnResponse(func(_ *ipv8.Peer, in *ipv8.Introduction) { all = append(all, in.IntroducedWAN) })
	return &all
}

func TestIntroducesMembersOfTheSameOverlay(t *testing.T) {
	w := testhost.New()
	start(w)
	for _, n := range []int{2, 3, 4} {
		member(w, n, red)
		member(w, n+10, blue)
	}
	c := member(w, 5, red)
	got := introduced(c)
	for range 50 {
		c.WalkTo(testhost.Addr(1))
		w.Run(0)
	}
	slices.SortFunc(*got, netip.AddrPort.Compare)
	if all := slices.Compact(*got); !slices.Equal(all, addrs(2, 3, 4)) {
		t.Errorf("introduced %v, want the other red ones", all)
	}
}

func TestIntroducesNobodyToTheFirst(t *testing.T) {
	w := testhost.New()
	start(w)
	member(w, 3, blue)
	c := w.Host(2).Join(red)
	got := introduced(c)
	c.WalkTo(testhost.Addr(1))
	w.Run(0)
	if !slices.Equal(*got, []netip.AddrPort{peers.Nowhere()}) {
		t.Errorf("introduced %v, want nobody, once", *got)
	}
}

func TestAsksTheIntroducedOneToPuncture(t *testing.T) {
	w := testhost.New()
	start(w)
	member(w, 2, red)
	before := len(w.SentTo(testhost.Addr(2), 0))
	member(w, 3, red)
	sent := w.SentTo(testhost.Addr(2), 0)[before:]
	if len(sent) != 1 || sent[0].Data[22] != 250 || ipv8.ID(sent[0].Data[2:22]) != red {
		t.Errorf("%d packets to the introduced one, want one puncture request of its overlay", len(sent))
	}
}

func TestIsNobodysPeer(t *testing.T) {
	w := testhost.New()
	start(w)
	var all []*ipv8.Community
	for n := 2; n < 10; n++ {
		all = append(all, member(w, n, red))
	}
	w.Run(5 * time.Minute)
	for _, c := range all {
		if c.Table().ByKey(w.Host(1).Key().Public()) != nil {
			t.Errorf("%v took the tracker for a peer", c.WAN())
		}
	}
}

func TestIsNotIntroducedToItself(t *testing.T) {
	w := testhost.New()
	tr := start(w)
	d := tr.Stack().Detached(red)
	d.WalkTo(testhost.Addr(1)) // a request under its own key
	w.Run(0)
	if got := members(tr, red); len(got) != 0 {
		t.Errorf("remembers %v", got)
	}
}

func TestForgetsWhoIsGone(t *testing.T) {
	w := testhost.New()
	tr := start(w)
	for n := 2; n < 8; n++ {
		member(w, n, red)
	}
	w.Host(3).Deaf, w.Host(4).Deaf = true, true
	w.Run(15 * time.Second)
	if got := members(tr, red); !slices.Equal(got, addrs(2, 5, 6, 7)) {
		t.Errorf("remembers %v, want 2, 5, 6 and 7: two did not answer the first ping in time", got)
	}
}

func TestWaitsFiveSecondsForAnAnswer(t *testing.T) {
	w := testhost.New()
	tr := start(w)
	member(w, 2, red)
	w.Host(2).Deaf = true
	w.Run(tracker.Period + tracker.PingTimeout - 1)
	if len(members(tr, red)) != 1 {
		t.Error("forgotten too early")
	}
	w.Run(1)
	if len(members(tr, red)) != 0 || len(tr.Services()) != 0 {
		t.Error("not forgotten")
	}
}

func TestForgetsOneOverlayAtATime(t *testing.T) {
	w := testhost.New()
	tr := start(w)
	c := member(w, 2, red)
	ipv8.Join(c.Stack(), ipv8.Define(blue, func(c *ipv8.Community) *ipv8.Community { return c })).WalkTo(testhost.Addr(1))
	w.Run(0)
	c.Leave() // answers in red no more
	w.Run(2 * time.Minute)
	if !slices.Equal(tr.Services(), []ipv8.ID{blue}) || !slices.Equal(members(tr, blue), addrs(2)) {
		t.Errorf("services %v, blue members %v; want blue alone", tr.Services(), members(tr, blue))
	}
}

func TestForgetsWhoHasPeersEnough(t *testing.T) {
	w := testhost.New()
	tr := start(w)
	member(w, 2, red, ipv8.MaxPeers(0))
	member(w, 3, red)
	w.Run(15 * time.Second)
	if got := members(tr, red); !slices.Equal(got, addrs(3)) {
		t.Errorf("remembers %v, want the one that wants peers", got)
	}
}

func TestForgetsWhoAnswersAnEarlierPing(t *testing.T) {
	w := testhost.New()
	tr := start(w)
	member(w, 2, red)
	w.Run(tracker.Period)
	answers := w.SentTo(testhost.Addr(1), tracker.Period)
	w.Host(2).Deaf = true
	w.Run(tracker.Period)
	if err := w.Host(2).Send(testhost.Addr(1), answers[0].Data); err != nil {
		t.Fatal(err)
	}
	w.Run(tracker.PingTimeout)
	if got := members(tr, red); len(got) != 0 || tr.Open() != 1 {
		t.Errorf("remembers %v", got)
	}
	w.Run(tracker.Period)
	if tr.Open() != 0 {
		t.Error("the overlay without members is still open after a round")
	}
}

// Who was forgotten for being too many may ask again while a ping is out.
func TestKeepsWhoCameBackDuringAPing(t *testing.T) {
	w := testhost.New()
	w.Delay = time.Second
	tr := start(w)
	c := member(w, 2, red)
	w.Run(tracker.Period)
	for p := range tr.Peers(red) {
		tr.Stack().Table().Remove(p)
	}
	c.WalkTo(testhost.Addr(1))
	w.Run(tracker.PingTimeout)
	if got := members(tr, red); !slices.Equal(got, addrs(2)) {
		t.Errorf("remembers %v, want the one that came back", got)
	}
}

// py-ipv8's tracker looks for the ping of a response by the clock, of which
// the identifier has the lower 16 bits alone.
func TestKnowsTheAnswersToItsPingsWhateverTheClock(t *testing.T) {
	w := testhost.New()
	tr := start(w)
	tr.Stack().Detached(red).SetGlobalTime(1<<32 - 3)
	for n := 2; n < 8; n++ {
		member(w, n, red)
	}
	w.Run(5 * time.Minute)
	if got := members(tr, red); len(got) != 6 {
		t.Errorf("remembers %v of six that answer", got)
	}
}

func TestTakesNobodyInByAResponse(t *testing.T) {
	w := testhost.New()
	tr := start(w)
	var answers [][]byte
	w.Host(9).Listen(func(_, _ netip.AddrPort, data []byte) { answers = append(answers, slices.Clone(data)) })
	c := w.Host(2).Join(red)
	member(w, 4, red)
	c.Receive(testhost.Addr(9), request(w, w.Host(3).Join(red)))
	w.Run(0)
	for _, data := range answers {
		if err := w.Host(2).Send(testhost.Addr(1), data); err != nil {
			t.Fatal(err)
		}
	}
	w.Run(0)
	if got := members(tr, red); len(answers) != 1 || !slices.Equal(got, addrs(4)) {
		t.Errorf("%d responses; remembers %v, want 4 alone", len(answers), got)
	}
}

// request returns the packet by which c asks for an introduction.
func request(w *testhost.World, c *ipv8.Community) []byte {
	c.WalkTo(testhost.Addr(999)) // where nobody is
	return w.Sent[len(w.Sent)-1].Data
}
