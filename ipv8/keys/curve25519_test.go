package keys

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha512"
	"errors"
	"math/big"
	"slices"
	"testing"
)

// The y of points whose order divides 8 satisfy, with d = -121665/121666:
// order 1 and 2: y = 1 and -1; order 4: y = 0; order 8: their double has y = 0,
// so x^2 = -y^2, and the curve's equation gives d*y^4 + 2y^2 = 1.
func TestSmallOrderYSolveTheEquations(t *testing.T) {
	p := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 255), big.NewInt(19))
	d := new(big.Int).ModInverse(big.NewInt(121666), p)
	d.Mul(d, big.NewInt(-121665))
	seen := map[string]bool{}
	for _, bytes := range smallOrderY {
		slices.Reverse(bytes[:])
		y := new(big.Int).SetBytes(bytes[:])
		seen[y.String()] = true
		square := new(big.Int).Mul(y, y)
		eight := new(big.Int).Mul(d, square)
		eight.Add(eight, big.NewInt(2)).Mul(eight, square).Sub(eight, big.NewInt(1)).Mod(eight, p)
		one := new(big.Int).Sub(square, big.NewInt(1))
		if y.Sign() != 0 && one.Mod(one, p).Sign() != 0 && eight.Sign() != 0 {
			t.Errorf("y = %v is of no point of small order", y)
		}
	}
	if len(seen) != 5 {
		t.Errorf("%d different y, not 5", len(seen))
	}
}

func TestWeakCurve25519KeysAreRefused(t *testing.T) {
	points := [][32]byte{}
	for _, y := range smallOrderY {
		signed := y
		signed[31] |= 0x80
		points = append(points, y, signed)
	}
	for low := 0xed; low <= 0xff; low++ {
		y := minusOne()
		y[0] = byte(low)
		signed := y
		signed[31] |= 0x80
		points = append(points, y, signed)
	}
	for _, point := range points {
		bin := append(make([]byte, 0, naclLen), naclPublic...)
		bin = append(append(bin, make([]byte, 32)...), point[:]...)
		if _, err := NewRing().ParsePublic(bin); !errors.Is(err, ErrWeak) {
			t.Errorf("%x: %v", point, err)
		}
	}
}

// Whoever knows the secret can sign with R of small order and pass the
// standard library, but neither libsodium nor us.
func TestSmallOrderRIsRefused(t *testing.T) {
	k := generate(t, NewRing(), Curve25519, 1)
	message := []byte("m")
	signature := signWithNeutralR(k.Bin()[naclLen-32:], message)
	if !ed25519.Verify([]byte(k.Public().Bin()[naclLen-32:]), message, signature) {
		t.Error("the standard library refuses it: the test is wrong")
	}
	if k.Public().Verify(message, signature) {
		t.Error("passes")
	}
}

// signWithNeutralR returns R = 0 (the neutral point) and S = H(R, A, M)·a.
func signWithNeutralR(seed, message []byte) []byte {
	order, _ := new(big.Int).SetString("7237005577332262213973186563042994240857116359379907606001950938285454250989", 10)
	scalar := sha512.Sum512(seed)
	scalar[0] &^= 7
	scalar[31] = scalar[31]&0x7f | 0x40
	signature := make([]byte, 64)
	signature[0] = 1
	h := sha512.Sum512(slices.Concat(signature[:32], ed25519.NewKeyFromSeed(seed)[32:], message))
	s := new(big.Int).Mul(littleEndian(h[:]), littleEndian(scalar[:32]))
	s.Mod(s, order).FillBytes(signature[32:])
	slices.Reverse(signature[32:])
	return signature
}

func littleEndian(b []byte) *big.Int {
	b = slices.Clone(b)
	slices.Reverse(b)
	return new(big.Int).SetBytes(b)
}

func TestCurve25519KeepsItsHalves(t *testing.T) {
	for _, v := range keyVectors(t)[:4] {
		want := slices.Concat([]byte(naclPublic), v.X25519Public, v.Ed25519Public)
		if !bytes.Equal(v.PublicBin, want) || len(v.Ed25519Public) != ed25519.PublicKeySize {
			t.Errorf("%s: %x", v.Name, v.PublicBin)
		}
	}
}
