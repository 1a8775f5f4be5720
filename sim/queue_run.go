package sim

import (
	"math/bits"
	"slices"
)

func (q *queue) insertRun(e entry) {
	if q.head == len(q.run) {
		q.run, q.head = q.run[:0], 0
	}
	pending := q.run[q.head:]
	n := len(pending)
	at := n
	if n > 0 && e.before(pending[n-1]) {
		at = search(pending, e)
	}
	moved := min(at, n-at)
	q.slack -= moved
	switch {
	case n >= runRoom || q.slack < 0 && moved > 0:
		q.giveBack(e, at == n)
	case at < n-at && q.head > 0:
		copy(q.run[q.head-1:], pending[:at])
		q.head--
		q.run[q.head+at] = e
	default:
		q.makeRoom()
		q.run = append(q.run, e)
		pending = q.run[q.head:]
		copy(pending[at+1:], pending[at:])
		pending[at] = e
	}
}

// search finds the number of entries of the sorted run that come before e.
func search(run []entry, e entry) int {
	low, high := 0, len(run)
	for low < high {
		middle := int(uint(low+high) / 2)
		if run[middle].before(e) {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low
}

// makeRoom moves the run to the front of its array if that saves it from growing.
func (q *queue) makeRoom() {
	if cap(q.run) == 0 {
		q.run = make([]entry, 0, firstRun)
	}
	if len(q.run) == cap(q.run) && q.head >= (len(q.run)+1)/2 {
		q.run = q.run[:copy(q.run, q.run[q.head:])]
		q.head = 0
	}
}

// giveBack adds e to a run that is too long, or into which too much was inserted,
// by moving the run back into buckets, of less span than the one it came from.
func (q *queue) giveBack(e entry, atEnd bool) {
	pending := q.run[q.head:]
	switch {
	case q.base != q.last:
		q.base = max(q.base, min(q.now, pending[0].at, e.at))
		q.last = q.base - 1
	case atEnd:
		q.tailKey = e.key
	default:
		q.late.push(e)
		return
	}
	for _, p := range pending {
		q.place(p)
	}
	q.place(e)
	q.run, q.head = q.run[:0], 0
}

// sortRun sorts the run: in one pass by its times' leading bits, in another by insertion.
func (q *queue) sortRun() {
	sorted, differ := true, uint64(0)
	for i := 1; i < len(q.run); i++ {
		differ |= uint64(q.run[0].at ^ q.run[i].at)
		sorted = sorted && q.run[i-1].before(q.run[i])
	}
	if sorted {
		return
	}
	if n := len(q.run); n > 16 && n <= runRoom {
		q.spread(bits.Len64(differ))
	}
	insertionSort(q.run)
}

// spread orders the run by the leading bits among the lowest width of its times.
func (q *queue) spread(width int) {
	places := bits.Len(uint(len(q.run))) - 1
	shift := uint(max(width-places, 0)) & 63
	mask := uint64(1)<<places - 1
	starts := q.starts[:mask+2]
	clear(starts)
	for i := range q.run {
		starts[uint64(q.run[i].at)>>shift&mask+1]++
	}
	sum := uint16(0)
	for i := range starts {
		sum += starts[i]
		starts[i] = sum
	}
	q.scratch = slices.Grow(q.scratch[:0], len(q.run))[:len(q.run)]
	for i := range q.run {
		digit := uint64(q.run[i].at) >> shift & mask
		q.scratch[starts[digit]] = q.run[i]
		starts[digit]++
	}
	q.run, q.scratch = q.scratch, q.run
}

// insertionSort sorts a run that is short or nearly sorted; another one it leaves
// to the library.
func insertionSort(run []entry) {
	budget := 8*len(run) + 256
	for i := 1; i < len(run); i++ {
		e := run[i]
		at := i
		for ; at > 0 && e.before(run[at-1]); at-- {
			run[at] = run[at-1]
		}
		run[at] = e
		budget -= i - at
		if budget < 0 {
			slices.SortFunc(run, compare)
			return
		}
	}
}

func compare(a, b entry) int {
	if a.before(b) {
		return -1
	}
	return 1
}

// heap4 is a heap with four children to a node.
type heap4 []entry

func (h *heap4) push(e entry) {
	*h = append(*h, e)
	s := *h
	at := len(s) - 1
	for at > 0 && e.before(s[(at-1)/4]) {
		s[at] = s[(at-1)/4]
		at = (at - 1) / 4
	}
	s[at] = e
}

func (h *heap4) pop() entry {
	s := *h
	top, e := s[0], s[len(s)-1]
	s = s[:len(s)-1]
	*h = s
	at := 0
	for 4*at+1 < len(s) {
		least := 4*at + 1
		for child := least + 1; child < min(4*at+5, len(s)); child++ {
			if s[child].before(s[least]) {
				least = child
			}
		}
		if !s[least].before(e) {
			break
		}
		s[at] = s[least]
		at = least
	}
	if len(s) > 0 {
		s[at] = e
	}
	return top
}
