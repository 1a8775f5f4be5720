package ipv8_test

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/overlaytest/overlaytest/ipv8"
	"github.com/overlaytest/overlaytest/ipv8/peers"
	"github.com/overlaytest/overlaytest/ipv8/wire"
)

// from is a member of the vectors' overlay that writes packets for B.
func from(t *testing.T, key string) *ipv8.Community {
	all := keyring(t)
	w := newWorld()
	return ipv8.NewStack(w.host(addrA.String()), all[key]).Detached(vectorsID)
}

// response is a response of A's.
type response struct {
	wire.Dist
	wire.IntroductionResponse
}

func pack(c *ipv8.Community, m wire.IntroductionResponse) []byte {
	return must(c.Pack(response{wire.Dist{GlobalTime: 1}, m}))
}

func known4(c *ipv8.Community) (all []netip.AddrPort) {
	for k := range c.Table().Known() {
		all = append(all, k.Address)
	}
	return all
}

// A tracker that walks to us with the LAN address 0.0.0.0:0, as everybody has
// in py-ipv8's tutorial, becomes a peer there.
func TestATrackerIsNoPeer(t *testing.T) {
	r := newReceiver(keyring(t)["c25519_1"])
	r.Table().Blacklist(addrA)
	c := known(r.Community, keyring(t)["c25519_2"].Public(), addrC)
	c.Move(peers.LAN, peers.Nowhere())
	tracker := from(t, "c25519_0")
	tracker.SetLAN(netip.AddrPort{})
	r.h.hear(addrA, addrB, must(tracker.MakeRequest(addrB, false)))
	if r.PeerCount() != 1 || len(r.w.sent) != 2 {
		t.Errorf("%d peers, %d packets sent: want C alone, a response and a puncture request", r.PeerCount(), len(r.w.sent))
	}
	if got := known4(r.Community); !slices.Equal(got, []netip.AddrPort{addrC}) {
		t.Errorf("known addresses %v", got)
	}
}

func TestAResponseIntroducesNeitherUsNorNowhere(t *testing.T) {
	for _, introduced := range []netip.AddrPort{addrB, netip.MustParseAddrPort("82.2.2.2:9")} {
		r := newReceiver(keyring(t)["c25519_1"])
		r.SetLAN(netip.AddrPort{})
		packet := pack(from(t, "c25519_0"), wire.IntroductionResponse{Destination: addrB, IntroducedWAN: introduced})
		r.h.hear(addrA, addrB, packet)
		want := []netip.AddrPort{addrA}
		if introduced != addrB {
			want = append(want, introduced) // but not 0.0.0.0:9, its LAN address if ours is 0.0.0.0
		}
		if got := known4(r.Community); !slices.Equal(got, want) {
			t.Errorf("introduced %v: known addresses %v, want %v", introduced, got, want)
		}
	}
}

func TestAResponseThatSeesUsNowhere(t *testing.T) {
	r := newReceiver(keyring(t)["c25519_1"])
	r.h.hear(addrA, addrB, pack(from(t, "c25519_0"), wire.IntroductionResponse{}))
	if r.WAN() != addrB || r.Address() != addrB || r.PeerCount() != 1 {
		t.Errorf("WAN %v, address %v, %d peers", r.WAN(), r.Address(), r.PeerCount())
	}
}

func TestAPunctureToNowhereIsNotSent(t *testing.T) {
	r := newReceiver(keyring(t)["c25519_1"])
	r.h.hear(addrA, addrB, must(from(t, "c25519_0").MakePunctureRequest(peers.Nowhere(), addrB, 5, false)))
	if len(r.w.sent) > 0 || r.Stack().Dropped(ipv8.Unsent) != 1 {
		t.Errorf("%d packets sent", len(r.w.sent))
	}
}

// A peer that was removed can come back.
func TestARemovedPeerComesBack(t *testing.T) {
	r := newReceiver(keyring(t)["c25519_1"])
	packet := must(from(t, "c25519_0").MakeRequest(addrB, false))
	r.h.hear(addrA, addrB, packet)
	r.Table().Forget(addrA)
	if r.PeerCount() != 0 || r.Table().ByKey(keyring(t)["c25519_0"].Public()) != nil {
		t.Error("the peer is still known")
	}
	r.h.hear(addrA, addrB, packet)
	if r.PeerCount() != 1 {
		t.Error("the peer is not known again")
	}
}

// A peer with an IPv6 address too is asked to puncture there.
func TestAPeerIsMetOnItsOtherInterface(t *testing.T) {
	r := newReceiver(keyring(t)["c25519_1"])
	six := netip.MustParseAddrPort("[2001:db8::b]:2002")
	r.h.addrs = append(r.h.addrs, six)
	r.Community = ipv8.Join(ipv8.NewStack(r.h, keyring(t)["c25519_1"]), ipv8.Define(vectorsID, func(c *ipv8.Community) *ipv8.Community { return c }))
	a := from(t, "c25519_0")
	a.SetWAN(netip.MustParseAddrPort("[2001:db8::a]:2001"))
	p := peers.New(r.Key().Public(), addrB, a.Now())
	p.SpeaksNewStyle()
	w := a.Stack().Host().(*host).w
	a.Respond(p, &ipv8.Introduction{Destination: addrA, Identifier: 5})
	r.h.hear(addrA, addrB, w.sentTo(addrB)[0])
	if len(r.w.sent) != 1 || r.w.sent[0].to != addrA || r.w.sent[0].data[22] != 232 {
		t.Fatalf("sent %v", r.w.sent)
	}
	if got := slices.Collect(r.Table().Walkable(vectorsID)); !slices.Equal(got, []netip.AddrPort{a.WAN()}) {
		t.Errorf("walkable %v", got)
	}
}

// A peer on our own machine is introduced by our public address and its port.
func TestAPeerOnOurMachineIsIntroducedByOurAddress(t *testing.T) {
	a := from(t, "c25519_0")
	a.SetWAN(netip.MustParseAddrPort("99.9.9.9:1"))
	known(a, keyring(t)["c25519_2"].Public(), netip.MustParseAddrPort("81.1.1.1:7"))
	a.Respond(peers.New(keyring(t)["c25519_1"].Public(), addrB, a.Now()), &ipv8.Introduction{Destination: addrA})
	var in ipv8.Introduction
	if err := a.ReadIntroduction(&in, a.Stack().Host().(*host).w.sentTo(addrB)[0]); err != nil {
		t.Fatal(err)
	}
	if in.IntroducedLAN != netip.MustParseAddrPort("81.1.1.1:7") || in.IntroducedWAN != netip.MustParseAddrPort("99.9.9.9:7") {
		t.Errorf("introduced LAN %v, WAN %v", in.IntroducedLAN, in.IntroducedWAN)
	}
}

// Old style says no IPv6 address: estimates become 0.0.0.0:0, and a peer at
// one is answered in the new style.
func TestOldStyleMeetsIPv6(t *testing.T) {
	a := from(t, "c25519_0")
	six := netip.MustParseAddrPort("[2001:db8::1]:1")
	a.SetWAN(six)
	var in ipv8.Introduction
	if err := a.ReadIntroduction(&in, must(a.MakeRequest(addrB, false))); err != nil || in.WAN != peers.Nowhere() {
		t.Errorf("%v: WAN %v", err, in.WAN)
	}
	a.Respond(peers.New(keyring(t)["c25519_1"].Public(), six, a.Now()), &ipv8.Introduction{Destination: addrA})
	if sent := a.Stack().Host().(*host).w.sentTo(six); len(sent) != 1 || sent[0][22] != 233 {
		t.Errorf("sent %x", sent)
	}
}
