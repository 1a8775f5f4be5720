package b2

import (
	"errors"
	"fmt"
	"io"
	"math/big"
)

// ErrScalarRange is a private scalar that is 0 or not below the curve's order.
var ErrScalarRange = errors.New("scalar not from 1 to order - 1")

// Scalar is a private key: a number from 1 to a curve's order - 1. It is made by
// a Curve, is used with that curve only, and does not change.
type Scalar struct {
	curve *Curve
	value *big.Int
}

// Scalar reads a big-endian private scalar of any length. The error wraps
// ErrScalarRange; it does not tell the scalar.
func (c *Curve) Scalar(data []byte) (Scalar, error) {
	value := new(big.Int).SetBytes(data)
	if !c.inRange(value) {
		return Scalar{}, fmt.Errorf("b2: %s private scalar of %d bits: %w", c.name, value.BitLen(), ErrScalarRange)
	}
	return Scalar{c, value}, nil
}

// inRange tells whether 1 <= k < order.
func (c *Curve) inRange(k *big.Int) bool { return k.Sign() > 0 && k.Cmp(c.order) < 0 }

// RandomScalar draws a private scalar, each being as likely as any other. It
// reads OrderBytes at a time, drops the bits above the order's length and tries
// again while the number is out of range. The errors are those of random.
func (c *Curve) RandomScalar(random io.Reader) (Scalar, error) {
	data := make([]byte, c.OrderBytes())
	for {
		if _, err := io.ReadFull(random, data); err != nil {
			return Scalar{}, fmt.Errorf("b2: %s private scalar: %w", c.name, err)
		}
		data[0] &= 0xff >> (8*len(data) - c.OrderBits())
		if d, err := c.Scalar(data); err == nil {
			return d, nil
		}
	}
}

// Bytes is the scalar big-endian in the OrderBytes of its curve.
func (d Scalar) Bytes() []byte {
	return d.value.FillBytes(make([]byte, d.curve.OrderBytes()))
}

// Public is the public key of d: d times the generator.
func (d Scalar) Public() Point { return d.curve.baseMult(d.value) }
