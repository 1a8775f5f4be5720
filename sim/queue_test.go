package sim

import (
	"cmp"
	"container/heap"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// queueModel is the queue beside a sorted slice that must yield the same.
type queueModel struct {
	queue    queue
	sorted   []entry
	pushed   uint64
	permute  uint64 // exclusive-or of the keys: 0 keeps them ascending
	now      int64
	lastTime int64 // of the last push, for ties
	earlier  bool  // something was pushed before the last entry popped
}

func (m *queueModel) push(at int64) {
	m.pushed++
	e := entry{at: max(at, 0), key: m.pushed ^ m.permute, ref: m.pushed}
	m.queue.push(e)
	i, _ := slices.BinarySearchFunc(m.sorted, e, compareEntries)
	m.sorted = slices.Insert(m.sorted, i, e)
	m.lastTime = e.at
	m.earlier = m.earlier || e.at < m.now
}

func (m *queueModel) pop(t rapid.TB, limit int64) {
	got, ok := m.queue.pop(limit)
	if len(m.sorted) == 0 || m.sorted[0].at > limit {
		if ok {
			t.Fatalf("pop(%d) yields %v, the model nothing", limit, got)
		}
		return
	}
	if !ok || got != m.sorted[0] {
		t.Fatalf("pop(%d) yields %v %v, the model %v", limit, got, ok, m.sorted[0])
	}
	m.sorted = m.sorted[1:]
	m.now = got.at
}

func compareEntries(a, b entry) int {
	return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.key, b.key))
}

// later draws an instant at or after now, of the kinds that worlds and mistakes make.
func later(t *rapid.T, now, last int64) int64 {
	room := math.MaxInt64 - now
	var d int64
	switch rapid.IntRange(0, 7).Draw(t, "kind") {
	case 0:
		return now
	case 1:
		return max(now, last)
	case 2:
		d = rapid.Int64Range(0, 40).Draw(t, "near")
	case 3:
		d = 1_000_000*rapid.Int64Range(0, 150).Draw(t, "ms") - now%1_000_000
	case 4:
		d = rapid.Int64Range(10_000_000, 150_000_000).Draw(t, "latency")
	case 5:
		d = int64(1)<<(5*rapid.IntRange(0, 12).Draw(t, "digit")) + rapid.Int64Range(-1, 1).Draw(t, "by")
	case 6:
		unit := int64(1) << (5 * rapid.IntRange(0, 12).Draw(t, "digit"))
		d = unit - now%unit + rapid.Int64Range(-1, 1).Draw(t, "by")
	default:
		return math.MaxInt64 - rapid.Int64Range(0, 3).Draw(t, "before the end")
	}
	return now + min(max(d, 0), room)
}

func TestQueueAgainstSortedSlice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &queueModel{permute: rapid.SampledFrom([]uint64{0, 0, 0, 1, 7, 1 << 20, 0xffff}).Draw(t, "permute")}
		t.Repeat(map[string]func(*rapid.T){
			"push": func(t *rapid.T) { m.push(later(t, m.now, m.lastTime)) },
			"push earlier": func(t *rapid.T) {
				m.push(m.now - rapid.Int64Range(1, 1<<rapid.IntRange(1, 40).Draw(t, "bits")).Draw(t, "by"))
			},
			"push a burst": func(t *rapid.T) {
				at := later(t, m.now, m.lastTime)
				apart := rapid.SampledFrom([]int64{0, 0, 1, 999, 1_000_000}).Draw(t, "apart")
				for range rapid.IntRange(1, 1500).Draw(t, "n") {
					m.push(at)
					at += min(apart, math.MaxInt64-at)
				}
			},
			"pop": func(t *rapid.T) { m.pop(t, math.MaxInt64) },
			"pop up to a limit": func(t *rapid.T) {
				limit := later(t, m.now, m.lastTime)
				for range rapid.IntRange(1, 100).Draw(t, "n") {
					m.pop(t, limit)
				}
			},
			"pop and push on": func(t *rapid.T) {
				for range rapid.IntRange(1, 700).Draw(t, "n") {
					m.pop(t, math.MaxInt64)
					m.push(later(t, m.now, m.lastTime))
				}
			},
			"pass the time": func(t *rapid.T) {
				limit := later(t, m.now, m.lastTime)
				for len(m.sorted) > 0 && m.sorted[0].at <= limit {
					m.pop(t, limit)
				}
				m.pop(t, limit)
				m.now = max(m.now, limit)
			},
			"": func(t *rapid.T) {
				if m.queue.len() != len(m.sorted) {
					t.Fatalf("len %d, the model %d", m.queue.len(), len(m.sorted))
				}
				if !m.earlier && m.permute == 0 && len(m.queue.late) > 0 {
					t.Fatalf("%v went the slow way", m.queue.late)
				}
			},
		})
	})
}

