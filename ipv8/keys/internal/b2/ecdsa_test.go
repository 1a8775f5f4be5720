package b2

import (
	"bytes"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"math/big"
	"os"
	"testing"

	"pgregory.net/rapid"
)

// unhex reads hexadecimal of a vector.
func unhex(t *testing.T, digits string) []byte {
	data, err := hex.DecodeString(digits)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// readVectors reads a file of the vectors made by py-ipv8.
func readVectors(t *testing.T, name string, into any) {
	data, err := os.ReadFile("../../../testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatal(err)
	}
}

// vectorKey is what keys.json tells of a key.
type vectorKey struct {
	Name      string
	Curve     string `json:"curve_oid_name"` // empty where not of a binary curve
	Scalar    string `json:"private_scalar"`
	X         string `json:"public_x"`
	Y         string `json:"public_y"`
	PublicBin string `json:"public_bin"`
}

// public is the point at the end of the key's wire form.
func (k *vectorKey) public(t *testing.T, c *Curve) Point {
	data := unhex(t, k.PublicBin)
	p, err := c.Unmarshal(data[len(data)-1-2*c.FieldBytes():])
	if err != nil {
		t.Fatal(k.Name, err)
	}
	return p
}

// vectorKeys are the keys of binary curves, by name.
func vectorKeys(t *testing.T) map[string]*vectorKey {
	var file struct{ Keys []*vectorKey }
	readVectors(t, "keys.json", &file)
	keys := map[string]*vectorKey{}
	for _, k := range file.Keys {
		if k.Curve != "" {
			keys[k.Name] = k
		}
	}
	return keys
}

func TestVectorKeys(t *testing.T) {
	keys := vectorKeys(t)
	if len(keys) != 8 {
		t.Errorf("%d keys", len(keys))
	}
	for _, k := range keys { // any order: each is checked by itself
		c := curveOf(t, k.Curve)
		d, err := c.Scalar(hexNumber(k.Scalar[2:]).Bytes())
		if err != nil {
			t.Fatal(err)
		}
		p := d.Public()
		if p != k.public(t, c) || number(c, &p.x).Cmp(hexNumber(k.X[2:])) != 0 || number(c, &p.y).Cmp(hexNumber(k.Y[2:])) != 0 {
			t.Errorf("%s has the public key %v", k.Name, p)
		}
	}
}

func TestVectorSignatures(t *testing.T) {
	var file struct {
		Cases []struct {
			Name, Key, Message, Signature string
			Valid                         bool
		}
	}
	readVectors(t, "signatures.json", &file)
	keys, checked := vectorKeys(t), 0
	for _, x := range file.Cases {
		k := keys[x.Key]
		if k == nil {
			continue
		}
		checked++
		c := curveOf(t, k.Curve)
		digest := sha1.Sum(unhex(t, x.Message))
		if got := c.Verify(k.public(t, c), digest, unhex(t, x.Signature)); got != x.Valid {
			t.Errorf("%s verifies as %v", x.Name, got)
		}
	}
	if checked != 84 {
		t.Errorf("%d signatures", checked)
	}
}

// sample is a private scalar of no particular value, and a digest.
func sample(c *Curve) (Scalar, Digest) {
	d, err := c.Scalar(new(big.Int).Rsh(c.order, 1).Bytes())
	if err != nil {
		panic(err)
	}
	return d, sha1.Sum([]byte(c.name))
}

func TestSignedVerifies(t *testing.T) {
	eachCurveChecks(t, func(t *rapid.T, c *Curve) {
		n := scalars(c).Filter(func(n *big.Int) bool { return n.Sign() > 0 }).Draw(t, "d")
		d, err := c.Scalar(n.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		digest := Digest(rapid.SliceOfN(rapid.Byte(), 20, 20).Draw(t, "digest"))
		signature, q := d.Sign(digest), d.Public()
		if !c.Verify(q, digest, signature) {
			t.Error("not verified")
		}
		if !bytes.Equal(signature, d.Sign(digest)) {
			t.Error("signed otherwise the second time")
		}
		digest[rapid.IntRange(0, 19).Draw(t, "at")] ^= 1
		if c.Verify(q, digest, signature) {
			t.Error("verified for another digest")
		}
	})
}

// withHalves puts numbers in place of the halves of a signature.
func withHalves(c *Curve, r, s *big.Int) []byte {
	signature := make([]byte, c.SignatureBytes())
	r.FillBytes(signature[:c.FieldBytes()])
	s.FillBytes(signature[c.FieldBytes():])
	return signature
}

func TestVerifyRules(t *testing.T) {
	eachCurve(t, func(t *testing.T, c *Curve) {
		d, digest := sample(c)
		q, good, half := d.Public(), d.Sign(digest), c.FieldBytes()
		r, s := new(big.Int).SetBytes(good[:half]), new(big.Int).SetBytes(good[half:])
		plus := func(x *big.Int) *big.Int { return new(big.Int).Add(x, c.order) }
		for _, x := range []struct {
			what      string
			signature []byte
			valid     bool
		}{
			{"as signed", good, true},
			{"order - s", withHalves(c, r, new(big.Int).Sub(c.order, s)), true},
			{"order - r", withHalves(c, new(big.Int).Sub(c.order, r), s), false},
			{"halves swapped", withHalves(c, s, r), false},
			{"r of 0", withHalves(c, new(big.Int), s), false},
			{"s of 0", withHalves(c, r, new(big.Int)), false},
			{"r of the order", withHalves(c, c.order, s), false},
			{"s of the order", withHalves(c, r, c.order), false},
			{"r + order", withHalves(c, plus(r), s), false},
			{"s + order", withHalves(c, r, plus(s)), false},
			{"nothing", nil, false},
			{"a byte short", good[1:], false},
			{"a byte more", append(bytes.Clone(good), 0), false},
			{"a byte more before each half", append(append([]byte{0}, good[:half]...), append([]byte{0}, good[half:]...)...), false},
		} {
			if got := c.Verify(q, digest, x.signature); got != x.valid {
				t.Errorf("%s: %v", x.what, got)
			}
		}
		if c.Verify(Point{}, digest, good) || c.Verify(q.neg(), digest, good) || c.Verify(c.generator, digest, good) {
			t.Error("verified by another key")
		}
	})
}

func TestEdgeScalars(t *testing.T) {
	eachCurve(t, func(t *testing.T, c *Curve) {
		last := new(big.Int).Sub(c.order, big.NewInt(1))
		for _, x := range []struct {
			value  *big.Int
			public Point
		}{
			{big.NewInt(1), c.generator},
			{big.NewInt(2), c.addAffine(c.generator, c.generator)},
			{last, c.generator.neg()},
		} {
			d, err := c.Scalar(x.value.FillBytes(make([]byte, 80)))
			if err != nil || d.Public() != x.public || len(d.Bytes()) != c.OrderBytes() || new(big.Int).SetBytes(d.Bytes()).Cmp(x.value) != 0 {
				t.Errorf("scalar %x is %x (%v)", x.value, d.Bytes(), err)
			}
			digest := sha1.Sum(nil)
			if !c.Verify(d.Public(), digest, d.Sign(digest)) {
				t.Errorf("a signature by %x is not verified", x.value)
			}
		}
		for _, bad := range [][]byte{nil, {0}, c.order.Bytes(), new(big.Int).Lsh(c.order, 9).Bytes()} {
			if _, err := c.Scalar(bad); !errors.Is(err, ErrScalarRange) {
				t.Errorf("scalar %x: %v", bad, err)
			}
		}
	})
}

func TestRandomScalar(t *testing.T) {
	eachCurve(t, func(t *testing.T, c *Curve) {
		n := c.OrderBytes()
		zeros, ones := make([]byte, n), bytes.Repeat([]byte{0xff}, n)
		want := append(make([]byte, n-1), 7)
		// 0 and 2^bits - 1 are out of range.
		random := io.MultiReader(bytes.NewReader(zeros), bytes.NewReader(ones), bytes.NewReader(want))
		if d, err := c.RandomScalar(random); err != nil || !bytes.Equal(d.Bytes(), want) {
			t.Errorf("scalar %x (%v)", d.Bytes(), err)
		}
		if _, err := c.RandomScalar(bytes.NewReader(want[1:])); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("too few bytes: %v", err)
		}
	})
}
