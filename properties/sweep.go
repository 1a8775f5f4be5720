package properties

import (
	"fmt"
	"hash/fnv"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// Sweep says how many worlds a search tries, and which.
type Sweep struct {
	// Seed is what the seeds of the worlds count from; 0 is a hash of the law's name. Its lowest 30 bits count.
	Seed uint64
	// Worlds is how many are tried at most, and For how long; 0 are a hundred worlds, or as many as the time allows.
	Worlds uint64
	For    time.Duration
	// Cores is how many worlds are judged at a time; 0: as many as Go uses processors. What is found does not depend on it.
	Cores int
	// Runs and Shrink bound the search for a smaller world: so many worlds, 400 for 0 and none below, and so much time, a minute for 0.
	Runs   int
	Shrink time.Duration
}

// How much a search tries unless told otherwise.
const (
	defaultWorlds = 100
	defaultRuns   = 400
	defaultShrink = time.Minute
)

// unlimited is more worlds than anybody tries.
const unlimited = 1 << 62

// count is how many worlds the sweep tries, in words.
func (s Sweep) count() string {
	if s.Worlds == unlimited {
		return "as many as fit into " + s.For.String()
	}
	return fmt.Sprint(s.Worlds)
}

// filled is the sweep with its defaults.
func (s Sweep) filled() Sweep {
	if s.Worlds == 0 && s.For <= 0 {
		s.Worlds = defaultWorlds
	}
	if s.Worlds == 0 {
		s.Worlds = unlimited
	}
	if s.Cores <= 0 {
		s.Cores = runtime.GOMAXPROCS(0)
	}
	if s.Runs == 0 {
		s.Runs = defaultRuns
	}
	if s.Shrink <= 0 {
		s.Shrink = defaultShrink
	}
	return s
}

// worldSeed is the seed that the i-th world of a sweep is drawn with: rapid's own rule. Masked to what an int holds everywhere; triangular
// numbers modulo a power of two do not repeat before that many.
func worldSeed(base, i uint64) int {
	const bits = 1<<31 - 1
	return int((base + i*(i+1)/2) & bits)
}

// nameSeed is the seed of a law that nobody gives another: a hash of its name.
func nameSeed(name string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(name))
	return h.Sum64() | 1
}

// baseSeed is what the seeds of worlds count from, of 30 bits.
func baseSeed(asked uint64, name string) uint64 {
	if asked == 0 {
		asked = nameSeed(name)
	}
	return asked & (1<<30 - 1)
}

// race has workers judge the worlds 0, 1, 2… and hands what came of them to see, in this order, on its own goroutine, up to the first one
// that did not hold. Numbers are given out in order: so whatever lies below that one has been judged, however many the workers are.
type race struct {
	judge func(i uint64) *verdict
	see   func(v *verdict)
	idle  func() // called now and then
	next  atomic.Uint64
	limit atomic.Uint64
	until time.Time // zero: no limit
}

// run returns how many worlds see was shown.
func (r *race) run(cores int, worlds uint64) (seen uint64) {
	r.limit.Store(worlds)
	type result struct {
		i uint64
		v *verdict
	}
	results := make(chan result)
	var working sync.WaitGroup
	for range min(uint64(cores), worlds) {
		working.Go(func() {
			for i, more := r.take(); more; i, more = r.take() {
				v := r.judge(i)
				if !v.held() {
					r.lower(i + 1)
				}
				results <- result{i, v}
			}
		})
	}
	go func() {
		working.Wait()
		close(results)
	}()
	waiting := map[uint64]*verdict{}
	for one := range results {
		waiting[one.i] = one.v
		for v := waiting[seen]; v != nil && seen < r.limit.Load(); v = waiting[seen] {
			delete(waiting, seen)
			seen++
			r.see(v)
		}
		r.idle()
	}
	return seen
}

// take gives a worker the number of a world, if there is one left and the time is not over; the first world is always tried.
func (r *race) take() (i uint64, more bool) {
	if r.next.Load() > 0 && !r.until.IsZero() && time.Now().After(r.until) {
		return 0, false
	}
	i = r.next.Add(1) - 1
	return i, i < r.limit.Load()
}

// lower ends the race before the world of a number.
func (r *race) lower(limit uint64) {
	for {
		was := r.limit.Load()
		if limit >= was || r.limit.CompareAndSwap(was, limit) {
			return
		}
	}
}
