package b2

// field is GF(2^m), polynomials modulo t^m + t^e + … + 1.
type field struct {
	bits  int    // m
	limbs int    // of an element
	folds []fold // how a limb above the field comes back into it
	tops  []int  // the exponents e below m, 0 included
}

// fold is where one term of the reduction polynomial puts a limb that lies above
// the field: down limbs lower, shifted up by shift bits.
type fold struct{ down, shift int }

// newField is GF(2^m) with the reduction polynomial t^m + the sum of t^e over
// the given exponents, the highest of which is below m-limbBits.
func newField(m int, exponents ...int) field {
	f := field{bits: m, limbs: (m + limbBits - 1) / limbBits, tops: exponents}
	for _, e := range exponents {
		down := (m - e + limbBits - 1) / limbBits
		f.folds = append(f.folds, fold{down, down*limbBits - (m - e)})
	}
	return f
}

// bytes is how many bytes an element takes.
func (f *field) bytes() int { return (f.bits + 7) / 8 }

// holds tells whether x is of the field, that is, of a degree below m.
func (f *field) holds(x *element) bool { return x.degree() < f.bits }

// reduce sets z to c modulo the reduction polynomial. It destroys c.
func (f *field) reduce(z *element, c *wide) {
	for i := 2*f.limbs - 1; i >= f.limbs; i-- {
		for _, r := range f.folds {
			c[i-r.down] ^= c[i] << (r.shift & 63) & limbMask
			c[i-r.down+1] ^= c[i] >> ((limbBits - r.shift) & 63)
		}
	}
	last := f.limbs - 1
	inTop := f.bits - last*limbBits
	over := c[last] >> (inTop & 63)
	c[last] &= 1<<(inTop&63) - 1
	for _, e := range f.tops {
		at, shift := e/limbBits, e%limbBits
		c[at] ^= over << (shift & 63) & limbMask
		c[at+1] ^= over >> ((limbBits - shift) & 63)
	}
	*z = element{}
	copy(z[:f.limbs], c[:f.limbs])
}

// mul sets z to x·y.
func (f *field) mul(z, x, y *element) {
	var c wide
	for i := range f.limbs {
		for j := range f.limbs {
			high, low := clmul(x[i], y[j])
			c[i+j] ^= low
			c[i+j+1] ^= high
		}
	}
	f.reduce(z, &c)
}

// spread has the bits of a byte at twice their places.
var spread = makeSpread()

func makeSpread() (table [256]uint16) {
	for b := range table {
		for i := range 8 {
			table[b] |= uint16(b>>i&1) << (2 * i)
		}
	}
	return table
}

// spread30 has the low 30 bits of x at twice their places.
func spread30(x uint64) uint64 {
	return uint64(spread[x&0xff]) | uint64(spread[x>>8&0xff])<<16 |
		uint64(spread[x>>16&0xff])<<32 | uint64(spread[x>>24&0x3f])<<48
}

// sqr sets z to x².
func (f *field) sqr(z, x *element) {
	var c wide
	for i := range f.limbs {
		c[2*i] = spread30(x[i])
		c[2*i+1] = spread30(x[i] >> 30)
	}
	f.reduce(z, &c)
}

// sqrTimes sets z to x squared n times over.
func (f *field) sqrTimes(z, x *element, n int) {
	*z = *x
	for range n {
		f.sqr(z, z)
	}
}

// sqrt sets z to the square root of x, of which there is always one.
func (f *field) sqrt(z, x *element) { f.sqrTimes(z, x, f.bits-1) }

// inv sets z to 1/x, and to 0 for 0. The power x^(2^m-2) is built from powers
// x^(2^k-1), k following the bits of m-1 (Itoh and Tsujii).
func (f *field) inv(z, x *element) {
	have, shifted := *x, element{}
	k := 1
	for i := bitLength(f.bits-1) - 2; i >= 0; i-- {
		f.sqrTimes(&shifted, &have, k)
		f.mul(&have, &have, &shifted)
		k *= 2
		if (f.bits-1)>>i&1 == 1 {
			f.sqr(&have, &have)
			f.mul(&have, &have, x)
			k++
		}
	}
	f.sqr(z, &have)
}

// bitLength is the number of bits of n.
func bitLength(n int) (length int) {
	for ; n > 0; n >>= 1 {
		length++
	}
	return length
}

// invAll replaces every element by its inverse, and 0 by 0, at the price of one
// inversion and three multiplications each.
func (f *field) invAll(xs []element) {
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
func (f *field) solve(x *element) (z element, ok bool) {
	z = *x
	for range (f.bits - 1) / 2 {
		f.sqr(&z, &z)
		f.sqr(&z, &z)
		z.add(&z, x)
	}
	var check element
	f.sqr(&check, &z)
	check.add(&check, &z)
	return z, check == *x
}
