package b2

import (
	"testing"

	"pgregory.net/rapid"
)

// product and square return what mul and sqr set.
func (f field) product(x, y element) (z element) { f.mul(&z, &x, &y); return z }
func (f field) square(x element) (z element)     { f.sqr(&z, &x); return z }

// plus returns what add sets.
func (x element) plus(y element) (z element) { z.add(&x, &y); return z }

func TestMulIsThatOfTheReference(t *testing.T) {
	eachCurveChecks(t, func(t *rapid.T, c *Curve) {
		x, y := elements(c).Draw(t, "x"), elements(c).Draw(t, "y")
		z := c.product(x, y)
		if want := newReference(c).mul(number(c, &x), number(c, &y)); want.Cmp(number(c, &z)) != 0 || !c.holds(&z) {
			t.Fatalf("%x · %x = %x, not %x", x, y, z, want)
		}
	})
}

func TestMulOfAllOnes(t *testing.T) {
	eachCurve(t, func(t *testing.T, c *Curve) {
		var x element
		for i := range c.m {
			x[i/limbBits] |= 1 << (i % limbBits)
		}
		z, n := c.product(x, x), number(c, &x)
		if want := newReference(c).mul(n, n); want.Cmp(number(c, &z)) != 0 {
			t.Errorf("the square of all ones is %x, not %x", z, want)
		}
	})
}

func TestFieldLaws(t *testing.T) {
	eachCurveChecks(t, func(t *rapid.T, c *Curve) {
		x, y, z := elements(c).Draw(t, "x"), elements(c).Draw(t, "y"), elements(c).Draw(t, "z")
		if c.product(x, y) != c.product(y, x) {
			t.Error("mul does not commute")
		}
		if c.product(c.product(x, y), z) != c.product(x, c.product(y, z)) {
			t.Error("mul does not associate")
		}
		if c.product(x, y.plus(z)) != c.product(x, y).plus(c.product(x, z)) {
			t.Error("mul does not distribute over add")
		}
		if c.product(x, one) != x || c.product(x, element{}) != (element{}) {
			t.Error("mul by 1 or by 0")
		}
		if c.square(x) != c.product(x, x) {
			t.Error("sqr is not mul by itself")
		}
	})
}

func TestInverses(t *testing.T) {
	eachCurveChecks(t, func(t *rapid.T, c *Curve) {
		x := elements(c).Draw(t, "x")
		var inverse, root, power element
		c.inv(&inverse, &x)
		if product := c.product(x, inverse); product != one && !(x.zero() && inverse.zero()) {
			t.Errorf("x · 1/x = %x", product)
		}
		if want := newReference(c).inverse(number(c, &x)); !x.zero() && want.Cmp(number(c, &inverse)) != 0 {
			t.Errorf("1/x = %x, not %x", inverse, want)
		}
		c.sqrt(&root, &x)
		if c.square(root) != x {
			t.Error("the square of sqrt")
		}
		c.sqrTimes(&power, &x, c.m)
		if power != x {
			t.Error("the m-th conjugate is not x: the reduction polynomial is not irreducible")
		}
	})
}

func TestInvAll(t *testing.T) {
	eachCurveChecks(t, func(t *rapid.T, c *Curve) {
		xs := rapid.SliceOfN(elements(c), 0, 4).Draw(t, "xs")
		xs = append(xs, element{})
		inverses := append([]element(nil), xs...)
		c.invAll(inverses)
		for i := range xs {
			var want element
			if c.inv(&want, &xs[i]); inverses[i] != want {
				t.Errorf("inverse %d is %x, not %x", i, inverses[i], want)
			}
		}
	})
}

func TestSolve(t *testing.T) {
	eachCurveChecks(t, func(t *rapid.T, c *Curve) {
		z := elements(c).Draw(t, "z")
		x := c.square(z).plus(z)
		if got, ok := c.solve(&x); !ok || got != z && got != z.plus(one) {
			t.Errorf("z² + z = %x solved by %x (%v), not %x", x, got, ok, z)
		}
		x = x.plus(one) // the trace of 1 is 1 where m is odd
		if got, ok := c.solve(&x); ok {
			t.Errorf("z² + z = %x has no solution, not %x", x, got)
		}
	})
}

func TestElementBytes(t *testing.T) {
	eachCurveChecks(t, func(t *rapid.T, c *Curve) {
		x := elements(c).Draw(t, "x")
		data := make([]byte, c.bytes())
		x.fill(data)
		if back := elementFromBytes(data); back != x {
			t.Errorf("%x became %x and then %x", x, data, back)
		}
		n := number(c, &x)
		if x.degree() != n.BitLen()-1 {
			t.Errorf("degree %d of %x", x.degree(), n)
		}
		for i := range c.m {
			if x.bit(i) != uint64(n.Bit(i)) {
				t.Fatalf("bit %d of %x is %d", i, n, x.bit(i))
			}
		}
	})
}

func TestUnknownDegreePanics(t *testing.T) {
	defer func() {
		if got, want := recover(), "b2: no field of degree 8"; got != want {
			t.Errorf("panic %v, not %v", got, want)
		}
	}()
	field{8}.product(one, one)
}
