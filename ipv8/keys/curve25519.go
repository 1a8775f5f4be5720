package keys

import (
	"bytes"
	"crypto/ecdh"
	"crypto/ed25519"
	"fmt"
	"io"
)

// The two halves of a curve25519 key are independent: X25519 for encryption,
// then Ed25519 for signatures. Only the second is used here.
const (
	naclPublic  = "LibNaCLPK:" // X25519 public, Ed25519 public
	naclPrivate = "LibNaCLSK:" // X25519 secret, Ed25519 seed
	naclLen     = len(naclPublic) + 64
)

var naclShape = shapes[0]

func (r *Ring) generateCurve25519(random io.Reader) (Private, error) {
	bin := make([]byte, naclLen)
	copy(bin, naclPrivate)
	if _, err := io.ReadFull(random, bin[len(naclPrivate):]); err != nil {
		return nil, fmt.Errorf("keys: generate %s: %w", Curve25519, err)
	}
	return r.parseCurve25519Private(bin)
}

func (r *Ring) parseCurve25519Private(bin []byte) (Private, error) {
	if len(bin) != naclLen {
		return nil, fmt.Errorf("%w: %s with %d bytes, not %d", ErrMalformed, naclPrivate, len(bin), naclLen)
	}
	half := bin[len(naclPrivate):]
	secret, err := ecdh.X25519().NewPrivateKey(half[:32])
	if err != nil {
		return nil, fmt.Errorf("%w: X25519 half: %w", ErrMalformed, err)
	}
	signing := ed25519.NewKeyFromSeed(half[32:])
	public := make([]byte, 0, naclLen)
	public = append(public, naclPublic...)
	public = append(public, secret.PublicKey().Bytes()...)
	public = append(public, signing[32:]...)
	p := r.public(naclShape, string(public), edwards(signing[32:]))
	return &pair{r.keep(p), string(bin), edwardsSigner(signing)}, nil
}

func (r *Ring) decodeCurve25519(bin []byte) (*Public, error) {
	if len(bin) != naclLen {
		return nil, fmt.Errorf("%w: %s with %d bytes, not %d", ErrMalformed, naclPublic, len(bin), naclLen)
	}
	point := bin[naclLen-32:]
	if !canonicalPoint(point) {
		return nil, fmt.Errorf("%w: Ed25519 point %x is not in its canonical form", ErrWeak, point)
	}
	if smallOrder(point) {
		return nil, fmt.Errorf("%w: Ed25519 point %x has a small order", ErrWeak, point)
	}
	return r.public(naclShape, string(bin), edwards(bytes.Clone(point))), nil
}

// edwards is an Ed25519 public key.
type edwards ed25519.PublicKey

// check is libsodium's verdict: the standard library's, and R, the first half
// of the signature, has no small order.
func (k edwards) check(message, signature []byte) bool {
	return !smallOrder(signature[:32]) && ed25519.Verify(ed25519.PublicKey(k), message, signature)
}

type edwardsSigner ed25519.PrivateKey

func (k edwardsSigner) appendSignature(dst, message []byte) []byte {
	return append(dst, ed25519.Sign(ed25519.PrivateKey(k), message)...)
}

// canonicalPoint reports whether y is below p = 2^255-19, whatever the sign bit.
func canonicalPoint(point []byte) bool {
	if point[31]&0x7f != 0x7f || point[0] < 0xed {
		return true
	}
	for _, b := range point[1:31] {
		if b != 0xff {
			return true
		}
	}
	return false
}

// smallOrder reports whether the canonical y is that of one of the eight
// points whose order divides 8, whatever the sign bit.
func smallOrder(point []byte) bool {
	for _, y := range smallOrderY {
		if y[31] == point[31]&0x7f && bytes.Equal(y[:31], point[:31]) {
			return true
		}
	}
	return false
}

// smallOrderY are the y of the points of order 4, 1, 2, 8 and 8, little
// endian. (The forms p and p+1 of the first two are not canonical.)
var smallOrderY = [...][32]byte{
	{},
	{0: 1},
	minusOne(),
	{
		0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
		0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
	},
	{
		0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f,
		0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
	},
}

// minusOne returns p-1, little endian.
func minusOne() (y [32]byte) {
	for i := range y {
		y[i] = 0xff
	}
	y[0], y[31] = 0xec, 0x7f
	return y
}
