package b2

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// value is sum d[i]·2^i.
func value[D int8 | int16](digits []D) *big.Int {
	sum := new(big.Int)
	for i := len(digits) - 1; i >= 0; i-- {
		sum.Lsh(sum, 1).Add(sum, big.NewInt(int64(digits[i])))
	}
	return sum
}

// adjacent is a place at which two neighbouring digits are not 0, or a digit is
// none of -1, 0 and 1; -1 if there is none.
func adjacent(form []int8) int {
	before := int8(0)
	for i, digit := range form {
		if digit*before != 0 || digit < -1 || digit > 1 {
			return i
		}
		before = digit
	}
	return -1
}

func TestNAF(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := numbers(rapid.IntRange(1, 600).Draw(t, "bits")).Draw(t, "k")
		form := naf(k)
		if got := value(form); got.Cmp(k) != 0 {
			t.Errorf("the form of %x is worth %x", k, got)
		}
		if at := adjacent(form); at >= 0 {
			t.Errorf("the form of %x is adjacent at %d: %v", k, at, form)
		}
	})
}

func TestWindows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := numbers(rapid.IntRange(1, 600).Draw(t, "bits")).Draw(t, "k")
		width := rapid.IntRange(1, 12).Draw(t, "width")
		digits := windows(naf(k), width)
		if got := value(digits); got.Cmp(k) != 0 {
			t.Errorf("the windows of %x are worth %x", k, got)
		}
		last := -width
		for i, digit := range digits {
			if digit == 0 {
				continue
			}
			if digit&1 == 0 || max(digit, -digit) > int16(largestDigit(width)) {
				t.Errorf("digit %d of width %d", digit, width)
			}
			if i < last+width {
				t.Errorf("digits at %d and %d, width %d", last, i, width)
			}
			last = i
		}
	})
}

func TestDigits(t *testing.T) {
	for width, want := range []int{1: 1, 2: 1, 3: 5, 4: 9, 5: 21, 6: 41, 7: 85} {
		if got := largestDigit(width); width > 0 && got != want {
			t.Errorf("largest digit of width %d is %d, not %d", width, got, want)
		}
	}
	for v := 1; v < 4096; v++ {
		form := naf(big.NewInt(int64(v)))
		weight, top := 0, 0
		for i, digit := range form {
			if digit != 0 {
				weight, top = weight+1, i
			}
		}
		if nafWeight(v) != weight || nafTop(v) != top {
			t.Errorf("%d: weight %d, top %d, not %d, %d", v, nafWeight(v), nafTop(v), weight, top)
		}
	}
}

// koblitz runs a test for the Koblitz curves.
func koblitz(t *testing.T, test func(t *testing.T, c *Curve)) {
	for _, c := range curves {
		if c.tau != nil {
			t.Run(c.name, func(t *testing.T) { test(t, c) })
		}
	}
}

func TestFrobenius(t *testing.T) {
	koblitz(t, func(t *testing.T, c *Curve) {
		count := new(big.Int).Mul(c.order, big.NewInt(c.cofactor))
		if c.tau.norm.Cmp(count) != 0 {
			t.Errorf("norm %d is not the number of points, %d", c.tau.norm, count)
		}
		rapid.Check(t, func(t *rapid.T) {
			p := points(c).Draw(t, "p")
			tau := c.steps(p, 3)
			twice := c.addAffine(p, p)
			right := tau[1]
			if c.tau.mu < 0 {
				right = right.neg()
			}
			if left := c.addAffine(tau[2], twice); left != right {
				t.Errorf("τ²p + 2p = %v, not μτp = %v", left, right)
			}
		})
	})
}

