package wire_test

import (
	"net/netip"
	"testing"

	"github.com/overlaytest/overlaytest/ipv8/wire"
)

func response() wire.IntroductionResponse {
	a := netip.MustParseAddrPort("1.2.3.4:5")
	return wire.IntroductionResponse{Destination: a, SourceLAN: a, SourceWAN: a, IntroducedLAN: a, IntroducedWAN: a, SupportsNewStyle: true, Identifier: 7}
}

func BenchmarkAppendResponse(b *testing.B) {
	codec, m := wire.MustCompile[wire.IntroductionResponse](), response()
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		dst, _ = codec.Append(dst[:0], m)
	}
}

func BenchmarkDecodeResponse(b *testing.B) {
	codec := wire.MustCompile[wire.IntroductionResponse]()
	data, _ := codec.Append(nil, response())
	b.ReportAllocs()
	for b.Loop() {
		_, _, _ = codec.Decode(data)
	}
}

// Without the hand-written way, as every other message goes.
func BenchmarkPlanAppendResponse(b *testing.B) {
	plan, m := planOf(b, typeOf[wire.IntroductionResponse]()), response()
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		dst, _ = plan.Append(dst[:0], &m)
	}
}

func BenchmarkPlanDecodeResponse(b *testing.B) {
	plan, m := planOf(b, typeOf[wire.IntroductionResponse]()), response()
	data, _ := plan.Append(nil, m)
	b.ReportAllocs()
	for b.Loop() {
		_, _ = plan.Decode(data, &m)
	}
}

func BenchmarkDecodeManyPayloads(b *testing.B) {
	codec := wire.MustCompile[variable]()
	data, _ := codec.Append(nil, variable{Inners: make([]inner, 255), Ints: make([]int64, 1000)})
	b.ReportAllocs()
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		_, _, _ = codec.Decode(data)
	}
}

func BenchmarkCompile(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		wire.MustCompile[wire.IntroductionResponse]()
	}
}
