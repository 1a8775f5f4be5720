package keys

import (
	"bytes"
	"crypto/sha1"
	"fmt"
	"io"
	"strings"
	"weak"
)

// Ring holds the keys of one world, or of one process on real sockets.
//
// Keys it made or read with their private half stay for its lifetime: there
// are as many as the world has members. Public keys that came from outside
// stay as long as somebody else holds them, so a flood of strange keys leaves
// no trace and yet equal keys in use are one pointer.
type Ring struct {
	signed *memory            // nil: remembers nothing
	own    map[string]*Public // by wire form; keys with a private half here
	met    strangers
	curves curves
}

// NewRing returns the ring of a world. It remembers signatures made in it: see
// [Public.Verify].
func NewRing() *Ring { return &Ring{signed: new(memory), own: map[string]*Public{}} }

// NewSocketRing returns a ring for real sockets: it remembers no signature
// and verifies each by arithmetic.
func NewSocketRing() *Ring { return &Ring{own: map[string]*Public{}} }

// Generate makes a key pair from the next bytes of a stream, the same pair
// from the same bytes. The error is ErrLevel or that of the stream.
func (r *Ring) Generate(level Level, random io.Reader) (Private, error) {
	switch level {
	case Curve25519:
		return r.generateCurve25519(random)
	default:
		return r.generateEC(level, random)
	}
}

// ParsePrivate reads a key pair: the content of a key file as IPv8 writes it
// (the wire form), or the text of an EC PRIVATE KEY in PEM.
func (r *Ring) ParsePrivate(bin []byte) (Private, error) {
	switch {
	case bytes.HasPrefix(bin, []byte(naclPrivate)):
		return r.parseCurve25519Private(bin)
	case bytes.HasPrefix(bin, []byte(standInPrivate)):
		return r.parseStandInPrivate(bin)
	case bytes.HasPrefix(bytes.TrimLeft(bin, " \t\r\n"), []byte(pemBegin)):
		return r.parsePEM(bin)
	case len(bin) > 0 && bin[0] == derSequence:
		return r.parseECPrivate(bin)
	}
	return nil, fmt.Errorf("%w: %d bytes that begin like no private key", ErrMalformed, len(bin))
}

// ParsePublic reads the wire form of a public key: all of bin, and exactly
// the form that Bin returns. The errors wrap ErrMalformed, ErrCurve, ErrWeak
// or ErrStandIn.
func (r *Ring) ParsePublic(bin []byte) (*Public, error) {
	if p := r.own[string(bin)]; p != nil {
		return p, nil
	}
	if p := r.met.find(bin); p != nil {
		return p, nil
	}
	p, err := r.decodePublic(bin)
	if err != nil {
		return nil, err
	}
	r.met.add(p)
	return p, nil
}

func (r *Ring) decodePublic(bin []byte) (*Public, error) {
	switch {
	case bytes.HasPrefix(bin, []byte(naclPublic)):
		return r.decodeCurve25519(bin)
	case bytes.HasPrefix(bin, []byte(standInPublic)):
		return nil, fmt.Errorf("%w: public, %d bytes", ErrStandIn, len(bin))
	case len(bin) > 0 && bin[0] == derSequence:
		return r.decodeEC(bin)
	}
	return nil, fmt.Errorf("%w: %d bytes that begin like no public key: %x", ErrMalformed, len(bin), bin[:min(len(bin), 12)])
}

// public makes the value of a key, interned by nobody yet.
func (r *Ring) public(s shape, bin string, how scheme) *Public {
	mid := Mid(sha1.Sum([]byte(bin)))
	return &Public{
		ring: r, bin: bin, mid: mid, name: mid.String(), level: s.level, sigLen: s.signature,
		scheme: how, standIn: strings.HasPrefix(bin, standInPublic),
	}
}

// keep makes p, or the equal key met before, one of the ring's own.
func (r *Ring) keep(p *Public) *Public {
	if known := r.own[p.bin]; known != nil {
		return known
	}
	if known := r.met.find([]byte(p.bin)); known != nil {
		p = known
	}
	r.own[p.bin] = p
	return p
}

// strangers finds the public keys from outside that somebody still holds.
type strangers struct {
	byBin map[string]weak.Pointer[Public]
	bins  []string // the same keys, to look for dead ones
	hand  int      // the next of bins to look at
}

func (s *strangers) find(bin []byte) *Public {
	return s.byBin[string(bin)].Value()
}

// add takes in a key, and looks at two others, to forget those that nobody
// holds any more: so the table shrinks faster than it grows.
func (s *strangers) add(p *Public) {
	if s.byBin == nil {
		s.byBin = map[string]weak.Pointer[Public]{}
	}
	s.sweep()
	s.sweep()
	if _, dead := s.byBin[p.bin]; !dead {
		s.bins = append(s.bins, p.bin)
	}
	s.byBin[p.bin] = weak.Make(p)
}

func (s *strangers) sweep() {
	if s.hand >= len(s.bins) {
		s.hand = 0
	}
	if len(s.bins) == 0 {
		return
	}
	if bin := s.bins[s.hand]; s.byBin[bin].Value() == nil {
		last := len(s.bins) - 1
		s.bins[s.hand], s.bins[last] = s.bins[last], ""
		s.bins = s.bins[:last]
		delete(s.byBin, bin)
		return
	}
	s.hand++
}
