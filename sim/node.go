package sim

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/netip"
)

// Node is one machine of a world. It is made by [World.Node], lives until [Node.Crash] and again after [Node.Restart]; a life is the time
// from one boot to the next crash. Its methods are what an overlay may use of the world; the same shape exists over real sockets.
type Node struct {
	w        *World
	listen   func(from, to netip.AddrPort, data []byte)
	id       uint64
	public   uint64 // address codes; 0 for none
	lan      uint64
	index    uint32
	life     uint32
	site     uint32
	up       bool
	paused   bool
	amiss    bool // its clock is not the world's
	hindered bool // its events may be put off: see pace
	*rest         // all above is one cache line: what a packet touches
	boot     func(*Node)
	name     string
	addrs    []netip.AddrPort

	bootedBy uint64 // the event that switched the node on
	journey         // two cache lines with it: a slab of nodes has each at the start of one
}

// rest is what only some nodes have, made on first use.
type rest struct {
	streams     []stream // of this life
	log         *slog.Logger
	disk        Disk
	procs       []*Proc
	whole       uint64  // the code of the IP address all of whose ports are the node's; 0: none
	backlog     backlog // events that came due while it was paused, or busy
	backlogSize int     // bytes of packets in it
	clock       clock
	pace        pace
	retime      bool   // its clock's rate has changed in this instant
	crashing    bool   // its coroutines are being ended
	twin        uint64 // the key of the identity it shares with another node; 0: it has its own
	heir        uint64 // the code of the address it moves to; 0: a new one
}

// Node adds a machine to the world and switches it on. The address is drawn at once from the seed and the name, whatever other nodes there
// are; boot, which sets the overlay up, is an event of the present instant, run again at every [Node.Restart]. A name in use is a
// programmer's error and panics; so is an address in use, given by [At].
func (w *World) Node(name string, boot func(*Node), where ...Place) *Node {
	n := w.Spare(name, boot, where...)
	n.up = true
	w.scheduleBoot(n)
	return n
}

// Spare adds a machine as [World.Node] does, but leaves it off: it has its address, and its first life begins with the first [Node.Restart].
func (w *World) Spare(name string, boot func(*Node), where ...Place) *Node {
	if w.names[name] != nil {
		panic(fmt.Sprintf("sim: node %q exists already: every name of a world is its own", name))
	}
	n := w.rooms.at(w.rooms.take())
	*n = Node{w: w, name: name, boot: boot, id: hashString(name), index: uint32(len(w.nodes))}
	if len(where) == 0 && w.settling != nil {
		if p := w.settling(w, name); p != nil {
			where = []Place{p}
		}
	}
	w.place(n, where)
	w.nodes = append(w.nodes, n)
	w.names[name] = n
	return n
}

// Nodes returns the nodes in the order in which they were made. The caller must not change the slice.
func (w *World) Nodes() []*Node { return w.nodes }

// Find returns the node of that name, nil when there is none.
func (w *World) Find(name string) *Node { return w.names[name] }

// scheduleBoot makes boot an event of the present instant.
func (w *World) scheduleBoot(n *Node) {
	n.bootedBy = w.current.id
	w.schedule(w.now, refBoot|lifeIn(n)|uint64(n.index))
}

// runBoot carries out a boot event.
func (w *World) runBoot(id, ref uint64, n *Node) {
	if n.paused {
		n.await(ref)
		return
	}
	w.current = running{id, n}
	w.fold(Booted, n.id, 0)
	if w.watched(Booted) {
		w.emit(Event{ID: id, Cause: n.bootedBy, At: w.Elapsed(), Kind: Booted, Node: n, Code: codeOf(n.boot)})
	}
	if n.boot != nil {
		n.boot(n)
	}
}

// Name returns the name the node was made with.
func (n *Node) Name() string { return n.name }

// ID returns a hash of the name: what the node's random numbers and the digest are keyed with.
func (n *Node) ID() uint64 { return n.id }

// Index returns the node's place in [World.Nodes].
func (n *Node) Index() int { return int(n.index) }

// World returns the world the node belongs to.
func (n *Node) World() *World { return n.w }

// Life returns how often the node has crashed: 0 in its first life.
func (n *Node) Life() int { return int(n.life) }

