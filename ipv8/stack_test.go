package ipv8_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/ipv8"
	"github.com/overlaytest/overlaytest/ipv8/keys"
)

// pair is two members that know each other, 5 ms apart.
func pair(t *testing.T, kind ipv8.Kind[*ipv8.Community]) (w *world, a, b *ipv8.Community) {
	all := keyring(t)
	w = newWorld()
	w.delay = func(_, _ netip.AddrPort) time.Duration { return 5 * time.Millisecond }
	a = ipv8.Join(ipv8.NewStack(w.host(addrA.String()), all["c25519_0"]), kind)
	b = ipv8.Join(ipv8.NewStack(w.host(addrB.String()), all["c25519_1"]), kind)
	if err := a.WalkTo(addrB); err != nil {
		t.Fatal(err)
	}
	w.run(50 * time.Millisecond)
	if a.PeerCount() != 1 || b.PeerCount() != 1 {
		t.Fatalf("%d and %d peers", a.PeerCount(), b.PeerCount())
	}
	return w, a, b
}

func first(c *ipv8.Community) *ipv8.Peer {
	for p := range c.Peers() {
		return p
	}
	return nil
}

func panics(f func()) (message string) {
	defer func() { message = fmt.Sprint(recover()) }()
	f()
	return ""
}

func TestTimers(t *testing.T) {
	w, c, _ := pair(t, quiet)
	var log []string
	start := w.now
	note := func(what string) func() {
		return func() { log = append(log, fmt.Sprint(what, (w.now-start).Milliseconds())) }
	}
	c.After(10*time.Millisecond, note("once"))
	every := c.Every(0, 20*time.Millisecond, note("every"))
	stopped := c.After(15*time.Millisecond, note("stopped"))
	if !c.Stop(stopped) || c.Stop(stopped) || c.Stop(0) || c.Stop(1<<40) {
		t.Error("Stop")
	}
	c.After(15*time.Millisecond, note("in its place"))
	if c.Stop(stopped) {
		t.Error("the id of a stopped call stops another")
	}
	w.run(45 * time.Millisecond)
	c.Stop(every)
	w.run(100 * time.Millisecond)
	if want := []string{"every0", "once10", "in its place15", "every20", "every40"}; !slices.Equal(log, want) {
		t.Errorf("%v, want %v", log, want)
	}
}

func TestACallMayStopItself(t *testing.T) {
	w, c, _ := pair(t, quiet)
	calls, id := 0, uint64(0)
	id = c.Every(time.Second, time.Second, func() {
		if calls++; calls == 3 {
			c.Stop(id)
		}
	})
	w.run(10 * time.Second)
	if calls != 3 {
		t.Errorf("%d calls", calls)
	}
}

func TestLeave(t *testing.T) {
	w, a, b := pair(t, pingPong)
	var order []int
	b.OnLeave(func() { order = append(order, 1) })
	b.OnLeave(func() { order = append(order, 2) })
	b.After(time.Second, func() { t.Error("a call after leaving") })
	b.Leave()
	b.Leave()
	w.sent = nil
	w.run(3 * time.Second)
	for _, s := range w.sent {
		if s.from == addrB {
			t.Errorf("sent %x after leaving", s.data[22])
		}
	}
	if !slices.Equal(order, []int{2, 1}) || !b.Left() || len(b.Stack().Overlays()) != 0 || a.Left() {
		t.Errorf("left in order %v", order)
	}
	if b.After(0, func() {}) != 0 || b.Every(0, 1, func() {}) != 0 || len(w.hosts[addrB].timers) > 0 {
		t.Error("timers after leaving")
	}
	if err := b.WalkTo(addrA); !errors.Is(err, ipv8.ErrLeft) {
		t.Errorf("WalkTo: %v", err)
	}
	if err := b.SendTo(addrA, Ping{}); !errors.Is(err, ipv8.ErrLeft) {
		t.Errorf("SendTo: %v", err)
	}
	if _, err := ipv8.NewRequests[int](b, "x", time.Second, nil).Add(1); !errors.Is(err, ipv8.ErrLeft) {
		t.Errorf("Add: %v", err)
	}
}

