package sim

import (
	"math"
	"math/bits"
	"slices"
)

// An entry is one pending event: its instant, its rank among the events of that
// instant, and what the world knows it by.
type entry struct {
	at  int64  // nanoseconds since the epoch, never negative
	key uint64 // unique; mostly ascending in the order of pushing
	ref uint64
}

// before is the total order of events: (at, key).
func (e entry) before(o entry) bool {
	return e.at < o.at || e.at == o.at && e.key < o.key
}

const (
	digitBits  = 6
	fanout     = 1 << digitBits
	levelCount = (63 + digitBits - 1) / digitBits
	chunkRoom  = 16            // entries of a chunk: 384 bytes
	pageRoom   = 8 * chunkRoom // entries allocated at a time: 3 KiB
	runRoom    = 512           // a bucket of more entries is divided, not sorted
	firstRun   = 32            // entries of room a run begins with
)

// A bucket is a chain of chunks in order of pushing; all but the last are full.
// Chunk c has the slots from c*chunkRoom on.
type bucket struct {
	head   uint32 // first chunk
	end    uint32 // slot after the last entry; the first of a chunk: there is no room left
	chunks uint32 // 0: empty, and head means nothing
}

func (b bucket) len() int {
	return int(b.chunks*chunkRoom - (-b.end)%chunkRoom)
}

// A queue holds pending events and yields them by (at, key). Its zero value is
// empty and ready. It is a radix queue that relies on time going forward:
//
//	        popped   run (sorted)        buckets, later than last
//	time  ---------|==============|-----------------------------------------
//	             base           last   level 0 .. level 1 ....... level 2 ...
//
// What is due up to last lies sorted in run. Everything later lies in the bucket
// named by the highest base-64 digit in which its time differs from base, so a
// bucket of level k spans 64^k ns and the lowest bucket holds the earliest
// entries. When the run is used up, the lowest bucket becomes the next run; a
// bucket too long to be sorted is first divided among the levels below. What is
// pushed into the span of the run is inserted there while that is cheap,
// otherwise the run goes back into finer buckets.
//
// A crowded instant is not copied: it is a chain, consumed chunk by chunk from
// the bucket of level 0 at base == last, at whose end pushes of that instant
// queue up. The few entries that fit none of this (earlier than base, or out of
// key order in a crowded instant) go to the heap late.
type queue struct {
	base, last int64
	run        []entry // run[head:] is pending
	head       int
	late       heap4
	size       int

	slack   int    // entries that insertions may still move before the run is given back
	now     int64  // instant of the last entry taken from the run
	floor   int64  // no bucket holds anything earlier
	tailKey uint64 // key at the end of the chain, if there is one
	fresh   bool   // the run was refilled since somebody last set this to false

	levels  uint32 // bit k: masks[k] is not 0
	masks   [levelCount]uint64
	buckets [levelCount * fanout]bucket

	pages   []*[pageRoom]entry
	links   []uint32 // by chunk number: the next of its chain, or of the free list
	free    uint32   // first free chunk, plus 1
	scratch []entry
	starts  [runRoom + 2]uint16
}

// len is the number of pending entries.
func (q *queue) len() int { return q.size }

// push adds e. An instant before that of the last popped entry is allowed, and slow.
func (q *queue) push(e entry) {
	q.size++
	if e.at <= q.last {
		q.insert(e)
		return
	}
	q.place(e)
}

// pop removes the least entry if it is due at limit or before. When it is not,
// nothing moves, so that the next push may still be of any later instant.
func (q *queue) pop(limit int64) (entry, bool) {
	if uint(q.head) >= uint(len(q.run)) || len(q.late) > 0 {
		return q.popSlow(limit)
	}
	e := q.run[q.head]
	if e.at > limit {
		return entry{}, false
	}
	q.head++
	q.size--
	q.now = e.at
	return e, true
}

