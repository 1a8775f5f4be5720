package sim

import (
	"fmt"
	"net/netip"
	"reflect"
	"time"
)

// Kind says what happened in an [Event].
type Kind uint8

// The kinds of events.
const (
	Booted     Kind = iota + 1 // a node's boot ran
	Sent                       // a node sent a packet
	Delivered                  // a packet reached its receiver
	Dropped                    // a packet was lost, for a Reason
	Fired                      // a timer fired
	Copied                     // the network duplicated a packet
	Crashed                    // a node went down
	Restarted                  // a node was switched on again
	Paused                     // a node's process stopped
	Resumed                    // a paused node went on
	Cut                        // the network was partitioned
	Healed                     // a partition ended
	Holding                    // a hold began
	Released                   // a hold ended
	Caught                     // a packet waits in a hold
	Moved                      // a node that is switched on again has another address
	Renewed                    // a node that is switched on again has another identity
	Rebound                    // the gateway before a node started anew
	ClockSet                   // a node's clock was set: it is off by Amount nanoseconds now
	Drifted                    // a node's clock goes Amount millionths faster than the world's from now on
	Slowed                     // every event of a node takes Amount nanoseconds from now on
	Lagging                    // the timers of a node are up to Amount nanoseconds late from now on
	DiskFailed                 // something went wrong with a node's disk, for a Reason
)

var kindNames = [...]string{Booted: "booted", Sent: "sent", Delivered: "delivered", Dropped: "dropped", Fired: "fired", Copied: "copied", Crashed: "crashed",
	Restarted: "restarted", Paused: "paused", Resumed: "resumed", Cut: "cut", Healed: "healed",
	Holding: "holding", Released: "released", Caught: "caught", Moved: "moved", Renewed: "renewed", Rebound: "rebound",
	ClockSet: "clock set", Drifted: "drifts", Slowed: "slowed", Lagging: "lagging", DiskFailed: "disk failed"}

// String returns the kind as a word of the transcript.
func (k Kind) String() string {
	if int(k) < len(kindNames) && kindNames[k] != "" {
		return kindNames[k]
	}
	return fmt.Sprintf("Kind(%d)", uint8(k))
}

// Event is something that happened in a world, as those who watch it are told.
type Event struct {
	// ID is the event's number in the order of scheduling. What was sent, delivered or dropped as one packet has one ID.
	ID uint64
	// Cause is the event that was running when this one was scheduled; 0 is the test itself.
	Cause uint64
	// At is the world's time, since Epoch.
	At   time.Duration
	Kind Kind
	// Node is whom it happened to: the sender of what was Sent, Caught or Dropped, the receiver of what was Delivered; nil for the test itself.
	Node *Node
	// Peer is the other end of a packet, nil when there is none.
	Peer *Node
	// From and To are the addresses on a packet, as its sender knows them when it is Sent, as its receiver does when it is Delivered, and as the
	// network does otherwise; of a node that Moved or was Rebound, its own first address or its outside one, before and now.
	From, To netip.AddrPort
	// Data is the payload of a packet, valid during the call only.
	Data []byte
	// Reason says why a packet was Dropped, and how the network was Cut.
	Reason Reason
	// Sides are the two groups of nodes between which the network was Cut or Healed, or packets are held or released.
	Sides [2][]*Node
	// Amount is by how much a node's clock is off, or drifts, or how slow the node is.
	Amount int64
	// Code is the entry of the function that is about to run, for [runtime.FuncForPC]: of a timer that Fired, of who receives what was
	// Delivered, of the boot of a node that Booted; 0 for none. It differs from one build of a program to the next.
	Code uintptr
}

// observers are those who look at a world. Nothing they do enters the digest.
type observers struct {
	digest   uint64
	watchers []*watcher
	interest kinds // of all watchers together
	checks   []*check
	poison   bool
	logs     logSink
}

type watcher struct {
	see      func(Event)
	interest kinds
}

// kinds is a set of kinds of events.
type kinds uint32

// kindsOf returns the set of some kinds; of none it is all.
func kindsOf(some []Kind) (set kinds) {
	for _, k := range some {
		set |= 1 << k
	}
	if set == 0 {
		set = ^set
	}
	return set
}

