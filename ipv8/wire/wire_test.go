package wire_test

import (
	"bytes"
	"errors"
	"math"
	"net/netip"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/overlaytest/overlaytest/ipv8/wire"
)

// introductions are the structs of this package, by a number a fuzzer can pick.
var introductions = []reflect.Type{
	typeOf[wire.IntroductionRequest](), typeOf[wire.IntroductionResponse](), typeOf[wire.PunctureRequest](), typeOf[wire.Puncture](),
	typeOf[wire.NewIntroductionRequest](), typeOf[wire.NewIntroductionResponse](), typeOf[wire.NewPunctureRequest](),
	typeOf[wire.NewPuncture](), typeOf[wire.Auth](), typeOf[wire.Dist](),
}

func planOf(t testing.TB, shape reflect.Type) *wire.Plan {
	t.Helper()
	plan, err := wire.PlanOf(shape)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

func TestRoundTrip(t *testing.T) {
	for _, shape := range append(introductions, typeOf[fixed](), typeOf[variable]()) {
		plan := planOf(t, shape)
		t.Run(shape.Name(), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) { roundTrip(t, plan, shape) })
		})
	}
}

// roundTrip writes a random value, reads it back, and reads each part of it that is cut off.
func roundTrip(t *rapid.T, plan *wire.Plan, shape reflect.Type) {
	sent, got := reflect.New(shape), reflect.New(shape)
	draw(t, sent.Elem())
	data, err := plan.Append(nil, sent.Interface())
	if err != nil {
		t.Fatal(err)
	}
	if byValue, _ := plan.Append([]byte("head"), sent.Elem().Interface()); string(byValue) != "head"+string(data) {
		t.Fatalf("by value %x, by pointer %x", byValue, data)
	}
	n, err := plan.Decode(data, got.Interface())
	if err != nil || n != len(data) || !reflect.DeepEqual(sent.Interface(), got.Interface()) {
		t.Fatalf("%+v comes back as %+v: %d of %d bytes, %v", sent, got, n, len(data), err)
	}
	for i := range data {
		n, err := plan.Decode(data[:i], got.Interface()) // data goes on behind the cut
		if err == nil && n > i || err != nil && (!errors.Is(err, wire.ErrTruncated) || !got.Elem().IsZero()) {
			t.Fatalf("the first %d bytes are %+v: %d bytes, %v", i, got, n, err)
		}
	}
}

func TestDecodeCopies(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var sent, got variable
		draw(t, reflect.ValueOf(&sent).Elem())
		codec := wire.MustCompile[variable]()
		data, _ := codec.Append(nil, sent)
		got, err := codec.DecodeAll(data)
		clear(data)
		if err != nil || !reflect.DeepEqual(sent, got) {
			t.Fatalf("%+v became %+v, %v", sent, got, err)
		}
	})
}

func FuzzIntroductions(f *testing.F) {
	for i := range introductions {
		f.Add(byte(i), bytes.Repeat([]byte{1}, 80))
	}
	f.Fuzz(func(t *testing.T, which byte, data []byte) {
		fuzzDecode(t, introductions[int(which)%len(introductions)], data)
	})
}

func FuzzFormats(f *testing.F) {
	f.Add(true, bytes.Repeat([]byte{0}, 200))
	f.Add(false, bytes.Repeat([]byte{1}, 400))
	for i := range 20 {
		var v variable
		rapid.Custom(func(t *rapid.T) int { draw(t, reflect.ValueOf(&v).Elem()); return 0 }).Example(i)
		data, err := wire.MustCompile[variable]().Append(nil, v)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(false, data)
	}
	f.Fuzz(func(t *testing.T, known bool, data []byte) {
		if known {
			fuzzDecode(t, typeOf[fixed](), data)
		} else {
			fuzzDecode(t, typeOf[variable](), data)
		}
	})
}

// fuzzDecode reads data, the same data with poison behind it, and what was read once written again.
func fuzzDecode(t *testing.T, shape reflect.Type, data []byte) {
	plan := planOf(t, shape)
	one, two, three := reflect.New(shape), reflect.New(shape), reflect.New(shape)
	n, err := plan.Decode(data[:len(data):len(data)], one.Interface())
	poisoned := append(bytes.Clone(data), bytes.Repeat([]byte{0xff}, 64)...)
	m, err2 := plan.Decode(poisoned[:len(data)], two.Interface())
	if n != m || (err == nil) != (err2 == nil) || n > len(data) {
		t.Fatalf("over-read: %d %v, %d %v", n, err, m, err2)
	}
	if err != nil {
		if !one.Elem().IsZero() || !strings.Contains(err.Error(), "wire: "+shape.Name()+".") {
			t.Fatalf("%+v, %v", one, err)
		}
		return
	}
	first, err := plan.Append(nil, one.Interface())
	second, err2 := plan.Append(nil, two.Interface())
	if err != nil || err2 != nil || !bytes.Equal(first, second) {
		t.Fatalf("%+v is %x, %v and %x, %v", one, first, err, second, err2)
	}
	n, err = plan.Decode(first, three.Interface())
	again, err2 := plan.Append(nil, three.Interface())
	if err != nil || err2 != nil || n != len(first) || !bytes.Equal(first, again) {
		t.Fatalf("not canonical: %x, %x, %v, %v", first, again, err, err2)
	}
}

