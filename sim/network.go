package sim

import (
	"errors"
	"fmt"
	"math"
	"net/netip"
	"time"
)

// MaxDatagram is the largest payload of a datagram, in bytes: that of UDP over IPv4.
const MaxDatagram = 65507

// Errors of [Node.Send], wrapped with the addresses and sizes they are about.
var (
	ErrNoSuchAddress = errors.New("no node of this world ever had this address")
	ErrTooBig        = errors.New("datagram too big")
	ErrDown          = errors.New("the sending node is down")
)

// network is the part of a world that carries datagrams.
type network struct {
	filters  []*bound // in force, asked at sending
	gates    []*bound // in force, asked on arrival
	cuts     []*cut
	holds    []*Held
	linked   []*bound // in force
	accounts accounts // of filters, cuts, holds and what disks suffer
	packets  slab[packet]
	payloads arena
	pairs    ordinals
	meetings ordinals // of arrivals, where filters are asked about them
	stays    slab[stay]
	scratch  []*Packet // what filters look at; one a depth of copying
	depth    int

	inherited bool // some address was given to another node than had it first
}

// packet is a datagram in the air.
type packet struct {
	from, to *Node
	src, dst uint64 // address codes
	id       uint64 // of its event
	cause    uint64 // the event in which it was sent
	hash     uint64 // of the payload
	block    uint32 // of the payload
	size     uint16
	way      way
	stage    stage
}

// stage is how far a packet has come.
type stage uint8

const (
	underway stage = iota // between the nodes
	judged                // past the filters that are asked on arrival
	unread                // at the node, in a life of it that is over or not
)

// Send sends a copy of data to an address. Whether, when and how often it arrives is up to the rules of the world; what is lost is said to
// those who watch the world. The error tells what a sender could know at once: an address that no node ever had, or too much data.
func (n *Node) Send(to netip.AddrPort, data []byte) error { return n.send(0, to, data) }

// send sends from an address of the node's, 0 for the one that fits.
func (n *Node) send(from uint64, to netip.AddrPort, data []byte) error {
	w := n.w
	if !n.up {
		n.refuse(to, data)
		return fmt.Errorf("sim: node %q: send to %v: %w", n.name, to, ErrDown)
	}
	if len(data) > MaxDatagram {
		return fmt.Errorf("sim: node %q: send to %v: %w: %d bytes, at most %d", n.name, to, ErrTooBig, len(data), MaxDatagram)
	}
	dst := w.book.known(to)
	h := w.book.slot(dst)
	if h.code == 0 {
		h = w.book.wholly(dst)
	}
	if len(w.gateways) != 0 && (h == nil || h.code&gatedBit != 0 || w.gateOf(n.site) != nil) {
		return n.cross(from, to, dst, h, data)
	}
	if h == nil {
		w.nobody(n, to, data)
		return fmt.Errorf("sim: node %q: send to %v: %w", n.name, to, ErrNoSuchAddress)
	}
	slot := w.packets.take()
	p := w.packets.at(slot)
	p.from, p.to, p.src, p.dst, p.cause = n, h.node, n.public, dst, w.current.id
	p.hash, p.size, p.way, p.stage = hashBytes(data), uint16(len(data)), direct, underway
	if h.lan() {
		p.toLAN()
	}
	if from != 0 {
		p.src = from
	}
	p.block = w.payloads.put(data)
	w.launch(p, slot, mum(n.id^mixA, h.id^mixB))
	return nil
}

// toLAN sends a packet to a LAN address: it comes from the sender's, if it has one, and goes astray at another site.
func (p *packet) toLAN() {
	if p.from.lan != 0 {
		p.src = p.from.lan
	}
	p.way = local
	if p.from.site != p.to.site {
		p.way = astray
	}
}

// launch notes a new packet, lets the filters decide about it and schedules its arrival. Pair is what the draws of the two ends are keyed by.
func (w *World) launch(p *packet, slot uint32, pair uint64) {
	w.seq++
	p.id = w.seq
	w.fold(Sent, p.from.id^p.dst, p.hash)
	if w.watched(Sent) {
		w.emit(w.packetEvent(Sent, p))
	}
	if p.way >= crossed {
		if why := w.goOut(p); why != "" {
			w.lose(slot, why)
			return
		}
	}
	if len(w.filters) == 0 {
		w.schedulePacket(p, slot, 0)
		return
	}
	v := w.view()
	v.From, v.To, v.Data = p.from, p.to, w.payloads.get(p.block, p.size)
	v.w, v.src, v.dst, v.pair, v.ordinal = w, p.src, p.dst, pair, w.pairs.next(w.now, pair)
	v.lineage, v.bred, v.key, v.at, v.ticket, v.touched, v.local, v.waited = 0, 0, 0, w.now, 0, false, p.way == local, false
	w.travel(v, slot, 0, 0)
	w.depth--
}

