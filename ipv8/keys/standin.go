package keys

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math/bits"
)

// Wire forms of stand-ins begin so that nobody takes them for protection.
// Then come the letter of the level and filler up to the size of a real key;
// in a private one the filler begins with the seed.
const (
	standInPublic  = "STANDIN!PK:"
	standInPrivate = "STANDIN!SK:"
	standInHead    = len(standInPublic) + 1
	standInSeed    = 16
	longestSig     = 144
)

// StandIn makes a key pair that has the sizes of a real level and protects
// nothing: its signature is a quick keyed checksum. It is made of the next 16
// bytes of a stream, the same pair from the same bytes, and is parsed by this
// ring alone. The error is ErrLevel or that of the stream.
func (r *Ring) StandIn(level Level, random io.Reader) (Private, error) {
	s, err := shapeOf(level)
	if err != nil {
		return nil, err
	}
	seed := make([]byte, standInSeed)
	if _, err := io.ReadFull(random, seed); err != nil {
		return nil, fmt.Errorf("keys: stand-in %s: %w", level, err)
	}
	k := r.standIn(s, seed)
	k.public = r.keep(k.public)
	return k, nil
}

// standIn builds the pair of a seed; its public half is not interned yet.
func (r *Ring) standIn(s shape, seed []byte) *pair {
	key := checksum{binary.LittleEndian.Uint64(seed), binary.LittleEndian.Uint64(seed[8:])}
	buf := make([]byte, s.public+s.private)
	public, private := buf[:s.public], buf[s.public:]
	copy(public, standInPublic)
	copy(private, standInPrivate)
	public[standInHead-1], private[standInHead-1] = s.letter, s.letter
	key.with(purposePublic).fill(public[standInHead:])
	copy(private[standInHead:], seed)
	key.with(purposePrivate).fill(private[standInHead+standInSeed:])
	secret := standInKey{key.with(purposeSign), s.signature}
	return &pair{r.public(s, string(public), secret), string(private), secret}
}

func (r *Ring) parseStandInPrivate(bin []byte) (Private, error) {
	for _, s := range shapes {
		if len(bin) != s.private || bin[standInHead-1] != s.letter {
			continue
		}
		k := r.standIn(s, bin[standInHead:standInHead+standInSeed])
		if k.public = r.own[k.public.bin]; k.public == nil {
			return nil, fmt.Errorf("%w: private, level %s", ErrStandIn, s.level)
		}
		if k.bin == string(bin) {
			return k, nil
		}
	}
	return nil, fmt.Errorf("%w: stand-in of %d bytes", ErrMalformed, len(bin))
}

// standInKey signs and checks: both halves of a stand-in hold the same secret,
// which is why only the ring that made it can parse it.
type standInKey struct {
	secret checksum
	length int // of a signature
}

func (k standInKey) appendSignature(dst, message []byte) []byte {
	var whole [longestSig]byte
	signature := whole[:k.length]
	k.secret.over(message).fill(signature)
	return append(dst, signature...)
}

// check compares the whole signature with the one it should be.
func (k standInKey) check(message, signature []byte) bool {
	var whole [longestSig]byte
	own := whole[:k.length]
	k.secret.over(message).fill(own)
	return bytes.Equal(own, signature)
}

// checksum is a 128-bit state, keyed or final. Every step is a bijection of
// it, and so is the way of one word of a message into it: what differs in one
// word alone never has the same checksum. It is no cryptography.
type checksum struct{ a, b uint64 }

// Odd numbers with evenly spread bits: the first is 2^64 over the golden
// ratio, the others are primes of the public-domain xxHash64.
const (
	golden = 0x9e3779b97f4a7c15
	spread = 0x9e3779b185ebca87
	carry  = 0xc2b2ae3d27d4eb4f
)

// What a seed is used for: one key for each.
const (
	purposeSign = iota + 1
	purposePublic
	purposePrivate
)

// with returns an unrelated state for a purpose.
func (c checksum) with(purpose uint64) checksum {
	return checksum{c.a + purpose*golden, c.b}.cross()
}

// over returns the state after a message.
func (c checksum) over(message []byte) checksum {
	c.a += uint64(len(message)) * golden
	for ; len(message) >= 16; message = message[16:] {
		c.a = absorb(c.a, binary.LittleEndian.Uint64(message))
		c.b = absorb(c.b, binary.LittleEndian.Uint64(message[8:]))
	}
	if len(message) > 0 {
		var last [16]byte
		copy(last[:], message)
		c.a = absorb(c.a, binary.LittleEndian.Uint64(last[:]))
		c.b = absorb(c.b, binary.LittleEndian.Uint64(last[8:]))
	}
	return c.cross()
}

// cross lets each half depend on both.
func (c checksum) cross() checksum {
	c.a ^= scramble(c.b)
	c.b ^= scramble(c.a)
	c.a ^= scramble(c.b)
	return c
}

// fill writes bytes that follow from the state; 16 or more tell it in full.
func (c checksum) fill(dst []byte) {
	next, after := c.a, c.b
	for ; len(dst) >= 8; dst = dst[8:] {
		binary.LittleEndian.PutUint64(dst, scramble(next))
		next, after = after, next+golden
	}
	var last [8]byte
	binary.LittleEndian.PutUint64(last[:], scramble(next))
	copy(dst, last[:])
}

func absorb(state, word uint64) uint64 {
	return bits.RotateLeft64(state+word*carry, 31) * spread
}

// scramble is the finalizer of the public-domain SplitMix64.
func scramble(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
