package ipv8_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/overlaytest/overlaytest/ipv8"
	"github.com/overlaytest/overlaytest/ipv8/keys"
	"github.com/overlaytest/overlaytest/ipv8/peers"
)

type reactionFile struct {
	Cases []reaction
}

// reaction is what py-ipv8's node B did with one packet.
type reaction struct {
	Name            string
	ReceiverKey     string `json:"receiver_key"`
	Source          typed
	Hex             hexed
	HandlersCalled  []string `json:"handlers_called"`
	Raised          *string  `json:"raised_out_of_on_packet"`
	ExceptionLogged *string  `json:"exception_logged"`
	Warnings        []string
	Sent            []struct {
		Destination typed
		Hex         hexed
	}
	StateAfter *state `json:"state_after"`
}

type state struct {
	WAN      typed `json:"my_estimated_wan"`
	Address  typed `json:"my_peer_address"`
	Clock    string
	Verified []struct {
		Mid       string
		Address   typed
		Addresses map[string]typed
		NewStyle  bool `json:"new_style"`
	}
	AllAddresses [][4]any `json:"all_addresses"`
	Walkable     []typed
	Services     map[string][]string
}

// receiver is B of the vectors.
type receiver struct {
	*ipv8.Community
	w      *world
	h      *host
	called []string
}

func newReceiver(key keys.Private) *receiver {
	w := newWorld()
	r := &receiver{w: w, h: w.host("82.2.2.2:2002", "100.64.2.2:1002")}
	for _, a := range []string{"81.1.1.1:2001", "83.3.3.3:2003", "99.9.9.9:9"} {
		w.host(a).Listen(func(from, to netip.AddrPort, data []byte) {})
	}
	r.Community = ipv8.Join(ipv8.NewStack(r.h, key), ipv8.Define(vectorsID, func(c *ipv8.Community) *ipv8.Community {
		r.handle(c)
		return c
	}))
	r.SetAddress(addrB)
	r.SetGlobalTime(7)
	return r
}

// handle sets the handlers that the vectors' receiver has.
func (r *receiver) handle(c *ipv8.Community) {
	call := func(name string) { r.called = append(r.called, name) }
	c.OnRequest(func(*ipv8.Peer, *ipv8.Introduction) { call("introduction_request") })
	c.OnResponse(func(*ipv8.Peer, *ipv8.Introduction) { call("introduction_response") })
	ipv8.Handle(c, func(from *ipv8.Peer, _ Ping) {
		call("ping")
		c.Send(from, Pong{})
	})
	ipv8.Handle(c, func(*ipv8.Peer, Pong) { call("pong") })
	ipv8.Handle(c, func(*ipv8.Peer, allFields) { call("all") })
	ipv8.Handle(c, func(*ipv8.Peer, timedInner) { call("two") })
	ipv8.HandleUnsigned(c, func(netip.AddrPort, unsignedInner) { call("unsigned") })
}

// prepare makes what a case's name says was there before.
func (r *receiver) prepare(name string, all map[string]keys.Private) {
	has := func(parts ...string) bool {
		return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(name, part) })
	}
	if has("knows C", "1 peer known", "max_peers=-1", "new intro-request IPv4") {
		known(r.Community, all["c25519_2"].Public(), addrC)
	}
	if has("knows A", "from known peer") {
		known(r.Community, all["c25519_0"].Public(), addrA)
	}
	if has("blacklisted address", "A is blacklisted") {
		r.Table().Blacklist(addrA)
	}
	for text, n := range map[string]ipv8.MaxPeers{"max_peers=0": 0, "max_peers=1": 1, "max_peers=-1": -1} { // any order: one fits
		if has(text) {
			n.Attach(r.Community)
		}
	}
	if has("believes it has C's WAN IP") {
		r.SetWAN(netip.MustParseAddrPort("83.3.3.3:2002"))
	}
}

