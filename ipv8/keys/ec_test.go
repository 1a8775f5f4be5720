package keys

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/overlaytest/overlaytest/ipv8/keys/internal/b2"
)

// ellipticPairs returns a key on each curve.
func ellipticPairs(t *testing.T, r *Ring) []Private {
	pairs := []Private{}
	for _, level := range Levels()[1:] {
		pairs = append(pairs, generate(t, r, level, 1))
	}
	return append(pairs, onK571(t, r))
}

// onK571 returns a key on sect571k1, which newer py-ipv8 makes.
func onK571(t *testing.T, r *Ring) Private {
	t.Helper()
	k, err := r.ParsePrivate(sec1(b2.K571(), []byte{5}, nil))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// sec1 builds an ECPrivateKey; it leaves out a nil point.
func sec1(c *b2.Curve, scalar, point []byte) []byte {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(1)
		b.AddASN1OctetString(scalar)
		b.AddASN1(tagCurve, func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(c.OID()) })
		if point != nil {
			b.AddASN1(tagPoint, func(b *cryptobyte.Builder) { b.AddASN1BitString(point) })
		}
	})
	return b.BytesOrPanic()
}

func TestTablesOfCurvesAgree(t *testing.T) {
	var cs curves
	for i := range curveOf {
		c := cs.at(i)
		if !c.OID().Equal(curveOf[i].oid) || c.SignatureBytes() != c.signature || cs.at(i) != c {
			t.Errorf("%s: %v and %v, %d and %d bytes", c.Name(), c.OID(), curveOf[i].oid, c.SignatureBytes(), c.signature)
		}
	}
}

func TestSect571k1IsHigh(t *testing.T) {
	r := NewRing()
	k := onK571(t, r)
	if k.Public().Level() != High || len(k.Bin()) != 241 || len(k.Public().Bin()) != 170 || len(k.Sign(nil)) != 144 {
		t.Errorf("%v: %d, %d, %d bytes", k, len(k.Bin()), len(k.Public().Bin()), len(k.Sign(nil)))
	}
	p := parsePublic(t, NewSocketRing(), k.Public().Bin())
	if !p.Verify([]byte("m"), k.Sign([]byte("m"))) {
		t.Error("its signature does not pass")
	}
}

func TestShortScalarsAreFilledUp(t *testing.T) {
	r := NewRing()
	k := onK571(t, r)
	again, err := r.ParsePrivate(sec1(b2.K571(), append(make([]byte, 100), 5), nil))
	if err != nil || !bytes.Equal(again.Bin(), k.Bin()) || again.Public() != k.Public() {
		t.Errorf("%v, %v", again, err)
	}
}

func TestCompressedPrivateKeysStayCompressed(t *testing.T) {
	r := NewRing()
	c := b2.K163()
	scalar, err := c.Scalar([]byte{7})
	if err != nil {
		t.Fatal(err)
	}
	bin := sec1(c, scalar.Bytes(), c.MarshalCompressed(scalar.Public()))
	k, err := r.ParsePrivate(bin)
	if err != nil || !bytes.Equal(k.Bin(), bin) {
		t.Fatalf("%v, %v", k, err)
	}
	if p := parsePublic(t, r, k.Public().Bin()); p != k.Public() || !p.Verify(nil, k.Sign(nil)) {
		t.Errorf("%v", p)
	}
}

func TestECPrivateKeysAreRefused(t *testing.T) {
	c := b2.K163()
	scalar, _ := c.Scalar([]byte{7})
	good := sec1(c, scalar.Bytes(), c.Marshal(scalar.Public()))
	other, _ := c.Scalar([]byte{8})
	for name, bin := range map[string][]byte{
		"zero":            sec1(c, make([]byte, 21), nil),
		"order":           sec1(c, c.Order().Bytes(), nil),
		"another's point": sec1(c, scalar.Bytes(), c.Marshal(other.Public())),
		"no point":        sec1(c, scalar.Bytes(), []byte{}),
		"trailing byte":   append(slices.Clone(good), 0),
		"truncated":       good[:len(good)-1],
	} {
		if k, err := NewRing().ParsePrivate(bin); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v, %v", name, k, err)
		}
	}
}

func TestPointsOfSmallOrderAreRefused(t *testing.T) {
	for i := range curveOf {
		var cs curves
		c := cs.at(i)
		for _, xy := range [][2]byte{{0, 1}, {1, 0}, {1, 1}} {
			point := make([]byte, 1+2*c.FieldBytes())
			point[0], point[c.FieldBytes()], point[2*c.FieldBytes()] = 4, xy[0], xy[1]
			if _, err := c.Unmarshal(point); err != nil {
				continue // not on this curve
			}
			if _, err := NewRing().ParsePublic(publicDER(c, point)); !errors.Is(err, ErrWeak) {
				t.Errorf("%s (%d, %d): %v", c.Name(), xy[0], xy[1], err)
			}
		}
	}
}

func TestPEMOfPyIPv8(t *testing.T) {
	for _, v := range keyVectors(t)[4:] {
		k, err := NewRing().ParsePrivate([]byte(v.PrivatePEM))
		if err != nil || !bytes.Equal(k.Bin(), v.PrivateBin) {
			t.Fatalf("%s: %v, %v", v.Name, k, err)
		}
		private, errs := PEM(k)
		public, err := k.Public().PEM()
		if string(private) != v.PrivatePEM || string(public) != v.PublicPEM || errs != nil || err != nil {
			t.Errorf("%s: %s%s, %v, %v", v.Name, private, public, errs, err)
		}
		file, err := os.ReadFile(filepath.Join(testdata, strings.TrimSuffix(v.KeyFile, "pem")+"textpem"))
		if err != nil || string(file) != v.PrivatePEM {
			t.Errorf("%s: %s, %v", v.Name, file, err)
		}
	}
}

func TestPEMWithCurveBefore(t *testing.T) {
	curve := "-----BEGIN EC PARAMETERS-----\nBgUrgQQAAQ==\n-----END EC PARAMETERS-----\n"
	v := keyVectors(t)[4]
	k, err := NewRing().ParsePrivate([]byte(curve + v.PrivatePEM + "\n"))
	if err != nil || !bytes.Equal(k.Bin(), v.PrivateBin) {
		t.Errorf("%v, %v", k, err)
	}
}

func TestPEMIsRefused(t *testing.T) {
	v := keyVectors(t)[4]
	for name, text := range map[string]string{
		"public":    v.PublicPEM,
		"twice":     v.PrivatePEM + v.PrivatePEM,
		"cut":       v.PrivatePEM[:60],
		"encrypted": strings.Replace(v.PrivatePEM, "KEY-----\n", "KEY-----\nProc-Type: 4,ENCRYPTED\n\n", 1),
	} {
		if k, err := NewRing().ParsePrivate([]byte(text)); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v, %v", name, k, err)
		}
	}
	if _, err := PEM(generate(t, NewRing(), Curve25519, 1)); !errors.Is(err, ErrLevel) {
		t.Errorf("curve25519: %v", err)
	}
}
