// Package calls is an overlay of a stranger's: who calls is heard by all it met, unless the network loses the call.
package calls

import (
	"net/netip"

	"github.com/overlaytest/overlaytest/sim"
)

// Caller is one member.
type Caller struct {
	node *sim.Node
	met  []netip.AddrPort
	got  func(id uint64)
}

// New boots a member.
func New(n *sim.Node, met []netip.AddrPort) *Caller {
	c := &Caller{node: n, met: met, got: func(uint64) {}}
	n.Listen(c.hear)
	return c
}

func (c *Caller) hear(_, _ netip.AddrPort, data []byte) { c.got(uint64(data[0])) }

// OnCall sets who is told of calls.
func (c *Caller) OnCall(got func(id uint64)) { c.got = got }

// Call calls all.
func (c *Caller) Call(id uint64) {
	c.got(id)
	for _, a := range c.met {
		_ = c.node.Send(a, []byte{byte(id)}) // the only try
	}
}
