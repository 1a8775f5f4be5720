package b2

import (
	"crypto/sha1"
	"math/big"
)

// Digest is the SHA-1 of a message.
type Digest = [sha1.Size]byte

// Sign is the signature of a digest, r‖s, SignatureBytes long. It is a function
// of the scalar and the digest: the nonce is that of RFC 6979.
func (d Scalar) Sign(digest Digest) []byte {
	c := d.curve
	e := new(big.Int).SetBytes(digest[:])
	nonces := newNonces(d, digest)
	for {
		k := nonces.next()
		r := c.xMod(c.baseMult(k))
		if r.Sign() == 0 {
			continue
		}
		s := new(big.Int).Mul(d.value, r)
		s.Add(s, e)
		s.Mul(s, k.ModInverse(k, c.order))
		s.Mod(s, c.order)
		if s.Sign() == 0 {
			continue
		}
		signature := make([]byte, c.SignatureBytes())
		r.FillBytes(signature[:c.bytes()])
		s.FillBytes(signature[c.bytes():])
		return signature
	}
}

// xMod is the x of a finite point as a number, modulo the order.
func (c *Curve) xMod(p Point) *big.Int {
	data := make([]byte, c.bytes())
	p.x.fill(data)
	x := new(big.Int).SetBytes(data)
	return x.Mod(x, c.order)
}

// Verify tells whether signature is q's signature of a digest, by the rules of
// py-ipv8 2.11: r and s are from 1 to order - 1, either of s and order - s is
// good, and any length but SignatureBytes is wrong.
func (c *Curve) Verify(q Point, digest Digest, signature []byte) bool {
	if len(signature) != c.SignatureBytes() || q.Infinite() {
		return false
	}
	r := new(big.Int).SetBytes(signature[:c.bytes()])
	s := new(big.Int).SetBytes(signature[c.bytes():])
	if !c.inRange(r) || !c.inRange(s) {
		return false
	}
	s.ModInverse(s, c.order)
	u := new(big.Int).SetBytes(digest[:])
	u.Mul(u, s).Mod(u, c.order)
	v := s.Mul(s, r)
	v.Mod(v, c.order)
	p := c.multBoth(u, q, v)
	return !p.Infinite() && c.xMod(p).Cmp(r) == 0
}
