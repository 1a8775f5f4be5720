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
