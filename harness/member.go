package harness

import (
	"fmt"
	"net/netip"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/sim"
)

// Boot sets an overlay up on a node, and again after every restart. Met are the addresses of those the topology introduces; the slice is
// the overlay's own.
type Boot[O any] func(n *sim.Node, met []netip.AddrPort) O

// Member is the handle of an overlay's instance on a node. It survives a crash: the Overlay is replaced when the node boots again.
//
// An overlay with a method Leave() says goodbye with it, before its node goes.
type Member[O any] struct {
	*sim.Node
	// Index is the member's place among those spawned with it.
	Index int
	// Overlay is what the latest boot returned.
	Overlay O

	w      *World
	booted int // the life, counted from 1, that Overlay belongs to; 0: none yet
	hooks  []func(O)
	start  func(n *sim.Node) O // sets the overlay up on a node, its own or that of a twin
}

// Spawn makes n nodes, each running what boot returns, and runs the present instant, so that every Overlay is set on return. Who is
// introduced to whom comes from the topology. Nodes are named n0, n1 and so on, over all that the world spawns.
func Spawn[O any](w *World, n int, t fixtures.Topology, boot Boot[O]) []*Member[O] {
	w.T.Helper()
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("n%d", w.spawned+i)
	}
	w.spawned += n
	return spawn(w, names, t, boot, nil)
}

// spawn is Spawn with names. Who is late has an address, and does not boot yet.
func spawn[O any](w *World, names []string, t fixtures.Topology, boot Boot[O], late map[string]bool) []*Member[O] {
	w.T.Helper()
	members := make([]*Member[O], len(names))
	links := t(len(names), w.Rand("topology"))
	for i, name := range names {
		m := &Member[O]{Index: i, w: w}
		members[i] = m
		add := w.Node
		if late[name] {
			add = w.Spare
		}
		m.start = func(n *sim.Node) O { return boot(n, addresses(n, members, links[i])) }
		m.Node = add(name, func(n *sim.Node) { m.boot(m.start(n)) })
		w.residents[m.Node] = m
	}
	w.Run(0)
	return members
}

// addresses are where a node can reach those members now: behind a gateway that they share by their own address, else by the outside one,
// which leads to them once they have sent something.
func addresses[O any](n *sim.Node, members []*Member[O], indices []int) []netip.AddrPort {
	addrs := make([]netip.AddrPort, len(indices))
	for k, i := range indices {
		addrs[k] = n.World().Outside(members[i].Node)
		if g := n.Gateway(); g != nil && g == members[i].Gateway() {
			addrs[k] = members[i].Addrs()[0]
		}
	}
	return addrs
}

// boot takes a new overlay.
func (m *Member[O]) boot(overlay O) {
	m.Overlay = overlay
	m.booted = m.Life() + 1
	for _, told := range m.hooks {
		told(overlay)
	}
}

// ready reports whether the member is up and has booted in this life.
func (m *Member[O]) ready() bool { return m.Up() && m.booted == m.Life()+1 }

// leaver is an overlay that can say goodbye.
type leaver interface{ Leave() }

// resident is a member of any overlay.
type resident interface {
	polite() bool
	leave() bool
}

// polite reports whether the overlay can say goodbye, as far as is known.
func (m *Member[O]) polite() bool {
	_, can := any(m.Overlay).(leaver)
	return can || any(m.Overlay) == nil
}

// leave has the overlay say goodbye and the node go, and reports whether it did. A stopped process does nothing.
func (m *Member[O]) leave() bool {
	if !m.Up() || m.Paused() {
		return false
	}
	if one, can := any(m.Overlay).(leaver); can && m.ready() {
		one.Leave()
	}
	m.w.note(nil, "%s said goodbye and left", m.Name())
	m.Crash()
	return true
}

// onBoot has f told every overlay the member runs, the present one included.
func (m *Member[O]) onBoot(f func(O)) {
	m.hooks = append(m.hooks, f)
	if m.ready() {
		f(m.Overlay)
	}
}

// GomegaString is how Gomega's matchers print the member: by its name.
func (m *Member[O]) GomegaString() string { return m.Name() }

// Nodes returns the nodes of members: w.Partition(harness.Nodes(members[:3]), harness.Nodes(members[3:])).
func Nodes[O any](members []*Member[O]) []*sim.Node {
	nodes := make([]*sim.Node, len(members))
	for i, m := range members {
		nodes[i] = m.Node
	}
	return nodes
}
