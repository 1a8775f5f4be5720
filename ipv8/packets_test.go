package ipv8_test

import (
	"bytes"
	"encoding/hex"
	"maps"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/overlaytest/overlaytest/ipv8"
	"github.com/overlaytest/overlaytest/ipv8/keys"
	"github.com/overlaytest/overlaytest/ipv8/peers"
	"github.com/overlaytest/overlaytest/ipv8/wire"
)

type packetFile struct {
	Cases []packetCase
}

type packetCase struct {
	Name          string
	SenderKey     string `json:"sender_key"`
	Hex           hexed
	Deterministic bool
	Parsed        struct {
		CommunityID  hexed `json:"community_id"`
		MsgID        byte  `json:"msg_id"`
		Signed       bool
		PublicKeyBin hexed  `json:"public_key_bin"`
		Signature    hexed  `json:"signature"`
		SignedPart   hexed  `json:"signed_part"`
		GlobalTime   string `json:"global_time"`
		Fields       map[string]typed
	}
}

// sender is A of the vectors, about to make one packet.
type sender struct {
	*ipv8.Community
	w    *world
	b    *ipv8.Peer // to whom packets go
	keys map[string]keys.Private
}

func newSender(all map[string]keys.Private, c packetCase) sender {
	w := newWorld()
	h := w.host("81.1.1.1:2001", "100.64.1.1:1001")
	id := ipv8.ID(c.Parsed.CommunityID)
	stack := ipv8.NewStack(h, all[c.SenderKey])
	s := sender{ipv8.Join(stack, ipv8.Define(id, func(c *ipv8.Community) *ipv8.Community { return c })), w, nil, all}
	s.b = peers.New(all["c25519_1"].Public(), addrB, s.Now())
	if c.Parsed.GlobalTime != "" {
		s.SetGlobalTime(typed{V: []byte(c.Parsed.GlobalTime)}.number() - 1)
	}
	return s
}

// c makes C a peer of A.
func (s sender) c(at string, lan bool) *ipv8.Peer {
	p := peers.New(s.keys["c25519_2"].Public(), netip.MustParseAddrPort(at), s.Now())
	if lan {
		p.Move(peers.LAN, lanC)
	}
	s.Table().Verify(p)
	s.Table().Offer(p, s.ID())
	return p
}

func (s sender) one(to netip.AddrPort, err error) ([]byte, error) {
	if packets := s.w.sentTo(to); len(packets) == 1 {
		return packets[0], nil
	}
	return nil, err
}

// walk returns the request that WalkTo sends.
func (s sender) walk(to string) ([]byte, error) {
	a := netip.MustParseAddrPort(to)
	return s.one(a, s.WalkTo(a))
}

func (s sender) respond(identifier uint16) ([]byte, error) {
	return s.one(addrB, s.Respond(s.b, &ipv8.Introduction{Destination: addrA, Identifier: identifier}))
}

// punctureRequest returns what C gets while B gets a response. The vector's
// clock is the packet's own: the response has the time before.
func (s sender) punctureRequest(identifier uint16, newStyle bool) ([]byte, error) {
	s.SetGlobalTime(s.Clock() - 1)
	s.c("83.3.3.3:2003", false)
	if newStyle {
		s.b.SpeaksNewStyle()
	}
	return s.one(addrC, s.Respond(s.b, &ipv8.Introduction{Destination: addrA, Identifier: identifier}))
}

func (s sender) message(m wire.Message) ([]byte, error) { return s.one(addrB, s.Send(s.b, m)) }
func (s sender) unsigned(m wire.Message) ([]byte, error) {
	return s.one(addrB, s.SendUnsigned(addrB, m))
}

