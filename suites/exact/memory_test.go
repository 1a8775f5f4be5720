package exact_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
	"unique"
	"weak"
)

func pools(h *history) {
	var m sync.Map
	pool := sync.Pool{New: func() any { return new([100]int) }}
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			for range 20 {
				x := pool.Get().(*[100]int)
				x[0]++
				runtime.Gosched()
				pool.Put(x)
				key := unique.Make(fmt.Sprint(rand.IntN(20)))
				m.LoadOrStore(key, i)
				m.Range(func(k, v any) bool { h.note(i, k.(unique.Handle[string]).Value(), v); return rand.IntN(3) > 0 })
			}
		})
	}
	all.Wait()
}

type tree struct{ left, right *tree }

func grow(depth int) *tree {
	if depth == 0 {
		return &tree{}
	}
	return &tree{grow(depth - 1), grow(depth - 1)}
}

// garbage has the collector work all the time.
func garbage(h *history) {
	var all sync.WaitGroup
	var mu sync.Mutex
	kept := make([]*tree, 20)
	for i := range kept {
		all.Go(func() {
			for round := range 10 {
				kept[i] = grow(12)
				big := make([]byte, 1<<20)
				big[round]++
				mu.Lock()
				h.note(i, round)
				mu.Unlock()
				if rand.IntN(3) == 0 {
					runtime.Gosched()
				}
				if i == 7 && round == 5 {
					runtime.GC()
				}
				deep(1000)
			}
		})
	}
	all.Wait()
}

// deep has the stack grow.
func deep(n int) int {
	var room [64]int
	if n == 0 {
		return 0
	}
	room[n%64] = deep(n - 1)
	return room[n%64] + 1
}

// cleanups are run by goroutines outside the bubble, whenever the collector comes: it does not change the order of others.
func cleanups(h *history) {
	var all sync.WaitGroup
	var ran atomic.Int64
	for i := range 50 {
		all.Go(func() {
			for range 200 {
				x, y := new([2000]byte), new([2000]byte)
				runtime.AddCleanup(x, func(int) { ran.Add(1) }, i)
				runtime.SetFinalizer(y, func(*[2000]byte) { ran.Add(1) })
				if rand.IntN(10) == 0 {
					runtime.Gosched()
				}
				h.note(i)
			}
		})
	}
	all.Wait()
	time.Sleep(time.Second)
}

// pointers has maps whose keys are pointers.
func pointers(h *history) {
	type node struct{ id int }
	var all sync.WaitGroup
	shared := map[*node]int{}
	for i := range 20 {
		all.Go(func() {
			for round := range 20 {
				shared[&node{i*100 + round}] = round
				for n := range shared {
					h.note(i, n.id)
					if rand.IntN(4) == 0 {
						break
					}
				}
				_ = make([]byte, 1+rand.IntN(9000))
				runtime.Gosched()
			}
		})
	}
	all.Wait()
}

// collected sees what the collector did: what is left in pools, which weak pointers are gone, how many cleanups ran, how often it came.
func collected(h *history) {
	var all sync.WaitGroup
	fresh := 0
	pool := sync.Pool{New: func() any { fresh++; return new([100]int) }}
	var ran atomic.Int64
	for i := range 20 {
		all.Go(func() {
			for range 200 {
				x := pool.Get().(*[100]int)
				z := new([500]byte)
				w := weak.Make(z)
				runtime.AddCleanup(new([2000]byte), func(int) { ran.Add(1) }, i)
				_ = make([]byte, 1+rand.IntN(20000))
				if rand.IntN(4) == 0 {
					runtime.Gosched()
				}
				pool.Put(x)
				var stats runtime.MemStats
				if rand.IntN(100) == 0 {
					runtime.ReadMemStats(&stats)
				}
				h.note(i, fresh, w.Value() == nil, ran.Load(), stats.NumGC)
			}
		})
	}
	all.Wait()
}

// addresses writes pointers down.
func addresses(h *history) {
	var all sync.WaitGroup
	shared := map[*[10]int]int{}
	for i := range 20 {
		all.Go(func() {
			for range 300 {
				x := new([10]int)
				shared[x] = i
				for k, v := range shared {
					h.note(i, v, fmt.Sprintf("%p", k))
					if rand.IntN(2) == 0 {
						delete(shared, k)
					}
					break
				}
				_ = make([]byte, 1+rand.IntN(9000))
				runtime.Gosched()
			}
		})
	}
	all.Wait()
}
