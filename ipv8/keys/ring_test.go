package keys

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
)

func stream(seed uint64) io.Reader { return Reader(rand.New(rand.NewPCG(seed, 1))) }

func generate(t testing.TB, r *Ring, level Level, seed uint64) Private {
	t.Helper()
	k, err := r.Generate(level, stream(seed))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func standIn(t testing.TB, r *Ring, level Level, seed uint64) Private {
	t.Helper()
	k, err := r.StandIn(level, stream(seed))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func parsePublic(t testing.TB, r *Ring, bin string) *Public {
	t.Helper()
	p, err := r.ParsePublic([]byte(bin))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestEqualKeysOfARingAreOnePointer(t *testing.T) {
	r := NewRing()
	met := parsePublic(t, r, generate(t, NewRing(), Curve25519, 1).Public().Bin())
	again := parsePublic(t, r, met.Bin())
	own := generate(t, r, Curve25519, 1).Public()
	if met != again || met != own || parsePublic(t, r, met.Bin()) != own {
		t.Errorf("%p met, %p met again, %p made", met, again, own)
	}
	if other := generate(t, NewRing(), Curve25519, 1).Public(); other == own {
		t.Error("two rings share a key")
	}
}

func TestNamesAreMemberIDsInBase64(t *testing.T) {
	p := generate(t, NewRing(), Curve25519, 1).Public()
	if p.Name() != p.Mid().String() {
		t.Errorf("the name is %q, want %q", p.Name(), p.Mid())
	}
}

func TestGenerateIsAFunctionOfTheStream(t *testing.T) {
	for _, level := range Levels() {
		a, b, c := generate(t, NewRing(), level, 1), generate(t, NewRing(), level, 1), generate(t, NewRing(), level, 2)
		if !bytes.Equal(a.Bin(), b.Bin()) || bytes.Equal(a.Bin(), c.Bin()) {
			t.Errorf("%s: %x and %x of one seed, %x of another", level, a.Bin(), b.Bin(), c.Bin())
		}
		s, _ := shapeOf(level)
		if len(a.Bin()) != s.private || len(a.Public().Bin()) != s.public || len(a.Sign(nil)) != s.signature {
			t.Errorf("%s: sizes %d, %d, %d, not %+v", level, len(a.Bin()), len(a.Public().Bin()), len(a.Sign(nil)), s)
		}
	}
}

func TestGenerateRefuses(t *testing.T) {
	_, err := NewRing().Generate("huge", stream(1))
	if !errors.Is(err, ErrLevel) || !strings.Contains(err.Error(), `"huge": there are curve25519, very-low, low, medium, high`) {
		t.Errorf("level: %v", err)
	}
	for _, level := range Levels() {
		if _, err := NewRing().Generate(level, strings.NewReader("short")); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("short stream, %s: %v", level, err)
		}
	}
	if _, err := NewRing().StandIn("huge", stream(1)); !errors.Is(err, ErrLevel) {
		t.Errorf("stand-in: %v", err)
	}
}

func TestParseLevel(t *testing.T) {
	if l, err := ParseLevel("very-low"); l != VeryLow || err != nil || l.SignatureLen() != 42 {
		t.Errorf("%v with %d bytes of signature, %v", l, l.SignatureLen(), err)
	}
	if l, err := ParseLevel("Medium"); l != "" || !errors.Is(err, ErrLevel) {
		t.Errorf("%q, %v", l, err)
	}
}

// Keys that nobody holds leave the table: after a collection, each new one
// sweeps out up to two.
func TestStrangersNobodyHoldsAreForgotten(t *testing.T) {
	r := NewRing()
	held := parsePublic(t, r, generate(t, NewRing(), Curve25519, 1).Public().Bin())
	flood(t, r, 0, 500)
	runtime.GC()
	flood(t, r, 500, 600)
	if n := len(r.met.byBin); n > 510 || n != len(r.met.bins) {
		t.Errorf("%d strangers in the table, %d in the list", n, len(r.met.bins))
	}
	if parsePublic(t, r, held.Bin()) != held {
		t.Error("a key still held was parsed anew")
	}
}

// flood parses public keys that nobody keeps.
func flood(t *testing.T, r *Ring, from, to int) {
	t.Helper()
	bin := []byte(naclPublic + strings.Repeat("x", 64))
	for i := from; i < to; i++ {
		bin[20], bin[21] = byte(i), byte(i>>8)
		parsePublic(t, r, string(bin))
	}
}

func TestReaderBeginsEachReadWithADraw(t *testing.T) {
	words := rand.New(rand.NewPCG(3, 1))
	r := stream(3)
	got := make([]byte, 11)
	if n, err := r.Read(got); n != 11 || err != nil {
		t.Fatal(n, err)
	}
	a, b := words.Uint64(), words.Uint64()
	if got[0] != byte(a) || got[7] != byte(a>>56) || got[8] != byte(b) || got[10] != byte(b>>16) {
		t.Errorf("%x of %x %x", got, a, b)
	}
}
