package ipv8

import "net/netip"

// What the tests of the vectors need of the inside.

func (c *Community) MakeRequest(to netip.AddrPort, newStyle bool) ([]byte, error) {
	buf, _, err := c.makeRequest(to, newStyle)
	return buf, err
}

func (c *Community) Respond(to *Peer, in *Introduction) error { return c.respond(to, in) }

func (c *Community) MakePunctureRequest(lan, wan netip.AddrPort, identifier uint16, newStyle bool) ([]byte, error) {
	return c.makePunctureRequest(lan, wan, identifier, newStyle)
}

func (c *Community) MakePuncture(walker netip.AddrPort, identifier uint16, newStyle bool) ([]byte, error) {
	return c.makePuncture(walker, identifier, newStyle)
}

func (c *Community) SetAddress(a netip.AddrPort) { c.me.address = a }
func (c *Community) Clock() uint64               { return c.me.clock }

// Reasons are all reasons to drop a packet.
func Reasons() []Reason {
	var all []Reason
	for r := range reasons {
		all = append(all, r)
	}
	return all
}

// ReadIntroduction decodes the body of a signed introduction message.
func (c *Community) ReadIntroduction(in *Introduction, data []byte) error {
	var e envelope
	if !c.open(&e, netip.AddrPort{}, data) {
		return ErrLeft
	}
	return readIntroduction(in, data[prefixLen], e.body)
}
