package bubble

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"runtime/debug"
	"runtime/pprof"
	"strconv"
	"sync"
	"testing/synctest"
	"time"

	"github.com/overlaytest/overlaytest/sim"
)

// Host is what a program on a node has of its machine, for one life of the node: sockets, names of other nodes, and a context that ends when
// the node crashes. Its sockets are closed then. What it sends to itself does not leave it: no rule or fault of the network befalls that.
type Host struct {
	b       *bubble
	node    *sim.Node
	life    int
	context context.Context
	cancel  context.CancelFunc
	sockets []*PacketConn // in the order in which they were opened
	doors   []*Listener
	conns   map[streamKey]*Conn
	order   []*Conn        // of conns, as they were made
	ports   map[uint16]int // how many sockets use a port
	cause   uint64         // the last event that gave the host something
	lane    time.Duration  // its nanosecond of each microsecond
	free    time.Duration  // when it may be given something again
	packet  []byte         // where segments are written
	paused  bool
	awake   *sync.Cond // it is not paused any more
}

// Boot makes a function for [sim.World.Node], and what harness.Spawn takes, of one that starts a program on a host. It is called at every
// start of the node, on a goroutine of the host; met are the addresses the topology introduces. It must return without waiting for other
// nodes: what waits is started with [Host.Go]. An error, or a start that waits or panics, is a panic that names the node.
//
// The same goes for all that the world calls, such as the operations of a workload and the method Leave: an event that waits ends the process,
// and says where. Who is to wait is a goroutine that it starts.
func Boot[O any](start func(h *Host, met []netip.AddrPort) (O, error)) func(n *sim.Node, met []netip.AddrPort) O {
	return func(n *sim.Node, met []netip.AddrPort) O {
		b := of(n)
		h := b.newHost(n)
		var made O
		var err error
		returned := b.hop(h, func() {
			defer h.pass()
			made, err = start(h, met)
		})
		(*pace)(b).passOn()
		if !returned {
			panic(fmt.Sprintf("bubble: the start of node %q waits; what waits for other nodes is started with Host.Go", n.Name()))
		}
		if err != nil {
			panic(fmt.Sprintf("bubble: node %q did not start: %v", n.Name(), err))
		}
		return made
	}
}

// newHost makes the host of the node's life that begins.
func (b *bubble) newHost(n *sim.Node) *Host {
	h := &Host{b: b, node: n, life: n.Life(), lane: b.laneOf(n), conns: map[streamKey]*Conn{}, ports: map[uint16]int{}, cause: b.w.Event(), awake: sync.NewCond(&b.mu)}
	h.context, h.cancel = context.WithCancel(pprof.WithLabels(context.Background(),
		pprof.Labels(labelWorld, b.name(), labelNode, n.Name(), labelLife, strconv.Itoa(n.Life()))))
	for n.Index() >= len(b.hosts) {
		b.hosts = append(b.hosts, nil)
	}
	b.hosts[n.Index()] = h
	n.Ports()
	n.Listen(h.receive)
	return h
}

// hop runs f on a goroutine of the host at an instant of the host's own, and reports whether it returned without waiting. It is called from
// inside an event, which goes on that much later.
func (b *bubble) hop(h *Host, f func()) (returned bool) {
	event := b.event
	b.event = false
	b.mu.Unlock()
	if d := h.untilLane(); d > 0 {
		time.Sleep(d)
	}
	h.start(func() { f(); returned = true })
	synctest.Wait()
	b.mu.Lock()
	b.event, b.since = event, b.elapsed()
	return returned
}

// Go runs f on a goroutine of its own, which may wait for whatever it likes. Its context ends when the node crashes. If it panics, the world
// does, and names the node; goroutines that f starts end the process, as ever. Called by the test while the world does not run, it starts f
// when it does: until then the world is the test's alone.
func (h *Host) Go(f func(context.Context)) {
	start := func() {
		h.start(func() {
			defer h.pass()
			f(h.context)
		})
	}
	if h.b.runner.Load() == nil {
		h.b.w.After(0, start)
		return
	}
	start()
}

// pass has the world panic instead of the goroutine that panics.
func (h *Host) pass() {
	if p := recover(); p != nil {
		text := fmt.Sprintf("a goroutine of node %q panicked: %v\n\n%s", h.node.Name(), p, debug.Stack())
		h.b.broken.CompareAndSwap(nil, &text)
	}
}

// start runs f on a goroutine that can be told to be this life's, and so can those that it starts, and those that they start.
func (h *Host) start(f func()) {
	go func() {
		pprof.SetGoroutineLabels(h.context)
		f()
	}()
}

