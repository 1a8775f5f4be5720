//go:build unix

package sim

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"syscall"
	"testing"
	"time"
)

var queueSizes = []int{100, 1_000, 10_000, 100_000, 1_000_000}

// delays is a table of delays uniform in 10–150 ms, in multiples of unit: drawing
// is not what is measured.
func delays(unit int64) *[1 << 12]int64 {
	random := rand.New(rand.NewPCG(1, 2))
	var table [1 << 12]int64
	for i := range table {
		table[i] = (10_000_000 + random.Int64N(140_000_000)) / unit * unit
	}
	return &table
}

// cpu is the processor time the process has used.
func cpu() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// benchmarkHold measures one pop and one push at a constant number of pending entries.
func benchmarkHold(b *testing.B, pending int, unit int64) {
	var before, after runtime.MemStats
	table := delays(unit)
	runtime.GC()
	runtime.ReadMemStats(&before)
	q := new(queue)
	key := uint64(0)
	for range pending {
		key++
		q.push(entry{at: table[key*0x9e3779b97f4a7c15>>52], key: key})
	}
	hold := func(n int) {
		for range n {
			e, _ := q.pop(math.MaxInt64)
			key++
			q.push(entry{at: e.at + table[key*0x9e3779b97f4a7c15>>52], key: key})
		}
	}
	hold(3*pending + 10_000)
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportAllocs()
	b.ResetTimer()
	start := cpu()
	hold(b.N)
	b.ReportMetric(float64(cpu()-start)/float64(b.N), "cpu-ns/op")
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(pending), "B/event")
	runtime.KeepAlive(q)
}

func BenchmarkQueueHold(b *testing.B) {
	for _, n := range queueSizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) { benchmarkHold(b, n, 1) })
	}
}

func BenchmarkQueueHoldMilliseconds(b *testing.B) {
	for _, n := range queueSizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) { benchmarkHold(b, n, 1_000_000) })
	}
}

// BenchmarkQueueZeroLatency pushes at the very instant being consumed.
func BenchmarkQueueZeroLatency(b *testing.B) {
	for _, n := range []int{2, 1_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			q := new(queue)
			for key := range uint64(n) {
				q.push(entry{at: 12_345_678, key: key})
			}
			b.ReportAllocs()
			b.ResetTimer()
			for i := range b.N {
				e, _ := q.pop(math.MaxInt64)
				q.push(entry{at: e.at, key: uint64(n + i)})
			}
		})
	}
}

// BenchmarkQueueSmallWorld makes a queue, runs a small world's worth of entries through it and drops it.
func BenchmarkQueueSmallWorld(b *testing.B) {
	table := delays(1)
	b.ReportAllocs()
	for range b.N {
		q := new(queue)
		for key := range uint64(40) {
			q.push(entry{at: table[key], key: key})
		}
		for key := range uint64(1_000) {
			e, _ := q.pop(math.MaxInt64)
			q.push(entry{at: e.at + table[key], key: key + 40})
		}
	}
}

// bareNode is a node of which only the queue's share is left.
type bareNode struct {
	receive  func(n *bareNode, now int64)
	received int
}

// BenchmarkQueueW1Bare is N nodes with one message each in flight; a delivery calls
// the node's function, which sends to a random node.
func BenchmarkQueueW1Bare(b *testing.B) {
	for _, n := range []int{1_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			q := new(queue)
			nodes := make([]bareNode, n)
			key, state := uint64(0), uint64(1)
			send := func(from *bareNode, now int64) {
				from.received++
				key++
				state = state*6364136223846793005 + 1442695040888963407
				delay := 10_000_000 + int64((state>>32)*140_000_000>>32)
				q.push(entry{at: now + delay, key: key, ref: (state & 0xffffffff) * uint64(n) >> 32})
			}
			for i := range nodes {
				nodes[i].receive = send
				send(&nodes[i], 0)
			}
			run := func(events int) {
				for range events {
					e, _ := q.pop(math.MaxInt64)
					nodes[e.ref].receive(&nodes[e.ref], e.at)
				}
			}
			run(3*n + 10_000)
			b.ResetTimer()
			start := cpu()
			run(b.N)
			b.ReportMetric(float64(b.N)/max((cpu()-start).Seconds(), 1e-9)/1e6, "Mevents/cpu-s")
		})
	}
}
