// Package testhost is a small world in memory, for tests of what is built on
// ipv8: hosts on one clock, and packets that all take the same time.
package testhost

import (
	"container/heap"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"math/rand/v2"
	"net/netip"
	"slices"
	"time"

	"github.com/overlaytest/overlaytest/ipv8"
	"github.com/overlaytest/overlaytest/ipv8/keys"
)

// World is hosts and the events to come.
type World struct {
	// Delay is what each packet takes.
	Delay time.Duration
	// Sent is every packet that was sent.
	Sent []Packet
	// Ring holds the keys of the hosts.
	Ring *keys.Ring

	now   time.Duration
	seq   uint64
	queue events
	hosts map[netip.AddrPort]*Host
}

// Packet is a packet as a host sent it.
type Packet struct {
	At       time.Duration
	From, To netip.AddrPort
	Data     []byte
}

// New returns an empty world.
func New() *World { return &World{hosts: map[netip.AddrPort]*Host{}, Ring: keys.NewRing()} }

// Now returns the time since the world began.
func (w *World) Now() time.Duration { return w.now }

// Run plays all events up to and including d from now.
func (w *World) Run(d time.Duration) {
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

// SentTo returns the packets to an address since some time.
func (w *World) SentTo(to netip.AddrPort, since time.Duration) []Packet {
	return slices.DeleteFunc(slices.Clone(w.Sent), func(p Packet) bool { return p.To != to || p.At < since })
}

type event struct {
	at  time.Duration
	seq uint64
	f   func()
}

func (w *World) at(t time.Duration, f func()) *event {
	w.seq++
	e := &event{t, w.seq, f}
	heap.Push(&w.queue, e)
	return e
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

// Host is an ipv8.Host in a World.
type Host struct {
	// Deaf makes the host lose all packets that come.
	Deaf bool

	w       *World
	addr    netip.AddrPort
	listen  func(from, to netip.AddrPort, data []byte)
	streams map[string]*rand.Rand
	timers  map[uint64]*event
	last    uint64
}

// ErrNobody is the error of sending to an address without a host.
var ErrNobody = errors.New("testhost: nobody has this address")

// Host returns host number n, made if it must be: 80.0.0.n:1000, or the like.
func (w *World) Host(n int) *Host {
	a := Addr(n)
	if w.hosts[a] == nil {
		w.hosts[a] = &Host{w: w, addr: a, streams: map[string]*rand.Rand{}, timers: map[uint64]*event{}}
	}
	return w.hosts[a]
}

// Addr returns the address of host number n.
func Addr(n int) netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{80, byte(n >> 16), byte(n >> 8), byte(n)}), 1000)
}

// Key returns a key for the host, the same one each time: a stand-in.
func (h *Host) Key() keys.Private {
	random := rand.New(rand.NewPCG(uint64(h.addr.Addr().As4()[3]), h.seed("identity")))
	key, err := h.w.Ring.StandIn(keys.Curve25519, keys.Reader(random))
	if err != nil {
		panic(fmt.Sprintf("testhost: no key for %v: %v", h.addr, err))
	}
	return key
}

// Addr returns the only address.
func (h *Host) Addr() netip.AddrPort { return h.addr }

// Addrs returns the only address, as an ipv8.Host does.
func (h *Host) Addrs() []netip.AddrPort { return []netip.AddrPort{h.addr} }

// Now returns the time of day.
func (h *Host) Now() time.Time { return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Add(h.w.now) }

// Log returns a logger that discards.
func (h *Host) Log() *slog.Logger { return slog.New(slog.DiscardHandler) }

func (h *Host) seed(purpose string) uint64 {
	sum := fnv.New64a()
	fmt.Fprint(sum, h.addr, purpose)
	return sum.Sum64()
}

// Rand returns the stream of a purpose.
func (h *Host) Rand(purpose string) *rand.Rand {
	if h.streams[purpose] == nil {
		h.streams[purpose] = rand.New(rand.NewPCG(h.seed(purpose), 1))
	}
	return h.streams[purpose]
}

// After calls f after d.
func (h *Host) After(d time.Duration, f func()) (id uint64) {
	h.last++
	id = h.last
	h.timers[id] = h.w.at(h.w.now+d, func() {
		delete(h.timers, id)
		f()
	})
	return id
}

// Every calls f after first and then each period.
func (h *Host) Every(first, period time.Duration, f func()) (id uint64) {
	h.last++
	id = h.last
	var fire func()
	fire = func() {
		h.timers[id] = h.w.at(h.w.now+period, fire)
		f()
	}
	h.timers[id] = h.w.at(h.w.now+first, fire)
	return id
}

// Stop takes a call back.
func (h *Host) Stop(id uint64) bool {
	e := h.timers[id]
	if e == nil {
		return false
	}
	e.f = nil
	delete(h.timers, id)
	return true
}

// Timers returns the number of calls to come.
func (h *Host) Timers() int { return len(h.timers) }

// Listen has packets handed to f.
func (h *Host) Listen(f func(from, to netip.AddrPort, data []byte)) { h.listen = f }

// Send sends a packet. The error is ErrNobody.
func (h *Host) Send(to netip.AddrPort, data []byte) error {
	data = slices.Clone(data)
	h.w.Sent = append(h.w.Sent, Packet{h.w.now, h.addr, to, data})
	there := h.w.hosts[to]
	if there == nil {
		return fmt.Errorf("%w: %v", ErrNobody, to)
	}
	h.w.at(h.w.now+h.w.Delay, func() { there.hear(h.addr, slices.Clone(data)) })
	return nil
}

// hear hands a packet to the listener, and spoils it afterwards.
func (h *Host) hear(from netip.AddrPort, data []byte) {
	if h.listen == nil || h.Deaf {
		return
	}
	h.listen(from, h.addr, data)
	for i := range data {
		data[i] ^= 0xa5
	}
}

// Join joins an overlay that does nothing by itself, on a stack of its own.
func (h *Host) Join(id ipv8.ID, parts ...ipv8.Part) *ipv8.Community {
	kind := ipv8.Define(id, func(c *ipv8.Community) *ipv8.Community { return c })
	return ipv8.Join(ipv8.NewStack(h, h.Key()), kind, parts...)
}
