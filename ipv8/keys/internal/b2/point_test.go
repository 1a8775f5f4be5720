package b2

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

func TestDomains(t *testing.T) {
	eachCurve(t, func(t *testing.T, c *Curve) {
		if !c.equation(&c.generator.x, &c.generator.y) {
			t.Error("the generator is not on the curve")
		}
		if !c.order.ProbablyPrime(20) {
			t.Error("the order is not prime")
		}
		g := toReference(c, c.generator)
		if p := newReference(c).multiply(g, c.order); p.x != nil {
			t.Error("order times the generator is not infinity")
		}
		if !c.baseMult(c.order).Infinite() {
			t.Error("order times the generator by the tables is not infinity")
		}
		// Hasse: the number of points differs from 2^m + 1 by at most 2·2^(m/2).
		count := new(big.Int).Mul(c.order, big.NewInt(c.cofactor))
		difference := count.Sub(count, new(big.Int).Lsh(big.NewInt(1), uint(c.m))).Sub(count, big.NewInt(1))
		if difference.BitLen() > c.m/2+2 {
			t.Errorf("cofactor %d: the number of points is out by %d bits", c.cofactor, difference.BitLen())
		}
	})
}

func TestSizes(t *testing.T) {
	sizes := map[string][5]int{ // field bits and bytes, signature bytes, order bits and bytes
		"sect163k1": {163, 21, 42, 163, 21}, "sect233k1": {233, 30, 60, 232, 29},
		"sect409k1": {409, 52, 104, 407, 51}, "sect571k1": {571, 72, 144, 570, 72},
		"sect571r1": {571, 72, 144, 570, 72},
	}
	eachCurve(t, func(t *testing.T, c *Curve) {
		got := [5]int{c.FieldBits(), c.FieldBytes(), c.SignatureBytes(), c.OrderBits(), c.OrderBytes()}
		if got != sizes[c.Name()] {
			t.Errorf("sizes %v, not %v", got, sizes[c.Name()])
		}
	})
}

func TestByNameAndByOID(t *testing.T) {
	eachCurve(t, func(t *testing.T, c *Curve) {
		if same, ok := ByName(c.Name()); !ok || same.generator != c.generator || same.a != c.a {
			t.Error("another curve by name")
		}
		if same, ok := ByOID(c.OID()); !ok || same.Name() != c.Name() || same.Order().Cmp(c.Order()) != 0 {
			t.Error("another curve by object identifier")
		}
		if _, ok := ByOID(append(c.OID(), 1)); ok {
			t.Error("a curve by a longer object identifier")
		}
	})
	if _, ok := ByName("secp256r1"); ok {
		t.Error("a curve by the name of another kind")
	}
	for _, c := range []*Curve{K163(), K233(), K409(), K571(), B571()} {
		c.Order().SetInt64(0)
		c.OID()[0] = 0
		if c.order.Sign() == 0 || c.oid[0] != 1 {
			t.Error(c.Name(), "gives away its own numbers")
		}
	}
}

func TestGroupLaw(t *testing.T) {
	eachCurveChecks(t, func(t *rapid.T, c *Curve) {
		p, q, r := points(c).Draw(t, "p"), points(c).Draw(t, "q"), newReference(c)
		if want := r.add(toReference(c, p), toReference(c, q)); !want.equals(c, c.addAffine(p, q)) {
			t.Errorf("p + q = %v", c.addAffine(p, q))
		}
		if want := r.add(toReference(c, p), toReference(c, p)); !want.equals(c, c.addAffine(p, p)) {
			t.Errorf("p + p = %v", c.addAffine(p, p))
		}
		if sum := c.addAffine(p, p.neg()); !sum.Infinite() {
			t.Errorf("p - p = %v", sum)
		}
		if c.addAffine(p, Point{}) != p || c.addAffine(Point{}, p) != p || (Point{}).neg() != (Point{}) {
			t.Error("infinity is not neutral")
		}
	})
}

