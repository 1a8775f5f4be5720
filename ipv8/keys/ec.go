package keys

import (
	"crypto/sha1"
	"encoding/asn1"
	"fmt"
	"io"

	"github.com/overlaytest/overlaytest/ipv8/keys/internal/b2"
)

// curveOf says which curves a level stands for, with their object identifiers.
// A new High key is on the first of its two.
var curveOf = [...]struct {
	level Level
	oid   asn1.ObjectIdentifier
	make  func() *b2.Curve
}{
	{VeryLow, asn1.ObjectIdentifier{1, 3, 132, 0, 1}, b2.K163},
	{Low, asn1.ObjectIdentifier{1, 3, 132, 0, 26}, b2.K233},
	{Medium, asn1.ObjectIdentifier{1, 3, 132, 0, 36}, b2.K409},
	{High, asn1.ObjectIdentifier{1, 3, 132, 0, 39}, b2.B571},
	{High, asn1.ObjectIdentifier{1, 3, 132, 0, 38}, b2.K571},
}

// curve is a curve with what else is asked of it often. Making one takes
// milliseconds, so each ring makes what it needs, once.
type curve struct {
	*b2.Curve
	shape
}

// curves are those of curveOf, nil until asked for.
type curves [len(curveOf)]*curve

func (cs *curves) at(i int) *curve {
	if cs[i] == nil {
		s, err := shapeOf(curveOf[i].level)
		if err != nil {
			panic("keys: curve without a shape: " + err.Error())
		}
		cs[i] = &curve{curveOf[i].make(), s}
	}
	return cs[i]
}

// ofLevel returns the curve of new keys of a level.
func (cs *curves) ofLevel(level Level) (*curve, error) {
	for i := range curveOf {
		if curveOf[i].level == level {
			return cs.at(i), nil
		}
	}
	_, err := ParseLevel(string(level))
	return nil, err
}

// ofOID returns the curve with that object identifier, or ErrCurve.
func (cs *curves) ofOID(oid asn1.ObjectIdentifier) (*curve, error) {
	for i := range curveOf {
		if curveOf[i].oid.Equal(oid) {
			return cs.at(i), nil
		}
	}
	return nil, fmt.Errorf("%w: %v", ErrCurve, oid)
}

func (r *Ring) generateEC(level Level, random io.Reader) (Private, error) {
	c, err := r.curves.ofLevel(level)
	if err != nil {
		return nil, err
	}
	scalar, err := c.RandomScalar(random)
	if err != nil {
		return nil, fmt.Errorf("keys: generate %s: %w", level, err)
	}
	q := scalar.Public()
	return r.ecPair(c, scalar, q, c.Marshal(q)), nil
}

// ecPair makes the pair whose public point q has the wire form point.
func (r *Ring) ecPair(c *curve, scalar b2.Scalar, q b2.Point, point []byte) *pair {
	p := r.public(c.shape, string(publicDER(c, point)), ecPoint{c, q})
	return &pair{r.keep(p), string(privateDER(c, scalar.Bytes(), point)), ecScalar{scalar}}
}

// parseECPrivate reads a SEC 1 ECPrivateKey.
func (r *Ring) parseECPrivate(bin []byte) (Private, error) {
	d, err := readPrivateDER(bin)
	if err != nil {
		return nil, err
	}
	c, err := r.curves.ofOID(d.curve)
	if err != nil {
		return nil, err
	}
	scalar, err := c.Scalar(d.scalar)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrMalformed, c.Name(), err)
	}
	q := scalar.Public()
	if d.point == nil {
		return r.ecPair(c, scalar, q, c.Marshal(q)), nil
	}
	if given, err := c.Unmarshal(d.point); err != nil || given != q {
		return nil, fmt.Errorf("%w: %s: public half is not that of the private one", ErrMalformed, c.Name())
	}
	return r.ecPair(c, scalar, q, d.point), nil
}

// decodeEC reads a DER SubjectPublicKeyInfo. The point may be compressed, and
// the wire form then stays so, as in py-ipv8: a key and its compressed form
// have two mids and are two keys.
func (r *Ring) decodeEC(bin []byte) (*Public, error) {
	oid, point, err := readPublicDER(bin)
	if err != nil {
		return nil, err
	}
	c, err := r.curves.ofOID(oid)
	if err != nil {
		return nil, err
	}
	q, err := c.Unmarshal(point)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	if smallX(c, point[1:1+c.FieldBytes()]) {
		return nil, fmt.Errorf("%w: %s point with x = %x has a small order", ErrWeak, c.Name(), point[1:1+c.FieldBytes()])
	}
	return r.public(c.shape, string(bin), ecPoint{c, q}), nil
}

// smallX reports whether x is that of the points whose order divides the
// cofactor: 0 for order 2, and 1 for order 4 on the curves with a = 0.
func smallX(c *curve, x []byte) bool {
	last := len(x) - 1
	for _, b := range x[:last] {
		if b != 0 {
			return false
		}
	}
	return x[last] == 0 || x[last] == 1 && c.level != VeryLow && c.Name() != "sect571r1"
}

// ecPoint is an elliptic-curve public key.
type ecPoint struct {
	*curve
	q b2.Point
}

func (k ecPoint) check(message, signature []byte) bool {
	return k.Verify(k.q, sha1.Sum(message), signature)
}

// ecScalar is an elliptic-curve private key.
type ecScalar struct{ b2.Scalar }

func (k ecScalar) appendSignature(dst, message []byte) []byte {
	return append(dst, k.Sign(sha1.Sum(message))...)
}
