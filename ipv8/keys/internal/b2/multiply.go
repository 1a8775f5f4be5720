package b2

import "math/big"

// baseMult is k times the generator, k >= 0.
func (c *Curve) baseMult(k *big.Int) Point { return c.mult(c.generator, k) }

// mult is k·p.
func (c *Curve) mult(p Point, k *big.Int) Point {
	sum := c.project(Point{})
	for i := k.BitLen() - 1; i >= 0; i-- {
		c.double(&sum)
		if k.Bit(i) == 1 {
			c.addMixed(&sum, &p)
		}
	}
	return c.affine(&sum)
}

// multBoth is u·G + v·q, G being the generator.
func (c *Curve) multBoth(u *big.Int, q Point, v *big.Int) Point {
	return c.addAffine(c.baseMult(u), c.mult(q, v))
}
