package keys

import (
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
)

// What can be wrong with a key. The errors of this package wrap one of these.
var (
	ErrLevel     = errors.New("keys: unknown level")
	ErrMalformed = errors.New("keys: malformed key")
	ErrCurve     = errors.New("keys: curve that IPv8 does not use")
	ErrWeak      = errors.New("keys: weak key")
	ErrStandIn   = errors.New("keys: stand-in key of another ring")
)

// Mid is a member id: the SHA-1 of a public key's wire form.
type Mid [sha1.Size]byte

// String returns the mid in base64, as py-ipv8 prints it.
func (m Mid) String() string { return base64.StdEncoding.EncodeToString(m[:]) }

// Uint64 returns the first eight bytes, big endian: py-ipv8's hash of a peer.
func (m Mid) Uint64() uint64 { return binary.BigEndian.Uint64(m[:]) }

// Public is a public key. A [Ring] makes them; equal keys of one ring are one
// pointer, so pointers may be compared and used as map keys. It never changes.
type Public struct {
	ring    *Ring
	bin     string
	mid     Mid
	name    string
	level   Level
	sigLen  int
	scheme  scheme
	standIn bool
}

// scheme checks signatures of the right length; the caller looked at that.
type scheme interface {
	check(message, signature []byte) bool
}

// Bin returns the wire form.
func (p *Public) Bin() string { return p.bin }

// Mid returns the member id.
func (p *Public) Mid() Mid { return p.mid }

// Name returns the member id in base64: the String of Mid, without making it anew.
func (p *Public) Name() string { return p.name }

// Level returns the level; that of a stand-in is the one whose sizes it has.
func (p *Public) Level() Level { return p.level }

// SignatureLen returns the bytes of each signature of this key.
func (p *Public) SignatureLen() int { return p.sigLen }

// Ring returns the ring that made the key.
func (p *Public) Ring() *Ring { return p.ring }

// StandIn reports whether the key is a stand-in, which protects nothing.
func (p *Public) StandIn() bool { return p.standIn }

// String names the level and the mid in base64.
func (p *Public) String() string {
	if p.standIn {
		return fmt.Sprintf("stand-in %s %v", p.level, p.mid)
	}
	return fmt.Sprintf("%s %v", p.level, p.mid)
}

// Verify reports whether the signature is this key's over the message. What
// was signed in the key's ring and is unchanged needs no arithmetic.
func (p *Public) Verify(message, signature []byte) bool {
	if len(signature) != p.sigLen {
		return false
	}
	if !p.standIn && p.ring.signed.holds(p, message, signature) {
		return true
	}
	return p.scheme.check(message, signature)
}

// Private is a key pair. A [Ring] makes them.
type Private interface {
	// Public returns the public half.
	Public() *Public
	// Ring returns the ring that made the pair.
	Ring() *Ring
	// Bin returns a copy of the wire form: what IPv8 keeps in a key file,
	// whatever the file's extension.
	Bin() []byte
	// Sign returns the signature over a message. It is a function of key and
	// message for every level.
	Sign(message []byte) []byte
	// AppendSignature appends the signature over a message to dst. The
	// message may be a part of dst.
	AppendSignature(dst, message []byte) []byte
}

// pair is the one kind of Private.
type pair struct {
	public *Public
	bin    string
	signer signer
}

type signer interface {
	appendSignature(dst, message []byte) []byte
}

func (k *pair) Public() *Public { return k.public }
func (k *pair) Ring() *Ring     { return k.public.ring }
func (k *pair) Bin() []byte     { return []byte(k.bin) }
func (k *pair) String() string  { return "private key of " + k.public.String() }

func (k *pair) Sign(message []byte) []byte {
	return k.AppendSignature(make([]byte, 0, k.public.sigLen), message)
}

func (k *pair) AppendSignature(dst, message []byte) []byte {
	n := len(dst)
	dst = k.signer.appendSignature(dst, message)
	if !k.public.standIn {
		k.public.ring.signed.keep(k.public, message, dst[n:])
	}
	return dst
}

// Reader returns the bytes of a random stream, eight to a draw and little
// endian. Each Read begins with a new draw. It never fails.
func Reader(r *rand.Rand) io.Reader { return reader{r} }

type reader struct{ *rand.Rand }

func (r reader) Read(p []byte) (int, error) {
	var word [8]byte
	for i := 0; i < len(p); i += len(word) {
		binary.LittleEndian.PutUint64(word[:], r.Uint64())
		copy(p[i:], word[:])
	}
	return len(p), nil
}
