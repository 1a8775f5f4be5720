package b2

import (
	"fmt"
	"math/big"
)

// Point is a point of a curve in affine coordinates. The zero Point is the point
// at infinity. Points of one curve are compared with ==.
type Point struct {
	x, y   element
	finite bool
}

// Infinite tells whether p is the point at infinity.
func (p Point) Infinite() bool { return !p.finite }

// String is "(x, y)" in hexadecimal, or "infinity".
func (p Point) String() string {
	if !p.finite {
		return "infinity"
	}
	var x, y [maxLimbs * limbBits / 8]byte
	p.x.fill(x[:])
	p.y.fill(y[:])
	return fmt.Sprintf("(%x, %x)", new(big.Int).SetBytes(x[:]), new(big.Int).SetBytes(y[:]))
}

// shape is the curve y² + xy = x³ + a·x² + b over a field, a being 0 or 1. Its
// methods are the group law; they hold for every point of the curve, those of
// small order too.
type shape struct {
	field
	a uint64
	b element
}

// equation tells whether (x, y) satisfies the equation of the curve.
func (s *shape) equation(x, y *element) bool {
	var left, right, t element
	left.add(x, y)
	s.mul(&left, &left, y)
	t = *x
	t[0] ^= s.a
	s.sqr(&right, x)
	s.mul(&right, &right, &t)
	right.add(&right, &s.b)
	return left == right
}

// neg is -p.
func (p Point) neg() Point {
	p.y.add(&p.y, &p.x)
	if !p.finite {
		return Point{}
	}
	return p
}

// addAffine is p + q in affine coordinates.
func (s *shape) addAffine(p, q Point) Point {
	sum := s.project(p)
	s.addMixed(&sum, &q)
	return s.affine(&sum)
}

// addPairs adds ps[i] + qs[i] for every i, with one inversion for all of them.
func (s *shape) addPairs(ps, qs []Point) []Point {
	slopes := make([]element, len(ps))
	for i := range ps {
		slopes[i].add(&ps[i].x, &qs[i].x)
	}
	s.invAll(slopes)
	sums := make([]Point, len(ps))
	for i := range ps {
		p, q, slope := &ps[i], &qs[i], &slopes[i]
		if !p.finite || !q.finite || slope.zero() {
			sums[i] = s.addAffine(*p, *q)
			continue
		}
		var t element
		t.add(&p.y, &q.y)
		s.mul(slope, slope, &t) // (y1 + y2)/(x1 + x2)
		sum := Point{finite: true}
		s.sqr(&sum.x, slope)
		sum.x.add(&sum.x, slope)
		sum.x.add(&sum.x, &p.x)
		sum.x.add(&sum.x, &q.x)
		sum.x[0] ^= s.a
		t.add(&p.x, &sum.x)
		s.mul(&sum.y, slope, &t)
		sum.y.add(&sum.y, &sum.x)
		sum.y.add(&sum.y, &p.y)
		sums[i] = sum
	}
	return sums
}

// projective is a point in the coordinates of López and Dahab: x = X/Z and
// y = Y/Z². Infinity has Z = 0.
type projective struct{ x, y, z element }

// project is p with Z = 1.
func (s *shape) project(p Point) projective {
	if !p.finite {
		return projective{x: one}
	}
	return projective{p.x, p.y, one}
}

// affine brings p back to affine coordinates.
func (s *shape) affine(p *projective) Point {
	if p.z.zero() {
		return Point{}
	}
	q := Point{finite: true}
	var inverse element
	s.inv(&inverse, &p.z)
	s.mul(&q.x, &p.x, &inverse)
	s.sqr(&inverse, &inverse)
	s.mul(&q.y, &p.y, &inverse)
	return q
}

// affineAll is affine for many points with one inversion.
func (s *shape) affineAll(ps []projective) []Point {
	inverses := make([]element, len(ps))
	for i := range ps {
		inverses[i] = ps[i].z
	}
	s.invAll(inverses)
	qs := make([]Point, len(ps))
	for i := range ps {
		if ps[i].z.zero() {
			continue
		}
		qs[i].finite = true
		s.mul(&qs[i].x, &ps[i].x, &inverses[i])
		s.sqr(&inverses[i], &inverses[i])
		s.mul(&qs[i].y, &ps[i].y, &inverses[i])
	}
	return qs
}

// double sets p to 2p.
func (s *shape) double(p *projective) {
	var xx, zz, bzzzz, yy element
	s.sqr(&xx, &p.x)
	s.sqr(&zz, &p.z)
	s.sqr(&bzzzz, &zz)
	if s.b != one {
		s.mul(&bzzzz, &bzzzz, &s.b)
	}
	s.sqr(&yy, &p.y)
	s.mul(&p.z, &xx, &zz)
	s.sqr(&p.x, &xx)
	p.x.add(&p.x, &bzzzz)
	yy.add(&yy, &bzzzz)
	if s.a == 1 {
		yy.add(&yy, &p.z)
	}
	s.mul(&yy, &yy, &p.x)
	s.mul(&p.y, &bzzzz, &p.z)
	p.y.add(&p.y, &yy)
}

// frobenius sets p to τp, the square of every coordinate. It maps the curve to
// itself when a and b are 0 or 1.
func (s *shape) frobenius(p *projective) {
	s.sqr(&p.x, &p.x)
	s.sqr(&p.y, &p.y)
	s.sqr(&p.z, &p.z)
}

// addMixed sets p to p + q.
func (s *shape) addMixed(p *projective, q *Point) {
	if !q.finite {
		return
	}
	if p.z.zero() {
		*p = s.project(*q)
		return
	}
	var a, b, c, d, t element
	s.sqr(&t, &p.z)
	s.mul(&a, &q.y, &t)
	a.add(&a, &p.y) // A = Y + y·Z²
	s.mul(&b, &q.x, &p.z)
	b.add(&b, &p.x) // B = X + x·Z
	if b.zero() {
		s.addSameX(p, a.zero())
		return
	}
	s.mul(&c, &b, &p.z) // C = B·Z
	s.sqr(&p.z, &c)     // Z' = C²
	s.mul(&d, &q.x, &p.z)
	s.sqr(&t, &b)
	t.add(&t, &a)
	if s.a == 1 {
		t.add(&t, &c)
	}
	s.mul(&t, &t, &c)
	s.sqr(&p.x, &a)
	p.x.add(&p.x, &t) // X' = A² + C·(A + B² + a·C)
	d.add(&d, &p.x)   // x·Z' + X'
	s.mul(&a, &a, &c)
	a.add(&a, &p.z)
	s.mul(&d, &d, &a) // (x·Z' + X')·(A·C + Z')
	s.sqr(&t, &p.z)
	c.add(&q.x, &q.y)
	s.mul(&t, &t, &c)
	p.y.add(&d, &t) // Y' = … + (x + y)·Z'²
}

// addSameX sets p to p + q where both have the same x: they are equal, or
// opposite.
func (s *shape) addSameX(p *projective, equal bool) {
	if equal {
		s.double(p)
		return
	}
	*p = projective{x: one}
}