// view returns the next free Packet for filters to look at.
func (w *World) view() *Packet {
	if w.depth == len(w.scratch) {
		w.scratch = append(w.scratch, &Packet{})
	}
	w.depth++
	return w.scratch[w.depth-1]
}

// travel asks the filters from the i-th on about a packet, and schedules it.
func (w *World) travel(v *Packet, slot uint32, i int, delay time.Duration) {
	for ; i < len(w.filters); i++ {
		b := w.filters[i]
		v.filter, v.draws, v.lag = b.key, 0, 0
		if b.Concerns != nil && !b.Concerns(v) {
			continue
		}
		fate := b.Apply(v)
		b.ledger.Eligible++
		spared := fate.none()
		if spared && !v.touched && v.ticket == 0 {
			continue
		}
		b.ledger.Fired++
		if v.ticket != 0 {
			w.park(v, slot, b, delay, false)
			return
		}
		if v.touched && !w.rewrite(v, slot) && spared {
			b.ledger.idle++
		}
		if fate.Drop != "" {
			b.ledger.Dropped++
			w.lose(slot, fate.Drop)
			return
		}
		if fate.Delay < 0 || fate.Copies < 0 {
			b.refuse(fate)
		}
		delay += fate.Delay
		if delay < 0 {
			delay = math.MaxInt64 // more than there is
		}
		if fate.Copies != 0 {
			w.copies(v, slot, i, delay, fate)
		}
	}
	if v.waited {
		w.schedule(w.later(delay), refPacket|uint64(slot))
		return
	}
	w.schedulePacket(w.packets.at(slot), slot, delay)
}

// refuse ends the test for a fate that there is not.
func (b *bound) refuse(fate Fate) {
	if fate.Delay < 0 {
		panic(fmt.Sprintf("sim: filter %q delays a packet by %v: a packet cannot arrive before it is sent", b.Name, fate.Delay))
	}
	panic(fmt.Sprintf("sim: filter %q makes %d copies of a packet", b.Name, fate.Copies))
}

// copies makes the duplicates that the i-th filter wants of a packet.
func (w *World) copies(v *Packet, slot uint32, i int, delay time.Duration, fate Fate) {
	b := w.filters[i]
	delay += v.lag
	if delay < 0 {
		delay = math.MaxInt64 // more than there is
	}
	for range fate.Copies {
		b.ledger.Copied++
		w.duplicate(v, slot, i+1, delay)
	}
}

// rewrite brings the record of a packet in line with a payload that a filter changed in place, and reports whether it differs.
func (w *World) rewrite(v *Packet, slot uint32) bool {
	p := w.packets.at(slot)
	wasSize, wasHash := p.size, p.hash
	if n := uint16(len(v.Data)); w.payloads.class(int(n)) != w.payloads.class(int(p.size)) {
		old, size := p.block, p.size
		p.block = w.payloads.put(v.Data)
		w.payloads.release(old, size)
		v.Data = w.payloads.get(p.block, n)
	}
	p.size, p.hash = uint16(len(v.Data)), hashBytes(v.Data)
	v.touched = false
	return p.size != wasSize || p.hash != wasHash
}

// duplicate sends a copy of a packet through the filters from the i-th on.
func (w *World) duplicate(v *Packet, slot uint32, i int, delay time.Duration) {
	p := *w.packets.at(slot)
	w.seq++
	p.id = w.seq
	p.block = w.payloads.put(v.Data)
	copied := w.packets.take()
	*w.packets.at(copied) = p
	c := w.view()
	*c = *v
	v.bred++
	c.lineage, c.bred, c.key = mix(v.lineage, v.bred), 0, 0
	c.Data = w.payloads.get(p.block, p.size)
	w.fold(Copied, p.to.id^p.src, p.hash)
	if w.watched(Copied) {
		w.emit(w.packetEvent(Copied, &p))
	}
	w.travel(c, copied, i, delay)
	w.depth--
}

// schedulePacket has a packet arrive after a delay. The packet's id is its place among the events of that instant.
func (w *World) schedulePacket(p *packet, slot uint32, delay time.Duration) {
	at, ref := w.later(delay), refPacket|uint64(slot)
	w.events.push(entry{at: at, key: w.key(p.id, at, ref), ref: ref})
}