func TestAddPairs(t *testing.T) {
	eachCurveChecks(t, func(t *rapid.T, c *Curve) {
		p, q := points(c).Draw(t, "p"), points(c).Draw(t, "q")
		left := []Point{p, p, p, p, {}, {}}
		right := []Point{q, p, p.neg(), {}, p, {}}
		for i, sum := range c.addPairs(left, right) {
			if want := c.addAffine(left[i], right[i]); sum != want {
				t.Errorf("pair %d adds up to %v, not %v", i, sum, want)
			}
		}
	})
}

// ladder is k·p by doubling and adding.
func (c *Curve) ladder(p Point, k *big.Int) Point {
	sum := c.project(Point{})
	for i := k.BitLen() - 1; i >= 0; i-- {
		c.double(&sum)
		if k.Bit(i) == 1 {
			c.addMixed(&sum, &p)
		}
	}
	return c.affine(&sum)
}

// smallOrder are the points of order 2 and, where there are any, 4.
func smallOrder(c *Curve) []Point {
	two := Point{finite: true}
	c.sqrt(&two.y, &c.b)
	small := []Point{two}
	var four Point // twice (x, y) has x² + b/x² for x, so x⁴ = b
	c.sqrt(&four.x, &two.y)
	if y, ok := c.yOf(&four.x, 0); ok {
		small = append(small, Point{four.x, y, true})
	}
	return small
}

func TestMultiplication(t *testing.T) {
	eachCurve(t, func(t *testing.T, c *Curve) {
		for i := range 12 { // not a rapid.Check: the ladder is too slow for so many
			u, v, q := scalars(c).Example(i), scalars(c).Example(i+50), points(c).Example(i)
			base, other := c.ladder(c.generator, u), c.ladder(q, v)
			if got := c.baseMult(u); got != base {
				t.Errorf("%x·G = %v, not %v", u, got, base)
			}
			if got := c.sum(c.summand(q, v)); got != other {
				t.Errorf("%x·%v = %v, not %v", v, q, got, other)
			}
			if got := c.multBoth(u, q, v); got != c.addAffine(base, other) {
				t.Errorf("%x·G + %x·%v = %v", u, v, q, got)
			}
		}
	})
}

func TestMultiplicationIsThatOfTheReference(t *testing.T) {
	eachCurve(t, func(t *testing.T, c *Curve) {
		k := new(big.Int).Sub(c.order, new(big.Int).Rsh(c.order, 3))
		r := newReference(c)
		want := r.multiply(toReference(c, c.generator), k)
		if got := c.baseMult(k); !want.equals(c, got) {
			t.Errorf("%x·G = %v, not (%x, %x)", k, got, want.x, want.y)
		}
	})
}

func TestMultiplicationOfSmallOrder(t *testing.T) {
	eachCurve(t, func(t *testing.T, c *Curve) {
		small := smallOrder(c)
		if int64(len(small)) != c.cofactor/2 {
			t.Fatalf("%d points of small order", len(small))
		}
		for _, p := range append(small, c.addAffine(small[len(small)-1], c.generator), Point{}) {
			for k := range int64(6) {
				n := new(big.Int).Add(c.order, big.NewInt(k-3))
				if got, want := c.sum(c.summand(p, n)), c.ladder(p, n); got != want {
					t.Errorf("%d·%v = %v, not %v", n, p, got, want)
				}
			}
		}
	})
}

func TestOddMultiples(t *testing.T) {
	eachCurve(t, func(t *testing.T, c *Curve) {
		if c.tau != nil {
			t.Skip("digits are read in powers of τ")
		}
		for i, p := range c.base[0] {
			if want := c.ladder(c.generator, big.NewInt(int64(2*i+1))); p != want {
				t.Errorf("multiple by %d is %v, not %v", 2*i+1, p, want)
			}
		}
	})
}
