package ipv8

import (
	"net/netip"

	"github.com/overlaytest/overlaytest/ipv8/peers"
	"github.com/overlaytest/overlaytest/ipv8/wire"
)

// builtins handle the messages that every community understands.
var builtins = [256]func(c *Community, from netip.AddrPort, data []byte){
	idRequest:            (*Community).hearRequest,
	idNewRequest:         (*Community).hearRequest,
	idResponse:           (*Community).hearResponse,
	idNewResponse:        (*Community).hearResponse,
	idPunctureRequest:    (*Community).hearPunctureRequest,
	idNewPunctureRequest: (*Community).hearPunctureRequest,
	idPuncture:           (*Community).hearPuncture,
	idNewPuncture:        (*Community).hearPuncture,
}

// hear opens an introduction message and returns its sender, or drops it.
func (c *Community) hear(in *Introduction, from netip.AddrPort, data []byte) *Peer {
	var e envelope
	if !c.open(&e, from, data) || !c.check(&e, from, data, readIntroduction(in, data[prefixLen], e.body)) {
		return nil
	}
	p := c.sender(&e, from)
	if in.NewStyle {
		p.SpeaksNewStyle()
	}
	return p
}

// hearRequest answers an introduction request, and takes the sender in.
func (c *Community) hearRequest(from netip.AddrPort, data []byte) {
	var in Introduction
	p := c.hear(&in, from, data)
	if p == nil {
		return
	}
	if c.limit >= 0 && c.PeerCount() > int(c.limit) {
		c.stack.drop(PeerLimit, from, data, nil)
		return
	}
	if peers.KindOf(in.LAN) == peers.UDPv4 {
		p.Move(peers.LAN, in.LAN)
	}
	c.welcome(p)
	if err := c.respond(p, &in); err != nil {
		c.stack.drop(Unsent, from, data, err)
	}
	tell(c.onRequest, p, in)
}

// welcome takes in a peer of this overlay.
func (c *Community) welcome(p *Peer) {
	c.stack.table.Verify(p)
	c.stack.table.Offer(p, c.id)
}

// respond answers an introduction request. Whom it introduces is asked first
// to puncture its NAT for the asker; but of the two packets the response has
// the earlier global time.
func (c *Community) respond(to *Peer, in *Introduction) error {
	at := to.Address()
	newStyle := to.NewStyle() || peers.KindOf(at) == peers.UDPv6
	now := uint64(uint16(c.me.claim()))
	lan, wan, introducedNewStyle := peers.Nowhere(), peers.Nowhere(), false
	if other := c.candidate(to, newStyle); other != nil {
		lan, wan = c.introduce(other)
		introducedNewStyle = other.NewStyle()
		if err := c.requestPuncture(other, in.Destination, at, in.Identifier, newStyle); err != nil {
			c.stack.drop(Unsent, other.Address(), nil, err)
		}
	}
	buf, err := c.makeResponse(now, wire.IntroductionResponse{
		Destination: at, SourceLAN: c.lan, SourceWAN: c.wan, IntroducedLAN: lan, IntroducedWAN: wan, SupportsNewStyle: true,
		IntroSupportsNewStyle: introducedNewStyle, PeerLimitReached: 0 <= c.limit && int(c.limit) <= c.PeerCount(),
		Identifier: in.Identifier, Extra: c.extraBytes(),
	}, newStyle)
	if err != nil {
		return err
	}
	return c.put(at, buf)
}

func (c *Community) makeResponse(now uint64, m wire.IntroductionResponse, newStyle bool) (buf []byte, err error) {
	if newStyle {
		buf, err = newResponseCodec.Append(c.beginAt(now, idNewResponse, true), wire.NewIntroductionResponse{
			Destination: m.Destination, SourceLAN: m.SourceLAN, SourceWAN: m.SourceWAN, IntroducedLAN: m.IntroducedLAN,
			IntroducedWAN: m.IntroducedWAN, Identifier: m.Identifier, IntroSupportsNewStyle: m.IntroSupportsNewStyle, Extra: m.Extra,
		})
	} else {
		m.SourceLAN, m.SourceWAN = ipv4(m.SourceLAN), ipv4(m.SourceWAN)
		buf, err = oldResponseCodec.Append(c.beginAt(now, idResponse, true), m)
	}
	if err != nil {
		return nil, err
	}
	return c.seal(buf), nil
}

