package b2

import (
	"crypto/ed25519"
	"crypto/sha1"
	"math/big"
	"testing"
)

// each runs a benchmark for every curve.
func each(b *testing.B, run func(b *testing.B, c *Curve)) {
	for i := range domains {
		c := newCurve(domains[i])
		b.Run(c.name, func(b *testing.B) { run(b, c) })
	}
}

func BenchmarkMul(b *testing.B) {
	each(b, func(b *testing.B, c *Curve) {
		z := c.generator.x
		for b.Loop() {
			c.mul(&z, &z, &c.generator.y)
		}
	})
}

func BenchmarkSqr(b *testing.B) {
	each(b, func(b *testing.B, c *Curve) {
		z := c.generator.x
		for b.Loop() {
			c.sqr(&z, &z)
		}
	})
}

func BenchmarkInv(b *testing.B) {
	each(b, func(b *testing.B, c *Curve) {
		z := c.generator.x
		for b.Loop() {
			c.inv(&z, &z)
		}
	})
}

func BenchmarkMake(b *testing.B) {
	each(b, func(b *testing.B, c *Curve) {
		for b.Loop() {
			ByName(c.name)
		}
	})
}

// benchmarkKey is a private scalar of no particular value.
func benchmarkKey(c *Curve) Scalar {
	half := new(big.Int).Rsh(c.order, 1)
	d, err := c.Scalar(half.Xor(half, new(big.Int).Rsh(half, 3)).Bytes())
	if err != nil {
		panic(err)
	}
	return d
}

func BenchmarkPublic(b *testing.B) {
	each(b, func(b *testing.B, c *Curve) {
		d := benchmarkKey(c)
		for b.Loop() {
			d.Public()
		}
	})
}

func BenchmarkSign(b *testing.B) {
	each(b, func(b *testing.B, c *Curve) {
		d, digest := benchmarkKey(c), sha1.Sum(nil)
		for b.Loop() {
			d.Sign(digest)
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	each(b, func(b *testing.B, c *Curve) {
		d, digest := benchmarkKey(c), sha1.Sum(nil)
		q, signature := d.Public(), d.Sign(digest)
		for b.Loop() {
			if !c.Verify(q, digest, signature) {
				b.Fatal("not verified")
			}
		}
	})
}

// BenchmarkEd25519Verify is a measure of the machine.
func BenchmarkEd25519Verify(b *testing.B) {
	private := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	public := private.Public().(ed25519.PublicKey)
	message := make([]byte, 200)
	signature := ed25519.Sign(private, message)
	for b.Loop() {
		if !ed25519.Verify(public, message, signature) {
			b.Fatal("not verified")
		}
	}
}

// BenchmarkWorld is what the keys of a world cost: 22 keys of sect409k1 made and
// 650 signatures, the curve's table included.
func BenchmarkWorld(b *testing.B) {
	for b.Loop() {
		c := K409()
		d := benchmarkKey(c)
		for range 22 {
			d.Public()
		}
		for i := range 650 {
			d.Sign(Digest{byte(i), byte(i >> 8)})
		}
	}
}