// A few bytes may claim gigabytes; decoding them costs no more than the error.
func TestClaimsAllocateNothing(t *testing.T) {
	claims := map[string]reflect.Type{
		"\xff\xff\xff\xffabcdef": typeOf[struct {
			V []byte `wire:"varlenI"`
		}](),
		"\xff\xff\xff\xfeabcdef": typeOf[struct {
			V string `wire:"varlenIutf8"`
		}](),
		"\xff\xff\xff\xff\x01\x02\x03\x04": typeOf[struct {
			V []byte `wire:"varlenHx20"`
		}](),
		"\xff\xff\x00\x00\x00\x00\x00\x00\x00\x00": typeOf[struct{ V []int64 }](),
		"\xff\x00\x00\x00\x00\x00\x00\x00":         typeOf[struct{ V [][]byte }](),
		"\xff\x00\x00\x01\x00\x00\x00\x00":         typeOf[struct{ V []variable }](),
		"\x02\xff\xffabcdef":                       typeOf[struct{ V wire.Address }](),
	}
	for data, shape := range claims { // any order: each is a case of its own
		plan, m := planOf(t, shape), reflect.New(shape).Interface()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range 100 {
			if _, err := plan.Decode([]byte(data), m); !errors.Is(err, wire.ErrTruncated) {
				t.Fatalf("%v of %x: %v", shape, data, err)
			}
		}
		runtime.ReadMemStats(&after)
		if each := (after.TotalAlloc - before.TotalAlloc) / 100; each > 512 {
			t.Errorf("%v of %x allocates %d bytes", shape, data, each)
		}
	}
}

func TestAllocations(t *testing.T) {
	codec, m := wire.MustCompile[wire.IntroductionResponse](), response()
	plan := planOf(t, typeOf[wire.IntroductionResponse]())
	dst, err := codec.Append(make([]byte, 0, 100), m)
	if err != nil {
		t.Fatal(err)
	}
	check := func(what string, most float64, f func()) {
		if got := testing.AllocsPerRun(100, f); got > most {
			t.Errorf("%s: %v allocations, at most %v", what, got, most)
		}
	}
	var got wire.IntroductionResponse
	check("Codec.Append", 0, func() { _, _ = codec.Append(dst[:0], m) })
	check("Plan.Append", 0, func() { _, _ = plan.Append(dst[:0], &m) })
	check("Codec.Decode", 0, func() { _, _, _ = codec.Decode(dst) })
	check("Plan.Decode", 0, func() { _, _ = plan.Decode(dst, &got) })
	m.Extra = []byte("more")
	dst, _ = codec.Append(dst[:0], m)
	check("Codec.Decode with a tail", 1, func() { _, _, _ = codec.Decode(dst) })
}

// What is just short enough is written.
func TestLimits(t *testing.T) {
	long := strings.Repeat("x", 65535)
	sent := variable{VarHS: long, Text: long, Ids: make([]byte, 20*65535), Twos: make([]byte, 510), Blobs: make([][]byte, 255),
		Inners: make([]inner, 255), Inner: inner{Text: long[:65531]}, Bools: make([]bool, 65535), Addr: wire.Address{Host: long}}
	codec := wire.MustCompile[variable]()
	data, err := codec.Append(nil, sent)
	if err != nil {
		t.Fatal(err)
	}
	sent.IP = netip.MustParseAddrPort("0.0.0.0:0") // as no address comes back
	if got, err := codec.DecodeAll(data); err != nil || !reflect.DeepEqual(got, sent) {
		t.Error(err)
	}
}

func TestNoAddress(t *testing.T) {
	data, err := wire.MustCompile[wire.Puncture]().Append(nil, wire.Puncture{})
	if err != nil || !bytes.Equal(data, make([]byte, 14)) {
		t.Errorf("%x, %v", data, err)
	}
	got, err := wire.MustCompile[wire.Puncture]().DecodeAll(data)
	if want := netip.MustParseAddrPort("0.0.0.0:0"); err != nil || got.SourceLAN != want {
		t.Error(got, err)
	}
}