// candidate draws whom to introduce to a peer: another one, elsewhere, and for
// the old style one that IPv4 reaches.
func (c *Community) candidate(to *Peer, newStyle bool) *Peer {
	if c.random == nil {
		c.random = c.Rand("introduce")
	}
	at := to.Address()
	return c.stack.table.Pick(c.id, c.random, func(p *Peer) bool {
		a := p.Address()
		return p != to && a != at && (newStyle || peers.KindOf(a) == peers.UDPv4)
	})
}

// introduce returns the addresses by which others may reach a peer. One on our
// own machine has our public address, and its own port.
func (c *Community) introduce(p *Peer) (lan, wan netip.AddrPort) {
	at := p.Address()
	if peers.KindOf(at) == peers.UDPv4 && c.isOwnIP(at.Addr()) {
		return at, netip.AddrPortFrom(c.wan.Addr(), at.Port())
	}
	return orNowhere(p.At(peers.LAN)), at
}

func (c *Community) isOwnIP(ip netip.Addr) bool {
	for _, a := range c.stack.own {
		if a.Addr() == ip {
			return true
		}
	}
	return false
}

// hearResponse takes in the sender of a response and whom it introduces, and
// believes what it says of our own address.
func (c *Community) hearResponse(from netip.AddrPort, data []byte) {
	var in Introduction
	p := c.hear(&in, from, data)
	if p == nil {
		return
	}
	c.learnAddress(in.Destination)
	if p.NewStyle() {
		c.switchInterface(p, &in)
	}
	c.welcome(p)
	c.discover(p, &in)
	tell(c.onResponse, p, in)
}

// tell calls the hooks of an introduction. Only they make it escape.
func tell(hooks []func(*Peer, *Introduction), p *Peer, in Introduction) {
	if len(hooks) == 0 {
		return
	}
	kept := in
	for _, f := range hooks {
		f(p, &kept)
	}
}

func (c *Community) learnAddress(a netip.AddrPort) {
	if !peers.Somewhere(a) {
		return
	}
	c.me.address = a
	if peers.KindOf(a) == peers.UDPv4 && !isPrivate(a) {
		c.wan = a
	}
}

// discover notes the addresses that a response introduces. Of somebody behind
// our own public address we want the LAN one.
func (c *Community) discover(by *Peer, in *Introduction) {
	lan, wan := in.IntroducedLAN, in.IntroducedWAN
	someLAN, someWAN, neighbour := lan != peers.Nowhere(), wan != peers.Nowhere(), wan.Addr() == c.wan.Addr()
	switch {
	case someWAN && !neighbour:
		c.met(by, lan, in)
		c.met(by, wan, in)
	case someLAN && neighbour:
		c.met(by, lan, in)
	case someWAN:
		c.met(by, wan, in)
		c.met(by, netip.AddrPortFrom(c.lan.Addr(), wan.Port()), in)
	}
}

// met notes an address where a peer of this overlay may be, unless it is ours.
func (c *Community) met(by *Peer, at netip.AddrPort, in *Introduction) {
	if at == c.wan || at == c.lan {
		return
	}
	for _, own := range c.stack.own {
		if at == own {
			return
		}
	}
	c.stack.table.Discover(by, peers.Candidate{Address: at, Service: c.id, NewStyle: in.IntroducedNewStyle})
}

// switchInterface goes for the other kind of address of a peer that has one,
// if we have one of that kind too: it asks the peer to puncture there.
func (c *Community) switchInterface(p *Peer, in *Introduction) {
	if !peers.Somewhere(in.WAN) || peers.KindOf(in.WAN) == peers.KindOf(p.Address()) {
		return
	}
	for _, own := range c.stack.own {
		if peers.KindOf(own) != peers.KindOf(in.WAN) {
			continue
		}
		c.stack.table.Discover(p, peers.Candidate{Address: in.WAN, Service: c.id, NewStyle: true})
		if err := c.requestPuncture(p, peers.Nowhere(), own, in.Identifier, true); err != nil {
			c.stack.drop(Unsent, p.Address(), nil, err)
		}
		return
	}
}