// builders make the packet of a case, by its name.
var builders = map[string]func(s sender) ([]byte, error){
	"introduction-request":              func(s sender) ([]byte, error) { return s.walk("82.2.2.2:2002") },
	"introduction-request other prefix": func(s sender) ([]byte, error) { return s.walk("82.2.2.2:2002") },
	"introduction-request clock 70001": func(s sender) ([]byte, error) {
		s.SetGlobalTime(70000)
		return s.walk("82.2.2.2:2002")
	},
	"introduction-request extra bytes": func(s sender) ([]byte, error) {
		s.Extra(func() []byte { return []byte("\x01\x02extra") })
		return s.walk("82.2.2.2:2002")
	},
	"new introduction-request IPv4": func(s sender) ([]byte, error) { return s.MakeRequest(addrB, true) },
	"new introduction-request IPv6": func(s sender) ([]byte, error) { return s.walk("[2001:db8::b]:2002") },
	"introduction-response nobody":  func(s sender) ([]byte, error) { return s.respond(42) },
	"introduction-response introducing C (wan only)": func(s sender) ([]byte, error) {
		s.c("83.3.3.3:2003", false)
		return s.respond(43)
	},
	"puncture-request to C for B":     func(s sender) ([]byte, error) { return s.punctureRequest(43, false) },
	"puncture-request to C for B (2)": func(s sender) ([]byte, error) { return s.punctureRequest(44, false) },
	"introduction-response introducing C (lan+wan)": func(s sender) ([]byte, error) {
		s.c("83.3.3.3:2003", true)
		s.Extra(func() []byte { return []byte("EX") })
		return s.respond(44)
	},
	"introduction-response introducing new-style C": func(s sender) ([]byte, error) {
		s.c("83.3.3.3:2003", true).SpeaksNewStyle()
		return s.respond(45)
	},
	"new introduction-response introducing C": func(s sender) ([]byte, error) {
		s.b.SpeaksNewStyle()
		s.c("83.3.3.3:2003", true).SpeaksNewStyle()
		return s.respond(46)
	},
	"new puncture-request to C for B": func(s sender) ([]byte, error) { return s.punctureRequest(46, true) },
	"new introduction-response introducing IPv6 C": func(s sender) ([]byte, error) {
		s.b.SpeaksNewStyle()
		s.c("[2001:db8::c]:2003", false)
		return s.respond(47)
	},
	"introduction-response peer limit reached": func(s sender) ([]byte, error) {
		ipv8.MaxPeers(0).Attach(s.Community)
		return s.respond(48)
	},
	"puncture":                func(s sender) ([]byte, error) { return s.MakePuncture(addrB, 49, false) },
	"new puncture":            func(s sender) ([]byte, error) { return s.MakePuncture(addrB, 50, true) },
	"puncture-request direct": func(s sender) ([]byte, error) { return s.MakePunctureRequest(lanB, addrB, 51, false) },
	// Here an address has no Python class: the new style must be asked for.
	"puncture-request with plain tuple lan": func(s sender) ([]byte, error) {
		return s.MakePunctureRequest(peers.Nowhere(), addrB, 52, true)
	},
	"ping":           func(s sender) ([]byte, error) { return s.message(Ping{}) },
	"pong":           func(s sender) ([]byte, error) { return s.message(Pong{}) },
	"all fields":     func(s sender) ([]byte, error) { return s.message(everyField) },
	"unsigned inner": func(s sender) ([]byte, error) { return s.unsigned(unsignedInner{5, "u"}) },
	"dist + inner signed": func(s sender) ([]byte, error) {
		return s.message(timedInner{wire.Dist{GlobalTime: 77}, inner{6, "two"}})
	},
	"discovery similarity-request":  func(s sender) ([]byte, error) { return s.message(newSimilarityRequest(s)) },
	"discovery similarity-response": func(s sender) ([]byte, error) { return s.message(newSimilarityResponse(s)) },
	"discovery ping": func(s sender) ([]byte, error) {
		return s.unsigned(discoveryPing{wire.Dist{GlobalTime: s.GlobalTime()}, 1003})
	},
	"discovery pong": func(s sender) ([]byte, error) {
		return s.unsigned(discoveryPong{wire.Dist{GlobalTime: s.GlobalTime()}, 1003})
	},
}

var everyField = allFields{
	Flag: true, U8: 200, U16: 60000, U32: 4000000000, U64: 9223372036854775813, I64: -5, F64: 2.5,
	SHA: [20]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19}, Blob: []byte("blob\x00"), Text: "téxt",
	V4: netip.MustParseAddrPort("1.2.3.4:5"), IP: netip.MustParseAddrPort("[2001:db8::5]:6"),
	Addr: wire.Address{Host: "host.example", Port: 7}, Bits: [8]bool{0: true, 2: true, 5: true, 7: true},
	Inner: inner{9, "in"}, Inners: []inner{{1, "a"}, {2, "bb"}}, Blobs: [][]byte{[]byte("x"), []byte("yz")}, Rest: []byte("rest"),
}

