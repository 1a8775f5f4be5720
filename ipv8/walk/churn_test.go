package walk_test

import (
	"slices"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/ipv8"
	"github.com/overlaytest/overlaytest/ipv8/internal/testhost"
	"github.com/overlaytest/overlaytest/ipv8/walk"
)

func TestChurnRemovesWhoStaysSilent(t *testing.T) {
	w := testhost.New()
	c := w.Host(1).Join(overlay, walk.Churn{})
	w.Host(2).Join(overlay)
	p := know(w, c, 2)
	w.Run(time.Minute)
	w.Host(2).Deaf = true
	w.Run(57500*time.Millisecond - c.Now().Sub(p.Seen()))
	if !p.Verified() {
		t.Errorf("removed after %v of silence", c.Now().Sub(p.Seen()))
	}
	w.Run(11 * time.Second)
	if p.Verified() {
		t.Errorf("still known after %v of silence", c.Now().Sub(p.Seen()))
	}
}

func TestChurnKeepsWhoAnswers(t *testing.T) {
	w := testhost.New()
	c := w.Host(1).Join(overlay, walk.Churn{})
	for _, n := range upTo(2, 20) {
		w.Host(n).Join(overlay)
		know(w, c, n)
	}
	w.Run(10 * time.Minute)
	if n := c.PeerCount(); n != 19 {
		t.Errorf("knows %d of 19 that answer", n)
	}
}

// well makes a peer one of whom five round trips are on record, the last just
// now.
func well(p *ipv8.Peer, c *ipv8.Community) {
	p.See(c.Now())
	for range 5 {
		p.Ponged(time.Millisecond)
	}
}

func TestChurnRemovesNobodyWithoutAPing(t *testing.T) {
	w := testhost.New()
	c := w.Host(1).Join(overlay, walk.Churn{Interval: time.Minute})
	p := know(w, c, 2)
	well(p, c)
	w.Run(time.Minute)
	if at := visits(w, w.Host(1), 2, 2); !p.Verified() || !slices.Equal(at, []time.Duration{time.Minute}) {
		t.Errorf("known: %v, pings at %v; want one after a minute", p.Verified(), at)
	}
	w.Run(time.Minute)
	if p.Verified() {
		t.Error("still known another minute later")
	}
}

func TestChurnLeavesWhoIsWellInPeace(t *testing.T) {
	w := testhost.New()
	c := w.Host(1).Join(overlay, walk.Churn{Interval: 27500 * time.Millisecond})
	well(know(w, c, 2), c)
	w.Run(time.Minute)
	if at := visits(w, w.Host(1), 2, 2); !slices.Equal(at, []time.Duration{55 * time.Second}) {
		t.Errorf("pings at %v, want none at 27.5 s", at)
	}
}

func TestChurnCountsAnAnswerOnce(t *testing.T) {
	w := testhost.New()
	c := w.Host(1).Join(overlay, walk.Churn{})
	w.Host(2).Join(overlay)
	p := know(w, c, 2)
	w.Run(0)
	answers := w.SentTo(testhost.Addr(1), 0)
	if err := w.Host(2).Send(testhost.Addr(1), answers[0].Data); err != nil {
		t.Fatal(err)
	}
	w.Run(0)
	if n := len(p.Pings()); n != 1 {
		t.Errorf("%d round trips on record, want 1", n)
	}
}

// Nobody can tell how long somebody was silent who was never heard.
func TestChurnKeepsWhoWasNeverHeard(t *testing.T) {
	w := testhost.New()
	c := w.Host(1).Join(overlay, walk.Churn{})
	p := know(w, c, 2)
	w.Run(10 * time.Minute)
	if !p.Verified() {
		t.Error("removed")
	}
}

func TestChurnPingsEveryTenSecondsAndFiveTimes(t *testing.T) {
	w := testhost.New()
	w.Delay = 20 * time.Millisecond
	c := w.Host(1).Join(overlay, walk.Churn{})
	w.Host(2).Join(overlay)
	p := know(w, c, 2)
	w.Run(time.Minute)
	var want []time.Duration
	for i := range 5 {
		want = append(want, time.Duration(i)*10500*time.Millisecond)
	}
	if at := visits(w, w.Host(1), 2, 2); !slices.Equal(at, want) {
		t.Errorf("pings at %v, want %v", at, want)
	}
	if pings := p.Pings(); len(pings) != 5 || pings[0] != 40*time.Millisecond {
		t.Errorf("round trips %v, want five of 40 ms", pings)
	}
	w.Run(15 * time.Second)
	if at := visits(w, w.Host(1), 2, 2); len(at) != 6 || at[5]-at[4] < 27500*time.Millisecond {
		t.Errorf("pings at %v, want one more after 27.5 s of silence", at)
	}
}

func TestChurnCallsItsOwnPing(t *testing.T) {
	w := testhost.New()
	var called []*ipv8.Peer
	c := w.Host(1).Join(overlay, walk.Churn{Sample: 2, Ping: func(_ *ipv8.Community, p *ipv8.Peer) { called = append(called, p) }})
	for _, n := range upTo(2, 6) {
		know(w, c, n)
	}
	w.Run(0)
	if len(called) != 2 || called[0] == called[1] {
		t.Errorf("called %v, want two peers", called)
	}
	if len(w.Sent) > 0 {
		t.Errorf("sent %d packets of its own", len(w.Sent))
	}
}

func TestChurnOverAStackSeesAllOverlays(t *testing.T) {
	w := testhost.New()
	c := w.Host(1).Join(ipv8.Named("another overlay"))
	p := know(w, c, 2)
	var called []*ipv8.Peer
	walk.Churn{}.Over(c.Stack(), func(p *ipv8.Peer) { called = append(called, p) })()
	if len(called) != 1 || called[0] != p {
		t.Errorf("called %v, want %v", called, p)
	}
}
