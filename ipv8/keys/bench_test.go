package keys

import (
	"fmt"
	"testing"
)

// message is as long as a curve25519 introduction request without signature.
var message = make([]byte, 128)

// benchPairs calls f for each kind of pair: every level, real and stand-in.
func benchPairs(b *testing.B, ring func() *Ring, f func(b *testing.B, k Private)) {
	for _, level := range Levels() {
		b.Run(string(level), func(b *testing.B) { f(b, generate(b, ring(), level, 1)) })
		b.Run("stand-in/"+string(level), func(b *testing.B) { f(b, standIn(b, ring(), level, 1)) })
	}
}

func BenchmarkGenerate(b *testing.B) {
	for _, level := range Levels() {
		random := stream(1)
		b.Run(string(level), func(b *testing.B) {
			b.ReportAllocs()
			r := NewRing()
			for b.Loop() {
				_, _ = r.Generate(level, random)
			}
		})
		b.Run("stand-in/"+string(level), func(b *testing.B) {
			b.ReportAllocs()
			r := NewRing()
			for b.Loop() {
				_, _ = r.StandIn(level, random)
			}
		})
	}
}

func BenchmarkSign(b *testing.B) {
	benchPairs(b, NewRing, func(b *testing.B, k Private) {
		b.ReportAllocs()
		var buf [200]byte
		for b.Loop() {
			k.AppendSignature(buf[:0], message)
		}
	})
}

// BenchmarkVerify verifies by arithmetic.
func BenchmarkVerify(b *testing.B) {
	benchPairs(b, NewSocketRing, verify)
}

// BenchmarkVerifyRemembered verifies what was signed in the ring.
func BenchmarkVerifyRemembered(b *testing.B) {
	benchPairs(b, NewRing, verify)
}

func verify(b *testing.B, k Private) {
	b.ReportAllocs()
	signature := k.Sign(message)
	for b.Loop() {
		if !k.Public().Verify(message, signature) {
			b.Fatal("refused")
		}
	}
}

// BenchmarkRemember is what memory adds to each signature.
func BenchmarkRemember(b *testing.B) {
	b.ReportAllocs()
	var m memory
	signer, signature := new(Public), make([]byte, 64)
	for b.Loop() {
		signature[30]++
		m.keep(signer, message, signature)
	}
}

// BenchmarkParse parses a public key for the first time, and again.
func BenchmarkParse(b *testing.B) {
	for _, level := range Levels() {
		bin := func(b *testing.B) []byte { return []byte(generate(b, NewRing(), level, 1).Public().Bin()) }
		b.Run(fmt.Sprintf("%s/first", level), func(b *testing.B) {
			bin := bin(b)
			b.ReportAllocs()
			for b.Loop() {
				_, _ = NewRing().ParsePublic(bin)
			}
		})
		b.Run(fmt.Sprintf("%s/again", level), func(b *testing.B) {
			bin := bin(b)
			r := NewRing()
			_, _ = r.ParsePublic(bin)
			b.ReportAllocs()
			for b.Loop() {
				_, _ = r.ParsePublic(bin)
			}
		})
	}
}
