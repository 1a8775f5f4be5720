package wire_test

import (
	"fmt"
	"net/netip"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/overlaytest/overlaytest/ipv8/wire"
)

// Some messages are written and read without their plan: both must agree in everything, errors too.
func TestHandAgreesWithPlan(t *testing.T) {
	t.Run("IntroductionRequest", agrees[wire.IntroductionRequest])
	t.Run("IntroductionResponse", agrees[wire.IntroductionResponse])
	t.Run("PunctureRequest", agrees[wire.PunctureRequest])
	t.Run("Puncture", agrees[wire.Puncture])
	t.Run("NewIntroductionRequest", agrees[wire.NewIntroductionRequest])
	t.Run("NewIntroductionResponse", agrees[wire.NewIntroductionResponse])
	t.Run("NewPunctureRequest", agrees[wire.NewPunctureRequest])
	t.Run("NewPuncture", agrees[wire.NewPuncture])
	t.Run("Auth", agrees[wire.Auth])
	t.Run("Dist", agrees[wire.Dist])
}

func agrees[M any](t *testing.T) {
	codec, plan := wire.MustCompile[M](), planOf(t, typeOf[M]())
	rapid.Check(t, func(t *rapid.T) {
		var m, got, want M
		draw(t, reflect.ValueOf(&m).Elem())
		distort(t, reflect.ValueOf(&m).Elem())
		before := m
		one, err1 := codec.Append([]byte("head"), m)
		two, err2 := plan.Append([]byte("head"), &m)
		if string(one) != string(two) || fmt.Sprint(err1) != fmt.Sprint(err2) || !reflect.DeepEqual(m, before) {
			t.Fatalf("%+v: by hand %x, %v, by plan %x, %v", m, one, err1, two, err2)
		}
		data := rapid.SliceOfN(rapid.Byte(), 0, 50).Draw(t, "data")
		if err1 == nil && rapid.Bool().Draw(t, "written") {
			data = one[4 : len(one)-rapid.IntRange(0, len(one)-4).Draw(t, "cut")]
		}
		got, n1, err1 := codec.Decode(data)
		n2, err2 := plan.Decode(data, &want)
		if n1 != n2 || fmt.Sprint(err1) != fmt.Sprint(err2) || !reflect.DeepEqual(got, want) {
			t.Fatalf("%x: by hand %+v, %d, %v, by plan %+v, %d, %v", data, got, n1, err1, want, n2, err2)
		}
	})
}

// distort puts into some fields what they cannot or hardly hold.
func distort(t *rapid.T, f reflect.Value) {
	for i := range f.NumField() {
		if f.Type().Field(i).Name == "_" || rapid.IntRange(0, 9).Draw(t, "distort") > 0 {
			continue
		}
		switch field := f.Field(i); field.Interface().(type) {
		case netip.AddrPort:
			odd := []netip.AddrPort{{}, netip.AddrPortFrom(netip.Addr{}, 7), netip.MustParseAddrPort("[::1]:5"),
				netip.MustParseAddrPort("[::ffff:1.2.3.4]:5")}
			field.Set(reflect.ValueOf(rapid.SampledFrom(odd).Draw(t, "address")))
		case wire.ConnectionType:
			field.SetUint(uint64(rapid.Byte().Draw(t, "connection")))
		case string:
			n := rapid.SampledFrom([]int{0, 65535, 65536, 65537, 131072}).Draw(t, "length")
			field.SetString(string(make([]byte, n)))
		}
	}
}
