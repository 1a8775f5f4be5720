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

func contexts(h *history) {
	root, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	for i := range 60 {
		ctx, stop := context.WithTimeout(root, time.Duration(1+i%5)*time.Millisecond)
		child, leave := context.WithCancel(ctx)
		context.AfterFunc(child, func() { h.note("after", i) })
		all.Go(func() { defer stop(); defer leave(); <-child.Done(); h.note(i, child.Err()) })
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
