package keys

import (
	"bytes"
	"encoding/hex"
	"errors"
	"math/bits"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestStandInsHaveTheSizesOfTheirLevel(t *testing.T) {
	for _, s := range shapes {
		k := standIn(t, NewRing(), s.level, 1)
		p := k.Public()
		if len(k.Bin()) != s.private || len(p.Bin()) != s.public || len(k.Sign([]byte("m"))) != s.signature || p.Level() != s.level {
			t.Errorf("%s: %d, %d, %d bytes", p, len(k.Bin()), len(p.Bin()), len(k.Sign(nil)))
		}
		if !strings.HasPrefix(p.Bin(), "STANDIN!") || !bytes.HasPrefix(k.Bin(), []byte("STANDIN!")) || !p.StandIn() ||
			!strings.HasPrefix(p.String(), "stand-in ") {
			t.Errorf("%v: %q %q is not named a stand-in", p, p.Bin(), k.Bin())
		}
	}
}

func TestStandInsParseInTheirRingAlone(t *testing.T) {
	r := NewRing()
	k := standIn(t, r, Medium, 1)
	again, err := r.ParsePrivate(k.Bin())
	if err != nil || again.Public() != k.Public() || parsePublic(t, r, k.Public().Bin()) != k.Public() {
		t.Errorf("in its own ring: %v, %v", again, err)
	}
	if !k.Public().Verify([]byte("m"), again.Sign([]byte("m"))) {
		t.Error("the pair read back signs otherwise")
	}
	other := NewRing()
	if _, err := other.ParsePublic([]byte(k.Public().Bin())); !errors.Is(err, ErrStandIn) {
		t.Errorf("public, in another ring: %v", err)
	}
	if _, err := other.ParsePrivate(k.Bin()); !errors.Is(err, ErrStandIn) {
		t.Errorf("private, in another ring: %v", err)
	}
}

func TestAlteredStandInsDoNotParse(t *testing.T) {
	r := NewRing()
	k := standIn(t, r, Low, 1)
	for i := range k.Bin() {
		bin := k.Bin()
		bin[i] ^= 1
		if _, err := r.ParsePrivate(bin); err == nil {
			t.Errorf("private with byte %d altered", i)
		}
	}
	for i := range []byte(k.Public().Bin()) {
		bin := []byte(k.Public().Bin())
		bin[i] ^= 1
		if _, err := r.ParsePublic(bin); err == nil {
			t.Errorf("public with byte %d altered", i)
		}
	}
}

func TestAStandInsSignatureIsItsOwn(t *testing.T) {
	r := NewRing()
	a, b := standIn(t, r, Curve25519, 1), standIn(t, r, Curve25519, 2)
	if m := []byte("m"); b.Public().Verify(m, a.Sign(m)) {
		t.Error("passes as another's")
	}
	if a.Public().Verify([]byte("m\x00"), a.Sign([]byte("m"))) {
		t.Error("passes with a zero byte more")
	}
}

// Pinned: the streams of worlds depend on it, on every processor.
func TestStandInsArePinned(t *testing.T) {
	k := standIn(t, NewRing(), VeryLow, 1)
	const public, signature = "5354414e44494e21504b3a7678b83e7e9315b9796661b67ed940811744acda749d4677e8fe8f6a515334269142f08db1abaf490fe9f535512524878a0f08b2ddccae", "1859e39ffea41d74af53dd0137a0084d36511707a213c27201a59bc9898d3c993fffa040be92d6e8ee0c"
	if got := hex.EncodeToString([]byte(k.Public().Bin())); got != public {
		t.Errorf("public bin %s, not %s", got, public)
	}
	if got := hex.EncodeToString(k.Sign([]byte("what does not fit in one block"))); got != signature {
		t.Errorf("signature %s, not %s", got, signature)
	}
}

// Flipping any bit of a message flips each bit of the signature in about half
// the cases. 512 bits over 1,000 flips: a count is binomial(1000, 1/2) with a
// deviation of 15.8; six deviations fail a good mix once in a million runs.
func TestStandInsMixWell(t *testing.T) {
	k := standIn(t, NewRing(), Curve25519, 1)
	random := rand.New(rand.NewPCG(7, 7))
	var flips [512]int
	for range 1000 {
		m := randomBytes(random, 1+random.IntN(100))
		before := k.Sign(m)
		bit := random.IntN(8 * len(m))
		m[bit/8] ^= 1 << (bit % 8)
		for i, b := range k.Sign(m) {
			for d := b ^ before[i]; d != 0; d &= d - 1 {
				flips[8*i+bits.TrailingZeros8(d)]++
			}
		}
	}
	for i, n := range flips {
		if n < 500-95 || n > 500+95 {
			t.Errorf("bit %d flipped %d times in 1000", i, n)
		}
	}
}