func play(c reaction, all map[string]keys.Private) *receiver {
	r := newReceiver(all[c.ReceiverKey])
	r.prepare(c.Name, all)
	r.h.hear(c.Source.address(), addrB, c.Hex)
	return r
}

// differs tells what is not as the vector says, but for the state.
func (r *receiver) differs(c reaction) string {
	if !slices.Equal(r.called, c.HandlersCalled) {
		return fmt.Sprintf("called %v, want %v", r.called, c.HandlersCalled)
	}
	if len(r.w.sent) != len(c.Sent) {
		return fmt.Sprintf("sent %d packets, want %d", len(r.w.sent), len(c.Sent))
	}
	for i, want := range c.Sent {
		if got := r.w.sent[i]; got.to != want.Destination.address() || !bytes.Equal(got.data, want.Hex) {
			return fmt.Sprintf("sent to %v %x\nwant %v %x", got.to, got.data, want.Destination.address(), []byte(want.Hex))
		}
	}
	return ""
}

// summary writes B's state in the words of the vectors.
func (r *receiver) summary() string {
	var lines []string
	for p := range r.Table().Verified() {
		mid := p.Mid()
		line := fmt.Sprintf("peer %x at %v new style %v", mid[:], p.Address(), p.NewStyle())
		for k, name := range []string{"UDPv6Address", "UDPv4Address", "UDPv4LANAddress"} {
			if a := p.At(peers.Kind(k)); a.IsValid() {
				line += fmt.Sprintf(" %s=%v", name, a)
			}
		}
		lines = append(lines, line)
	}
	for k := range r.Table().Known() {
		by, service := "", "<nil>"
		if k.Introducer != nil {
			by = hex.EncodeToString([]byte(k.Introducer.Bin()))
		}
		if k.Service != (peers.Service{}) {
			service = k.Service.String()
		}
		lines = append(lines, fmt.Sprintf("address %v of %vAddress by %q service %v new style %v", k.Address, k.Kind, by, service, k.NewStyle))
	}
	for a := range r.Table().Walkable(r.ID()) {
		lines = append(lines, fmt.Sprint("walkable ", a))
	}
	slices.Sort(lines)
	return fmt.Sprintf("wan %v address %v clock %v\n%s", r.WAN(), r.Address(), r.Clock(), strings.Join(lines, "\n"))
}

func (s state) summary() string {
	var lines []string
	for _, p := range s.Verified {
		line := fmt.Sprintf("peer %s at %v new style %v", p.Mid, p.Address.address(), p.NewStyle)
		for _, name := range []string{"UDPv6Address", "UDPv4Address", "UDPv4LANAddress"} {
			if a, ok := p.Addresses[name]; ok {
				line += fmt.Sprintf(" %s=%v", name, a.address())
			}
		}
		lines = append(lines, line)
	}
	for _, k := range s.AllAddresses {
		a := k[0].(map[string]any)
		at := a["v"].([]any)
		newStyle := k[3] == true || k[3] == 1.0
		lines = append(lines, fmt.Sprintf("address %v:%v of %v by %q service %v new style %v", at[0], at[1], a["c"], k[1], k[2], newStyle))
	}
	for _, a := range s.Walkable {
		lines = append(lines, fmt.Sprint("walkable ", a.address()))
	}
	slices.Sort(lines)
	return fmt.Sprintf("wan %v address %v clock %v\n%s", s.WAN.address(), s.Address.address(), s.Clock, strings.Join(lines, "\n"))
}

// checkState compares everything but the services with the vector's, and then
// the services.
func (r *receiver) checkState(t *testing.T, c reaction, all map[string]keys.Private) {
	t.Helper()
	if got, want := r.summary(), c.StateAfter.summary(); got != want {
		t.Errorf("%s:\ngot  %s\nwant %s", c.Name, got, want)
	}
	for name, key := range all { // any order: each is a comparison of its own
		var got []string
		for _, s := range r.Table().Services(key.Public()) {
			got = append(got, s.String())
		}
		if want := c.StateAfter.Services[hex.EncodeToString([]byte(key.Public().Bin()))]; !slices.Equal(got, want) {
			t.Errorf("%s: services of %s: %v, want %v", c.Name, name, got, want)
		}
	}
}