// entryHeap is the order again, through the standard library.
type entryHeap []entry

func (h entryHeap) Len() int           { return len(h) }
func (h entryHeap) Less(i, j int) bool { return compareEntries(h[i], h[j]) < 0 }
func (h entryHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *entryHeap) Push(x any)        { *h = append(*h, x.(entry)) }
func (h *entryHeap) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}

// drift is a delay of a world whose habits change every 50,000 events.
func drift(random *rand.Rand, phase int, now int64) int64 {
	switch phase % 6 {
	case 0:
		return random.Int64N(140_000_000) + 10_000_000
	case 1:
		return 0
	case 2:
		return random.Int64N(150)*1_000_000 + 1_000_000 - now%1_000_000
	case 3:
		return int64(1) << random.IntN(40)
	case 4:
		return random.Int64N(3)
	default:
		return random.Int64N(2_000) * random.Int64N(2) * random.Int64N(1_000_000)
	}
}

func TestQueueLongRun(t *testing.T) {
	// any order: the subtests share nothing
	for name, permute := range map[string]uint64{"ascending keys": 0, "permuted keys": 0x3a5} {
		t.Run(name, func(t *testing.T) {
			random := rand.New(rand.NewPCG(1, permute))
			var q queue
			var h entryHeap
			now := int64(0)
			for i := range uint64(1_000_000) {
				phase := int(i / 50_000)
				if q.len() == 0 || random.IntN(10) < 6-2*(phase/6%2) { // mostly grows, then shrinks
					e := entry{at: now + drift(random, phase, now), key: i ^ permute, ref: i}
					q.push(e)
					heap.Push(&h, e)
					continue
				}
				got, ok := q.pop(math.MaxInt64)
				if want := heap.Pop(&h).(entry); !ok || got != want {
					t.Fatalf("operation %d: %v %v, want %v", i, got, ok, want)
				}
				now = got.at
			}
		})
	}
}

// Times in a clump defeat the sorting by leading bits: the library has to help.
func TestQueueClumpInARun(t *testing.T) {
	m := &queueModel{}
	m.push(1 << 40)
	for i := range int64(400) {
		m.push(1<<39 + (i*7919)%400)
	}
	for len(m.sorted) > 0 {
		m.pop(t, math.MaxInt64)
	}
}

// A limit short of the next entry must not spoil the order of what is pushed between.
func TestQueueLimitMovesNothing(t *testing.T) {
	m := &queueModel{}
	m.push(1<<30 + 7)
	m.pop(t, 1<<30-1)
	m.pop(t, 1<<30+3)
	m.push(5)
	m.push(1<<30 + 4)
	m.push(1<<30 - 1)
	if len(m.queue.late) > 0 {
		t.Errorf("late: %v", m.queue.late)
	}
	for _, limit := range []int64{4, 5, 1 << 30, 1<<30 + 5, 1<<30 + 6, math.MaxInt64} {
		m.pop(t, limit)
	}
}

// A run that was given back leaves the time since the last popped entry open.
func TestQueueRunGivenBack(t *testing.T) {
	m := &queueModel{}
	m.push(1 << 24)
	m.push(1<<24 + 1000)
	m.pop(t, math.MaxInt64)
	for range 2 * runRoom {
		m.push(1<<24 + 2000)
	}
	m.push(1<<24 + 500)
	if len(m.queue.late) > 0 {
		t.Errorf("late: %v", m.queue.late)
	}
	for len(m.sorted) > 0 {
		m.pop(t, math.MaxInt64)
	}
}

func TestQueueAllocatesNothingInSteadyState(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var q queue
	for key := range uint64(2_000) {
		q.push(entry{at: random.Int64N(150_000_000), key: key})
	}
	key := uint64(2_000)
	hold := func() {
		e, _ := q.pop(math.MaxInt64)
		key++
		q.push(entry{at: e.at + 10_000_000 + random.Int64N(140_000_000), key: key})
	}
	for range 100_000 {
		hold()
	}
	if n := testing.AllocsPerRun(10_000, hold); n != 0 {
		t.Errorf("%v allocations per event", n)
	}
}
