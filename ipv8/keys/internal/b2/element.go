package b2

import "math/bits"

// limbBits is how many bits of a polynomial one limb holds. Sixty, because a
// carry-less product is made from ordinary products of numbers whose bits are
// four places apart: with at most fifteen of them no column reaches sixteen.
const limbBits = 60

// limbMask keeps the bits of a limb.
const limbMask = 1<<limbBits - 1

// maxLimbs is enough for the largest field, of 571 bits.
const maxLimbs = 10

// element is a polynomial over GF(2) below the degree of its field, the
// coefficient of t^i in bit i%60 of limb i/60. Limbs the field does not need are
// zero, so == compares.
type element [maxLimbs]uint64

// wide is a product before reduction.
type wide [2 * maxLimbs]uint64

// one is the element 1.
var one = element{1}

// zero tells whether x is 0.
func (x *element) zero() bool { return *x == element{} }

// bit is the coefficient of t^i.
func (x *element) bit(i int) uint64 { return x[i/limbBits] >> (i % limbBits) & 1 }

// add sets z to x + y, which is also x - y.
func (z *element) add(x, y *element) {
	for i := range z {
		z[i] = x[i] ^ y[i]
	}
}

// degree is the highest power of t in x, -1 for 0.
func (x *element) degree() int {
	for i := maxLimbs - 1; i >= 0; i-- {
		if x[i] != 0 {
			return i*limbBits + bits.Len64(x[i]) - 1
		}
	}
	return -1
}

// elementFromBytes reads a big-endian polynomial of at most 72 bytes.
func elementFromBytes(data []byte) (x element) {
	for i := range data {
		b := uint64(data[len(data)-1-i])
		at, shift := 8*i/limbBits, 8*i%limbBits
		x[at] |= b << shift & limbMask
		if shift > limbBits-8 && at+1 < maxLimbs {
			x[at+1] |= b >> (limbBits - shift)
		}
	}
	return x
}

// fill writes x big-endian over the whole of data.
func (x *element) fill(data []byte) {
	for i := range data {
		at, shift := 8*i/limbBits, 8*i%limbBits
		b := x[at] >> shift
		if shift > limbBits-8 && at+1 < maxLimbs {
			b |= x[at+1] << (limbBits - shift)
		}
		data[len(data)-1-i] = byte(b)
	}
}