// Context ends when the node crashes: when the world runs, if the test has it crash between runs.
func (h *Host) Context() context.Context { return h.context }

// Node returns the machine.
func (h *Host) Node() *sim.Node { return h.node }

// Addr returns the address that the node has of itself, and that the topology tells others: the one to listen on.
func (h *Host) Addr() netip.AddrPort { return h.node.Addrs()[0] }

// up reports whether the host's life goes on.
func (h *Host) up() bool { return h.node.Up() && h.node.Life() == h.life && h.context.Err() == nil }

// crashed ends the host of a node that went down.
func (b *bubble) crashed(e sim.Event) {
	defer b.lock()()
	i := e.Node.Index()
	if i >= len(b.hosts) || b.hosts[i] == nil {
		return
	}
	b.hosts[i].crash()
	b.hosts[i] = nil
}

// stopped has the host of a node that was stopped wait, and that of one that goes on go on.
func (b *bubble) stopped(e sim.Event) {
	defer b.lock()()
	if i := e.Node.Index(); i < len(b.hosts) && b.hosts[i] != nil {
		h := b.hosts[i]
		h.paused = e.Kind == sim.Paused
		b.wake(h.awake)
	}
}

// enter takes hold of the world for an operation on a socket, which waits while the node is paused: goroutines cannot be stopped, but they
// can be kept from the network.
func (h *Host) enter() (unlock func()) {
	unlock = h.b.lock()
	for h.paused && !h.b.event {
		h.awake.Wait()
	}
	return unlock
}

// crash ends the host: its context, its sockets.
func (h *Host) crash() {
	h.b.stir(h.cancel)
	h.paused = false
	h.b.wake(h.awake)
	for _, c := range h.sockets {
		c.shut()
	}
	for _, l := range h.doors {
		l.shut()
	}
	for _, c := range h.order {
		c.state = gone
		c.shut()
	}
	h.sockets, h.doors, h.conns, h.order = nil, nil, nil, nil
}

// receive takes a packet in from the world, at the next instant of the host's own.
func (h *Host) receive(from, to netip.AddrPort, data []byte) {
	data = bytes.Clone(data)
	if wait := h.untilFree(); wait > 0 {
		h.node.After(wait, func() { h.take(from, to, data) })
		return
	}
	h.take(from, to, data)
}

// send sends a packet to the world. What the host sends to itself does not get there, as on loopback.
func (h *Host) send(from, to netip.AddrPort, data []byte) error {
	if to.Addr() != h.Addr().Addr() || len(data) > sim.MaxDatagram {
		return h.node.SendFrom(from, to, data)
	}
	data = bytes.Clone(data)
	h.node.After(h.untilFree(), func() { h.take(from, to, data) })
	return nil
}

// untilFree is how long it is until the host is given what comes now.
func (h *Host) untilFree() time.Duration {
	now := h.b.w.Elapsed()
	at := max(now+(h.lane-now%lanes+lanes)%lanes, h.free)
	h.free = at + lanes
	return at - now
}

// take gives a packet to the socket it is for, which keeps it.
func (h *Host) take(from, to netip.AddrPort, data []byte) {
	h.cause = h.b.w.Event()
	if isSegment(data) {
		h.segment(from, to, parseSegment(data))
	} else if c := h.socket(to.Port()); c != nil {
		c.take(from, data)
	} else {
		h.node.Log().Debug("nobody listens on the port: a packet is lost", "port", to.Port(), "from", from, "bytes", len(data))
	}
}

// socket returns the socket on a port, nil when there is none.
func (h *Host) socket(port uint16) *PacketConn {
	for _, c := range h.sockets {
		if c.at.Port() == port {
			return c
		}
	}
	return nil
}

// act has the host's node do something in the world, because of what the host was given last. The caller has hold of the world.
func (h *Host) act(f func()) {
	if !h.up() {
		return
	}
	if h.b.event {
		f()
	} else {
		h.b.w.Because(h.cause, h.node, f)
	}
	h.b.scheduled()
}

// use takes a port of the host for a socket; 0 is any that is free.
func (h *Host) use(port uint16) netip.AddrPort {
	for port == 0 {
		if candidate := uint16(1024 + h.node.Rand("ports").Uint32N(1<<16-1024)); h.ports[candidate] == 0 && candidate != h.Addr().Port() {
			port = candidate
		}
	}
	h.ports[port]++
	return netip.AddrPortFrom(h.Addr().Addr(), port)
}

// quit gives a port back.
func (h *Host) quit(at netip.AddrPort) { h.ports[at.Port()]-- }
