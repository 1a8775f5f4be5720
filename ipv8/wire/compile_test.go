package wire_test

import (
	"errors"
	"net/netip"
	"reflect"
	"testing"

	"github.com/overlaytest/overlaytest/ipv8/wire"
)

type itself struct{ Again []itself }

// badStructs are what compiling each says.
var badStructs = map[string]reflect.Type{
	"wire: struct: not a wire struct: want a struct, have <nil>":            nil,
	"wire: string: not a wire struct: want a struct, have string":           typeOf[string](),
	"wire: struct: not a wire struct: want a struct, have *wire_test.inner": typeOf[*inner](),
	"wire: itself.Again: not a wire struct: wire_test.itself holds itself":  typeOf[itself](),
	"wire: struct.V: not a wire struct: type chan int has no format":        typeOf[struct{ V chan int }](),
	"wire: struct.V: not a wire struct: type uint has no format":            typeOf[struct{ V uint }](),
	"wire: struct.V: not a wire struct: type []uint16 has no format":        typeOf[struct{ V []uint16 }](),
	"wire: struct.V: not a wire struct: type interface {} has no format":    typeOf[struct{ V any }](),
	"wire: struct.v: not a wire struct: field is not exported":              typeOf[struct{ v int64 }](),
	"wire: struct._: not a wire struct: field is not exported":              typeOf[struct{ _ uint8 }](),
	`wire: struct.V: not a wire struct: no format "varlenQ" for []uint8`: typeOf[struct {
		V []byte `wire:"varlenQ"`
	}](),
	`wire: struct.V: not a wire struct: format "H" does not fit type []uint8`: typeOf[struct {
		V []byte `wire:"H"`
	}](),
	`wire: struct.V: not a wire struct: format "20s" does not fit type [19]uint8`: typeOf[struct {
		V [19]byte `wire:"20s"`
	}](),
	`wire: struct.V: not a wire struct: format "ipv4" does not fit type netip.Addr`: typeOf[struct {
		V netip.Addr `wire:"ipv4"`
	}](),
	`wire: struct.V: not a wire struct: format "payload-list" does not fit type struct {}`: typeOf[struct {
		V struct{} `wire:"payload-list"`
	}](),
	"wire: struct.B: not a wire struct: after a field that takes all that is left": typeOf[struct {
		A []byte `wire:"raw"`
		B uint8
	}](),
	"wire: struct.V: not a wire struct: 1 fields for 2 formats": typeOf[struct {
		V struct{ A uint8 } `wire:"BH"`
	}](),
	"wire: struct.V.A: not a wire struct: the composite gives the format": typeOf[struct {
		V struct {
			A uint8 `wire:"B"`
			B uint16
		} `wire:"BH"`
	}](),
	"wire: struct.A: not a wire struct: bits end inside a byte, 6 missing": typeOf[struct {
		A, B bool `wire:"bits"`
	}](),
	"wire: struct.A: not a wire struct: bits do not fill the byte: 7 left before B": typeOf[struct {
		A bool `wire:"bits"`
		B uint8
	}](),
	"wire: struct.A: not a wire struct: bits do not fill the byte: 3 left before B": typeOf[struct {
		A uint8 `wire:"bits:5"`
		B uint8 `wire:"bits:4"`
	}](),
	"wire: struct.a: not a wire struct: field a is not exported": typeOf[struct {
		a bool `wire:"bits"`
	}](),
	`wire: struct.V: not a wire struct: no format "12" for uint8`: typeOf[struct {
		V uint8 `wire:"12"`
	}](),
	`wire: struct.V: not a wire struct: no format "bits" for uint8`: typeOf[struct {
		V uint8 `wire:"bits"`
	}](),
	`wire: struct.V: not a wire struct: no format "bits:9" for uint16`: typeOf[struct {
		V uint16 `wire:"bits:9"`
	}](),
}

func TestBadStructs(t *testing.T) {
	for text, shape := range badStructs { // any order: each is a case of its own
		if _, err := wire.PlanOf(shape); !errors.Is(err, wire.ErrStruct) || err.Error() != text {
			t.Errorf("%v\n have %v\n want %s", shape, err, text)
		}
	}
}

