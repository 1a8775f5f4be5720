package keys

import (
	"bytes"
	"encoding/binary"
)

// memory holds the packets signed last, whole: message and signature. They
// lie one after another in a circle of bytes that doubles until it has
// memoryMost; then the oldest are overwritten. A packet longer than
// memoryLongest is not remembered. A nil memory remembers nothing.
//
// Nothing is decided by a hash: it only says where to look, and signer,
// message and signature are compared there to the last bit.
type memory struct {
	circle []byte
	end    uint64 // bytes ever written; byte i of them lies at i mod len(circle)
	index  []kept // sets of memoryWays
}

// kept says where a packet lies. A nil signer marks an empty place.
type kept struct {
	signer             *Public
	start              uint64 // as memory.end when it was written
	message, signature uint32 // lengths
}

const (
	memoryFirst   = 1 << 16
	memoryMost    = 1 << 22 // about 15,000 packets of 270 bytes
	memoryLongest = memoryFirst
	memoryWays    = 4
	bytesPerKept  = 64 // with packets of 270 bytes a quarter of the index is in use
)

// keep takes in a packet just signed.
func (m *memory) keep(signer *Public, message, signature []byte) {
	size := len(message) + len(signature)
	if m == nil || size > memoryLongest {
		return
	}
	m.makeRoom(size)
	k := kept{signer, m.end, uint32(len(message)), uint32(len(signature))}
	at := m.circle[m.offset(m.end):]
	copy(at[copy(at, message):], signature)
	m.end += uint64(size)
	m.enter(k, signature)
}

// holds reports whether exactly this packet was signed by signer here.
func (m *memory) holds(signer *Public, message, signature []byte) bool {
	if m == nil || len(m.index) == 0 {
		return false
	}
	set := m.set(signature)
	for i := range set {
		k := &set[i]
		if k.signer == signer && int(k.message) == len(message) && m.alive(k) && m.equal(k, message, signature) {
			return true
		}
	}
	return false
}

func (m *memory) equal(k *kept, message, signature []byte) bool {
	at := m.circle[m.offset(k.start):]
	split, end := int(k.message), int(k.message)+int(k.signature)
	return bytes.Equal(at[:split], message) && bytes.Equal(at[split:end], signature)
}

// alive reports whether no byte of the packet has been overwritten.
func (m *memory) alive(k *kept) bool { return m.end-k.start <= uint64(len(m.circle)) }

func (m *memory) offset(position uint64) int { return int(position & uint64(len(m.circle)-1)) }

// makeRoom sees to it that size bytes fit in one piece at m.end.
func (m *memory) makeRoom(size int) {
	for m.end+uint64(size) > uint64(len(m.circle)) && len(m.circle) < memoryMost {
		m.grow()
	}
	if left := len(m.circle) - m.offset(m.end); left < size {
		m.end += uint64(left)
	}
}

// grow doubles the circle. It has not come round yet, so positions stay.
func (m *memory) grow() {
	circle := make([]byte, max(memoryFirst, 2*len(m.circle)))
	copy(circle, m.circle)
	old := m.index
	m.circle, m.index = circle, make([]kept, len(circle)/bytesPerKept)
	for _, k := range old {
		if k.signer != nil {
			from := k.start + uint64(k.message)
			m.enter(k, m.circle[from:from+uint64(k.signature)])
		}
	}
}

// enter puts k into its set, in the place of the oldest.
func (m *memory) enter(k kept, signature []byte) {
	set := m.set(signature)
	oldest := 0
	for i := range set {
		if set[i].signer == nil {
			oldest = i
			break
		}
		if set[i].start < set[oldest].start {
			oldest = i
		}
	}
	set[oldest] = k
}

// set returns the places where a packet with that signature may be. The eight
// bytes before the middle are evenly spread in signatures of every kind.
func (m *memory) set(signature []byte) []kept {
	half := len(signature) / 2
	sets := uint64(len(m.index) / memoryWays)
	at := binary.LittleEndian.Uint64(signature[half-8:half]) * 0x9e3779b97f4a7c15 >> 32 & (sets - 1) * memoryWays
	return m.index[at : at+memoryWays]
}