func TestConnectionTypes(t *testing.T) {
	for c, want := range []string{"unknown", "N/A", "public", "symmetric-NAT", "N/A"} {
		if got := wire.ConnectionType(c).String(); got != want {
			t.Errorf("%d is %s, want %s", c, got, want)
		}
	}
}

func TestErrorsNameFieldValueLimit(t *testing.T) {
	long := strings.Repeat("x", 65536)
	v4, v6 := netip.MustParseAddrPort("1.2.3.4:5"), netip.MustParseAddrPort("[::ffff:1.2.3.4]:5")
	cases := []struct {
		m    any
		kind error
		text string
	}{
		{wire.Auth{PublicKey: long}, wire.ErrRange, "wire: Auth.PublicKey: out of range: 65536 bytes, at most 65535"},
		{wire.Puncture{SourceLAN: v4, SourceWAN: v6}, wire.ErrInvalid, "wire: Puncture.SourceWAN: invalid value: [::ffff:1.2.3.4]:5 is not an IPv4 address"},
		{wire.IntroductionRequest{Connection: 4}, wire.ErrRange, "wire: IntroductionRequest.Connection: out of range: 4, at most 3"},
		{fixed{Small: 256}, wire.ErrRange, "wire: fixed.Small: out of range: 256, not in 0..255"},
		{fixed{Small: -1}, wire.ErrRange, "wire: fixed.Small: out of range: -1, not in 0..255"},
		{fixed{Signed: math.MaxInt32 + 1}, wire.ErrRange, "wire: fixed.Signed: out of range: 2147483648, not in -2147483648..2147483647"},
		{fixed{Half: 1e39}, wire.ErrRange, "wire: fixed.Half: out of range: 1e+39, at most 3.4028234663852886e+38"},
		{variable{Twos: []byte("odd")}, wire.ErrInvalid, "wire: variable.Twos: invalid value: 3 bytes, want a multiple of 2"},
		{variable{Text: "\xff"}, wire.ErrInvalid, `wire: variable.Text: invalid value: "\xff" is not UTF-8`},
		{variable{Blobs: make([][]byte, 256)}, wire.ErrRange, "wire: variable.Blobs: out of range: 256 items, at most 255"},
		{variable{Inners: []inner{{}, {Text: long[1:]}}}, wire.ErrRange, "wire: variable.Inners[1]: out of range: 65539 bytes, at most 65535"},
		{variable{Addr: wire.Address{Host: "a", IP: v4.Addr()}}, wire.ErrInvalid, `wire: variable.Addr: invalid value: both a host "a" and an address 1.2.3.4`},
		{variable{Addr: wire.Address{Host: "\xff"}}, wire.ErrInvalid, `wire: variable.Addr: invalid value: host "\xff" is not UTF-8`},
		{variable{Addr: wire.Address{Host: long}}, wire.ErrRange, "wire: variable.Addr: out of range: host of 65536 bytes, at most 65535"},
		{variable{Names: []string{"", long}}, wire.ErrRange, "wire: variable.Names: out of range: item 1: 65536 bytes, at most 65535"},
		{variable{Bools: make([]bool, 65536)}, wire.ErrRange, "wire: variable.Bools: out of range: 65536 items, at most 65535"},
		{variable{Inners: make([]inner, 256)}, wire.ErrRange, "wire: variable.Inners: out of range: 256 items, at most 255"},
		{variable{Ids: make([]byte, 20*65536)}, wire.ErrRange, "wire: variable.Ids: out of range: 1310720 bytes, at most 1310700"},
		{fixed{}, wire.ErrRange, "wire: fixed.Chars: out of range: 0 bytes, want 1"},
		{fixed{Chars: []byte("c"), Key: make([]byte, 33)}, wire.ErrRange, "wire: fixed.Key: out of range: 33 bytes, want 32"},
		{wire.NewPuncture{SourceLAN: netip.MustParseAddrPort("[fe80::1%eth0]:1")}, wire.ErrInvalid, "wire: NewPuncture.SourceLAN: invalid value: [fe80::1%eth0]:1 has a zone, which means nothing elsewhere"},
	}
	for _, c := range cases {
		dst, err := planOf(t, reflect.TypeOf(c.m)).Append([]byte("head"), c.m)
		if !errors.Is(err, c.kind) || err.Error() != c.text || string(dst) != "head" {
			t.Errorf("%q\n%v\nwant %s", dst, err, c.text)
		}
	}
}