// The messages of py-ipv8's discovery overlay.
type (
	similarityRequest struct {
		wire.Dist
		Identifier uint16
		LAN        netip.AddrPort      `wire:"ipv4"`
		WAN        netip.AddrPort      `wire:"ipv4"`
		Connection wire.ConnectionType `wire:"bits:2"`
		_          [6]bool             `wire:"bits"`
		Services   []byte              `wire:"raw"`
	}
	similarityResponse struct {
		wire.Dist
		Identifier uint16
		Services   []byte `wire:"varlenHx20"`
		Overlap    []byte `wire:"raw"`
	}
	discoveryPing struct {
		wire.Dist
		Identifier uint16
	}
	discoveryPong discoveryPing
)

func (similarityRequest) MessageID() byte  { return 1 }
func (similarityResponse) MessageID() byte { return 2 }
func (discoveryPing) MessageID() byte      { return 3 }
func (discoveryPong) MessageID() byte      { return 4 }

func newSimilarityRequest(s sender) wire.Message {
	id, now := s.ID(), s.GlobalTime()
	return similarityRequest{Dist: wire.Dist{GlobalTime: now}, Identifier: 1001, LAN: s.LAN(), WAN: s.WAN(), Services: id[:]}
}

func newSimilarityResponse(s sender) wire.Message {
	id, now := s.ID(), s.GlobalTime()
	return similarityResponse{Dist: wire.Dist{GlobalTime: now}, Identifier: 5, Services: id[:]}
}

func TestPacketsAreBuiltByteForByte(t *testing.T) {
	all, unused := keyring(t), maps.Clone(builders)
	for _, c := range load[packetFile](t, "packets.json").Cases {
		name := strings.TrimPrefix(c.Name, c.SenderKey+" ")
		delete(unused, name)
		got, err := builders[name](newSender(all, c))
		want := c.Hex
		if !c.Deterministic && c.Parsed.Signed { // an EC signature of py-ipv8 is random
			n := len(c.Parsed.SignedPart)
			if len(got) != len(want) || !all[c.SenderKey].Public().Verify(got[:n], got[n:]) {
				t.Errorf("%s: length %d, want %d, or signature invalid", c.Name, len(got), len(want))
				continue
			}
			got, want = got[:n], want[:n]
		}
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %v\n got %x\nwant %x", c.Name, err, got, []byte(want))
		}
	}
	if len(unused) > 0 {
		t.Errorf("no case for %v", slices.Sorted(maps.Keys(unused)))
	}
}

func TestPacketsAreReceived(t *testing.T) {
	all := keyring(t)
	for _, c := range load[packetFile](t, "packets.json").Cases {
		w := newWorld()
		stack := ipv8.NewStack(w.host("82.2.2.2:2002", "100.64.2.2:1002"), all["c25519_3"])
		heard := ""
		o := ipv8.Join(stack, ipv8.Define(ipv8.ID(c.Parsed.CommunityID), func(c *ipv8.Community) *ipv8.Community {
			hearAll(c, func(what any) { heard = hex.EncodeToString(must(c.Pack(what.(wire.Message)))) })
			return c
		}))
		w.hosts[addrB].hear(addrA, addrB, c.Hex)
		for _, r := range ipv8.Reasons() {
			if n := stack.Dropped(r); n > 0 && r != ipv8.Unsent {
				t.Errorf("%s: dropped as %v", c.Name, r)
			}
		}
		if want, isIntroduction := c.introduction(); isIntroduction {
			var got ipv8.Introduction
			if err := o.ReadIntroduction(&got, c.Hex); err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%s: %v\n got %+v\nwant %+v", c.Name, err, got, want)
			}
		} else if c.Parsed.MsgID < 231 && !strings.Contains(heard, hex.EncodeToString(c.body())) {
			t.Errorf("%s: %s holds no %x", c.Name, heard, c.body())
		}
	}
}

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
}

// body is what lies between the head and the signature.
func (c packetCase) body() []byte {
	if !c.Parsed.Signed {
		return c.Hex[23:]
	}
	return c.Parsed.SignedPart[23+2+len(c.Parsed.PublicKeyBin):]
}
