package b2

import (
	"crypto/hmac"
	"crypto/sha1"
	"math/big"
)

// nonces is the generator of RFC 6979, section 3.2, with HMAC-SHA-1. A digest is
// shorter than every order here, so it enters as it is, padded.
type nonces struct {
	order *big.Int
	key   []byte // K
	value []byte // V
}

// newNonces starts the generator for one private scalar and digest.
func newNonces(d Scalar, digest Digest) *nonces {
	n := &nonces{
		order: d.curve.order,
		key:   make([]byte, sha1.Size),
		value: make([]byte, sha1.Size),
	}
	for i := range n.value {
		n.value[i] = 1
	}
	size := d.curve.OrderBytes()
	seed := append(d.Bytes(), make([]byte, size)...)
	copy(seed[2*size-len(digest):], digest[:])
	n.rekey(0, seed)
	n.rekey(1, seed)
	return n
}

// rekey mixes a mark and data into K and V.
func (n *nonces) rekey(mark byte, data []byte) {
	n.key = mac(n.key, n.value, []byte{mark}, data)
	n.value = mac(n.key, n.value)
}

// next is the following nonce, from 1 to order - 1.
func (n *nonces) next() *big.Int {
	for {
		var t []byte
		for 8*len(t) < n.order.BitLen() {
			n.value = mac(n.key, n.value)
			t = append(t, n.value...)
		}
		k := new(big.Int).SetBytes(t)
		k.Rsh(k, uint(8*len(t)-n.order.BitLen()))
		n.rekey(0, nil)
		if k.Sign() > 0 && k.Cmp(n.order) < 0 {
			return k
		}
	}
}

// mac is HMAC-SHA-1 over the parts one after the other.
func mac(key []byte, parts ...[]byte) []byte {
	h := hmac.New(sha1.New, key)
	for _, part := range parts {
		h.Write(part)
	}
	return h.Sum(nil)
}
