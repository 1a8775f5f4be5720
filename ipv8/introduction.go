package ipv8

import (
	"net/netip"

	"github.com/overlaytest/overlaytest/ipv8/peers"
	"github.com/overlaytest/overlaytest/ipv8/wire"
)

// Introduction is what an introduction request or response says, in the old
// style or the new. Of a request the last three addresses are zero.
type Introduction struct {
	MessageID          byte // 246 or 234: a request; 245 or 233: a response
	Identifier         uint16
	GlobalTime         uint64
	Destination        netip.AddrPort // where the sender sees us
	LAN, WAN           netip.AddrPort // the sender's own estimates
	IntroducedLAN      netip.AddrPort // 0.0.0.0:0 is nobody
	IntroducedWAN      netip.AddrPort
	NewStyle           bool // the message is, or its sender understands it
	IntroducedNewStyle bool // whom it introduces understands new style
	PeerLimit          bool // the sender wants no more peers
	Extra              []byte
}

// The messages of introductions, behind the global time.
var (
	oldRequestCodec  = wire.MustCompile[wire.IntroductionRequest]()
	newRequestCodec  = wire.MustCompile[wire.NewIntroductionRequest]()
	oldResponseCodec = wire.MustCompile[wire.IntroductionResponse]()
	newResponseCodec = wire.MustCompile[wire.NewIntroductionResponse]()
)

// readIntroduction decodes the body of one of the four messages.
func readIntroduction(in *Introduction, id byte, body []byte) (err error) {
	in.MessageID = id
	if in.GlobalTime, body, err = cutTime(body); err != nil {
		return err
	}
	switch id {
	case idRequest:
		m, err := oldRequestCodec.DecodeAll(body)
		in.Identifier, in.Extra = m.Identifier, m.Extra
		in.Destination, in.LAN, in.WAN = m.Destination, m.SourceLAN, m.SourceWAN
		in.NewStyle = m.SupportsNewStyle
		return err
	case idNewRequest:
		m, err := newRequestCodec.DecodeAll(body)
		in.Identifier, in.Extra = m.Identifier, m.Extra
		in.Destination, in.LAN, in.WAN = unmap(m.Destination), unmap(m.SourceLAN), unmap(m.SourceWAN)
		in.NewStyle = true
		return err
	case idResponse:
		m, err := oldResponseCodec.DecodeAll(body)
		in.Identifier, in.Extra = m.Identifier, m.Extra
		in.Destination, in.LAN, in.WAN = m.Destination, m.SourceLAN, m.SourceWAN
		in.IntroducedLAN, in.IntroducedWAN = m.IntroducedLAN, m.IntroducedWAN
		in.NewStyle, in.IntroducedNewStyle, in.PeerLimit = m.SupportsNewStyle, m.IntroSupportsNewStyle, m.PeerLimitReached
		return err
	}
	m, err := newResponseCodec.DecodeAll(body)
	in.Identifier, in.Extra = m.Identifier, m.Extra
	in.Destination, in.LAN, in.WAN = unmap(m.Destination), unmap(m.SourceLAN), unmap(m.SourceWAN)
	in.IntroducedLAN, in.IntroducedWAN = unmap(m.IntroducedLAN), unmap(m.IntroducedWAN)
	in.NewStyle, in.IntroducedNewStyle = true, m.IntroSupportsNewStyle
	return err
}

// WalkTo asks whoever is at an address for an introduction. The errors are
// those of the host, and ErrLeft.
func (c *Community) WalkTo(to netip.AddrPort) error {
	_, err := c.request(to, c.stack.table.SpeaksNewStyle(to))
	return err
}

// Request asks a peer for an introduction. Its response repeats the
// identifier. The errors are those of WalkTo.
func (c *Community) Request(from *Peer) (identifier uint16, err error) {
	return c.request(from.Address(), from.NewStyle())
}

// request sends an introduction request, new style for IPv6 or when asked.
func (c *Community) request(to netip.AddrPort, newStyle bool) (uint16, error) {
	if c.left {
		return 0, ErrLeft
	}
	to = unmap(to)
	buf, identifier, err := c.makeRequest(to, newStyle)
	if err != nil {
		return 0, err
	}
	return identifier, c.put(to, buf)
}

func (c *Community) makeRequest(to netip.AddrPort, newStyle bool) (buf []byte, identifier uint16, err error) {
	identifier = uint16(c.me.claim())
	extra := c.extraBytes() // before the packet begins: it may make packets, too
	if newStyle || peers.KindOf(to) == peers.UDPv6 {
		buf, err = newRequestCodec.Append(c.beginAt(uint64(identifier), idNewRequest, true), wire.NewIntroductionRequest{
			Destination: to, SourceLAN: c.lan, SourceWAN: c.wan, Identifier: identifier, Extra: extra,
		})
	} else {
		buf, err = oldRequestCodec.Append(c.beginAt(uint64(identifier), idRequest, true), wire.IntroductionRequest{
			Destination: to, SourceLAN: ipv4(c.lan), SourceWAN: ipv4(c.wan), Advice: true, Identifier: identifier, Extra: extra,
		})
	}
	if err != nil {
		return nil, 0, err
	}
	return c.seal(buf), identifier, nil
}

// ipv4 returns an address as old style messages can say it.
func ipv4(a netip.AddrPort) netip.AddrPort {
	if !a.Addr().Is4() {
		return peers.Nowhere()
	}
	return a
}

// Extra sets what returns the bytes that end each of our introduction requests
// and responses, for communities that say more there.
func (c *Community) Extra(f func() []byte) { c.extra = f }

func (c *Community) extraBytes() []byte {
	if c.extra == nil {
		return nil
	}
	return c.extra()
}

// OnRequest has f called after each introduction request was answered.
func (c *Community) OnRequest(f func(from *Peer, in *Introduction)) {
	c.onRequest = append(c.onRequest, f)
}

// OnResponse has f called after each introduction response was taken in.
func (c *Community) OnResponse(f func(from *Peer, in *Introduction)) {
	c.onResponse = append(c.onResponse, f)
}
