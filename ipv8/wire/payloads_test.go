package wire_test

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"reflect"
	"strings"
	"testing"

	"github.com/overlaytest/overlaytest/ipv8/wire"
)

type inner struct {
	Number uint16
	Text   string
}

type outer struct {
	Inner inner
	Tail  uint8
}

type allFields struct {
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
	B7     bool `wire:"bits"`
	B6     bool `wire:"bits"`
	B5     bool `wire:"bits"`
	B4     bool `wire:"bits"`
	B3     bool `wire:"bits"`
	B2     bool `wire:"bits"`
	B1     bool `wire:"bits"`
	B0     bool `wire:"bits"`
	Inner  inner
	Inners []inner
	Blobs  [][]byte
	Rest   []byte `wire:"raw"`
}

// doubled is on the wire twice what it is in Go.
type doubled uint32

func (d *doubled) AppendWire(dst []byte) ([]byte, error) {
	return binary.BigEndian.AppendUint32(dst, 2*uint32(*d)), nil
}

var errOdd = errors.New("odd")

func (d *doubled) DecodeWire(data []byte) (int, error) {
	if len(data) < 4 {
		return 0, wire.ErrTruncated
	}
	n := binary.BigEndian.Uint32(data)
	if n%2 != 0 {
		return 0, errOdd
	}
	*d = doubled(n / 2)
	return 4, nil
}

type fixPack struct{ Value doubled }

type identified struct{ Identifier uint16 }

type service [20]byte

type similarityRequest struct {
	Identifier uint16
	LAN        netip.AddrPort      `wire:"4SH"`
	WAN        netip.AddrPort      `wire:"4SH"`
	Connection wire.ConnectionType `wire:"bits:2"`
	_          [6]bool             `wire:"bits"`
	Services   []byte              `wire:"raw"`
}

type similarityResponse struct {
	Identifier uint16
	Services   []byte `wire:"varlenHx20"`
	Overlap    []byte `wire:"raw"`
}

// introduceTo is the head of a request of the discovery community; what follows it is an introduction request.
type introduceTo struct {
	To struct {
		Kind [1]byte
		Mid  service
	} `wire:"c20s"`
	wire.IntroductionRequest
}

// payloads are the structs of the classes in payloads.json.
var payloads = map[string]reflect.Type{
	"Inner": typeOf[inner](), "AllFields": typeOf[allFields](), "FixPack": typeOf[fixPack](), "PingMessage": typeOf[struct{}](),
	"PongMesage": typeOf[struct{}](), "PingPayload": typeOf[identified](), "PongPayload": typeOf[identified](),
	"BinMemberAuthenticationPayload": typeOf[wire.Auth](), "GlobalTimeDistributionPayload": typeOf[wire.Dist](),
	"IntroductionRequestPayload": typeOf[wire.IntroductionRequest](), "IntroductionResponsePayload": typeOf[wire.IntroductionResponse](),
	"NewIntroductionRequestPayload":  typeOf[wire.NewIntroductionRequest](),
	"NewIntroductionResponsePayload": typeOf[wire.NewIntroductionResponse](),
	"PunctureRequestPayload":         typeOf[wire.PunctureRequest](), "NewPunctureRequestPayload": typeOf[wire.NewPunctureRequest](),
	"PuncturePayload": typeOf[wire.Puncture](), "NewPuncturePayload": typeOf[wire.NewPuncture](),
}

func TestPayloads(t *testing.T) {
	for _, c := range vectors(t, "payloads.json") {
		t.Run(c.Name, func(t *testing.T) {
			switch {
			case strings.HasPrefix(c.Class, "Similarity"), strings.HasPrefix(c.Class, "Discovery"), c.Class == "MultiStruct":
				checkByHand(t, c)
			case payloads[c.Class] == nil:
				t.Fatalf("no struct for class %s", c.Class)
			default:
				checkPayload(t, c)
			}
		})
	}
}

