package b2

import (
	"encoding/asn1"
	"math/big"
)

// Curve is one of the five curves, with a table of multiples of its generator.
type Curve struct {
	shape
	name      string
	oid       asn1.ObjectIdentifier
	generator Point
	order     *big.Int // of the generator, a prime
	cofactor  int64
	tau       *frobenius // nil unless a Koblitz curve

	base      [][]Point // odd multiples of the generator, for each block of places
	baseBlock int       // places of a block
	baseWidth int       // of the windows
}

// domain is what the standards (SEC 2, FIPS 186-4) say of a curve; numbers in
// hexadecimal.
type domain struct {
	name     string
	oid      asn1.ObjectIdentifier
	field    field
	a        uint64
	b        string
	x, y     string
	order    string
	cofactor int64
}

// domains are the curves in the order of their size.
var domains = []*domain{sect163k1, sect233k1, sect409k1, sect571k1, sect571r1}

// K163 makes the curve sect163k1, NIST K-163.
func K163() *Curve { return newCurve(sect163k1) }

// K233 makes the curve sect233k1, NIST K-233.
func K233() *Curve { return newCurve(sect233k1) }

// K409 makes the curve sect409k1, NIST K-409.
func K409() *Curve { return newCurve(sect409k1) }

// K571 makes the curve sect571k1, NIST K-571.
func K571() *Curve { return newCurve(sect571k1) }

// B571 makes the curve sect571r1, NIST B-571.
func B571() *Curve { return newCurve(sect571r1) }

// ByName makes the curve of a SEC 2 name such as "sect409k1".
func ByName(name string) (c *Curve, ok bool) {
	for i := range domains {
		if domains[i].name == name {
			return newCurve(domains[i]), true
		}
	}
	return nil, false
}

// ByOID makes the curve of an object identifier such as 1.3.132.0.36.
func ByOID(oid asn1.ObjectIdentifier) (c *Curve, ok bool) {
	for i := range domains {
		if domains[i].oid.Equal(oid) {
			return newCurve(domains[i]), true
		}
	}
	return nil, false
}

// newCurve makes a curve and its table.
func newCurve(d *domain) *Curve {
	c := &Curve{
		shape:    shape{field: d.field, a: d.a, b: elementFromBytes(hexNumber(d.b).Bytes())},
		name:     d.name,
		oid:      d.oid,
		order:    hexNumber(d.order),
		cofactor: d.cofactor,
	}
	c.generator = Point{
		x:      elementFromBytes(hexNumber(d.x).Bytes()),
		y:      elementFromBytes(hexNumber(d.y).Bytes()),
		finite: true,
	}
	if c.b == one {
		c.tau = newFrobenius(c.m, c.a)
	}
	c.makeBase()
	return c
}

// hexNumber reads a constant of this package.
func hexNumber(digits string) *big.Int {
	n, ok := new(big.Int).SetString(digits, 16)
	if !ok {
		panic("b2: not a hexadecimal number: " + digits)
	}
	return n
}

// Name is the name of the curve in SEC 2, such as "sect409k1".
func (c *Curve) Name() string { return c.name }

// OID is the object identifier that names the curve in DER. It is a copy.
func (c *Curve) OID() asn1.ObjectIdentifier {
	return append(asn1.ObjectIdentifier(nil), c.oid...)
}

// FieldBits is the degree of the field: 163, 233, 409 or 571.
func (c *Curve) FieldBits() int { return c.m }

// FieldBytes is the length of a coordinate, and of half a signature.
func (c *Curve) FieldBytes() int { return c.bytes() }

// SignatureBytes is the length of a signature, twice FieldBytes.
func (c *Curve) SignatureBytes() int { return 2 * c.bytes() }

// OrderBits is the length of the generator's order in bits.
func (c *Curve) OrderBits() int { return c.order.BitLen() }

// OrderBytes is the length of a scalar in bytes, such as 51 for sect409k1.
func (c *Curve) OrderBytes() int { return (c.order.BitLen() + 7) / 8 }

// Order is the generator's order. It is a copy.
func (c *Curve) Order() *big.Int { return new(big.Int).Set(c.order) }
