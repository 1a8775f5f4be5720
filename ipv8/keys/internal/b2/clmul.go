package b2

import "math/bits"

// Every fourth bit, from bit 0, 1, 2 and 3 on.
const (
	phase0 = 0x1111111111111111
	phase1 = phase0 << 1
	phase2 = phase0 << 2
	phase3 = phase0 << 3
)

// clmul is the carry-less product of two limbs, in limbs. In each ordinary
// product of two phases a column counts at most fifteen ones, so carries stay
// within the three bits that the masks take out.
func clmul(x, y uint64) (high, low uint64) {
	x0, x1, x2, x3 := x&phase0, x&phase1, x&phase2, x&phase3
	y0, y1, y2, y3 := y&phase0, y&phase1, y&phase2, y&phase3
	h, l := clmulPhase(x0, y0, x1, y3, x2, y2, x3, y1)
	high, low = h&phase0, l&phase0
	h, l = clmulPhase(x0, y1, x1, y0, x2, y3, x3, y2)
	high, low = high|h&phase1, low|l&phase1
	h, l = clmulPhase(x0, y2, x1, y1, x2, y0, x3, y3)
	high, low = high|h&phase2, low|l&phase2
	h, l = clmulPhase(x0, y3, x1, y2, x2, y1, x3, y0)
	high, low = high|h&phase3, low|l&phase3
	return high<<4 | low>>limbBits, low & limbMask
}

// clmulPhase adds the four products that meet in one phase.
func clmulPhase(a, b, c, d, e, f, g, h uint64) (high, low uint64) {
	h0, l0 := bits.Mul64(a, b)
	h1, l1 := bits.Mul64(c, d)
	h2, l2 := bits.Mul64(e, f)
	h3, l3 := bits.Mul64(g, h)
	return h0 ^ h1 ^ h2 ^ h3, l0 ^ l1 ^ l2 ^ l3
}

// The functions below set z to the product of two polynomials of so many limbs,
// after Karatsuba: of two halves, the third product is that of their sums.

// mul2 costs three products of limbs.
func mul2(z *[4]uint64, x, y *[2]uint64) {
	h0, l0 := clmul(x[0], y[0])
	h1, l1 := clmul(x[1], y[1])
	h, l := clmul(x[0]^x[1], y[0]^y[1])
	z[0], z[1] = l0, h0^l^l0^l1
	z[2], z[3] = l1^h^h0^h1, h1
}

// mul3 costs six: each limb by its counterpart, and each pair of limbs.
func mul3(z *[6]uint64, x, y *[3]uint64) {
	h0, l0 := clmul(x[0], y[0])
	h1, l1 := clmul(x[1], y[1])
	h2, l2 := clmul(x[2], y[2])
	h, l := clmul(x[0]^x[1], y[0]^y[1])
	z[0], z[1] = l0, h0^l^l0^l1
	z[2] = h ^ h0 ^ h1
	h, l = clmul(x[0]^x[2], y[0]^y[2])
	z[2] ^= l ^ l0 ^ l1 ^ l2
	z[3] = h ^ h0 ^ h1 ^ h2
	h, l = clmul(x[1]^x[2], y[1]^y[2])
	z[3] ^= l ^ l1 ^ l2
	z[4], z[5] = l2^h^h1^h2, h2
}

// mul4 costs nine.
func mul4(z *[8]uint64, x, y *[4]uint64) {
	var mid [4]uint64
	mul2((*[4]uint64)(z[:4]), (*[2]uint64)(x[:2]), (*[2]uint64)(y[:2]))
	mul2((*[4]uint64)(z[4:]), (*[2]uint64)(x[2:]), (*[2]uint64)(y[2:]))
	mul2(&mid, &[2]uint64{x[0] ^ x[2], x[1] ^ x[3]}, &[2]uint64{y[0] ^ y[2], y[1] ^ y[3]})
	for i := range mid {
		mid[i] ^= z[i] ^ z[i+4]
	}
	for i := range mid {
		z[i+2] ^= mid[i]
	}
}

// mul5 costs fifteen.
func mul5(z *[10]uint64, x, y *[5]uint64) {
	var mid [6]uint64
	mul3((*[6]uint64)(z[:6]), (*[3]uint64)(x[:3]), (*[3]uint64)(y[:3]))
	mul2((*[4]uint64)(z[6:]), (*[2]uint64)(x[3:]), (*[2]uint64)(y[3:]))
	mul3(&mid, &[3]uint64{x[0] ^ x[3], x[1] ^ x[4], x[2]}, &[3]uint64{y[0] ^ y[3], y[1] ^ y[4], y[2]})
	for i := range mid {
		mid[i] ^= z[i]
	}
	for i := range 4 {
		mid[i] ^= z[i+6]
	}
	for i := range mid {
		z[i+3] ^= mid[i]
	}
}

// mul7 costs twenty-four.
func mul7(z *[14]uint64, x, y *[7]uint64) {
	var mid [8]uint64
	mul4((*[8]uint64)(z[:8]), (*[4]uint64)(x[:4]), (*[4]uint64)(y[:4]))
	mul3((*[6]uint64)(z[8:]), (*[3]uint64)(x[4:]), (*[3]uint64)(y[4:]))
	mul4(&mid, &[4]uint64{x[0] ^ x[4], x[1] ^ x[5], x[2] ^ x[6], x[3]},
		&[4]uint64{y[0] ^ y[4], y[1] ^ y[5], y[2] ^ y[6], y[3]})
	for i := range mid {
		mid[i] ^= z[i]
	}
	for i := range 6 {
		mid[i] ^= z[i+8]
	}
	for i := range mid {
		z[i+4] ^= mid[i]
	}
}

// mul10 costs forty-five.
func mul10(z *[20]uint64, x, y *[10]uint64) {
	var mid [10]uint64
	var xs, ys [5]uint64
	for i := range xs {
		xs[i], ys[i] = x[i]^x[i+5], y[i]^y[i+5]
	}
	mul5((*[10]uint64)(z[:10]), (*[5]uint64)(x[:5]), (*[5]uint64)(y[:5]))
	mul5((*[10]uint64)(z[10:]), (*[5]uint64)(x[5:]), (*[5]uint64)(y[5:]))
	mul5(&mid, &xs, &ys)
	for i := range mid {
		mid[i] ^= z[i] ^ z[i+10]
	}
	for i := range mid {
		z[i+5] ^= mid[i]
	}
}
