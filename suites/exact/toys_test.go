package exact_test

import (
	"bytes"
	"context"
	"fmt"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
	"unique"
	"weak"
)

// history is what a toy writes down: who did something, one after the other. Nothing guards it: on one processor nobody is stopped while
// they write.
type history struct{ bytes.Buffer }

func (h *history) note(who ...any) { fmt.Fprintln(h, who...) }

func (h *history) digest() string {
	sum := fnv.New64a()
	sum.Write(h.Bytes())
	return fmt.Sprintf("%016x", sum.Sum64())
}

// toys are programs whose goroutines race, each for something else of what Go has.
var toys = map[string]func(h *history){
	"everything":     everything,
	"crowd":          func(h *history) { crowd(h, 400) },
	"throng":         func(h *history) { crowd(h, 6000) },
	"broadcast":      broadcast,
	"readers":        readers,
	"pools":          pools,
	"contexts":       contexts,
	"timers":         timers,
	"panics":         panics,
	"storm":          storm,
	"garbage":        garbage,
	"files":          files,
	"channels":       channels,
	"cleanups":       cleanups,
	"collected":      collected,
	"addresses":      addresses,
	"pointers":       pointers,
	"pingpong":       pingpong,
	"busy elsewhere": everything, // with a goroutine outside the bubble that computes, sleeps, and reads a pipe
}

// everything is twenty goroutines with tickers, selects, maps, mutexes and allocation.
func everything(h *history) {
	var mu sync.Mutex
	shared := map[int]int{}
	done := make(chan struct{})
	lines := make(chan int)
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			tick := time.NewTicker(time.Millisecond)
			defer tick.Stop()
			for range 30 {
				select {
				case <-tick.C:
					mu.Lock()
					shared[rand.IntN(50)] += i
					for k := range shared {
						h.note(i, k)
						break
					}
					mu.Unlock()
				case n := <-lines:
					h.note(i, "got", n)
				case lines <- i:
					runtime.Gosched()
				case <-done:
					return
				}
				_ = make([]byte, 1+rand.IntN(9000))
			}
		})
	}
	time.Sleep(time.Second)
	close(done)
	all.Wait()
}

// crowd is n goroutines that are all ready at once, again and again.
func crowd(h *history, n int) {
	var all sync.WaitGroup
	start := make(chan struct{})
	var mu sync.Mutex
	for i := range n {
		all.Go(func() {
			<-start
			for round := range 3 {
				runtime.Gosched()
				mu.Lock()
				h.note(round, i)
				if i%7 == round {
					runtime.Gosched()
				}
				mu.Unlock()
				time.Sleep(time.Millisecond)
			}
		})
	}
	time.Sleep(time.Millisecond)
	close(start)
	all.Wait()
}

func broadcast(h *history) {
	var mu sync.Mutex
	c := sync.NewCond(&mu)
	turn := 0
	var all sync.WaitGroup
	for i := range 300 {
		all.Go(func() {
			mu.Lock()
			defer mu.Unlock()
			for round := range 5 {
				for turn <= round {
					c.Wait()
				}
				h.note(round, i)
			}
		})
	}
	for range 5 {
		time.Sleep(time.Millisecond)
		mu.Lock()
		turn++
		mu.Unlock()
		c.Broadcast()
		c.Signal()
	}
	all.Wait()
}

func readers(h *history) {
	var mu sync.RWMutex
	var once sync.Once
	var all sync.WaitGroup
	for i := range 100 {
		all.Go(func() {
			for round := range 10 {
				once.Do(func() { h.note("once", i) })
				if rand.IntN(4) == 0 {
					mu.Lock()
					h.note("w", round, i)
					runtime.Gosched()
					mu.Unlock()
				} else {
					mu.RLock()
					h.note("r", round, i)
					runtime.Gosched()
					mu.RUnlock()
				}
			}
		})
	}
	all.Wait()
}

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

func contexts(h *history) {
	root, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	for i := range 60 {
		ctx, stop := context.WithTimeout(root, time.Duration(1+i%5)*time.Millisecond)
		child, _ := context.WithCancel(ctx)
		context.AfterFunc(child, func() { h.note("after", i) })
		all.Go(func() { defer stop(); <-child.Done(); h.note(i, child.Err()) })
	}
	time.Sleep(3 * time.Millisecond)
	cancel()
	all.Wait()
}