// checkPayload writes the fields of a vector and reads its bytes.
func checkPayload(t *testing.T, c vector) {
	shape := payloads[c.Class]
	plan, err := wire.PlanOf(shape)
	if err != nil {
		t.Fatal(err)
	}
	got, want, sent := reflect.New(shape), reflect.New(shape), reflect.New(shape)
	decoded := c.fields()
	if advice, ok := decoded["advice"]; ok { // they read it inverted
		if advice.truth() == c.Fields["advice"].truth() {
			t.Error("advice is not inverted in the vector")
		}
		decoded["advice"] = c.Fields["advice"]
	}
	if err := errors.Join(putPayload(want.Elem(), decoded), putPayload(sent.Elem(), c.Fields)); err != nil {
		t.Fatal(err)
	}
	data, err := plan.Append(nil, sent.Interface())
	if err != nil || string(data) != string(c.bytes()) {
		t.Errorf("encoded as %x, %v, want %s", data, err, c.Hex)
	}
	n, err := plan.Decode(c.bytes(), got.Interface())
	if err != nil || n != c.Consumed || !reflect.DeepEqual(got.Interface(), want.Interface()) {
		t.Errorf("decoded as %+v (%d bytes, %v), want %+v (%d bytes)", got, n, err, want, c.Consumed)
	}
	if m, ok := got.Interface().(wire.Message); ok && int(m.MessageID()) != *c.MsgID {
		t.Errorf("message %d, want %d", m.MessageID(), *c.MsgID)
	}
}

// putPayload is putFields, with py-ipv8's single flags for our array of them.
func putPayload(f reflect.Value, named map[string]typed) error {
	rest := map[string]typed{}
	array := f.FieldByName("Flags")
	for name, v := range named { // any order: each goes to its own place
		if array.IsValid() && strings.HasPrefix(name, "flag") {
			array.Index(int(name[4]-'0') - 8 + array.Len()).SetBool(v.truth())
			continue
		}
		rest[name] = v
	}
	return putFields(f, rest)
}

// checkByHand is for the payloads of other communities, and one py-ipv8 cannot write.
func checkByHand(t *testing.T, c vector) {
	id := func(from int) []byte {
		b := make([]byte, 20)
		for i := range b {
			b[i] = byte(from + i)
		}
		return b
	}
	one, two := netip.MustParseAddrPort("1.2.3.4:5"), netip.MustParseAddrPort("6.7.8.9:10")
	switch c.Name {
	case "similarity-request":
		checkValue(t, c, similarityRequest{77, one, two, wire.ConnectionPublic, [6]bool{}, append(id(0), id(20)...)})
	case "similarity-response":
		checkValue(t, c, similarityResponse{78, id(0), append(id(0), 0, 0, 0, 5)})
	case "similarity-response empty":
		checkValue(t, c, similarityResponse{Identifier: 78})
	case "discovery-intro-req":
		m := introduceTo{}
		m.To.Kind, m.To.Mid = [1]byte{'Y'}, service(id(0))
		m.IntroductionRequest = wire.IntroductionRequest{Destination: one, SourceLAN: two, Advice: true, SupportsNewStyle: true, Identifier: 16,
			SourceWAN: netip.MustParseAddrPort("11.12.13.14:15"), Extra: []byte("ex")}
		checkValue(t, c, m)
	case "VariablePayload with a multi-item struct format: cannot be packed":
		type pair struct {
			A uint8
			B uint16
		}
		c.Hex = "030004"
		checkValue(t, c, struct {
			Pair pair `wire:"BH"`
		}{pair{3, 4}})
	default:
		t.Errorf("no check for %s", c.Name)
	}
}

func checkValue[M any](t *testing.T, c vector, m M) {
	t.Helper()
	codec := wire.MustCompile[M]()
	data, err := codec.Append(nil, m)
	if err != nil || string(data) != string(c.bytes()) {
		t.Errorf("encoded as %x, %v, want %s", data, err, c.Hex)
	}
	got, err := codec.DecodeAll(c.bytes())
	if err != nil || !reflect.DeepEqual(got, m) {
		t.Errorf("decoded as %+v, %v, want %+v", got, err, m)
	}
}

func TestNestedLength(t *testing.T) {
	codec := wire.MustCompile[outer]()
	for _, file := range []string{"nested_length.json", "compat/nested_length_3.2.json"} {
		for _, c := range vectors(t, file) {
			got, err := codec.DecodeAll(c.bytes())
			switch {
			case c.Name == "correct":
				if want := (outer{inner{7, "z"}, 42}); err != nil || got != want {
					t.Errorf("%s, %s: %+v, %v", file, c.Name, got, err)
				}
			case !errors.Is(err, wire.ErrTruncated):
				t.Errorf("%s, %s: %+v, %v", file, c.Name, got, err)
			}
		}
	}
}
