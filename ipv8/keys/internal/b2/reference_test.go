package b2

import (
	"flag"
	"math/big"
	"os"
	"testing"

	"pgregory.net/rapid"
)

// TestMain gives the property tests a fixed seed, unless one is asked for.
func TestMain(m *testing.M) {
	flag.Parse()
	if seed := flag.Lookup("rapid.seed"); seed.Value.String() == "0" {
		if err := seed.Value.Set("1"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// curves are all five, made once.
var curves = makeCurves()

func makeCurves() (all []*Curve) {
	for i := range domains {
		all = append(all, newCurve(domains[i]))
	}
	return all
}

// eachCurve runs a test for every curve.
func eachCurve(t *testing.T, test func(t *testing.T, c *Curve)) {
	for _, c := range curves {
		t.Run(c.name, func(t *testing.T) { test(t, c) })
	}
}

// eachCurveChecks runs a property test for every curve.
func eachCurveChecks(t *testing.T, property func(t *rapid.T, c *Curve)) {
	eachCurve(t, func(t *testing.T, c *Curve) {
		rapid.Check(t, func(t *rapid.T) { property(t, c) })
	})
}

// The reference below is slow and simple, and shares nothing with what it
// checks: polynomials are big.Ints, products and inverses go bit by bit, points
// are added by the textbook.

// exponents of the reduction polynomials, from SEC 2.
var exponents = map[int][]int{
	163: {163, 7, 6, 3, 0}, 233: {233, 74, 0}, 409: {409, 87, 0}, 571: {571, 10, 5, 2, 0},
}

// reference is a curve of the reference.
type reference struct {
	modulus, a, b *big.Int
}

func newReference(c *Curve) *reference {
	r := &reference{new(big.Int), new(big.Int).SetUint64(c.a), number(c, &c.b)}
	for _, e := range exponents[c.m] {
		r.modulus.SetBit(r.modulus, e, 1)
	}
	return r
}

// number is an element as a number.
func number(c *Curve, x *element) *big.Int {
	data := make([]byte, c.bytes())
	x.fill(data)
	return new(big.Int).SetBytes(data)
}

func (r *reference) reduce(x *big.Int) *big.Int {
	x = new(big.Int).Set(x)
	for x.BitLen() >= r.modulus.BitLen() {
		x.Xor(x, new(big.Int).Lsh(r.modulus, uint(x.BitLen()-r.modulus.BitLen())))
	}
	return x
}

func (r *reference) mul(x, y *big.Int) *big.Int {
	product := new(big.Int)
	for i := range y.BitLen() {
		if y.Bit(i) == 1 {
			product.Xor(product, new(big.Int).Lsh(x, uint(i)))
		}
	}
	return r.reduce(product)
}

// inverse is Euclid's algorithm: u = x·g and v = x·h modulo the modulus.
func (r *reference) inverse(x *big.Int) *big.Int {
	u, v := new(big.Int).Set(x), new(big.Int).Set(r.modulus)
	g, h := big.NewInt(1), new(big.Int)
	for u.BitLen() > 1 {
		if u.BitLen() < v.BitLen() {
			u, v, g, h = v, u, h, g
		}
		shift := uint(u.BitLen() - v.BitLen())
		u.Xor(u, new(big.Int).Lsh(v, shift))
		g.Xor(g, new(big.Int).Lsh(h, shift))
	}
	return r.reduce(g)
}

// referencePoint has nil coordinates at infinity.
type referencePoint struct{ x, y *big.Int }

func (r *reference) add(p, q referencePoint) referencePoint {
	switch {
	case p.x == nil:
		return q
	case q.x == nil:
		return p
	case p.x.Cmp(q.x) != 0:
		dx, dy := new(big.Int).Xor(p.x, q.x), new(big.Int).Xor(p.y, q.y)
		return r.chord(p, dx, r.mul(dy, r.inverse(dx)))
	case p.y.Cmp(q.y) != 0 || p.x.Sign() == 0:
		return referencePoint{}
	}
	slope := r.mul(p.y, r.inverse(p.x))
	return r.chord(p, new(big.Int), slope.Xor(slope, p.x))
}

// chord is the sum of p and a point whose x differs by dx, given the slope of
// the line through both.
func (r *reference) chord(p referencePoint, dx, slope *big.Int) referencePoint {
	x := r.mul(slope, slope)
	x.Xor(x, slope).Xor(x, dx).Xor(x, r.a)
	y := r.mul(slope, new(big.Int).Xor(p.x, x))
	return referencePoint{x, y.Xor(y, x).Xor(y, p.y)}
}

func (r *reference) multiply(p referencePoint, k *big.Int) (sum referencePoint) {
	for i := k.BitLen() - 1; i >= 0; i-- {
		sum = r.add(sum, sum)
		if k.Bit(i) == 1 {
			sum = r.add(sum, p)
		}
	}
	return sum
}

// toReference is a point for the reference.
func toReference(c *Curve, p Point) referencePoint {
	if p.Infinite() {
		return referencePoint{}
	}
	return referencePoint{number(c, &p.x), number(c, &p.y)}
}

// equals tells whether a point is that of the reference.
func (p referencePoint) equals(c *Curve, q Point) bool {
	if p.x == nil || q.Infinite() {
		return p.x == nil && q.Infinite()
	}
	return p.x.Cmp(number(c, &q.x)) == 0 && p.y.Cmp(number(c, &q.y)) == 0
}

// elements draws elements of a curve's field, sparse ones among them.
func elements(c *Curve) *rapid.Generator[element] {
	return rapid.Custom(func(t *rapid.T) (x element) {
		for i := range (c.m + limbBits - 1) / limbBits {
			x[i] = rapid.Uint64Max(limbMask).Draw(t, "limb")
		}
		x[c.m/limbBits] &= 1<<(c.m%limbBits) - 1
		return x
	})
}

// numbers draws numbers below 2^bits, 0 and the top ones among them.
func numbers(bits int) *rapid.Generator[*big.Int] {
	return rapid.Custom(func(t *rapid.T) *big.Int {
		data := rapid.SliceOfN(rapid.Byte(), (bits+7)/8, (bits+7)/8).Draw(t, "bytes")
		n := new(big.Int).SetBytes(data)
		return n.Rsh(n, uint(8*len(data)-bits))
	})
}

// scalars draws numbers from 0 to order - 1.
func scalars(c *Curve) *rapid.Generator[*big.Int] {
	return rapid.Map(numbers(c.OrderBits()), func(n *big.Int) *big.Int { return n.Mod(n, c.order) })
}

// points draws points of a curve, of any order.
func points(c *Curve) *rapid.Generator[Point] {
	return rapid.Custom(func(t *rapid.T) Point {
		for {
			x := elements(c).Draw(t, "x")
			bit := rapid.Uint64Max(1).Draw(t, "bit")
			if y, ok := c.yOf(&x, bit); ok {
				return Point{x, y, true}
			}
		}
	})
}