func (q *queue) popSlow(limit int64) (entry, bool) {
	if q.head == len(q.run) && (len(q.late) == 0 || q.chained()) {
		q.refill(limit)
	}
	if len(q.late) > 0 && (q.head == len(q.run) || q.late[0].before(q.run[q.head])) {
		if q.late[0].at > limit {
			return entry{}, false
		}
		q.size--
		return q.late.pop(), true
	}
	if q.head == len(q.run) || q.run[q.head].at > limit {
		return entry{}, false
	}
	q.head++
	q.size--
	q.now = q.run[q.head-1].at
	return q.run[q.head-1], true
}

// chained says that the rest of the instant being consumed lies in its bucket.
func (q *queue) chained() bool {
	return q.base == q.last && q.masks[0]>>(uint64(q.base)%fanout)&1 != 0
}

// insert adds an entry that is due at last or before.
func (q *queue) insert(e entry) {
	switch {
	case e.at < q.base:
		q.late.push(e)
	case !q.chained():
		q.insertRun(e)
	case e.key > q.tailKey:
		q.tailKey = e.key
		q.place(e)
	default:
		q.late.push(e)
	}
}

// place adds an entry due after last (or at the end of the chain) to its bucket.
func (q *queue) place(e entry) {
	if e.at < q.floor {
		q.floor = e.at
	}
	level := uint(bits.Len64(uint64(e.at^q.base)|1)-1) / digitBits
	digit := uint(uint64(e.at)>>(level*digitBits)) % fanout
	b := &q.buckets[level*fanout+digit]
	if b.end%chunkRoom == 0 {
		q.lengthen(level, digit)
	}
	q.pages[b.end/pageRoom][b.end%pageRoom] = e
	b.end++
}

// lengthen gives a bucket without room another chunk.
func (q *queue) lengthen(level, digit uint) {
	if q.free == 0 {
		q.addPage()
	}
	c := q.free - 1
	q.free = q.links[c]
	b := &q.buckets[level*fanout+digit]
	if b.chunks == 0 {
		b.head = c
		q.masks[level] |= 1 << digit
		q.levels |= 1 << level
	} else {
		q.links[(b.end-1)/chunkRoom] = c
	}
	b.chunks++
	b.end = c * chunkRoom
}

func (q *queue) addPage() {
	first := uint32(len(q.links))
	q.pages = append(q.pages, new([pageRoom]entry))
	for c := first; c < first+pageRoom/chunkRoom; c++ {
		q.links = append(q.links, c+2)
	}
	q.links[len(q.links)-1] = 0
	q.free = first + 1
}

// front is the used part of the first chunk of b, which is not empty.
func (q *queue) front(b bucket) []entry {
	n := uint32(chunkRoom)
	if b.chunks == 1 {
		n = (b.end-1)%chunkRoom + 1
	}
	slot := b.head * chunkRoom
	return q.pages[slot/pageRoom][slot%pageRoom:][:n]
}

// rest is b without its first chunk.
func (q *queue) rest(b bucket) bucket {
	if b.chunks == 1 {
		return bucket{}
	}
	return bucket{head: q.links[b.head], end: b.end, chunks: b.chunks - 1}
}

// drop is rest, and frees the first chunk.
func (q *queue) drop(b bucket) bucket {
	rest := q.rest(b)
	q.links[b.head] = q.free
	q.free = b.head + 1
	return rest
}

// refill fills the empty run with the earliest entries of the buckets, if one of
// them is due at limit or before. Otherwise it leaves all as it is.
func (q *queue) refill(limit int64) {
	for q.levels != 0 && q.floor <= limit {
		level := uint(bits.TrailingZeros32(q.levels))
		digit := uint(bits.TrailingZeros64(q.masks[level]))
		shift := level * digitBits
		start := uint64(q.base)>>(shift+digitBits)<<(shift+digitBits) | uint64(digit)<<shift
		end := int64(start | (1<<shift - 1))
		b := q.buckets[level*fanout+digit]
		switch {
		case int64(start) > limit || end > limit && !q.due(b, limit):
			return
		case q.chained():
			q.nextLink()
			return
		case b.len() <= runRoom:
			q.replace(level, digit, bucket{})
			q.base, q.last = int64(start), end
			q.gather(b)
			return
		}
		q.replace(level, digit, bucket{})
		if q.divide(b, shift) {
			return
		}
	}
}

