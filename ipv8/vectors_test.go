package ipv8_test

import (
	"encoding/hex"
	"encoding/json"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/overlaytest/overlaytest/ipv8"
	"github.com/overlaytest/overlaytest/ipv8/keys"
	"github.com/overlaytest/overlaytest/ipv8/peers"
	"github.com/overlaytest/overlaytest/ipv8/wire"
)

// hexed is bytes in hexadecimal.
type hexed []byte

func (h *hexed) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	var err error
	*h, err = hex.DecodeString(s)
	return err
}

// typed is a value with its Python type.
type typed struct {
	T string          `json:"t"`
	C string          `json:"c"`
	V json.RawMessage `json:"v"`
}

func (v typed) address() netip.AddrPort {
	var parts [2]any
	if v.T != "addr" || json.Unmarshal(v.V, &parts) != nil {
		panic("not an address: " + string(v.V))
	}
	return netip.AddrPortFrom(netip.MustParseAddr(parts[0].(string)), uint16(parts[1].(float64)))
}

// number is an integer, or a boolean as one.
func (v typed) number() uint64 {
	switch s := strings.Trim(string(v.V), `"`); s {
	case "true":
		return 1
	case "false":
		return 0
	default:
		n, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			panic(err)
		}
		return n
	}
}

func (v typed) bytes() []byte {
	b, err := hex.DecodeString(strings.Trim(string(v.V), `"`))
	if err != nil {
		panic(err)
	}
	return b
}

func load[T any](t testing.TB, file string) T {
	t.Helper()
	var v T
	data, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return v
}

type keyFile struct {
	Keys []struct {
		Name       string
		PrivateBin hexed `json:"private_bin"`
	}
}

// keyring returns the vectors' keys by name, in one ring that remembers no
// signatures.
func keyring(t testing.TB) map[string]keys.Private {
	ring, all := keys.NewSocketRing(), map[string]keys.Private{}
	for _, k := range load[keyFile](t, "keys.json").Keys {
		key, err := ring.ParsePrivate(k.PrivateBin)
		if err != nil {
			t.Fatalf("%s: %v", k.Name, err)
		}
		all[k.Name] = key
	}
	return all
}

// The vectors' community, and the addresses of its members.
var (
	vectorsID = ipv8.ID([]byte(" !\"#$%&'()*+,-./0123"))
	addrA     = netip.MustParseAddrPort("81.1.1.1:2001")
	addrB     = netip.MustParseAddrPort("82.2.2.2:2002")
	addrC     = netip.MustParseAddrPort("83.3.3.3:2003")
	lanB      = netip.MustParseAddrPort("100.64.2.2:1002")
	lanC      = netip.MustParseAddrPort("100.64.3.3:1003")
)

// The messages of the vectors' community.
type (
	inner struct {
		Number uint16
		Text   string
	}
	allFields struct {
		Flag   bool
		U8     uint8
		U16    uint16
		U32    uint32
		U64    uint64
		I64    int64
		F64    float64
		SHA    [20]byte
		Blob   []byte
		Text   string
		V4     netip.AddrPort `wire:"ipv4"`
		IP     netip.AddrPort
		Addr   wire.Address
		Bits   [8]bool `wire:"bits"`
		Inner  inner
		Inners []inner
		Blobs  [][]byte
		Rest   []byte `wire:"raw"`
	}
	unsignedInner inner
	timedInner    struct {
		wire.Dist
		Inner inner `wire:"inline"`
	}
)

func (allFields) MessageID() byte     { return 3 }
func (unsignedInner) MessageID() byte { return 9 }
func (timedInner) MessageID() byte    { return 10 }

// sentTo returns the packets sent to an address, and forgets all.
func (w *world) sentTo(to netip.AddrPort) (packets [][]byte) {
	for _, s := range w.sent {
		if s.to == to {
			packets = append(packets, s.data)
		}
	}
	w.sent = nil
	return packets
}

// known makes a peer of the vectors' community known to a stack.
func known(c *ipv8.Community, key *keys.Public, at netip.AddrPort) *ipv8.Peer {
	p := peers.New(key, at, c.Now())
	c.Table().Verify(p)
	c.Table().Offer(p, vectorsID)
	return p
}