// inTau is sum d[i]·τ^i as r0 + r1·τ.
func inTau(f *frobenius, form []int8) (r0, r1 *big.Int) {
	r0, r1 = new(big.Int), new(big.Int)
	for i := len(form) - 1; i >= 0; i-- {
		// (r0 + r1·τ)·τ = -2·r1 + (r0 + μ·r1)·τ
		next := new(big.Int).Lsh(r1, 1)
		r1.Mul(r1, big.NewInt(f.mu)).Add(r1, r0)
		r0 = next.Neg(next).Add(next, big.NewInt(int64(form[i])))
	}
	return r0, r1
}

// checkTauNAF tells what is wrong with the form of k, by way of the exact value.
func checkTauNAF(t interface{ Errorf(string, ...any) }, c *Curve, k *big.Int) {
	form := c.tau.tauNAF(k)
	if at := adjacent(form); at >= 0 {
		t.Errorf("the form of %x is adjacent at %d: %v", k, at, form)
	}
	if len(form) > c.m+4 {
		t.Errorf("the form of %x has %d digits", k, len(form))
	}
	r0, r1 := inTau(c.tau, form)
	w0, w1 := c.tau.residue(k)
	if r0.Cmp(w0) != 0 || r1.Cmp(w1) != 0 {
		t.Errorf("the form of %x is worth %d + %dτ, not %d + %dτ", k, r0, r1, w0, w1)
	}
	// k - r must be a multiple of s = τ^m - 1: (k - r)·s̄ of its norm, where s̄ =
	// s0 + μ·s1 - s1·τ.
	d0, d1 := r0.Sub(k, r0), r1.Neg(r1)
	mu := big.NewInt(c.tau.mu)
	c0 := new(big.Int).Mul(mu, c.tau.s1)
	c0.Add(c0, c.tau.s0)
	c1 := new(big.Int).Neg(c.tau.s1)
	p0, p1 := timesTau(mu, d0, d1, c0, c1)
	if p0.Mod(p0, c.tau.norm).Sign() != 0 || p1.Mod(p1, c.tau.norm).Sign() != 0 {
		t.Errorf("the form of %x is not worth k modulo τ^m - 1", k)
	}
}

// timesTau is (a0 + a1·τ)·(b0 + b1·τ).
func timesTau(mu, a0, a1, b0, b1 *big.Int) (p0, p1 *big.Int) {
	cross := new(big.Int).Mul(a1, b1)
	p0 = new(big.Int).Mul(a0, b0)
	p0.Sub(p0, new(big.Int).Lsh(cross, 1))
	p1 = new(big.Int).Mul(mu, cross)
	p1.Add(p1, new(big.Int).Mul(a0, b1))
	return p0, p1.Add(p1, new(big.Int).Mul(a1, b0))
}

func TestTauNAF(t *testing.T) {
	koblitz(t, func(t *testing.T, c *Curve) {
		rapid.Check(t, func(t *rapid.T) { checkTauNAF(t, c, scalars(c).Draw(t, "k")) })
		for i := range int64(10) {
			checkTauNAF(t, c, big.NewInt(i))
			checkTauNAF(t, c, new(big.Int).Sub(c.order, big.NewInt(i)))
		}
	})
}

func TestHalf(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := numbers(rapid.IntRange(1, 300).Draw(t, "bits")).Draw(t, "n")
		if rapid.Bool().Draw(t, "negative") {
			n.Neg(n)
		}
		h, digit := newHalf(n), int8(n.Bit(0))
		if rapid.Bool().Draw(t, "below") {
			digit = -digit
		}
		want := new(big.Int).Sub(n, big.NewInt(int64(digit)))
		if got := h.halve(digit); got != newHalf(want.Rsh(want, 1)) {
			t.Errorf("(%d - %d)/2 = %x", n, digit, got)
		}
		double := h
		if double.add(&h); double != newHalf(want.Lsh(n, 1)) {
			t.Errorf("%d doubled is %x", n, double)
		}
		if got := h.neg(); got != newHalf(want.Neg(n)) {
			t.Errorf("-(%d) = %x", n, got)
		}
	})
}