// due says whether b holds an entry due at limit or before, and if not, raises floor.
func (q *queue) due(b bucket, limit int64) bool {
	least := int64(math.MaxInt64)
	for ; b.chunks > 0 && least > limit; b = q.rest(b) {
		for _, e := range q.front(b) {
			least = min(least, e.at)
		}
	}
	if least > limit {
		q.floor = least
	}
	return least <= limit
}

// replace puts b in the place of a bucket.
func (q *queue) replace(level, digit uint, b bucket) {
	q.buckets[level*fanout+digit] = b
	if b.chunks > 0 {
		q.masks[level] |= 1 << digit
		q.levels |= 1 << level
		return
	}
	q.masks[level] &^= 1 << digit
	if q.masks[level] == 0 {
		q.levels &^= 1 << level
	}
}

// gather makes the entries of the detached bucket b the run.
func (q *queue) gather(b bucket) {
	q.run, q.head = slices.Grow(q.run[:0], max(b.len(), firstRun)), 0
	for ; b.chunks > 0; b = q.drop(b) {
		q.run = append(q.run, q.front(b)...)
	}
	q.slack = runRoom + 4*len(q.run)
	q.sortRun()
	q.fresh = true
}

// nextLink makes the first chunk of the chain the run.
func (q *queue) nextLink() {
	digit := uint(uint64(q.base) % fanout)
	b := q.buckets[digit]
	q.run, q.head = append(q.run[:0], q.front(b)...), 0
	q.slack = runRoom
	q.fresh = true
	q.replace(0, digit, q.drop(b))
}

// divide moves the entries of the detached bucket b, of level shift/digitBits, to
// the highest level in which they differ. If they are all of one instant, it
// makes that the run, or the chain with a run, and says true.
func (q *queue) divide(b bucket, shift uint) bool {
	first := q.front(b)[0].at
	differ, ascending := q.survey(b, shift)
	if differ == 0 {
		q.base, q.last = first, first
		if !ascending {
			q.gather(b)
			return true
		}
		q.replace(0, uint(uint64(first)%fanout), b)
		q.tailKey = q.pages[(b.end-1)/pageRoom][(b.end-1)%pageRoom].key
		q.nextLink()
		return true
	}
	level := uint(bits.Len64(differ)-1) / digitBits
	below := level * digitBits
	q.base = first >> (below + digitBits) << (below + digitBits)
	row := (*[fanout]bucket)(q.buckets[level*fanout:])
	for ; b.chunks > 0; b = q.drop(b) {
		for _, e := range q.front(b) {
			digit := uint(uint64(e.at)>>below) % fanout
			to := &row[digit]
			if to.end%chunkRoom == 0 {
				q.lengthen(level, digit)
			}
			q.pages[to.end/pageRoom][to.end%pageRoom] = e
			to.end++
		}
	}
	return false
}

// survey finds the bits in which the times of b differ, or, as soon as one is of
// the level next below shift, some of them with that; and whether keys ascend.
func (q *queue) survey(b bucket, shift uint) (differ uint64, ascending bool) {
	first := q.front(b)[0].at
	ascending = true
	key := uint64(0)
	for ; b.chunks > 0 && differ<<digitBits>>shift == 0; b = q.rest(b) {
		for _, e := range q.front(b) {
			differ |= uint64(first ^ e.at)
			ascending = ascending && e.key >= key
			key = e.key
		}
	}
	return differ, ascending
}
