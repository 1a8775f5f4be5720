package b2

import (
	"errors"
	"fmt"
)

// The ways in which bytes may fail to be a point.
var (
	// ErrPointForm is a first byte other than 02, 03 and 04, or a length that does
	// not fit it. The single byte 00, infinity, is among them.
	ErrPointForm = errors.New("not a compressed or uncompressed point")
	// ErrCoordinate is a coordinate with bits above the field's degree.
	ErrCoordinate = errors.New("coordinate not in the field")
	// ErrNotOnCurve is a point that does not satisfy the curve's equation, or a
	// compressed x for which there is no point.
	ErrNotOnCurve = errors.New("point not on the curve")
)

// The first bytes of an encoded point (SEC 1, 2.3.3).
const (
	formEven         = 2 // compressed; the lowest bit of y/x is 0
	formOdd          = 3
	formUncompressed = 4
)

// Marshal is the uncompressed form 04‖x‖y of p, nil for infinity.
func (c *Curve) Marshal(p Point) []byte {
	if !p.finite {
		return nil
	}
	n := c.bytes()
	data := make([]byte, 1+2*n)
	data[0] = formUncompressed
	p.x.fill(data[1 : 1+n])
	p.y.fill(data[1+n:])
	return data
}

// MarshalCompressed is the form 02‖x or 03‖x of p, nil for infinity.
func (c *Curve) MarshalCompressed(p Point) []byte {
	if !p.finite {
		return nil
	}
	data := make([]byte, 1+c.bytes())
	data[0] = formEven + byte(c.yBit(&p))
	p.x.fill(data[1:])
	return data
}

// yBit is the lowest bit of y/x, 0 where x is 0.
func (c *Curve) yBit(p *Point) uint64 {
	var z element
	c.inv(&z, &p.x)
	c.mul(&z, &z, &p.y)
	return z.bit(0)
}

// Unmarshal reads a point of this curve, compressed or not. The error wraps
// ErrPointForm, ErrCoordinate or ErrNotOnCurve. The point may be of small order.
func (c *Curve) Unmarshal(data []byte) (Point, error) {
	n := c.bytes()
	switch {
	case len(data) == 1+2*n && data[0] == formUncompressed:
		return c.unmarshalBoth(data[1:1+n], data[1+n:])
	case len(data) == 1+n && (data[0] == formEven || data[0] == formOdd):
		return c.unmarshalX(data[1:], uint64(data[0]-formEven))
	case len(data) == 0:
		return Point{}, fmt.Errorf("b2: %s point of no bytes: %w", c.name, ErrPointForm)
	}
	return Point{}, fmt.Errorf("b2: %s point of %d bytes beginning with %02x: %w",
		c.name, len(data), data[0], ErrPointForm)
}

// unmarshalBoth reads a point from its two coordinates.
func (c *Curve) unmarshalBoth(x, y []byte) (Point, error) {
	p := Point{x: elementFromBytes(x), y: elementFromBytes(y), finite: true}
	if !c.holds(&p.x) || !c.holds(&p.y) {
		return Point{}, fmt.Errorf("b2: %s point (%x, %x): %w", c.name, x, y, ErrCoordinate)
	}
	if !c.equation(&p.x, &p.y) {
		return Point{}, fmt.Errorf("b2: %s point (%x, %x): %w", c.name, x, y, ErrNotOnCurve)
	}
	return p, nil
}

// unmarshalX finds the point of a given x whose y/x has a given lowest bit. The
// point with x = 0 has no such bit and is read from 02 only.
func (c *Curve) unmarshalX(data []byte, yBit uint64) (Point, error) {
	x := elementFromBytes(data)
	if !c.holds(&x) {
		return Point{}, fmt.Errorf("b2: %s point with x = %x: %w", c.name, data, ErrCoordinate)
	}
	y, ok := c.yOf(&x, yBit)
	if !ok {
		return Point{}, fmt.Errorf("b2: %s point with x = %x: %w", c.name, data, ErrNotOnCurve)
	}
	return Point{x, y, true}, nil
}

// yOf solves the curve's equation for y, given the lowest bit of y/x.
func (c *Curve) yOf(x *element, yBit uint64) (y element, ok bool) {
	if x.zero() {
		c.sqrt(&y, &c.b)
		return y, yBit == 0
	}
	var t element
	c.sqr(&t, x)
	c.inv(&t, &t)
	c.mul(&t, &t, &c.b)
	t.add(&t, x)
	t[0] ^= c.a
	z, ok := c.solve(&t) // x + a + b/x² for z = y/x
	z[0] = z[0]&^1 | yBit
	c.mul(&y, x, &z)
	return y, ok
}
