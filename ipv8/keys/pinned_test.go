package keys

import (
	"encoding/hex"
	"runtime"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// Pinned: what is drawn from a stream, and nonces; worlds depend on them.
func TestGeneratedKeysArePinned(t *testing.T) {
	for _, want := range []struct {
		level          Level
		mid, signature string
	}{
		{Curve25519, "guilVLhBCZro8NHGZQRsXd52ook=", "020aa1e7fb4a36da3f91284c2305670f"},
		{VeryLow, "8LuN3EAOVwi61XeSrDvgZAv+i0s=", "010677100eb13694030be7fe27c88f0e"},
		{Low, "G+PFtv9nRVbk8RHjGIC4a40yc/U=", "003e67fc5dde5717234844b7f91b4005"},
		{Medium, "O+E4dYfg/hRI+NkBc4wMHAykX+w=", "00657b54e361912f14588dfa010536d3"},
		{High, "ZIjQTJrj3lHV9OJ5p3fHjipMeMY=", "01b1ce3012f3ad53eb51d6bded555d32"},
	} {
		k := generate(t, NewRing(), want.level, 1)
		mid, signature := k.Public().Mid().String(), hex.EncodeToString(k.Sign([]byte("pinned"))[:16])
		if mid != want.mid || signature != want.signature {
			t.Errorf("{%q, %q, %q},", want.level, mid, signature)
		}
	}
}

// strangersModel holds some of the keys that were met.
type strangersModel struct {
	ring *Ring
	held []*Public
}

func (m *strangersModel) key(t *rapid.T) []byte {
	bin := make([]byte, naclLen)
	copy(bin, naclPublic)
	bin[naclLen-1], bin[naclLen-2] = rapid.Byte().Draw(t, "key"), 7
	return bin
}

func (m *strangersModel) parse(t *rapid.T) {
	p, err := m.ring.ParsePublic(m.key(t))
	if err != nil {
		t.Fatal(err)
	}
	if i := slices.IndexFunc(m.held, func(h *Public) bool { return h.Bin() == p.Bin() }); i >= 0 && m.held[i] != p {
		t.Fatalf("%v is held and was parsed anew", p)
	}
	if rapid.Bool().Draw(t, "hold") {
		m.held = append(m.held, p)
	}
}

func (m *strangersModel) release(t *rapid.T) {
	if len(m.held) > 0 {
		m.held = slices.Delete(m.held, 0, rapid.IntRange(1, len(m.held)).Draw(t, "released"))
	}
}

func (m *strangersModel) check(t *rapid.T) {
	if len(m.ring.met.byBin) != len(m.ring.met.bins) {
		t.Fatalf("%d keys in the table, %d in the list", len(m.ring.met.byBin), len(m.ring.met.bins))
	}
	for _, p := range m.held {
		if m.ring.met.find([]byte(p.Bin())) != p {
			t.Fatalf("%v is held and not found", p)
		}
	}
}

func TestStrangersAreFoundAsLongAsHeld(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := strangersModel{ring: NewRing()}
		t.Repeat(map[string]func(*rapid.T){
			"parse":   m.parse,
			"parse 2": m.parse,
			"release": m.release,
			"collect": func(*rapid.T) { runtime.GC() },
			"":        m.check,
		})
	})
}