// deliver carries out the arrival of a packet.
func (w *World) deliver(ref uint64) {
	slot := uint32(ref)
	p := w.packets.at(slot)
	if w.inherited && p.way == direct && p.stage != unread {
		w.readdress(p)
	}
	n := p.to
	w.current = running{p.id, n}
	if len(w.cuts)+len(w.holds)+len(w.gates) != 0 && p.stage == underway && w.stopped(p, ref) {
		return
	}
	if p.dst != n.public || p.way != direct || p.stage == unread || !n.ready() {
		if n = w.admit(p, ref); n == nil {
			return
		}
	}
	w.fold(Delivered, n.id^p.src, p.hash)
	if w.watched(Delivered) {
		w.emit(w.packetEvent(Delivered, p))
	}
	data := w.payloads.get(p.block, p.size)
	n.listen(w.book.addr(p.src), w.book.addr(p.dst), data)
	if w.poison {
		for i := range data {
			data[i] = 0xdb
		}
	}
	w.free(slot)
}

// ready reports whether nothing about the node keeps what has come to its public address from whoever listens to it.
func (n *Node) ready() bool { return n.up && !n.paused && !n.hindered && n.listen != nil }

// admit sees to what may stand between a packet that has come and its node: gateways, addresses, lives, pauses and work. It returns the node,
// or nil when the packet is lost or waits.
func (w *World) admit(p *packet, ref uint64) *Node {
	slot, n := uint32(ref), p.to
	if p.way == crossed {
		dst, to, why := w.comeIn(p, true)
		if why != "" {
			w.lose(slot, why)
			return nil
		}
		p.dst, p.to, p.way, n = dst, to, direct, to
		w.current.node = n
	}
	why := w.obstacle(p, n)
	if p.stage == unread && ref&(refLife<<32) != lifeIn(n) {
		why = Gone // unread input of a life that is over
	}
	if why != "" {
		w.lose(slot, why)
		return nil
	}
	if n.paused || n.hindered && n.works() {
		w.queueUp(n, ref, p)
		return nil
	}
	return n
}

// readdress has a packet go to whom its address belongs to now, if that is not whom it belonged to when it was sent.
func (w *World) readdress(p *packet) {
	if h := w.book.find(p.dst); !p.to.has(p.dst) && h != nil && h.node.has(p.dst) {
		p.to = h.node
	}
}

// obstacle says why a packet that has come to the node's side of the network does not reach it, "" when it does.
func (w *World) obstacle(p *packet, n *Node) Reason {
	dst := p.dst
	if p.way == crossed {
		var why Reason
		if dst, n, why = w.comeIn(p, false); why != "" {
			return why
		}
	}
	switch {
	case p.way == astray:
		return WrongSite
	case !n.has(dst):
		return Gone
	case !n.up:
		return Gone
	case n.listen == nil && !n.paused:
		return NotListening
	}
	return ""
}

// queueUp keeps a packet for a node that is paused or busy, as far as its buffer goes.
func (w *World) queueUp(n *Node, ref uint64, p *packet) {
	r := n.extra()
	if r.backlogSize+int(p.size) > backlogBound {
		w.lose(uint32(ref), BufferFull)
		return
	}
	p.stage = unread
	r.backlogSize += int(p.size)
	n.await(refPacket | lifeIn(n) | uint64(uint32(ref)))
}

// lose ends a packet, and says why.
func (w *World) lose(slot uint32, why Reason) {
	p := w.packets.at(slot)
	w.fold(Dropped, p.to.id^p.src, hashString(string(why)))
	if w.watched(Dropped) {
		e := w.packetEvent(Dropped, p)
		e.Reason = why
		w.emit(e)
	}
	w.free(slot)
}

// nobody accounts for a packet to an address that no node ever had.
func (w *World) nobody(n *Node, to netip.AddrPort, data []byte) {
	w.unsent(n, to, data, NoSuchAddress, hashBytes(data))
}

// refuse accounts for what a node that is down was asked to do: to send a packet, or to set a timer, which has no address. What a coroutine
// does while the crash ends it is not the node's doing.
func (n *Node) refuse(to netip.AddrPort, data []byte) {
	if n.rest == nil || !n.crashing {
		n.w.unsent(n, to, data, SenderDown, hashString(string(SenderDown)))
	}
}

// unsent accounts for a packet that never was on its way.
func (w *World) unsent(n *Node, to netip.AddrPort, data []byte, why Reason, digest uint64) {
	w.seq++
	w.fold(Dropped, n.id, digest)
	if w.watched(Dropped) {
		w.emit(Event{ID: w.seq, Cause: w.current.id, At: w.Elapsed(), Kind: Dropped, Node: n, From: w.book.addr(n.public), To: to, Data: data, Reason: why})
	}
}

// free gives the places of a packet back.
func (w *World) free(slot uint32) {
	p := w.packets.at(slot)
	w.payloads.release(p.block, p.size)
	w.packets.give(slot)
}
