package sim

// slab hands out numbered places for values of one type, in chunks that never move, and takes them back.
// The zero value is ready to use.
//
//	number:  chunk (high bits) | place in the chunk (low bits)
type slab[T any] struct {
	chunks [][]T
	free   []uint32
	made   uint32
}

const (
	slabBits = 7
	slabSize = 1 << slabBits
)

// take returns the number of a free place; what it held before is still there.
func (s *slab[T]) take() uint32 {
	if n := len(s.free); n > 0 {
		i := s.free[n-1]
		s.free = s.free[:n-1]
		return i
	}
	i := s.made
	if i&(slabSize-1) == 0 {
		s.chunks = append(s.chunks, make([]T, slabSize))
	}
	s.made++
	return i
}

// give takes a place back.
func (s *slab[T]) give(i uint32) { s.free = append(s.free, i) }

// at returns the place of that number.
func (s *slab[T]) at(i uint32) *T { return &s.chunks[i>>slabBits][i&(slabSize-1)] }
