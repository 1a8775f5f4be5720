package sim

import (
	"fmt"
	"net/netip"
)

// Ports gives the node all ports of its public IP address that no other node has: packets to any of them reach whoever listens to the node,
// and [Node.SendFrom] sends from any. It is for machines with several sockets, and lasts until the node moves. Without an address of IPv4 it is a
// programmer's error and panics.
func (n *Node) Ports() {
	if n.public&otherCode != 0 {
		panic(fmt.Sprintf("sim: node %q: Ports: its address is %v: wants one of IPv4", n.name, n.addrs[0]))
	}
	n.extra().whole = n.public &^ ports
	n.w.book.add(holder{code: n.whole | n.gated(), id: n.id, node: n})
}

// owns reports whether the address is one of those that Ports gave.
func (n *Node) owns(code uint64) bool {
	return n.rest != nil && n.whole != 0 && code&^ports == n.whole && n.public&^ports == n.whole
}

// SendFrom is [Node.Send] from another port of the node's: see [Node.Ports].
func (n *Node) SendFrom(from, to netip.AddrPort, data []byte) error {
	code := n.w.book.known(from)
	if code != n.public && !n.owns(code) {
		return fmt.Errorf("sim: node %q: send from %v to %v: the sender has not this address; it has %v", n.name, from, to, n.addrs)
	}
	return n.send(code, to, data)
}

// reach returns who has an address: itself, or as one of all ports of an IP address.
func (b *addressBook) reach(code uint64) *holder {
	if h := b.find(code); h != nil {
		return h
	}
	return b.wholly(code)
}

// wholly returns who has all ports of an address's IP, nil when nobody does.
func (b *addressBook) wholly(code uint64) *holder {
	if !b.whole || code&otherCode != 0 {
		return nil
	}
	return b.find(code &^ ports)
}
