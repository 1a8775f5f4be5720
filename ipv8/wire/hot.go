package wire

import (
	"encoding/binary"
	"net/netip"
)

// The messages a walk is made of, once more by hand: reflection moves a struct to the heap, and a simulation has millions of these.
// The struct stays the specification: a test proves that both ways agree, and whatever is odd here is left to the plan and its errors.

// A cursor writes fields to the end of data, or reads them from its head.
type cursor struct {
	data    []byte
	at      int
	reading bool
	odd     bool // something the plan must deal with
}

// walk visits the fields of *m in wire order; false for a type that has no other description than its plan.
func walk(c *cursor, m any) bool {
	switch m := m.(type) {
	case *IntroductionRequest:
		m.walk(c)
	case *IntroductionResponse:
		m.walk(c)
	case *PunctureRequest:
		c.ipv4(&m.WalkerLAN)
		c.ipv4(&m.WalkerWAN)
		m.Identifier = uint16(c.number(uint64(m.Identifier), 2))
	case *Puncture:
		c.ipv4(&m.SourceLAN)
		c.ipv4(&m.SourceWAN)
		m.Identifier = uint16(c.number(uint64(m.Identifier), 2))
	case *NewIntroductionRequest:
		m.walk(c)
	case *NewIntroductionResponse:
		m.walk(c)
	case *NewPunctureRequest:
		c.ip(&m.WalkerLAN)
		c.ip(&m.WalkerWAN)
		m.Identifier = uint16(c.number(uint64(m.Identifier), 2))
	case *NewPuncture:
		c.ip(&m.SourceLAN)
		c.ip(&m.SourceWAN)
		m.Identifier = uint16(c.number(uint64(m.Identifier), 2))
	case *Dist:
		m.GlobalTime = c.number(m.GlobalTime, 8)
	case *Auth:
		n := c.number(uint64(min(len(m.PublicKey), 1<<16)), 2)
		m.PublicKey = c.text(m.PublicKey, int(n))
	default:
		return false
	}
	return !c.odd
}

func (m *IntroductionRequest) walk(c *cursor) {
	c.ipv4(&m.Destination)
	c.ipv4(&m.SourceLAN)
	c.ipv4(&m.SourceWAN)
	b := c.number(uint64(m.Connection)<<6|flag(m.SupportsNewStyle, 5)|flag(m.Advice, 0), 1)
	m.Connection, m.SupportsNewStyle, m.Advice = ConnectionType(b>>6), b>>5&1 == 1, b&1 == 1
	m.Identifier = uint16(c.number(uint64(m.Identifier), 2))
	m.Extra = c.rest(m.Extra)
}

func (m *IntroductionResponse) walk(c *cursor) {
	c.ipv4(&m.Destination)
	c.ipv4(&m.SourceLAN)
	c.ipv4(&m.SourceWAN)
	c.ipv4(&m.IntroducedLAN)
	c.ipv4(&m.IntroducedWAN)
	b := c.number(uint64(m.Connection)<<6|flag(m.SupportsNewStyle, 4)|flag(m.IntroSupportsNewStyle, 3)|flag(m.PeerLimitReached, 2), 1)
	m.Connection, m.SupportsNewStyle = ConnectionType(b>>6), b>>4&1 == 1
	m.IntroSupportsNewStyle, m.PeerLimitReached = b>>3&1 == 1, b>>2&1 == 1
	m.Identifier = uint16(c.number(uint64(m.Identifier), 2))
	m.Extra = c.rest(m.Extra)
}

func (m *NewIntroductionRequest) walk(c *cursor) {
	c.ip(&m.Destination)
	c.ip(&m.SourceLAN)
	c.ip(&m.SourceWAN)
	m.Identifier = uint16(c.number(uint64(m.Identifier), 2))
	c.flags(m.Flags[:])
	m.Extra = c.rest(m.Extra)
}

func (m *NewIntroductionResponse) walk(c *cursor) {
	c.ip(&m.Destination)
	c.ip(&m.SourceLAN)
	c.ip(&m.SourceWAN)
	c.ip(&m.IntroducedLAN)
	c.ip(&m.IntroducedWAN)
	m.Identifier = uint16(c.number(uint64(m.Identifier), 2))
	all := [8]bool{m.IntroSupportsNewStyle}
	copy(all[1:], m.Flags[:])
	c.flags(all[:])
	m.IntroSupportsNewStyle = all[0]
	copy(m.Flags[:], all[1:])
	m.Extra = c.rest(m.Extra)
}

// flags writes eight of them as a byte, or reads them: the first is the highest bit.
func (c *cursor) flags(all []bool) {
	b := uint64(0)
	for i, set := range all {
		b |= flag(set, 7-i)
	}
	b = c.number(b, 1)
	for i := range all {
		all[i] = b>>(7-i)&1 == 1
	}
}

// ip is an IPv4 address with its kind; another kind is odd.
func (c *cursor) ip(a *netip.AddrPort) {
	if c.number(kindIPv4, 1) != kindIPv4 {
		c.odd = true
	}
	c.ipv4(a)
}

func flag(set bool, shift int) uint64 { return uint64(bit(set)) << shift }

func (c *cursor) ipv4(a *netip.AddrPort) {
	switch ip := known(a.Addr()); {
	case c.reading:
		if b := c.take(6); b != nil {
			*a = netip.AddrPortFrom(netip.AddrFrom4([4]byte(b)), binary.BigEndian.Uint16(b[4:]))
		}
	case !ip.Is4():
		c.odd = true
	default:
		b, port := ip.As4(), a.Port()
		c.data = append(c.data, b[0], b[1], b[2], b[3], byte(port>>8), byte(port))
	}
}

// number writes n in size bytes, or returns the number that is read; only reading gives another number than n.
func (c *cursor) number(n uint64, size int) uint64 {
	switch {
	case c.reading:
		if b := c.take(size); b != nil {
			return bigEndian(b)
		}
		return 0
	case n>>(8*size) != 0:
		c.odd = true
	default:
		for shift := 8*size - 8; shift >= 0; shift -= 8 {
			c.data = append(c.data, byte(n>>shift))
		}
	}
	return n
}

// text writes s, or reads n bytes.
func (c *cursor) text(s string, n int) string {
	if c.reading {
		return string(c.take(n))
	}
	c.data = append(c.data, s...)
	return s
}

// rest writes b, or reads all that is left.
func (c *cursor) rest(b []byte) []byte {
	if c.reading {
		return append([]byte(nil), c.take(len(c.data)-c.at)...)
	}
	c.data = append(c.data, b...)
	return b
}

// take is the next n bytes; nil when there are not so many.
func (c *cursor) take(n int) []byte {
	if c.odd || len(c.data)-c.at < n {
		c.odd = true
		return nil
	}
	c.at += n
	return c.data[c.at-n : c.at]
}