func (set kinds) has(k Kind) bool { return set&(1<<k) != 0 }

type check struct{ f func(*Node) }

// Watch has f called with every event, or with those of some kinds, before the event's own code runs. The returned function ends that. The
// fewer kinds are watched, the faster is the world.
func (w *World) Watch(f func(Event), of ...Kind) (unwatch func()) {
	one := &watcher{f, kindsOf(of)}
	w.watchers = append(w.watchers[:len(w.watchers):len(w.watchers)], one)
	w.interest |= one.interest
	return func() {
		w.watchers = without(w.watchers, one)
		w.interest = 0
		for _, other := range w.watchers {
			w.interest |= other.interest
		}
	}
}

// watched reports whether anybody watches events of a kind.
func (w *World) watched(k Kind) bool { return w.interest.has(k) }

// Check has f called after every event, with the node on which it ran; nil when it was the test's own. The returned function ends that.
func (w *World) Check(f func(n *Node)) (uncheck func()) {
	one := &check{f}
	w.checks = append(w.checks[:len(w.checks):len(w.checks)], one)
	return func() { w.checks = without(w.checks, one) }
}

// without returns a new slice that lacks one element.
func without[T comparable](all []T, one T) []T {
	var rest []T
	for _, x := range all {
		if x != one {
			rest = append(rest, x)
		}
	}
	return rest
}

// Digest returns a hash of all that has happened: equal digests mean equal runs.
func (w *World) Digest() uint64 { return scramble(w.digest) }

// PoisonBuffers overwrites the data handed to a receiver when the receiver returns, so that an overlay that keeps it is found out.
func (w *World) PoisonBuffers() { w.poison = true }

// PermuteTies has the seed decide the order of events of one instant, instead of the order of scheduling; only what is released by a hold,
// or resumes with its node, keeps its order. It must be called before anything is scheduled.
func (w *World) PermuteTies() {
	if w.seq != 0 {
		panic("sim: PermuteTies: events are scheduled already; call it right after New")
	}
	w.ties.salt = scramble(mix(w.seed, mixC)) | 1
}

// fold adds an event to the digest.
func (w *World) fold(k Kind, a, b uint64) {
	w.digest = mix(mix(w.digest, a), b^uint64(w.now)*golden^uint64(k)<<56)
}

// emit tells the watchers.
func (w *World) emit(e Event) {
	for _, one := range w.watchers {
		if one.interest.has(e.Kind) {
			one.see(e)
		}
	}
}

// mark notes something that happens to a node at once.
func (w *World) mark(k Kind, n *Node) {
	w.fold(k, n.id, 0)
	w.seq++
	if w.watched(k) {
		w.emit(Event{ID: w.seq, Cause: w.current.id, At: w.Elapsed(), Kind: k, Node: n})
	}
}

// markAmount is mark with a figure.
func (w *World) markAmount(k Kind, n *Node, amount int64) {
	w.fold(k, n.id, uint64(amount))
	w.seq++
	if w.watched(k) {
		w.emit(Event{ID: w.seq, Cause: w.current.id, At: w.Elapsed(), Kind: k, Node: n, Amount: amount})
	}
}

// fired notes that a timer fires.
func (w *World) fired(id uint64, t *timer) {
	var node uint64
	if t.node != nil {
		node = t.node.id
	}
	w.fold(Fired, node, 0)
	if w.watched(Fired) {
		w.emit(Event{ID: id, Cause: t.cause, At: w.Elapsed(), Kind: Fired, Node: t.node, Code: codeOf(t.f)})
	}
}

// codeOf returns the entry of a function, 0 when it is nil.
func codeOf(f any) uintptr { return reflect.ValueOf(f).Pointer() }

// packetEvent describes what happens to a packet.
func (w *World) packetEvent(k Kind, p *packet) Event {
	e := Event{ID: p.id, Cause: p.cause, At: w.Elapsed(), Kind: k, Node: p.from, Peer: p.to,
		From: w.book.addr(p.src), To: w.book.addr(p.dst), Data: w.payloads.get(p.block, p.size)}
	if k == Delivered {
		e.Node, e.Peer = e.Peer, e.Node
		e.Code = codeOf(p.to.listen)
	}
	return e
}
