package wire_test

import (
	"net/netip"
	"reflect"
	"strconv"
	"strings"

	"pgregory.net/rapid"

	"github.com/overlaytest/overlaytest/ipv8/wire"
)

// variable has every format whose length is on the wire.
type variable struct {
	IP      netip.AddrPort
	Addr    wire.Address
	VarH    []byte
	VarHS   string `wire:"varlenH"`
	Double  []byte `wire:"doublevarlenH"`
	VarI    []byte `wire:"varlenI"`
	Twos    []byte `wire:"varlenBx2"`
	Ids     []byte `wire:"varlenHx20"`
	Text    string
	LongTxt string `wire:"varlenIutf8"`
	Blobs   [][]byte
	Names   []string `wire:"varlenH-list"`
	Inner   inner
	Inners  []inner
	Nested  []nested
	Bools   []bool
	Ints    []int64
	Floats  []float64
	Rest    []byte `wire:"raw"`
}

// nested has a payload whose last field takes all that is left of it.
type nested struct {
	Inners []inner
	Open   struct {
		Twice doubled
		Rest  string `wire:"raw"`
	}
}

// fixed has every format of a known length.
type fixed struct {
	Flag   bool
	U8     uint8
	U16    uint16
	U32    uint32
	U64    uint64
	I32    int32
	I64    int64
	Int    int
	F32    float32
	F64    float64
	Small  int     `wire:"B"`
	Narrow uint64  `wire:"H"`
	Signed int64   `wire:"l"`
	Half   float64 `wire:"f"`
	Char   byte    `wire:"c"`
	Chars  []byte  `wire:"c"`
	Letter [1]byte `wire:"c"`
	Id     [20]byte
	Key    []byte `wire:"32s"`
	Sig    string `wire:"64s"`
	Odd    [3]byte
	V4     netip.AddrPort `wire:"ipv4"`
	Also   netip.AddrPort `wire:"4SH"`
	Pair   struct {
		A [4]byte
		B uint16
	} `wire:"4SH"`
	Mixed struct {
		A, B uint64
		C, D int
		E    byte
		F    uint16
	} `wire:"QQHHBH"`
	Three uint8   `wire:"bits:3"`
	Bit   bool    `wire:"bits"`
	_     [2]bool `wire:"bits"`
	Two   [2]bool `wire:"bits"`
	Eight [8]bool `wire:"bits"`
	Twice doubled
	Plain struct{ A, B uint16 } `wire:"inline"`
}

// draw gives the struct f random values that its formats can hold.
func draw(t *rapid.T, f reflect.Value) {
	for i := range f.NumField() {
		if field := f.Type().Field(i); field.Name != "_" {
			drawField(t, field.Name, field.Tag.Get("wire"), f.Field(i))
		}
	}
}

func drawField(t *rapid.T, name, format string, f reflect.Value) {
	switch f.Interface().(type) {
	case netip.AddrPort:
		f.Set(reflect.ValueOf(drawAddrPort(t, name, format == "" || format == "ip_address")))
		return
	case wire.Address:
		f.Set(reflect.ValueOf(drawAddress(t, name)))
		return
	}
	switch f.Kind() {
	case reflect.Bool:
		f.SetBool(rapid.Bool().Draw(t, name))
	case reflect.Float32, reflect.Float64:
		f.SetFloat(float64(rapid.Float32().Draw(t, name)))
	case reflect.String:
		f.SetString(drawText(t, name, format))
	case reflect.Struct:
		draw(t, f)
	case reflect.Array:
		for i := range f.Len() {
			drawField(t, name, "", f.Index(i))
		}
	case reflect.Slice:
		drawSlice(t, name, format, f)
	default:
		drawNumber(t, name, format, f)
	}
}

func drawAddrPort(t *rapid.T, name string, v6 bool) netip.AddrPort {
	b := rapid.SliceOfN(rapid.Byte(), 18, 18).Draw(t, name)
	port := uint16(b[16])<<8 | uint16(b[17])
	if v6 && rapid.Bool().Draw(t, name+" is IPv6") {
		return netip.AddrPortFrom(netip.AddrFrom16([16]byte(b)), port)
	}
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte(b)), port)
}

func drawAddress(t *rapid.T, name string) wire.Address {
	host := rapid.String().Draw(t, name+" host")
	if host == "" {
		return wire.AddressOf(drawAddrPort(t, name, true))
	}
	return wire.Address{Host: host, Port: rapid.Uint16().Draw(t, name+" port")}
}

func drawText(t *rapid.T, name, format string) string {
	switch {
	case format == "" || strings.HasSuffix(format, "utf8"):
		return rapid.String().Draw(t, name)
	case format == "64s":
		return string(rapid.SliceOfN(rapid.Byte(), 64, 64).Draw(t, name))
	}
	return string(rapid.SliceOf(rapid.Byte()).Draw(t, name))
}

// drawSlice draws nil for an empty slice, as decoding makes it.
func drawSlice(t *rapid.T, name, format string, f reflect.Value) {
	n := rapid.IntRange(0, 5).Draw(t, name+" length")
	switch format {
	case "c":
		n = 1
	case "32s":
		n = 32
	case "varlenBx2":
		n *= 2
	case "varlenHx20":
		n *= 20
	}
	if n == 0 {
		return
	}
	f.Set(reflect.MakeSlice(f.Type(), n, n))
	for i := range n {
		drawField(t, name, strings.TrimSuffix(format, "-list"), f.Index(i))
	}
}

// drawNumber draws within the format, where a tag makes it narrower than the type.
func drawNumber(t *rapid.T, name, format string, f reflect.Value) {
	bits := f.Type().Bits()
	switch {
	case strings.HasPrefix(format, "bits:"):
		bits, _ = strconv.Atoi(format[5:])
	case format == "B" || f.Kind() == reflect.Int && format == "":
		bits = 7
	case format == "H":
		bits = 16
	case format == "l":
		bits = 32
	}
	n := rapid.Uint64().Draw(t, name)
	switch {
	case f.Kind() == reflect.Int: // with an unsigned format
		f.SetInt(int64(n >> (64 - bits)))
	case f.CanUint():
		if f.Type() == typeOf[doubled]() {
			bits = 31
		}
		f.SetUint(n >> (64 - bits))
	default:
		f.SetInt(int64(n) >> (64 - bits))
	}
}
