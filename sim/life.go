package sim

import (
	"fmt"
	"math"
	"net/netip"
)

// journey is how often a node has changed, and whether it will at its next restart.
type journey struct {
	moves    uint16
	renewals uint16
	moving   bool
	renewing bool
	anyRange bool // where its addresses come from
}

// Crash switches the node off in this instant, as a power cut does: its timers, coroutines and unread input are void, its disk loses what
// was not synced, or what the given fate says instead. Packets in the air go to whoever holds the address when they arrive. A node that is
// down stays down, and its disk as it is. Two fates are a programmer's error and panic; so is one that there is not.
func (n *Node) Crash(disk ...DiskFate) {
	fate := n.fateOf(disk)
	if !n.up {
		return
	}
	n.w.mark(Crashed, n)
	if n.rest != nil {
		n.dropBacklog(Gone)
	}
	n.up, n.paused, n.listen = false, false, nil
	n.life++
	if n.rest == nil {
		return
	}
	n.streams = nil
	n.disk.crash(fate)
	n.crashing = true
	for len(n.procs) > 0 {
		n.procs[0].unwind()
	}
	n.crashing = false
}

// fateOf is the fate that a crash was given, Unsynced when there is none.
func (n *Node) fateOf(disk []DiskFate) DiskFate {
	if len(disk) == 0 {
		return Unsynced
	}
	if fate := disk[0]; len(disk) == 1 && (fate == Unsynced || fate == Kept || fate == Wiped) {
		return fate
	}
	panic(fmt.Sprintf("sim: node %q: Crash(%q): the fate of a disk is one of %q, %q and %q", n.name, disk, Unsynced, Kept, Wiped))
}

// Restart switches the node on: boot runs as an event of the present instant. A node that is up crashes first.
func (n *Node) Restart() {
	n.Crash()
	n.up = true
	n.settleDown()
	n.w.mark(Restarted, n)
	n.w.scheduleBoot(n)
}

// Move gives the node new addresses from its next restart on, drawn from the seed, its name and how often it has moved before. The old ones
// belong to nobody, unless a node is put there by [Node.MoveTo] or [At]: what is sent there is lost for the reason [Gone]. Until the restart
// nothing changes.
func (n *Node) Move() { n.moving = true }

// MoveTo is Move to an address that was somebody's, who gave it up by moving away: from the node's next restart on it is this node's, and what
// is in the air to it arrives here. It must be on the internet, and so must be the node, else it is a programmer's error and panics, at the
// restart as well if somebody has the address by then.
func (n *Node) MoveTo(addr netip.AddrPort) {
	if n.site != 0 {
		panic(fmt.Sprintf("sim: node %q: MoveTo(%v): it is not on the open internet, but has a site with addresses of its own", n.name, addr))
	}
	n.extra().heir = n.w.book.code(addr)
	n.moving = true
}

// inheritance is the address that the node is to move to, none if it is a new one.
func (n *Node) inheritance() (addrs []netip.AddrPort) {
	if n.rest != nil && n.heir != 0 {
		addrs = []netip.AddrPort{n.w.book.addr(n.heir)}
		n.heir = 0
	}
	return addrs
}

// Renew gives the node a new identity from its next restart on: its stream "identity" yields other numbers. Until the restart nothing changes.
func (n *Node) Renew() { n.renewing = true }

// settleDown carries out what the restart of a node changes.
func (n *Node) settleDown() {
	if n.moving {
		n.move()
	}
	if n.renewing {
		n.renewing = false
		if n.rest != nil {
			n.streams = nil
		}
		n.renewals = next(n, n.renewals)
		n.w.mark(Renewed, n)
	}
}

// move gives the node new addresses. The address book keeps the old ones, so that nobody else gets them.
func (n *Node) move() {
	w, old := n.w, n.public
	n.moving = false
	n.moves = next(n, n.moves)
	r := keyed(mix(mix(mix(w.seed, placeSalt), n.id), uint64(n.moves)))
	n.addrs = nil
	w.address(n, n.inheritance(), r)
	w.fold(Moved, n.id^old, n.public)
	w.seq++
	if w.watched(Moved) {
		w.emit(Event{ID: w.seq, Cause: w.current.id, At: w.Elapsed(), Kind: Moved, Node: n, From: w.book.addr(old), To: n.addrs[0]})
	}
}

// next counts on.
func next(n *Node, count uint16) uint16 {
	if count == math.MaxUint16 {
		panic(fmt.Sprintf("sim: node %q: it moved, or was renewed, more than %d times", n.name, count))
	}
	return count + 1
}

// has reports whether the node has an address now.
func (n *Node) has(code uint64) bool { return code == n.public || code == n.lan || n.owns(code) }
