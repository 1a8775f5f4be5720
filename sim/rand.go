package sim

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"math/rand/v2"
)

// The constants below are odd and have no structure of their own: digits of the fractional parts of square roots of primes.
//
// Of the salts three are one number: lateSalt, gateSalt and stretchSalt. Each keys pinned worlds, whose digests another number would change. It
// does no harm: they are mixed with a node, with a gateway in another way, and with a pair of nodes, so that no two keys come out alike.
const (
	mixA       = 0x6a09e667f3bcc909
	mixB       = 0xbb67ae8584caa73b
	mixC       = 0x3c6ef372fe94f82b
	worldSalt  = 0xa54ff53a5f1d36f1
	nodeSalt   = 0x510e527fade682d1
	placeSalt  = 0x9b05688c2b3e6c1f
	packetSalt = 0x1f83d9abfb41bd6b
	digestSalt = 0x5be0cd19137e2179
	lateSalt   = 0x629a292a367cd507
	holdSalt   = 0xcbbb9d5dc1059ed8
	gateSalt   = 0x629a292a367cd507
	golden     = 0x9e3779b97f4a7c15

	stretchSalt = 0x629a292a367cd507
	diskSalt    = 0x9159015a3070dd17
)

// mix folds x into h. It is a 64×64→128 bit multiplication whose halves are combined, the same on every processor.
func mix(h, x uint64) uint64 {
	hi, lo := bits.Mul64(h^mixA, x^mixB)
	return hi ^ lo ^ bits.RotateLeft64(h, 29)
}

// scramble is a bijection of 64 bits without visible pattern (the finalizer of SplitMix64).
func scramble(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// hashString is the identity of a name: of a node, a stream or a filter.
func hashString(s string) uint64 {
	h := uint64(len(s)) * golden
	for len(s) >= 8 {
		h = mix(h, uint64(s[0])|uint64(s[1])<<8|uint64(s[2])<<16|uint64(s[3])<<24|uint64(s[4])<<32|uint64(s[5])<<40|uint64(s[6])<<48|uint64(s[7])<<56)
		s = s[8:]
	}
	var tail uint64
	for i := range len(s) {
		tail |= uint64(s[i]) << (8 * i)
	}
	return scramble(mix(h, tail))
}

// hashBytes is the digest of a payload: four lanes of 16 bytes a round, so that the multiplications overlap. The last 16 bytes are read by
// themselves, over again in part, so that no odd bytes are left.
func hashBytes(b []byte) uint64 {
	n := len(b)
	if n < 16 {
		return hashShort(b)
	}
	h, i, j, k := uint64(n)*golden, uint64(mixC), uint64(mixA), uint64(mixB)
	last := mum(word(b[n-16:])^mixB, word(b[n-8:])^mixC)
	for len(b) >= 64 {
		h = mum(h^word(b), word(b[8:])^mixA)
		i = mum(i^word(b[16:]), word(b[24:])^mixB)
		j = mum(j^word(b[32:]), word(b[40:])^mixC)
		k = mum(k^word(b[48:]), word(b[56:])^golden)
		b = b[64:]
	}
	for len(b) >= 16 {
		h = mum(h^word(b), word(b[8:])^mixA)
		b = b[16:]
	}
	return mix(mix(h, i)+mix(j, k), last)
}

// word reads eight bytes, little endian.
func word(b []byte) uint64 { return binary.LittleEndian.Uint64(b) }

// hashShort is hashBytes of less than 16 bytes.
func hashShort(b []byte) uint64 {
	var words [2]uint64
	for i, c := range b {
		words[i/8] |= uint64(c) << (i % 8 * 8)
	}
	return mix(mix(uint64(len(b))*golden, words[0]), words[1])
}

// mum is mix without memory of h: quicker, for long runs.
func mum(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// stream is one named sequence of random numbers.
type stream struct {
	name string
	*rand.Rand
}

// findStream returns the stream of that name, made on first use from a key and the name alone. It is for the few streams of a node.
func findStream(streams *[]stream, name string, key uint64) *rand.Rand {
	for i := range *streams {
		if (*streams)[i].name == name {
			return (*streams)[i].Rand
		}
	}
	s := keyed(mix(key, hashString(name)))
	*streams = append(*streams, stream{name, s})
	return s
}

// keyed makes a generator from one word.
func keyed(key uint64) *rand.Rand {
	return rand.New(rand.NewPCG(scramble(key), scramble(key+golden)))
}

// Chance is a probability in parts per million: 0 never, 1,000,000 always.
type Chance uint32

// certain is the Chance of what always happens.
const certain Chance = 1_000_000

// Percent returns the Chance of n in a hundred. More than 100 is a programmer's error and panics.
func Percent(n uint32) Chance {
	if n > 100 {
		panic(fmt.Sprintf("sim: Percent(%d): a chance is at most 100 percent", n))
	}
	return Chance(n) * 10_000
}

// String prints the chance in percent, exactly: "1.5%".
func (c Chance) String() string {
	s := fmt.Sprintf("%d.%04d", c/10_000, c%10_000)
	for s[len(s)-1] == '0' {
		s = s[:len(s)-1]
	}
	if s[len(s)-1] == '.' {
		s = s[:len(s)-1]
	}
	return s + "%"
}
