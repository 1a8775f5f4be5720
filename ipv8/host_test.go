package ipv8_test

import (
	"container/heap"
	"errors"
	"hash/fnv"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/netip"
	"slices"
	"time"
)

// world is a small one in memory: hosts, one clock, a delay for each link.
type world struct {
	now   time.Duration
	seq   uint64
	queue events
	hosts map[netip.AddrPort]*host
	delay func(from, to netip.AddrPort) time.Duration // nil: none
	sent  []sent
	log   io.Writer
}

// sent is a packet as a host sent it.
type sent struct {
	at       time.Duration
	from, to netip.AddrPort
	data     []byte
}

type event struct {
	at  time.Duration
	seq uint64
	f   func()
}

type events []*event

func (q events) Len() int { return len(q) }
func (q events) Less(i, j int) bool {
	return q[i].at < q[j].at || q[i].at == q[j].at && q[i].seq < q[j].seq
}
func (q events) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *events) Push(x any)   { *q = append(*q, x.(*event)) }
func (q *events) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}

func newWorld() *world { return &world{hosts: map[netip.AddrPort]*host{}, log: io.Discard} }

func (w *world) at(t time.Duration, f func()) *event {
	w.seq++
	e := &event{t, w.seq, f}
	heap.Push(&w.queue, e)
	return e
}

// run plays all events up to and including d from now.
func (w *world) run(d time.Duration) {
	end := w.now + d
	for len(w.queue) > 0 && w.queue[0].at <= end {
		e := heap.Pop(&w.queue).(*event)
		w.now = e.at
		if e.f != nil {
			e.f()
		}
	}
	w.now = end
}

// host is an ipv8.Host in a world.
type host struct {
	w       *world
	addrs   []netip.AddrPort
	listen  func(from, to netip.AddrPort, data []byte)
	streams map[string]*rand.Rand
	timers  map[uint64]*event
	last    uint64
}

var errNobody = errors.New("nobody has this address")

// host makes a host at addresses, the public one first.
func (w *world) host(addrs ...string) *host {
	h := &host{w: w, streams: map[string]*rand.Rand{}, timers: map[uint64]*event{}}
	for _, a := range addrs {
		h.addrs = append(h.addrs, netip.MustParseAddrPort(a))
		w.hosts[h.addrs[len(h.addrs)-1]] = h
	}
	return h
}

func (h *host) Addrs() []netip.AddrPort { return h.addrs }
func (h *host) Now() time.Time          { return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Add(h.w.now) }
func (h *host) Log() *slog.Logger       { return slog.New(slog.NewTextHandler(h.w.log, nil)) }

func (h *host) Rand(purpose string) *rand.Rand {
	if h.streams[purpose] == nil {
		sum := fnv.New64a()
		io.WriteString(sum, h.addrs[0].String()+" "+purpose)
		h.streams[purpose] = rand.New(rand.NewPCG(sum.Sum64(), 1))
	}
	return h.streams[purpose]
}

func (h *host) After(d time.Duration, f func()) uint64 {
	h.last++
	id := h.last
	h.timers[id] = h.w.at(h.w.now+d, func() {
		delete(h.timers, id)
		f()
	})
	return id
}

func (h *host) Every(first, period time.Duration, f func()) uint64 {
	h.last++
	id := h.last
	var fire func()
	fire = func() {
		h.timers[id] = h.w.at(h.w.now+period, fire)
		f()
	}
	h.timers[id] = h.w.at(h.w.now+first, fire)
	return id
}

func (h *host) Stop(id uint64) bool {
	e := h.timers[id]
	if e == nil {
		return false
	}
	e.f = nil
	delete(h.timers, id)
	return true
}

func (h *host) Listen(f func(from, to netip.AddrPort, data []byte)) { h.listen = f }

func (h *host) Send(to netip.AddrPort, data []byte) error {
	data = slices.Clone(data)
	h.w.sent = append(h.w.sent, sent{h.w.now, h.addrs[0], to, data})
	there := h.w.hosts[to]
	if there == nil {
		return errNobody
	}
	var delay time.Duration
	if h.w.delay != nil {
		delay = h.w.delay(h.addrs[0], to)
	}
	h.w.at(h.w.now+delay, func() { there.hear(h.addrs[0], to, data) })
	return nil
}

// hear hands a packet to the listener, and spoils it afterwards.
func (h *host) hear(from, to netip.AddrPort, data []byte) {
	data = slices.Clone(data)
	h.listen(from, to, data)
	for i := range data {
		data[i] ^= 0xa5
	}
}