// Up reports whether the node is switched on. A paused node is up.
func (n *Node) Up() bool { return n.up }

// Paused reports whether the node's process is stopped by [Node.Pause].
func (n *Node) Paused() bool { return n.paused }

// Addrs returns the node's own addresses: the public one first, then the LAN address of a node placed at a [Site]; the only one of a node
// [Behind] a gateway. The caller must not change the slice.
func (n *Node) Addrs() []netip.AddrPort { return n.addrs }

// Rand returns the node's stream of random numbers for a purpose: the same one on every call within a life, a new one after a crash.
// The purpose "identity" keeps its stream's seed over crashes: it yields the same numbers again in each life, until [Node.Renew].
func (n *Node) Rand(purpose string) *rand.Rand {
	return findStream(&n.extra().streams, purpose, n.streamKey(purpose))
}

// streamKey salts the node's streams with its life, but for its identity.
func (n *Node) streamKey(purpose string) uint64 {
	key := mix(mix(n.w.seed, nodeSalt), n.id)
	switch {
	case purpose != "identity":
		return mix(key, uint64(n.life))
	case n.renewals != 0:
		return mix(key, uint64(n.renewals)<<32)
	case n.rest != nil && n.twin != 0:
		return n.twin
	}
	return key
}

// Listen sets who receives the datagrams sent to the node, instead of whoever did; nil is nobody. The data is valid during the call only. It
// is void for a node that is down: each life begins with nobody.
func (n *Node) Listen(receive func(from, to netip.AddrPort, data []byte)) {
	if n.up {
		n.listen = receive
	}
}

// Pause stops the node's process as a signal does: its clock goes on, input queues up to a bound of 208 KiB and is lost beyond it with the
// reason [BufferFull], and timers that come due wait for [Node.Resume]. A node that is down or paused stays so.
func (n *Node) Pause() {
	if !n.up || n.paused {
		return
	}
	n.paused = true
	if n.rest != nil {
		n.pace.serving = 0
	}
	n.w.mark(Paused, n)
}

// Resume lets a paused node go on: what came due meanwhile happens in this instant, or as fast as [Node.Slow] lets it, in the order in which it came due. A periodic timer
// fires once for all the periods it missed. A node that is not paused stays as it is.
func (n *Node) Resume() {
	if !n.up || !n.paused {
		return
	}
	n.paused = false
	n.w.mark(Resumed, n)
	if n.rest == nil {
		return
	}
	if n.hindered && n.works() {
		n.work()
		return
	}
	n.w.scheduleInTurn(n.id, n.backlog.all())
	n.backlog.clear()
	n.backlogSize = 0
}

// backlogBound is how many bytes of input a paused node keeps: the default receive buffer of a Linux socket.
const backlogBound = 208 << 10

// dropBacklog empties the queue of a node that is paused or busy.
func (n *Node) dropBacklog(why Reason) {
	for _, ref := range n.backlog.all() {
		switch ref & refKind {
		case refPacket:
			n.w.lose(uint32(ref), why)
		case refTimer, refLate:
			n.w.stopTimer(n, number(ref))
		}
	}
	n.backlog.clear()
	n.backlogSize, n.pace.serving = 0, 0
	n.hinder()
}

// extra returns the parts that only some nodes have.
func (n *Node) extra() *rest {
	if n.rest == nil {
		n.rest = &rest{}
	}
	return n.rest
}

// Disk returns the node's disk, which survives crashes, as far as [Node.Crash] lets it.
func (n *Node) Disk() *Disk {
	d := &n.extra().disk
	d.node = n
	return d
}

// String returns the node's name.
func (n *Node) String() string { return n.name }

// GoString returns the node's name in place of all of its world, which %#v would print.
func (n *Node) GoString() string { return fmt.Sprintf("node %q", n.name) }

// GomegaString is GoString for the messages of Gomega's matchers.
func (n *Node) GomegaString() string { return n.GoString() }

// Shared returns the one T of the node's world, made on first use: what the overlays of one world share instead of a package variable.
func Shared[T any](n *Node, make func() T) T {
	key := (*T)(nil)
	if v, ok := n.w.shared[key]; ok {
		return v.(T)
	}
	v := make()
	if n.w.shared == nil {
		n.w.shared = map[any]any{}
	}
	n.w.shared[key] = v
	return v
}
