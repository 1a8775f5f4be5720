package ipv8

import (
	"net/netip"

	"github.com/overlaytest/overlaytest/ipv8/peers"
	"github.com/overlaytest/overlaytest/ipv8/wire"
)

var (
	oldPunctureCodec        = wire.MustCompile[wire.Puncture]()
	newPunctureCodec        = wire.MustCompile[wire.NewPuncture]()
	oldPunctureRequestCodec = wire.MustCompile[wire.PunctureRequest]()
	newPunctureRequestCodec = wire.MustCompile[wire.NewPunctureRequest]()
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
	m := wire.NewPunctureRequest{WalkerLAN: lan, WalkerWAN: wan, Identifier: identifier}
	if newStyle || peers.KindOf(lan) == peers.UDPv6 || peers.KindOf(wan) == peers.UDPv6 {
		return newPunctureRequestCodec.Append(c.beginAt(c.me.claim(), idNewPunctureRequest, false), m)
	}
	return oldPunctureRequestCodec.Append(c.beginAt(c.me.claim(), idPunctureRequest, false), wire.PunctureRequest(m))
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

func readPunctureRequest(body []byte, newStyle bool) (m wire.NewPunctureRequest, err error) {
	if _, body, err = cutTime(body); err != nil {
		return m, err
	}
	if newStyle {
		m, err = newPunctureRequestCodec.DecodeAll(body)
		m.WalkerLAN, m.WalkerWAN = unmap(m.WalkerLAN), unmap(m.WalkerWAN)
		return m, err
	}
	old, err := oldPunctureRequestCodec.DecodeAll(body)
	return wire.NewPunctureRequest(old), err
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
	if newStyle {
		buf, err = newPunctureCodec.Append(c.beginAt(c.me.claim(), idNewPuncture, true),
			wire.NewPuncture{SourceLAN: c.lan, SourceWAN: walker, Identifier: identifier})
	} else {
		buf, err = oldPunctureCodec.Append(c.beginAt(c.me.claim(), idPuncture, true),
			wire.Puncture{SourceLAN: ipv4(c.lan), SourceWAN: walker, Identifier: identifier})
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
	_, body, err := cutTime(e.body)
	switch {
	case err != nil:
	case data[prefixLen] == idNewPuncture:
		_, err = newPunctureCodec.DecodeAll(body)
	default:
		_, err = oldPunctureCodec.DecodeAll(body)
	}
	if c.check(&e, from, data, err) {
		c.sender(&e, from)
	}
}
