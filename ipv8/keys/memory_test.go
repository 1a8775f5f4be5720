package keys

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// Whatever bit of a packet is flipped, in message or signature, it never
// passes: with remembered and unremembered keys and stand-ins of every size.
// On the curves slower than sect163k1 it is every 29th bit.
func TestOneFlippedBitNeverPasses(t *testing.T) {
	message := []byte("\x00\x02 a whole packet but for its signature, and a bit more")
	r := NewRing()
	pairs := []Private{generate(t, r, Curve25519, 1), generate(t, NewSocketRing(), Curve25519, 1)}
	for _, level := range Levels() {
		pairs = append(pairs, standIn(t, r, level, 1))
	}
	for _, k := range append(pairs, ellipticPairs(t, r)...) {
		packet := k.AppendSignature(message[:len(message):len(message)], message)
		if !k.Public().Verify(packet[:len(message)], packet[len(message):]) {
			t.Fatalf("%v: the packet as signed does not pass", k)
		}
		step := 1
		if !k.Public().StandIn() && k.Public().SignatureLen() > VeryLow.SignatureLen() && k.Public().Level() != Curve25519 {
			step = 29
		}
		for bit := 0; bit < 8*len(packet); bit += step {
			packet[bit/8] ^= 1 << (bit % 8)
			if k.Public().Verify(packet[:len(message)], packet[len(message):]) {
				t.Errorf("%v: passes with bit %d flipped", k, bit)
			}
			packet[bit/8] ^= 1 << (bit % 8)
		}
	}
}

func TestMemoryIsOfTheSignerAlone(t *testing.T) {
	r := NewRing()
	a, b := generate(t, r, Curve25519, 1), generate(t, r, Curve25519, 2)
	message := []byte("hello")
	signature := a.Sign(message)
	if !r.signed.holds(a.Public(), message, signature) || r.signed.holds(b.Public(), message, signature) {
		t.Error("the signer is not remembered")
	}
	if b.Public().Verify(message, signature) {
		t.Error("passes as another's")
	}
	if a.Public().Verify(append(message, signature[0]), signature[1:]) {
		t.Error("passes with a byte moved from the signature to the message")
	}
}

func TestSocketRingRemembersNothing(t *testing.T) {
	r := NewSocketRing()
	k := generate(t, r, Curve25519, 1)
	if !k.Public().Verify([]byte("hello"), k.Sign([]byte("hello"))) || r.signed != nil {
		t.Error("not verified, or remembered")
	}
}

// modelled is a packet of the memory's model.
type modelled struct {
	signer             *Public
	message, signature []byte
}

// The memory against a list of all packets: it never holds what was not kept,
// and holds the last as many as share one set of its index at least.
func TestMemoryHoldsOnlyWhatWasKept(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var m memory
		signers := []*Public{{}, {}}
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 2))
		var all []modelled
		for range rapid.IntRange(1, 300).Draw(t, "packets") {
			p := modelled{signers[random.IntN(2)], randomBytes(random, random.IntN(3000)), randomBytes(random, 64)}
			m.keep(p.signer, p.message, p.signature)
			all = append(all, p)
		}
		for i, p := range all {
			if !m.holds(p.signer, p.message, p.signature) && i >= len(all)-memoryWays {
				t.Fatalf("packet %d of %d is forgotten", i, len(all))
			}
			p.message = bytes.Clone(p.message)
			flip(random, &p)
			if m.holds(p.signer, p.message, p.signature) {
				t.Fatalf("holds a packet with a bit flipped")
			}
		}
	})
}

func flip(random *rand.Rand, p *modelled) {
	bit := random.IntN(8 * (len(p.message) + len(p.signature)))
	if bit < 8*len(p.message) {
		p.message[bit/8] ^= 1 << (bit % 8)
		return
	}
	p.signature = bytes.Clone(p.signature)
	p.signature[bit/8-len(p.message)] ^= 1 << (bit % 8)
}

func randomBytes(random *rand.Rand, n int) []byte {
	b := make([]byte, n)
	_, _ = Reader(random).Read(b)
	return b
}

func TestMemoryIsBounded(t *testing.T) {
	var m memory
	signer := new(Public)
	random := rand.New(rand.NewPCG(1, 3))
	var last modelled
	forgotten := 0
	for i := range 60_000 {
		p := modelled{signer, randomBytes(random, 200+i%100), randomBytes(random, 64)}
		m.keep(p.signer, p.message, p.signature)
		if i%1000 == 0 {
			if i > 0 && !m.holds(last.signer, last.message, last.signature) {
				forgotten++
			}
			last = p
		}
	}
	if forgotten > 0 || len(m.circle) != memoryMost || len(m.index) != memoryMost/bytesPerKept {
		t.Errorf("%d forgotten within 1000 packets, %d bytes, %d places", forgotten, len(m.circle), len(m.index))
	}
	m.keep(signer, make([]byte, memoryLongest), make([]byte, 64))
	if m.holds(signer, make([]byte, memoryLongest), make([]byte, 64)) {
		t.Error("a packet longer than the bound is remembered")
	}
}
