package ipv8

import (
	"net/netip"

	"github.com/overlaytest/overlaytest/ipv8/peers"
	"github.com/overlaytest/overlaytest/ipv8/wire"
)

type (
	oldPuncture struct {
		wire.Dist
		wire.Puncture
	}
	newPuncture struct {
		wire.Dist
		wire.NewPuncture
	}
	oldPunctureRequest struct {
		wire.Dist
		wire.PunctureRequest
	}
	newPunctureRequest struct {
		wire.Dist
		wire.NewPunctureRequest
	}
)

var (
	oldPunctureCodec        = wire.MustCompile[oldPuncture]()
	newPunctureCodec        = wire.MustCompile[newPuncture]()
	oldPunctureRequestCodec = wire.MustCompile[oldPunctureRequest]()
	newPunctureRequestCodec = wire.MustCompile[newPunctureRequest]()
)

// requestPuncture asks a peer to open its NAT for a walker that will come. It
// is new style when asked, or when an address is not IPv4.
func (c *Community) requestPuncture(of *Peer, lan, wan netip.AddrPort, identifier uint16, newStyle bool) error {
	buf, err := c.makePunctureRequest(lan, wan, identifier, newStyle)
	if err != nil {
		return err
	}
	return c.put(of.Address(), buf)
}

func (c *Community) makePunctureRequest(lan, wan netip.AddrPort, identifier uint16, newStyle bool) ([]byte, error) {
	now := wire.Dist{GlobalTime: c.me.claim()}
	if newStyle || peers.KindOf(lan) == peers.UDPv6 || peers.KindOf(wan) == peers.UDPv6 {
		return newPunctureRequestCodec.Append(c.begin(idNewPunctureRequest, false),
			newPunctureRequest{now, wire.NewPunctureRequest{WalkerLAN: lan, WalkerWAN: wan, Identifier: identifier}})
	}
	return oldPunctureRequestCodec.Append(c.begin(idPunctureRequest, false),
		oldPunctureRequest{now, wire.PunctureRequest{WalkerLAN: lan, WalkerWAN: wan, Identifier: identifier}})
}

// hearPunctureRequest sends a puncture to the walker it names. The request is
// not signed and may name anybody: one small packet for one, as the protocol
// has it.
func (c *Community) hearPunctureRequest(from netip.AddrPort, data []byte) {
	newStyle := data[prefixLen] == idNewPunctureRequest
	m, err := readPunctureRequest(data[headLen:], newStyle)
	if err != nil {
		c.stack.drop(Malformed, from, data, err)
		return
	}
	target := m.WalkerWAN
	if target.Addr() == c.wan.Addr() {
		target = m.WalkerLAN
	}
	if !peers.Somewhere(target) {
		c.stack.drop(Unsent, from, data, nil)
		return
	}
	if err := c.puncture(target, m.WalkerWAN, m.Identifier, newStyle); err != nil {
		c.stack.drop(Unsent, from, data, err)
	}
}

func readPunctureRequest(body []byte, newStyle bool) (wire.NewPunctureRequest, error) {
	if newStyle {
		m, err := newPunctureRequestCodec.DecodeAll(body)
		m.WalkerLAN, m.WalkerWAN = unmap(m.WalkerLAN), unmap(m.WalkerWAN)
		return m.NewPunctureRequest, err
	}
	m, err := oldPunctureRequestCodec.DecodeAll(body)
	return wire.NewPunctureRequest(m.PunctureRequest), err
}

// puncture sends a packet that opens our NAT for its target. It says our LAN
// address, and the walker's public one.
func (c *Community) puncture(target, walker netip.AddrPort, identifier uint16, newStyle bool) error {
	buf, err := c.makePuncture(walker, identifier, newStyle)
	if err != nil {
		return err
	}
	return c.put(target, buf)
}

func (c *Community) makePuncture(walker netip.AddrPort, identifier uint16, newStyle bool) (buf []byte, err error) {
	now := wire.Dist{GlobalTime: c.me.claim()}
	if newStyle {
		buf, err = newPunctureCodec.Append(c.begin(idNewPuncture, true),
			newPuncture{now, wire.NewPuncture{SourceLAN: c.lan, SourceWAN: walker, Identifier: identifier}})
	} else {
		buf, err = oldPunctureCodec.Append(c.begin(idPuncture, true),
			oldPuncture{now, wire.Puncture{SourceLAN: ipv4(c.lan), SourceWAN: walker, Identifier: identifier}})
	}
	if err != nil {
		return nil, err
	}
	return c.seal(buf), nil
}

// hearPuncture checks a puncture. That it came is all it is for.
func (c *Community) hearPuncture(from netip.AddrPort, data []byte) {
	var e envelope
	if !c.open(&e, from, data) {
		return
	}
	var err error
	if data[prefixLen] == idNewPuncture {
		_, err = newPunctureCodec.DecodeAll(e.body)
	} else {
		_, err = oldPunctureCodec.DecodeAll(e.body)
	}
	if c.check(&e, from, data, err) {
		c.sender(&e, from)
	}
}