func TestReactions(t *testing.T) {
	all, newer := keyring(t), map[string]reaction{}
	for _, c := range load[reactionFile](t, "compat/reactions_3.2_differences.json").Cases {
		newer[c.Name] = c // DIFFERENCES.md: here we do as py-ipv8 3.2
	}
	cases := load[reactionFile](t, "reactions.json").Cases
	if len(cases) != 34 || len(newer) != 1 {
		t.Fatalf("%d and %d cases", len(cases), len(newer))
	}
	for _, c := range cases {
		if changed, ok := newer[c.Name]; ok {
			c = changed
		}
		r := play(c, all)
		if d := r.differs(c); d != "" {
			t.Errorf("%s: %s", c.Name, d)
		}
		r.checkState(t, c, all)
	}
}

// reasonOf says why a packet of the vectors is dropped, where the vector's
// words do not.
var reasonOf = map[string]ipv8.Reason{
	"BAD empty":                                              ipv8.Short,
	"BAD 1 byte":                                             ipv8.Short,
	"BAD 21 bytes of prefix":                                 ipv8.Short,
	"BAD 22 bytes = bare prefix":                             ipv8.Short, // an exception in py-ipv8
	"BAD 22 bytes = bare prefix via endpoint":                ipv8.Short,
	"BAD wrong community id":                                 ipv8.Foreign,
	"BAD wrong version byte":                                 ipv8.Foreign,
	"BAD wrong first byte":                                   ipv8.Foreign,
	"BAD ping with other community's prefix":                 ipv8.Foreign,
	"BAD truncated inside the key":                           ipv8.Malformed,
	"BAD only auth length":                                   ipv8.Malformed,
	"BAD medium truncated by 1":                              ipv8.Malformed,
	"BAD public key with 5 trailing bytes, correctly signed": ipv8.BadKey, // handled in py-ipv8
}

// reason returns why we drop a packet, from what py-ipv8 says of it; ok is
// false if it is handled.
func (c reaction) reason() (r ipv8.Reason, ok bool) {
	if r, ok = reasonOf[c.Name]; ok {
		return r, true
	}
	if len(c.Warnings) > 0 {
		if strings.Contains(c.Warnings[0], "deprecated") {
			return ipv8.Deprecated, true
		}
		return ipv8.Unknown, true
	}
	if c.ExceptionLogged == nil {
		return 0, false
	}
	for text, r := range map[string]ipv8.Reason{ // any order: one fits at most
		"invalid signature": ipv8.BadSignature, "public key": ipv8.BadKey, "deserialize key": ipv8.BadKey, "'ec'": ipv8.BadKey,
	} {
		if strings.Contains(*c.ExceptionLogged, text) {
			return r, true
		}
	}
	return ipv8.Malformed, true
}

func TestMalformed(t *testing.T) {
	all := keyring(t)
	cases := load[reactionFile](t, "malformed.json").Cases
	if len(cases) != 55 {
		t.Fatalf("%d cases", len(cases))
	}
	for _, c := range cases {
		r := play(c, all)
		reason, dropped := c.reason()
		if dropped {
			c.HandlersCalled, c.Sent = nil, nil
		}
		if d := r.differs(c); d != "" {
			t.Errorf("%s: %s", c.Name, d)
		}
		for _, other := range ipv8.Reasons() {
			if n := r.Stack().Dropped(other); (n > 0) != (dropped && other == reason) {
				t.Errorf("%s: dropped %d times as %v, want %v (%v)", c.Name, n, other, reason, dropped)
			}
		}
		if c.StateAfter != nil {
			r.checkState(t, c, all)
		}
	}
}
