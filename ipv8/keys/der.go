package keys

import (
	encoding "encoding/asn1"
	"encoding/pem"
	"fmt"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

const (
	derSequence = 0x30
	pemBegin    = "-----BEGIN"
	pemPublic   = "PUBLIC KEY"
	pemPrivate  = "EC PRIVATE KEY"
	pemCurve    = "EC PARAMETERS" // openssl writes it before the key; the key repeats it
)

// Tags of the optional fields of a SEC 1 ECPrivateKey.
const (
	tagCurve = asn1.Tag(0xa0)
	tagPoint = asn1.Tag(0xa1)
)

// ecPublicKey is the algorithm id-ecPublicKey of RFC 5480.
var ecPublicKey = encoding.ObjectIdentifier{1, 2, 840, 10045, 2, 1}

// publicDER returns the SubjectPublicKeyInfo of a point.
func publicDER(c *curve, point []byte) []byte {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(ecPublicKey)
			b.AddASN1ObjectIdentifier(c.OID())
		})
		b.AddASN1BitString(point)
	})
	return b.BytesOrPanic()
}

// readPublicDER reads a SubjectPublicKeyInfo that fills bin.
func readPublicDER(bin []byte) (curve encoding.ObjectIdentifier, point []byte, err error) {
	var algorithm encoding.ObjectIdentifier
	var info, kind cryptobyte.String
	input := cryptobyte.String(bin)
	switch {
	case !input.ReadASN1(&info, asn1.SEQUENCE) || !info.ReadASN1(&kind, asn1.SEQUENCE) ||
		!kind.ReadASN1ObjectIdentifier(&algorithm) || !algorithm.Equal(ecPublicKey) ||
		!kind.ReadASN1ObjectIdentifier(&curve) || !kind.Empty() || !info.ReadASN1BitStringAsBytes(&point) || !info.Empty():
		return nil, nil, fmt.Errorf("%w: %d bytes are no public key on a named curve in DER", ErrMalformed, len(bin))
	case !input.Empty():
		return nil, nil, fmt.Errorf("%w: %d bytes after the public key", ErrMalformed, len(input))
	}
	return curve, point, nil
}

// privateDER returns the ECPrivateKey of a scalar, as long as the order, and its point.
func privateDER(c *curve, scalar, point []byte) []byte {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(1)
		b.AddASN1OctetString(scalar)
		b.AddASN1(tagCurve, func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(c.OID()) })
		b.AddASN1(tagPoint, func(b *cryptobyte.Builder) { b.AddASN1BitString(point) })
	})
	return b.BytesOrPanic()
}

// privateFields are the fields of an ECPrivateKey.
type privateFields struct {
	scalar []byte // of any length
	curve  encoding.ObjectIdentifier
	point  []byte // nil when left out
}

// readPrivateDER reads an ECPrivateKey on a named curve that fills bin. Errors
// do not show its bytes.
func readPrivateDER(bin []byte) (f privateFields, err error) {
	var version int64
	var key, named, public cryptobyte.String
	var hasPoint bool
	input := cryptobyte.String(bin)
	switch {
	case !input.ReadASN1(&key, asn1.SEQUENCE) || !key.ReadASN1Integer(&version) || version != 1 ||
		!key.ReadASN1Bytes(&f.scalar, asn1.OCTET_STRING) || !key.ReadASN1(&named, tagCurve) ||
		!named.ReadASN1ObjectIdentifier(&f.curve) || !named.Empty() ||
		!key.ReadOptionalASN1(&public, &hasPoint, tagPoint) || !key.Empty() ||
		hasPoint && (!public.ReadASN1BitStringAsBytes(&f.point) || !public.Empty()):
		return f, fmt.Errorf("%w: %d bytes are no private key on a named curve in DER", ErrMalformed, len(bin))
	case !input.Empty():
		return f, fmt.Errorf("%w: %d bytes after the private key", ErrMalformed, len(input))
	}
	return f, nil
}

// parsePEM reads the text of one EC PRIVATE KEY.
func (r *Ring) parsePEM(text []byte) (Private, error) {
	block, rest := pem.Decode(text)
	if block != nil && block.Type == pemCurve {
		block, rest = pem.Decode(rest)
	}
	switch {
	case block == nil:
		return nil, fmt.Errorf("%w: %d bytes of broken PEM", ErrMalformed, len(text))
	case block.Type != pemPrivate || len(block.Headers) > 0:
		return nil, fmt.Errorf("%w: PEM of %q, not of an %s without headers", ErrMalformed, block.Type, pemPrivate)
	case len(strings.TrimSpace(string(rest))) > 0:
		return nil, fmt.Errorf("%w: %d bytes after the %s", ErrMalformed, len(rest), pemPrivate)
	}
	return r.parseECPrivate(block.Bytes)
}

// PEM returns the key pair as the text of an EC PRIVATE KEY. Curve25519 keys
// and stand-ins have no such form and give ErrLevel.
func PEM(k Private) ([]byte, error) { return k.Public().pem(pemPrivate, k.Bin()) }

// PEM returns the key as the text of a PUBLIC KEY. Curve25519 keys and
// stand-ins have no such form and give ErrLevel.
func (p *Public) PEM() ([]byte, error) { return p.pem(pemPublic, []byte(p.bin)) }

func (p *Public) pem(kind string, bin []byte) ([]byte, error) {
	if p.bin[0] != derSequence {
		return nil, fmt.Errorf("%w of a PEM: %v", ErrLevel, p)
	}
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: bin}), nil
}
