package sim

import "math/bits"

// arena keeps the payloads of the packets in the air: blocks of powers of two from 64 bytes on, in chunks that never move.
// The zero value is ready to use.
type arena struct {
	classes [11]blocks // 64 B … 64 KiB
}

type blocks struct {
	chunks [][]byte
	free   []uint32
	made   uint32
}

const (
	smallestBlock = 6  // its binary logarithm
	arenaBits     = 14 // of the size of a chunk, unless a block is larger
)

// class is the size class of a payload.
func (a *arena) class(size int) int {
	if size <= 1<<smallestBlock {
		return 0
	}
	return bits.Len(uint(size-1)) - smallestBlock
}

// put copies data into a block.
func (a *arena) put(data []byte) (block uint32) {
	c := a.class(len(data))
	b := &a.classes[c]
	if n := len(b.free); n > 0 {
		block = b.free[n-1]
		b.free = b.free[:n-1]
	} else {
		block = b.made
		b.made++
		if n := uint32(1) << perChunk(c); block&(n-1) == 0 {
			b.chunks = append(b.chunks, make([]byte, int(n)<<(smallestBlock+c)))
		}
	}
	copy(b.bytes(c, block), data)
	return block
}

// get returns the payload in a block.
func (a *arena) get(block uint32, size uint16) []byte {
	c := a.class(int(size))
	return a.classes[c].bytes(c, block)[:size:size]
}

// release gives a block back.
func (a *arena) release(block uint32, size uint16) {
	b := &a.classes[a.class(int(size))]
	b.free = append(b.free, block)
}

// perChunk is the binary logarithm of how many blocks of a class make a chunk.
func perChunk(class int) uint { return uint(max(arenaBits-smallestBlock-class, 0)) & 31 }

// bytes returns a whole block.
func (b *blocks) bytes(class int, block uint32) []byte {
	shift, size := perChunk(class), uint(smallestBlock+class)&63
	start := int(block&(1<<shift-1)) << size
	return b.chunks[block>>shift][start : start+1<<size]
}

// ordinals counts the packets of each pair of nodes within the present instant. It is an open hash table that is emptied, by a new
// generation, when time moves on: its cost follows the traffic of an instant, and no pair is remembered beyond it.
type ordinals struct {
	at         int64
	generation uint32
	used       int
	mask       uint32
	slots      []ordinal
}

type ordinal struct {
	pair       uint64
	generation uint32
	count      uint32
}

const fewestOrdinals = 64

// next returns how many packets of this pair there were in this instant before.
func (o *ordinals) next(now int64, pair uint64) uint64 {
	if o.slots == nil {
		o.slots = make([]ordinal, fewestOrdinals)
		o.clear(now)
	} else if now != o.at {
		o.clear(now)
	}
	if 2*o.used > int(o.mask) {
		o.widen()
	}
	s := o.find(pair)
	if s.generation != o.generation {
		*s = ordinal{pair: pair, generation: o.generation}
		o.used++
	}
	s.count++
	return uint64(s.count - 1)
}

// clear forgets all pairs.
func (o *ordinals) clear(now int64) {
	o.at, o.used, o.mask = now, 0, fewestOrdinals-1
	o.generation++
	if o.generation == 0 { // wrapped: what is old could look new
		clear(o.slots)
		o.generation = 1
	}
}

// find returns the slot of a pair, or the free one where it belongs.
func (o *ordinals) find(pair uint64) *ordinal {
	for i := uint32(pair*golden>>32) & o.mask; ; i = (i + 1) & o.mask {
		if s := &o.slots[i]; s.generation != o.generation || s.pair == pair {
			return s
		}
	}
}

// widen doubles the part of the table that this generation uses.
func (o *ordinals) widen() {
	var pairs []ordinal
	for _, s := range o.slots[:o.mask+1] {
		if s.generation == o.generation {
			pairs = append(pairs, s)
		}
	}
	o.mask = 2*o.mask + 1
	if int(o.mask) >= len(o.slots) {
		o.slots = append(o.slots, make([]ordinal, len(o.slots))...)
	}
	o.generation++
	if o.generation == 0 {
		clear(o.slots)
		o.generation = 1
	}
	for _, s := range pairs {
		s.generation = o.generation
		*o.find(s.pair) = s
	}
}
