package tracker_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/ipv8"
	"github.com/overlaytest/overlaytest/ipv8/internal/testhost"
	"github.com/overlaytest/overlaytest/ipv8/peers"
	"github.com/overlaytest/overlaytest/ipv8/tracker"
)

func TestEachRoundLeavesTheLatestHundred(t *testing.T) {
	w := testhost.New()
	tr := start(w)
	for n := 2; n < 152; n++ {
		member(w, n, red)
	}
	if n := len(members(tr, red)); n != 150 {
		t.Errorf("remembers %d before the round, want 150", n)
	}
	w.Run(tracker.Period)
	got := members(tr, red)
	if len(got) != tracker.MaxPeers || got[0] != testhost.Addr(52) {
		t.Errorf("remembers %d, the first is %v; want %d and %v", len(got), got[0], tracker.MaxPeers, testhost.Addr(52))
	}
}

func TestACrowdDoesNotWaitForTheRound(t *testing.T) {
	w := testhost.New()
	tr := start(w)
	for n := 2; n < 1302; n++ {
		member(w, n, red)
		if all := tr.Stack().Table().Len(); all > 10*tracker.MaxPeers {
			t.Fatalf("remembers %d after %d requests", all, n-1)
		}
	}
	if !slices.Contains(members(tr, red), testhost.Addr(1301)) {
		t.Error("the latest was forgotten")
	}
}

func TestOneMemberCannotFillItWithOverlays(t *testing.T) {
	w := testhost.New()
	tr := start(w)
	c := member(w, 2, red)
	for i := range 100 {
		kind := ipv8.Define(ipv8.Named(fmt.Sprint(i)), func(c *ipv8.Community) *ipv8.Community { return c })
		ipv8.Join(c.Stack(), kind).WalkTo(testhost.Addr(1))
	}
	w.Run(0)
	all := tr.Services()
	if len(all) != 32 || all[31] != ipv8.Named("99") {
		t.Errorf("%d overlays, want the latest 32", len(all))
	}
	if n := tr.Open(); n != 32 {
		t.Errorf("keeps what answers for %d overlays until the round, want 32", n)
	}
}

func TestWhoIsForgottenLeavesNoOverlayOpen(t *testing.T) {
	w := testhost.New()
	tr := start(w)
	for n := 2; n < 1302; n++ {
		member(w, n, ipv8.Named(fmt.Sprint(n)))
		if open, all := tr.Open(), tr.Stack().Table().Len(); open != all {
			t.Fatalf("keeps what answers for %d overlays with %d members of one each", open, all)
		}
	}
}

func TestAnswersNewStyle(t *testing.T) {
	w := testhost.New()
	tr := start(w)
	c := w.Host(2).Join(red)
	introducer := peers.New(w.Host(3).Key().Public(), testhost.Addr(3), c.Now())
	c.Table().Discover(introducer, peers.Candidate{Address: testhost.Addr(1), Service: red, NewStyle: true})
	if err := c.WalkTo(testhost.Addr(1)); err != nil {
		t.Fatal(err)
	}
	w.Run(0)
	got := w.SentTo(testhost.Addr(2), 0)
	if w.Sent[0].Data[22] != 234 || len(got) != 1 || got[0].Data[22] != 233 || len(members(tr, red)) != 1 {
		t.Errorf("request %d, %d answers, %d members; want 234, one answer 233, one member", w.Sent[0].Data[22], len(got), len(members(tr, red)))
	}
}

func TestTellsOfRequests(t *testing.T) {
	w := testhost.New()
	tr := start(w)
	var told []string
	tr.OnRequest(func(p *ipv8.Peer, id ipv8.ID) { told = append(told, fmt.Sprint(p.Address(), id == red)) })
	member(w, 2, red)
	member(w, 3, blue)
	if want := []string{"80.0.0.2:1000 true", "80.0.0.3:1000 false"}; !slices.Equal(told, want) {
		t.Errorf("told of %v, want %v", told, want)
	}
}

func TestCloseEndsEverything(t *testing.T) {
	w := testhost.New()
	tr := start(w)
	member(w, 2, red)
	w.Run(tracker.Period)
	tr.Close()
	if n := w.Host(1).Timers(); n != 0 {
		t.Errorf("%d timers are left", n)
	}
	sent := len(w.SentTo(testhost.Addr(3), 0))
	member(w, 3, red)
	w.Run(time.Minute)
	if n := len(w.SentTo(testhost.Addr(3), 0)); n != sent {
		t.Errorf("answered %d times", n-sent)
	}
}

func TestShortPacketsAreDropped(t *testing.T) {
	w := testhost.New()
	tr := start(w)
	whole := request(w, w.Host(2).Join(red))
	for n := range whole {
		if err := w.Host(2).Send(testhost.Addr(1), whole[:n]); err != nil {
			t.Fatal(err)
		}
		w.Run(0)
	}
	if n := len(w.SentTo(testhost.Addr(2), 0)); n != 0 || tr.Open() != 0 {
		t.Errorf("%d answers, %d overlays; want none", n, tr.Open())
	}
	if n := tr.Stack().Dropped(ipv8.Short); n != 23 {
		t.Errorf("%d packets count as short, want the 23 of 0 to 22 bytes", n)
	}
}

func FuzzHear(f *testing.F) {
	w := testhost.New()
	whole := request(w, w.Host(2).Join(red))
	f.Add(whole)
	f.Add(whole[:22])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		w := testhost.New()
		tr := start(w)
		w.Host(2).Key()
		if err := w.Host(2).Send(testhost.Addr(1), data); err != nil {
			t.Fatal(err)
		}
		w.Run(tracker.Period)
		if n := len(tr.Services()); n > 1 || n != tr.Stack().Table().Len() {
			t.Errorf("one packet made %d overlays with %d members", n, tr.Stack().Table().Len())
		}
	})
}
