package b2

import (
	"math/big"
	"math/bits"
)

// A non-adjacent form writes a number with the digits -1, 0 and 1, no two
// neighbours being other than 0; about a third of the digits are not 0. Here the
// lowest digit comes first.

// naf is the non-adjacent form of k >= 0 in powers of two: 3k - k, halved, digit
// by digit.
func naf(k *big.Int) []int8 {
	triple := new(big.Int).Lsh(k, 1)
	triple.Add(triple, k)
	digits := make([]int8, max(triple.BitLen()-1, 0))
	for i := range digits {
		digits[i] = int8(triple.Bit(i+1)) - int8(k.Bit(i+1))
	}
	return digits
}

// windows gathers a non-adjacent form into odd digits that reach over up to
// width places: sum d[i]·2^i stays what it is, and likewise for any other base.
// Between two digits that are not 0 there are width-1 places or more.
func windows(form []int8, width int) []int16 {
	digits := make([]int16, len(form))
	for i := 0; i < len(form); i++ {
		if form[i] == 0 {
			continue
		}
		end := min(i+width, len(form))
		for j := end - 1; j >= i; j-- {
			digits[i] = 2*digits[i] + int16(form[j])
		}
		i = end - 1
	}
	return digits
}

// largestDigit is the largest digit of windows of a width: 101…01 or 101…010 in
// binary, less 1 if even.
func largestDigit(width int) int {
	return (1<<(width+1)/3 - 1) | 1
}

// nafWeight is how many digits of the non-adjacent form of v > 0 are not 0, and
// nafTop is the place of the highest of them.
func nafWeight(v int) int { return bits.OnesCount(uint(3*v ^ v)) }

func nafTop(v int) int { return bits.Len(uint(3*v)) - 2 }

// frobenius is what a Koblitz curve adds to a shape: the map τ that squares both
// coordinates satisfies τ² + 2 = μτ, so multiples of a point can be had by
// powers of τ, which cost next to nothing, in place of powers of two.
type frobenius struct {
	mu     int64    // 1 or -1
	s0, s1 *big.Int // τ^m - 1 = s0 + s1·τ, which takes every point to infinity
	norm   *big.Int // of τ^m - 1, the number of points of the curve
}

// newFrobenius is τ for the curve with the given a over the field of degree m.
// The powers of τ are U(k)·τ - 2U(k-1) with U(k+1) = μU(k) - 2U(k-1).
func newFrobenius(m int, a uint64) *frobenius {
	t := &frobenius{mu: 2*int64(a) - 1}
	before, u := big.NewInt(0), big.NewInt(1)
	for range m - 1 {
		next := new(big.Int).Lsh(before, 1)
		if t.mu == 1 {
			next.Sub(u, next)
		} else {
			next.Neg(next.Add(u, next))
		}
		before, u = u, next
	}
	t.s1 = u
	t.s0 = before.Lsh(before, 1)
	t.s0.Neg(t.s0.Add(t.s0, big.NewInt(1)))
	t.norm = t.normOf(t.s0, t.s1)
	return t
}

// normOf is the norm of r0 + r1·τ, r0² + μ·r0·r1 + 2r1².
func (t *frobenius) normOf(r0, r1 *big.Int) *big.Int {
	n := new(big.Int).Mul(big.NewInt(t.mu), r1)
	n.Add(n, r0)
	n.Mul(n, r0)
	rest := new(big.Int).Mul(r1, r1)
	return n.Add(n, rest.Lsh(rest, 1))
}

// residue is some r0 + r1·τ, with both numbers of about half the length of k,
// that does to every point of the curve what k does. It is k less a multiple of
// τ^m - 1, the nearest or nearly so.
func (t *frobenius) residue(k *big.Int) (r0, r1 *big.Int) {
	mu := big.NewInt(t.mu)
	q0 := new(big.Int).Mul(mu, t.s1)
	q0.Mul(q0.Add(q0, t.s0), k)
	q1 := new(big.Int).Mul(t.s1, k)
	q1.Neg(q1)
	t.divideByNorm(q0)
	t.divideByNorm(q1)

	cross := new(big.Int).Mul(q1, t.s1)
	r0 = new(big.Int).Lsh(cross, 1)
	r0.Add(r0, k)
	r0.Sub(r0, new(big.Int).Mul(q0, t.s0)) // k - q0·s0 + 2q1·s1
	r1 = new(big.Int).Mul(mu, cross)
	r1.Add(r1, new(big.Int).Mul(q0, t.s1))
	r1.Add(r1, new(big.Int).Mul(q1, t.s0))
	return r0, r1.Neg(r1) // -(q0·s1 + q1·s0 + μ·q1·s1)
}

// divideByNorm sets q to the integer nearest to q/norm.
func (t *frobenius) divideByNorm(q *big.Int) {
	q.Lsh(q, 1)
	q.Add(q, t.norm)
	q.Div(q, new(big.Int).Lsh(t.norm, 1))
}

// tauNAF is the non-adjacent form of the multiplication by k in powers of τ.
func (t *frobenius) tauNAF(k *big.Int) []int8 {
	big0, big1 := t.residue(k)
	r0, r1 := newHalf(big0), newHalf(big1)
	digits := make([]int8, 0, t.norm.BitLen()+4)
	for !r0.zero() || !r1.zero() {
		digit := int8(0)
		if r0[0]&1 == 1 {
			digit = 2 - int8((r0[0]-2*r1[0])&3)
		}
		digits = append(digits, digit)
		quotient := r0.halve(digit) // (r0 - digit)/2, to be divided by τ/2
		r0, r1 = r1, quotient.neg()
		if t.mu == 1 {
			r0.add(&quotient)
		} else {
			r0.add(&r1)
		}
	}
	return digits
}

// half is a signed number half as long as a scalar, in two's complement.
type half [5]uint64

// newHalf is n, which is shorter than 319 bits.
func newHalf(n *big.Int) (h half) {
	var data [40]byte
	n.FillBytes(data[:])
	for i := range data {
		h[i/8] |= uint64(data[len(data)-1-i]) << (8 * (i % 8))
	}
	if n.Sign() < 0 {
		return h.neg()
	}
	return h
}

// zero tells whether h is 0.
func (h *half) zero() bool { return *h == half{} }

// neg is -h.
func (h *half) neg() (n half) {
	borrow := uint64(0)
	for i := range h {
		n[i], borrow = bits.Sub64(0, h[i], borrow)
	}
	return n
}

// add sets h to h + x.
func (h *half) add(x *half) {
	carry := uint64(0)
	for i := range h {
		h[i], carry = bits.Add64(h[i], x[i], carry)
	}
}

// halve is (h - digit)/2 for a digit of h's parity.
func (h *half) halve(digit int8) (n half) {
	for i := range 4 {
		n[i] = h[i]>>1 | h[i+1]<<63
	}
	n[4] = uint64(int64(h[4]) >> 1)
	if digit < 0 {
		n.add(&half{1})
	}
	return n
}
