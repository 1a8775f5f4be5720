package wire_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/overlaytest/overlaytest/ipv8/wire"
)

// deviations are the vectors about formats that come out differently with us; want nil means that we accept what py-ipv8 refuses.
// Each is named in DIFFERENCES.md by its file and by format and mention.
var deviations = []struct {
	file, format, note, mention string
	want                        error
}{
	{"formats.json", "20s", "longer input is silently truncated", "longer input", wire.ErrRange},
	{"formats.json", "32s", "longer input is silently truncated", "longer input", wire.ErrRange},
	{"formats.json", "64s", "longer input is silently truncated", "longer input", wire.ErrRange},
	{"formats.json", "74s", "longer input is silently truncated", "longer input", wire.ErrRange},
	{"formats.json", "varlenBx2", "odd length", "01616263", wire.ErrInvalid},
	{"formats.json", "ipv4", "inet_aton shorthand", "1.2.3", errNoValue},
	{"formats_errors.json", "ip_address", "plain tuple holding an IPv6 literal", "2001:db8::2", nil},
	{"formats_errors.json", "address", "plain tuple holding a host name", "example.org", nil},
	{"formats_errors.json", "varlenH", "length 5, only 3", "0005616263", wire.ErrTruncated},
	{"formats_errors.json", "varlenHutf8", "truncated: no error", "0005616263", wire.ErrTruncated},
	{"formats_errors.json", "varlenI", "huge length", "ffffffff616263", wire.ErrTruncated},
	{"formats_errors.json", "varlenHx20", "2*20 announced, 20 present", "00020000", wire.ErrTruncated},
}

// deviation tells whether the case is one of the deviations, and our outcome.
func deviation(file string, c vector) (want error, found bool) {
	for _, d := range deviations {
		if d.file == file && d.format == c.Format && strings.HasPrefix(c.Note, d.note) {
			return d.want, true
		}
	}
	return nil, false
}

func TestDeviationsAreDocumented(t *testing.T) {
	text, err := os.ReadFile("../DIFFERENCES.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range deviations {
		row := fmt.Sprintf("| `%s` | `%s`", d.file, d.format)
		if !strings.Contains(string(text), row) || !strings.Contains(string(text), d.mention) {
			t.Errorf("DIFFERENCES.md has no row %s with %s", row, d.mention)
		}
		used := 0
		for _, c := range vectors(t, d.file) {
			if c.Format == d.format && strings.HasPrefix(c.Note, d.note) {
				used++
			}
		}
		if used != 1 {
			t.Errorf("%d vectors are %v", used, d)
		}
	}
}

func typeOf[T any]() reflect.Type { return reflect.TypeFor[T]() }

// goTypes are Go types that carry a format, by the format's name.
var goTypes = map[string][]reflect.Type{
	"?": {typeOf[bool]()}, "B": {typeOf[uint8](), typeOf[int]()}, "H": {typeOf[uint16](), typeOf[int64]()}, "I": {typeOf[uint32](), typeOf[int64]()},
	"l": {typeOf[int32](), typeOf[int64]()}, "q": {typeOf[int64](), typeOf[uint64]()}, "Q": {typeOf[uint64](), typeOf[int64]()},
	"f": {typeOf[float32](), typeOf[float64]()}, "d": {typeOf[float64]()}, "c": {typeOf[[1]byte](), typeOf[[]byte]()},
	"20s": {typeOf[[20]byte](), typeOf[[]byte]()}, "32s": {typeOf[[32]byte](), typeOf[[]byte]()}, "64s": {typeOf[[64]byte](), typeOf[[]byte]()},
	"74s": {typeOf[[74]byte](), typeOf[[]byte]()}, "ipv4": {typeOf[netip.AddrPort]()}, "ip_address": {typeOf[netip.AddrPort]()},
	"address": {typeOf[wire.Address]()}, "raw": {typeOf[[]byte]()}, "varlenH": {typeOf[[]byte]()}, "doublevarlenH": {typeOf[[]byte]()},
	"varlenI": {typeOf[[]byte]()}, "varlenBx2": {typeOf[[]byte]()}, "varlenHx20": {typeOf[[]byte]()}, "varlenHutf8": {typeOf[string]()},
	"varlenIutf8": {typeOf[string]()}, "varlenH-list": {typeOf[[][]byte]()}, "arrayH-?": {typeOf[[]bool]()}, "arrayH-q": {typeOf[[]int64]()},
	"arrayH-d": {typeOf[[]float64]()},
	"BH": {typeOf[struct {
		A uint8
		B uint16
	}]()},
	"BBH": {typeOf[struct {
		A, B uint8
		C    uint16
	}]()},
	"HH": {typeOf[struct{ A, B uint16 }]()},
	"LL": {typeOf[struct{ A, B uint32 }]()},
	"QH": {typeOf[struct {
		A uint64
		B uint16
	}]()},
	"QL": {typeOf[struct {
		A uint64
		B uint32
	}]()},
	"QQHHBH": {typeOf[struct {
		A, B uint64
		C, D uint16
		E    uint8
		F    uint16
	}]()},
	"ccB": {typeOf[struct {
		A, B [1]byte
		C    uint8
	}]()},
	"c20s": {typeOf[struct {
		A [1]byte
		B [20]byte
	}]()},
	"4SH": {typeOf[struct {
		A [4]byte
		B uint16
	}]()},
}