func TestCompile(t *testing.T) {
	if _, err := wire.Compile[itself](); !errors.Is(err, wire.ErrStruct) {
		t.Error(err)
	}
	defer func() {
		if got, want := recover(), "wire: itself.Again: not a wire struct: wire_test.itself holds itself"; got != want {
			t.Errorf("panic %v, want %s", got, want)
		}
	}()
	wire.MustCompile[itself]()
}

func TestPlanOfAnotherType(t *testing.T) {
	plan := planOf(t, typeOf[inner]())
	for _, use := range []func(){
		func() { _, _ = plan.Append(nil, outer{}) },
		func() { _, _ = plan.Append(nil, (*inner)(nil)) },
		func() { _, _ = plan.Append(nil, nil) },
		func() { _, _ = plan.Decode(nil, &outer{}) },
		func() { _, _ = plan.Decode(nil, inner{}) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			use()
		}()
	}
}

// greedy claims to have read more than there was.
type greedy struct{}

func (*greedy) AppendWire(dst []byte) ([]byte, error)     { return dst, errOdd }
func (*greedy) DecodeWire(data []byte) (n int, err error) { return len(data) + 1, nil }

func TestCustom(t *testing.T) {
	type message struct{ A, B doubled }
	codec := wire.MustCompile[message]()
	_, _, err := codec.Decode([]byte{0, 0, 0, 2, 0, 0, 0, 3})
	if !errors.Is(err, errOdd) || err.Error() != "wire: message.B: odd" {
		t.Error(err)
	}
	type bad struct{ V greedy }
	if _, err := wire.MustCompile[bad]().Append(nil, bad{}); !errors.Is(err, errOdd) {
		t.Error(err)
	}
	defer func() {
		if got, want := recover(), "wire: wire_test.greedy.DecodeWire read 3 of 2 bytes"; got != want {
			t.Errorf("panic %v, want %s", got, want)
		}
	}()
	_, _, _ = wire.MustCompile[bad]().Decode([]byte{1, 2})
}

func TestDecodeAll(t *testing.T) {
	codec := wire.MustCompile[wire.Dist]()
	m, err := codec.DecodeAll([]byte{0, 0, 0, 0, 0, 0, 0, 1, 2, 3})
	if !errors.Is(err, wire.ErrExtraData) || err.Error() != "wire: Dist: data left over: 2 bytes" || m != (wire.Dist{}) {
		t.Error(m, err)
	}
	_, err = wire.MustCompile[outer]().DecodeAll([]byte{0, 5, 0, 7, 0, 0, 9, 42})
	if !errors.Is(err, wire.ErrExtraData) || err.Error() != "wire: outer.Inner: data left over: 1 bytes" {
		t.Error(err)
	}
}

func TestNarrowFields(t *testing.T) {
	type message struct {
		U uint8  `wire:"H"`
		I int8   `wire:"q"`
		N uint32 `wire:"l"`
		S int32  `wire:"Q"`
	}
	plan := planOf(t, typeOf[message]())
	for text, data := range map[string][]byte{ // any order: each is a case of its own
		"wire: message.U: out of range: 256 does not fit uint8": {1, 0},
		"wire: message.I: out of range: -129 does not fit int8": {0, 0, 255, 255, 255, 255, 255, 255, 255, 127},
		"wire: message.N: out of range: -1 does not fit uint32": {9: 1, 10: 255, 11: 255, 12: 255, 13: 255},
		"wire: message.S: out of range: 18446744073709551615 does not fit int32": {14: 255, 15: 255, 16: 255, 17: 255, 18: 255, 19: 255,
			20: 255, 21: 255},
		"wire: message.I: data ends early: 8 bytes needed, 1 left": {0, 0, 0},
	} {
		if _, err := plan.Decode(data, new(message)); err == nil || err.Error() != text {
			t.Errorf("%v, want %s", err, text)
		}
	}
}
