package bubble

import (
	"bytes"
	"encoding/binary"
	"net/netip"
)

// A stream is carried in datagrams of the world, so that all that befalls packets befalls it: a segment each.
//
//	bytes  0-7    8      9-16        17-24      25-32   33-36    37-
//	       magic  flags  connection  sequence   ack     window   payload
//
// A connection is a number drawn by who dials. Sequence is the place of the payload's first byte in the stream; a FIN has the place after the
// last byte. Ack is the next place the sender wants, and window how many bytes from there it has room for.
type segment struct {
	flags      flags
	connection uint64
	sequence   uint64
	ack        uint64
	window     uint32
	payload    []byte
}

type flags byte

const (
	syn flags = 1 << iota // with ack: the answer of who accepts
	ack
	fin
	rst
	ask // for an answer: keep-alive
)

const (
	segmentMagic  = "ovt\xf5seg\x01"
	segmentHeader = len(segmentMagic) + 1 + 3*8 + 4
)

// isSegment tells segments from the packets of UDP sockets.
func isSegment(data []byte) bool {
	return len(data) >= segmentHeader && bytes.HasPrefix(data, []byte(segmentMagic))
}

func (s segment) append(b []byte) []byte {
	b = append(append(b, segmentMagic...), byte(s.flags))
	b = binary.BigEndian.AppendUint64(b, s.connection)
	b = binary.BigEndian.AppendUint64(b, s.sequence)
	b = binary.BigEndian.AppendUint64(b, s.ack)
	b = binary.BigEndian.AppendUint32(b, s.window)
	return append(b, s.payload...)
}

// parseSegment is the inverse of append for what isSegment accepts. The payload is a part of data.
func parseSegment(data []byte) segment {
	data = data[len(segmentMagic):]
	return segment{
		flags:      flags(data[0]),
		connection: binary.BigEndian.Uint64(data[1:]),
		sequence:   binary.BigEndian.Uint64(data[9:]),
		ack:        binary.BigEndian.Uint64(data[17:]),
		window:     binary.BigEndian.Uint32(data[25:]),
		payload:    data[29:],
	}
}

// streamKey is what tells a host's connections apart.
type streamKey struct {
	port   uint16 // of the host
	remote netip.AddrPort
	number uint64
}

// describe says what a segment is, "" of other payloads.
func describe(data []byte) string {
	if !isSegment(data) {
		return ""
	}
	s := parseSegment(data)
	switch {
	case s.flags&rst != 0:
		return "TCP RST"
	case s.flags&(syn|ack) == syn|ack:
		return "TCP SYN+ACK"
	case s.flags&syn != 0:
		return "TCP SYN"
	case s.flags&fin != 0:
		return "TCP FIN"
	case len(s.payload) > 0:
		return "TCP data"
	}
	return "TCP ACK"
}