// structOf is a struct of n fields of one type and format.
func structOf(n int, t reflect.Type, format string) reflect.Type {
	var fields []reflect.StructField
	for i := range n {
		tag := reflect.StructTag(fmt.Sprintf("wire:%q", format))
		fields = append(fields, reflect.StructField{Name: fmt.Sprintf("F%d", i), Type: t, Tag: tag})
	}
	return reflect.StructOf(fields)
}

// shapes are the structs that hold values of a format.
func shapes(t *testing.T, format string, values int) (shapes []reflect.Type) {
	if format == "bits" {
		return []reflect.Type{structOf(values, typeOf[bool](), "bits")}
	}
	for _, goType := range goTypes[format] {
		shapes = append(shapes, structOf(1, goType, format))
	}
	if shapes == nil {
		t.Fatalf("no Go type for format %s", format)
	}
	return shapes
}

// fill sets the fields of a shape from the values of a vector.
func fill(f reflect.Value, format string, values []typed) error {
	if len(values) == 1 {
		return values[0].put(f.Field(0))
	}
	list, err := json.Marshal(values)
	if err != nil {
		return err
	}
	if format == "bits" {
		return typed{T: "tuple", V: list}.put(f)
	}
	return typed{T: "tuple", V: list}.put(f.Field(0))
}

// encode writes the values as format, in a struct of the given shape.
func encode(shape reflect.Type, format string, values []typed) ([]byte, error) {
	v := reflect.New(shape).Elem()
	if err := fill(v, format, values); err != nil {
		return nil, err
	}
	plan, err := wire.PlanOf(shape)
	if err != nil {
		return nil, err
	}
	return plan.Append([]byte("head"), v.Interface())
}

func TestFormats(t *testing.T) {
	for _, file := range []string{"formats.json", "formats_3.2_extra.json"} {
		for i, c := range vectors(t, file) {
			t.Run(fmt.Sprintf("%s/%d %s", file, i, c.Format), func(t *testing.T) { checkFormat(t, file, c) })
		}
	}
}

func checkFormat(t *testing.T, file string, c vector) {
	want, differs := deviation(file, c)
	held := 0
	for _, shape := range shapes(t, c.Format, len(c.Args)) {
		data, err := encode(shape, c.Format, c.Args)
		switch {
		case differs && !errors.Is(err, want) && !errors.Is(err, errNoValue):
			t.Errorf("%v: %v, want %v", shape, err, want)
		case differs || err == nil && string(data) == "head"+string(c.bytes()):
			held++
		case err == nil:
			t.Errorf("%v: encoded as %x, want %s", shape, data[4:], c.Hex)
		}
		checkDecode(t, shape, c)
	}
	if held == 0 {
		t.Error("no Go type holds the value")
	}
}

// checkDecode decodes the bytes of a vector with more behind them.
func checkDecode(t *testing.T, shape reflect.Type, c vector) {
	plan, err := wire.PlanOf(shape)
	if err != nil {
		t.Fatal(err)
	}
	got, want := reflect.New(shape), reflect.New(shape)
	if err := fill(want.Elem(), c.Format, c.values()); err != nil {
		return // another Go type holds it
	}
	data := c.bytes()
	if c.Format != "raw" {
		data = append(data, "tail"...)
	}
	n, err := plan.Decode(data, got.Interface())
	if err != nil || n != c.Consumed || !reflect.DeepEqual(got.Interface(), want.Interface()) {
		t.Errorf("%v: decoded as %+v (%d bytes, %v), want %+v (%d bytes)", shape, got, n, err, want, c.Consumed)
	}
}

func TestFormatErrors(t *testing.T) {
	for i, c := range vectors(t, "formats_errors.json") {
		t.Run(fmt.Sprintf("%d %s %s", i, c.Op, c.Format), func(t *testing.T) {
			if c.Op == "pack" {
				checkRefusedValue(t, c)
			} else {
				checkOddBytes(t, c)
			}
		})
	}
}

// checkRefusedValue expects that the value has no place in Go's type, or is refused.
func checkRefusedValue(t *testing.T, c vector) {
	_, accepted := deviation("formats_errors.json", c)
	for _, shape := range shapes(t, c.Format, len(c.Args)) {
		data, err := encode(shape, c.Format, c.Args)
		if (err == nil) != accepted {
			t.Errorf("%v: %x, %v", shape, data, err)
		}
		if err != nil && data != nil && !bytes.Equal(data, []byte("head")) {
			t.Errorf("%v: an error, and %x", shape, data)
		}
	}
}

// checkOddBytes decodes what py-ipv8 refuses or should have refused.
func checkOddBytes(t *testing.T, c vector) {
	want, differs := deviation("formats_errors.json", c)
	shape := shapes(t, c.Format, 8)[0]
	plan, err := wire.PlanOf(shape)
	if err != nil {
		t.Fatal(err)
	}
	n, err := plan.Decode(c.bytes(), reflect.New(shape).Interface())
	switch {
	case differs && !errors.Is(err, want):
		t.Errorf("%v, want %v", err, want)
	case c.Error != "" && !errors.Is(err, wire.ErrTruncated) && !errors.Is(err, wire.ErrInvalid):
		t.Errorf("%v, py-ipv8 has %s", err, c.Error)
	case c.Error == "" && !differs && (err != nil || n != len(c.bytes())):
		t.Errorf("%d bytes, %v, py-ipv8 accepts", n, err)
	}
}