func TestAClosedStackIsDeaf(t *testing.T) {
	w, a, b := pair(t, pingPong)
	heard := false
	b.Stack().Listen(func(_, _ netip.AddrPort, _ []byte) { heard = true })
	b.Stack().Close()
	a.WalkTo(addrB)
	w.run(time.Second)
	if heard || !b.Left() {
		t.Error("a closed stack heard something")
	}
}

func TestRequests(t *testing.T) {
	w, c, _ := pair(t, quiet)
	var late []string
	r := ipv8.NewRequests(c, "test", ipv8.DefaultTimeout, func(n uint16, what string) { late = append(late, fmt.Sprint(n, what)) })
	n, err := r.Add("drawn")
	if err != nil || !r.Has(n) || r.Put(n, "again") == nil || !errors.Is(r.Put(n, "again"), ipv8.ErrTaken) {
		t.Fatalf("Add: %d, %v", n, err)
	}
	if what, ok := r.Take(n); what != "drawn" || !ok || r.Has(n) {
		t.Errorf("Take: %q, %v", what, ok)
	}
	r.Put(7, "seven")
	w.run(5 * time.Second)
	r.Put(8, "eight")
	w.run(6 * time.Second)
	if what, ok := r.Get(8); what != "eight" || !ok || !slices.Equal(late, []string{"7seven"}) {
		t.Errorf("Get: %q; late %v", what, late)
	}
	r.Clear()
	w.run(time.Minute)
	if _, ok := r.Take(8); ok || len(late) != 1 || r.Len() != 0 {
		t.Errorf("after Clear: late %v", late)
	}
}

func TestRequestsAreBounded(t *testing.T) {
	_, c, _ := pair(t, quiet)
	r := ipv8.NewRequests[int](c, "test", time.Second, nil)
	for n := range 1 << 16 {
		r.Put(uint16(n), n)
	}
	if _, err := r.Add(0); !errors.Is(err, ipv8.ErrFull) {
		t.Errorf("Add: %v", err)
	}
}

func TestMisuseOfMessageIDs(t *testing.T) {
	_, c, _ := pair(t, pingPong)
	for want, f := range map[string]func(){
		"has a handler already":      func() { ipv8.Handle(c, func(*ipv8.Peer, Ping) {}) },
		"message id 231 is IPv8's":   func() { ipv8.HandleRaw(c, 231, func(netip.AddrPort, []byte) {}) },
		"not a wire struct: want a":  func() { ipv8.Handle(c, func(*ipv8.Peer, noStruct) {}) },
		"not a wire struct: want a ": func() { ipv8.HandleUnsigned(c, func(netip.AddrPort, noStruct) {}) },
	} {
		if got := panics(f); !strings.Contains(got, want) {
			t.Errorf("panic %q, want %q", got, want)
		}
	}
	if err := c.SendTo(addrB, noStruct(0)); err == nil || !strings.Contains(err.Error(), "message 77") {
		t.Errorf("SendTo: %v", err)
	}
}

type noStruct int

func (noStruct) MessageID() byte { return 77 }

func TestRawPacketsCanBePassedOn(t *testing.T) {
	w, a, b := pair(t, quiet)
	var whole, raw []byte
	ipv8.Handle(b, func(from *ipv8.Peer, m timedInner) { whole = slices.Clone(b.Packet()) })
	ipv8.HandleRaw(b, 200, func(from netip.AddrPort, data []byte) { raw = slices.Clone(data) })
	packet := must(a.Pack(timedInner{Inner: inner{1, "x"}}))
	a.SendPacket(addrB, packet)
	other := append(slices.Clone(packet[:22]), 200, 1, 2, 3)
	a.SendPacket(addrB, other)
	w.run(time.Second)
	if !bytes.Equal(whole, packet) || !bytes.Equal(raw, other) || b.Packet() != nil {
		t.Errorf("heard %x and %x", whole, raw)
	}
}

func TestSendingNowhereIsAnError(t *testing.T) {
	_, a, _ := pair(t, quiet)
	if err := a.WalkTo(addrC); !errors.Is(err, errNobody) {
		t.Errorf("WalkTo: %v", err)
	}
	if err := a.Send(first(a), Ping{}); err != nil {
		t.Errorf("Send: %v", err)
	}
}

