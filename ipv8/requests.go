package ipv8

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// The errors of Requests.
var (
	ErrTaken = errors.New("ipv8: a request of that number is under way")
	ErrFull  = errors.New("ipv8: too many requests are under way")
)

// Requests remembers what a community asked others, by the number that their
// answers repeat, until the answer is there or time is up.
type Requests[T any] struct {
	c       *Community
	timeout time.Duration
	expired func(number uint16, what T)
	random  *rand.Rand
	pending map[uint16]request[T]
}

type request[T any] struct {
	what  T
	timer uint64
}

// DefaultTimeout is how long py-ipv8 waits for an answer.
const DefaultTimeout = 10 * time.Second

// NewRequests makes an empty memory of requests. The name tells its random
// numbers from those of others in the community; expired, if not nil, is
// called for each request that got no answer in time.
func NewRequests[T any](c *Community, name string, timeout time.Duration, expired func(number uint16, what T)) *Requests[T] {
	return &Requests[T]{c: c, timeout: timeout, expired: expired, random: c.Rand("requests " + name), pending: map[uint16]request[T]{}}
}

// attempts is how often Add draws a number that is taken before it gives up.
const attempts = 1000

// Add remembers a request under a random number that is not in use. The error
// is ErrFull, or ErrLeft.
func (r *Requests[T]) Add(what T) (number uint16, err error) {
	for range attempts {
		number = uint16(r.random.Uint32())
		if err = r.Put(number, what); !errors.Is(err, ErrTaken) {
			return number, err
		}
	}
	return 0, fmt.Errorf("%w: %d", ErrFull, len(r.pending))
}

// Put remembers a request under a number of the caller's. The error is
// ErrTaken, or ErrLeft.
func (r *Requests[T]) Put(number uint16, what T) error {
	if r.c.left {
		return ErrLeft
	}
	if r.Has(number) {
		return fmt.Errorf("%w: %d", ErrTaken, number)
	}
	timer := r.c.After(r.timeout, func() {
		delete(r.pending, number)
		if r.expired != nil {
			r.expired(number, what)
		}
	})
	r.pending[number] = request[T]{what, timer}
	return nil
}

// Has reports whether a request of that number is under way.
func (r *Requests[T]) Has(number uint16) bool {
	_, ok := r.pending[number]
	return ok
}

// Get returns the request of a number, and whether there is one.
func (r *Requests[T]) Get(number uint16) (what T, ok bool) {
	p, ok := r.pending[number]
	return p.what, ok
}

// Take returns the request of a number and forgets it: it was answered.
func (r *Requests[T]) Take(number uint16) (what T, ok bool) {
	p, ok := r.pending[number]
	if ok {
		r.c.Stop(p.timer)
		delete(r.pending, number)
	}
	return p.what, ok
}

// Len returns the number of requests under way.
func (r *Requests[T]) Len() int { return len(r.pending) }

// Clear forgets all requests; none of them expires.
func (r *Requests[T]) Clear() {
	for number := range r.pending { // any order: each only stops its own timer
		r.Take(number)
	}
}
