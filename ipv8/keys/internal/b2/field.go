package b2

import (
	"fmt"
	"math/bits"
)

// field is GF(2^m), polynomials modulo an irreducible one of degree m, which is
// one of 163, 233, 409 and 571.
type field struct{ m int }

// bytes is how many bytes an element takes.
func (f field) bytes() int { return (f.m + 7) / 8 }

// holds tells whether x is of the field, that is, of a degree below m.
func (f field) holds(x *element) bool { return x.degree() < f.m }

// mul sets z to x·y.
func (f field) mul(z, x, y *element) {
	var c wide
	switch f.m {
	case 163:
		mul3((*[6]uint64)(c[:]), (*[3]uint64)(x[:]), (*[3]uint64)(y[:]))
		reduce163(z, &c)
	case 233:
		mul4((*[8]uint64)(c[:]), (*[4]uint64)(x[:]), (*[4]uint64)(y[:]))
		reduce233(z, &c)
	case 409:
		mul7((*[14]uint64)(c[:]), (*[7]uint64)(x[:]), (*[7]uint64)(y[:]))
		reduce409(z, &c)
	case 571:
		mul10((*[20]uint64)(&c), (*[10]uint64)(x), (*[10]uint64)(y))
		reduce571(z, &c)
	default:
		panic(fmt.Sprintf("b2: no field of degree %d", f.m))
	}
}

// sqr sets z to x².
func (f field) sqr(z, x *element) {
	var c wide
	switch f.m {
	case 163:
		spreadLimbs(c[:6], x[:3])
		reduce163(z, &c)
	case 233:
		spreadLimbs(c[:8], x[:4])
		reduce233(z, &c)
	case 409:
		spreadLimbs(c[:14], x[:7])
		reduce409(z, &c)
	case 571:
		spreadLimbs(c[:20], x[:10])
		reduce571(z, &c)
	default:
		panic(fmt.Sprintf("b2: no field of degree %d", f.m))
	}
}

// spread has the bits of a byte at twice their places.
var spread = makeSpread()

// makeSpread computes the table spread.
func makeSpread() (table [256]uint16) {
	for b := range table {
		for i := range 8 {
			table[b] |= uint16(b>>i&1) << (2 * i)
		}
	}
	return table
}

// spreadLimbs sets c to the square of x before reduction: every bit of x at
// twice its place. It is twice as long as x.
func spreadLimbs(c, x []uint64) {
	for i, v := range x {
		c[2*i] = spread30(v)
		c[2*i+1] = spread30(v >> 30)
	}
}

// spread30 has the low 30 bits of x at twice their places.
func spread30(x uint64) uint64 {
	return uint64(spread[x&0xff]) | uint64(spread[x>>8&0xff])<<16 |
		uint64(spread[x>>16&0xff])<<32 | uint64(spread[x>>24&0x3f])<<48
}

// sqrTimes sets z to x squared n times over.
func (f field) sqrTimes(z, x *element, n int) {
	*z = *x
	for range n {
		f.sqr(z, z)
	}
}

// sqrt sets z to the square root of x, of which there is always one.
func (f field) sqrt(z, x *element) { f.sqrTimes(z, x, f.m-1) }

// inv sets z to 1/x, and to 0 for 0. The power x^(2^m-2) is built from powers
// x^(2^k-1), k following the bits of m-1 (Itoh and Tsujii).
func (f field) inv(z, x *element) {
	have, shifted := *x, element{}
	k, last := 1, uint(f.m-1)
	for i := bits.Len(last) - 2; i >= 0; i-- {
		f.sqrTimes(&shifted, &have, k)
		f.mul(&have, &have, &shifted)
		k *= 2
		if last>>i&1 == 1 {
			f.sqr(&have, &have)
			f.mul(&have, &have, x)
			k++
		}
	}
	f.sqr(z, &have)
}

// invAll replaces every element by its inverse, and 0 by 0, at the price of one
// inversion and three multiplications each.
func (f field) invAll(xs []element) {
	before := make([]element, len(xs))
	product := one
	for i := range xs {
		before[i] = product
		if !xs[i].zero() {
			f.mul(&product, &product, &xs[i])
		}
	}
	f.inv(&product, &product)
	for i := len(xs) - 1; i >= 0; i-- {
		if xs[i].zero() {
			continue
		}
		x := xs[i]
		f.mul(&xs[i], &product, &before[i])
		f.mul(&product, &product, &x)
	}
}

// solve finds z with z² + z = x; the other solution is z + 1. There is none for
// half of the elements. It sums every second of the conjugates of x (m is odd).
func (f field) solve(x *element) (z element, ok bool) {
	z = *x
	for range (f.m - 1) / 2 {
		f.sqr(&z, &z)
		f.sqr(&z, &z)
		z.add(&z, x)
	}
	var check element
	f.sqr(&check, &z)
	check.add(&check, &z)
	return z, check == *x
}