func TestTrafficIsCounted(t *testing.T) {
	w, a, b := pair(t, pingPong)
	w.run(5 * time.Second)
	for _, c := range []*ipv8.Community{a, b} {
		for _, n := range c.Traffic() {
			var count, size uint64
			for _, s := range w.sent {
				if s.from == c.WAN() && s.data[22] == n.MessageID {
					count, size = count+1, size+uint64(len(s.data))
				}
			}
			if n.Sent != count || n.SentBytes != size || n.Received+n.Sent == 0 || n.ReceivedBytes < 22*n.Received {
				t.Errorf("%+v, want %d sent, %d bytes", n, count, size)
			}
		}
	}
	if n := len(a.Traffic()); n != 4 {
		t.Errorf("%d message ids", n)
	}
}

func TestTwoOverlaysTwoKeysOneStack(t *testing.T) {
	all := keyring(t)
	w, a, _ := pair(t, quiet)
	s, other := a.Stack(), ipv8.Define(ipv8.Named("other"), func(c *ipv8.Community) *ipv8.Community { return c })
	c := ipv8.Join(s, other, ipv8.As(all["c25519_2"]), ipv8.MaxPeers(3))
	d := ipv8.Join(s, other, ipv8.As(all["c25519_2"]))
	if c.Key() != all["c25519_2"] || c.MaxPeers() != 3 || d.MaxPeers() != int(ipv8.DefaultMaxPeers) {
		t.Errorf("key %v, max peers %d and %d", c.Key(), c.MaxPeers(), d.MaxPeers())
	}
	before := a.Clock()
	if c.GlobalTime() != 1 || d.GlobalTime() != 2 || a.Clock() != before {
		t.Error("clocks are not one for each key")
	}
	b := ipv8.Join(ipv8.NewStack(w.host("84.4.4.4:4"), all["c25519_3"]), other)
	b.WalkTo(addrA)
	w.run(time.Second)
	if c.PeerCount() != 1 || a.PeerCount() != 1 || s.Table().Len() != 2 || b.Table().ByAddress(addrA).Mid() != c.Mid() {
		t.Errorf("%d and %d peers, %d in all", c.PeerCount(), a.PeerCount(), s.Table().Len())
	}
}

func TestWhyPacketsAreDroppedIsLogged(t *testing.T) {
	var out bytes.Buffer
	w, a, _ := pair(t, quiet)
	w.log = &out
	h := w.hosts[addrA]
	h.hear(addrB, addrA, append(must(a.Pack(Ping{}))[:22:22], 255, 0))
	if got := out.String(); !strings.Contains(got, `level=WARN msg="packet dropped" reason="deprecated message" peer=82.2.2.2:2002 bytes=24 message=reserved-255`) {
		t.Errorf("logged %q", got)
	}
	h.hear(addrB, addrA, nil)
	if a.Stack().Dropped(ipv8.Short) != 1 || h.Log().Enabled(t.Context(), slog.LevelDebug) {
		t.Error("a short packet")
	}
}

// A ring remembers what was signed in it, so the packet itself passes without
// arithmetic; with one bit changed, anywhere, it does not.
func TestOneFlippedBitNeverPasses(t *testing.T) {
	ring, random := keys.NewRing(), keys.Reader(rand.New(rand.NewPCG(1, 2)))
	for _, generate := range []func(keys.Level, io.Reader) (keys.Private, error){ring.Generate, ring.StandIn} {
		key, err := generate(keys.Curve25519, random)
		if err != nil {
			t.Fatal(err)
		}
		w, heard := newWorld(), 0
		h := w.host(addrB.String())
		c := ipv8.Join(ipv8.NewStack(h, key), quiet)
		ipv8.Handle(c, func(*ipv8.Peer, timedInner) { heard++ })
		packet := must(c.Pack(timedInner{Inner: inner{1, "x"}}))
		for bit := range 8 * len(packet) {
			packet[bit/8] ^= 1 << (bit % 8)
			h.hear(addrA, addrB, packet)
			packet[bit/8] ^= 1 << (bit % 8)
		}
		if h.hear(addrA, addrB, packet); heard != 1 {
			t.Errorf("%v: %d packets passed, want the unchanged one", key.Public(), heard)
		}
	}
}

// station is a bootstrapper that counts.
type station struct{ bootstraps, keepAlives int }