func timers(h *history) {
	var all sync.WaitGroup
	for i := range 100 {
		all.Add(1)
		time.AfterFunc(time.Duration(i%3)*time.Millisecond, func() { h.note("fired", i); all.Done() })
	}
	for i := range 50 {
		all.Go(func() {
			t := time.NewTimer(time.Millisecond)
			for round := range 20 {
				switch rand.IntN(3) {
				case 0:
					h.note(i, round, "stop", t.Stop())
				case 1:
					h.note(i, round, "reset", t.Reset(time.Duration(rand.IntN(3))*time.Millisecond))
				}
				select {
				case <-t.C:
					h.note(i, "rang")
				case <-time.After(time.Millisecond):
					h.note(i, "waited")
				}
			}
		})
	}
	all.Wait()
}

func panics(h *history) {
	var all sync.WaitGroup
	var mu sync.Mutex
	for i := range 200 {
		all.Go(func() {
			defer func() { h.note(i, recover()) }()
			mu.Lock()
			defer mu.Unlock()
			runtime.Gosched()
			if i%2 == 0 {
				var nobody *history
				_ = nobody.Len() + *(*int)(nil)
			}
			if i%3 == 0 {
				runtime.Goexit()
			}
			panic(i)
		})
	}
	all.Wait()
}

func storm(h *history) {
	var all sync.WaitGroup
	var breed func(depth, who int)
	breed = func(depth, who int) {
		h.note(depth, who)
		if depth == 0 {
			return
		}
		for i := range 4 {
			all.Go(func() { breed(depth-1, who*4+i) })
		}
	}
	for round := range 3 {
		all.Go(func() { breed(6, round) })
		time.Sleep(time.Microsecond)
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
				if i == 7 && round == 5 && os.Getenv("NOGC")=="" {
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

func files(h *history) {
	folder := os.Getenv(folderVariable)
	var all sync.WaitGroup
	var mu sync.Mutex
	for i := range 30 {
		all.Go(func() {
			for round := range 5 {
				name := filepath.Join(folder, fmt.Sprint(i%5))
				if err := os.WriteFile(name, make([]byte, 100_000), 0o600); err != nil {
					panic(err)
				}
				h.note(i, round, "wrote")
				_, _ = os.ReadFile(name)
				fmt.Fprint(os.Stderr, "")
				print("")
				mu.Lock()
				h.note(i, round)
				mu.Unlock()
			}
		})
	}
	all.Wait()
}

func channels(h *history) {
	unbuffered, buffered := make(chan int), make(chan int, 3)
	var none chan int
	quit := make(chan struct{})
	var all, made sync.WaitGroup
	for i := range 40 {
		made.Go(func() {
			for round := range 20 {
				select {
				case unbuffered <- i:
				case buffered <- round:
				case <-none:
				}
			}
		})
		all.Go(func() {
			for {
				select {
				case n := <-unbuffered:
					h.note(i, "u", n)
				case n, ok := <-buffered:
					h.note(i, "b", n, ok)
				case <-quit:
					return
				default:
					h.note(i, "idle")
					time.Sleep(time.Duration(rand.IntN(3)) * time.Microsecond)
				}
			}
		})
	}
	made.Wait()
	close(quit)
	all.Wait()
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

// pingpong has two goroutines wake each other without end, beside others that must not starve.
func pingpong(h *history) {
	ping, pong := make(chan int), make(chan int)
	stop := false
	var all sync.WaitGroup
	all.Go(func() {
		for i := 0; !stop; i++ {
			ping <- i
			<-pong
		}
		close(ping)
	})
	all.Go(func() {
		for i := range ping {
			pong <- i
		}
	})
	for i := range 20 {
		all.Go(func() {
			for round := range 50 {
				h.note(i, round)
				runtime.Gosched()
			}
			if i == 0 {
				stop = true
			}
		})
	}
	all.Wait()
}

// elsewhere keeps a goroutine outside the bubble at work, and another that waits for the kernel.
func elsewhere() (stop func()) {
	var quit atomic.Bool
	r, w, err := os.Pipe()
	if err != nil {
		panic(err)
	}
	go func() {
		for x := 0; !quit.Load(); x++ {
			_, _ = w.Write([]byte{1})
			if x%100 == 0 {
				time.Sleep(100 * time.Microsecond)
			}
			_ = make([]byte, 100)
		}
		w.Close()
	}()
	go func() { _, _ = io.Copy(io.Discard, r) }()
	return func() { quit.Store(true) }
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