func (s *station) Bootstrap(*ipv8.Community) { s.bootstraps++ }
func (s *station) KeepAlive(*ipv8.Community) { s.keepAlives++ }
func (s *station) Attach(c *ipv8.Community)  { c.AddBootstrapper(s) }

// One search in twenty keeps the bootstrapper alive: of 2000, fewer than 55 or
// more than 155 have a chance below 1e-6.
func TestIntroduce(t *testing.T) {
	w := newWorld()
	at := &station{}
	c := ipv8.Join(ipv8.NewStack(w.host(addrA.String()), keyring(t)["c25519_0"]), quiet, at)
	if c.Introduce(); at.bootstraps != 1 {
		t.Errorf("%d bootstraps with nobody known", at.bootstraps)
	}
	b := ipv8.Join(ipv8.NewStack(w.host(addrB.String()), keyring(t)["c25519_1"]), quiet)
	b.WalkTo(addrA)
	w.run(time.Second)
	w.sent = nil
	for range 2000 {
		c.Introduce()
	}
	if asked := len(w.sentTo(addrB)); asked+at.keepAlives != 2000 || at.keepAlives < 55 || at.keepAlives > 155 || at.bootstraps != 1 {
		t.Errorf("%d requests, %d keep-alives, %d bootstraps", asked, at.keepAlives, at.bootstraps)
	}
}

func TestFirstEstimates(t *testing.T) {
	key := keyring(t)["c25519_0"]
	for _, v := range []struct{ own, lan, wan string }{
		{"81.1.1.1:1", "0.0.0.0:0", "81.1.1.1:1"},
		{"81.1.1.1:1 100.64.0.1:2", "100.64.0.1:2", "81.1.1.1:1"},
		{"192.168.1.2:3", "192.168.1.2:3", "192.168.1.2:3"},
		{"81.1.1.1:1 [2001:db8::1]:1 10.0.0.1:1", "10.0.0.1:1", "81.1.1.1:1"},
	} {
		c := ipv8.Join(ipv8.NewStack(newWorld().host(strings.Fields(v.own)...), key), quiet)
		if c.LAN().String() != v.lan || c.WAN().String() != v.wan {
			t.Errorf("%s: LAN %v, WAN %v", v.own, c.LAN(), c.WAN())
		}
	}
}

func TestExtraBytesMayBeAPacket(t *testing.T) {
	w, a, b := pair(t, quiet)
	a.Extra(func() []byte { return must(a.Pack(Ping{})) })
	var extra []byte
	b.OnRequest(func(_ *ipv8.Peer, in *ipv8.Introduction) { extra = in.Extra })
	if err := a.WalkTo(addrB); err != nil {
		t.Fatal(err)
	}
	if w.run(time.Second); !bytes.Equal(extra, must(a.Pack(Ping{}))) {
		t.Errorf("the request says %x; b dropped %d", extra, b.Stack().Dropped(ipv8.BadSignature))
	}
}

func TestOverlaysOfOneIDHearTheSamePackets(t *testing.T) {
	w, a, b := pair(t, quiet)
	second := ipv8.Join(b.Stack(), quiet)
	heard := 0
	ipv8.HandleUnsigned(b, func(netip.AddrPort, Ping) { b.Leave() })
	ipv8.HandleUnsigned(second, func(netip.AddrPort, Ping) { heard++ })
	if err := a.SendUnsigned(addrB, Ping{}); err != nil {
		t.Fatal(err)
	}
	if w.run(time.Second); heard != 1 {
		t.Errorf("the second heard %d packets after the first had left, want 1", heard)
	}
}

func TestEveryMessageIDIsCounted(t *testing.T) {
	_, a, _ := pair(t, quiet)
	packet := append(must(a.Pack(Ping{}))[:22], 0)
	for i := range 3 * 256 {
		packet[22] = byte(i)
		if err := a.SendPacket(addrB, packet); err != nil {
			t.Fatal(err)
		}
	}
	for i, n := range a.Traffic() {
		if int(n.MessageID) != i || n.Sent < 3 || n.Sent > 4 {
			t.Errorf("message id %d: %+v, want 3 sent, and a walk", i, n)
		}
	}
	if n := len(a.Traffic()); n != 256 {
		t.Errorf("%d message ids, want 256", n)
	}
}
