package ipv8_test

import (
	"errors"
	"net/netip"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/ipv8"
)

// hearAll handles every message of the vectors.
func hearAll(c *ipv8.Community, heard func(message any)) {
	if c.ID() != vectorsID {
		ipv8.Handle(c, func(_ *ipv8.Peer, m similarityRequest) { heard(m) })
		ipv8.Handle(c, func(_ *ipv8.Peer, m similarityResponse) { heard(m) })
		ipv8.HandleUnsigned(c, func(_ netip.AddrPort, m discoveryPing) { heard(m) })
		ipv8.HandleUnsigned(c, func(_ netip.AddrPort, m discoveryPong) { heard(m) })
		return
	}
	ipv8.Handle(c, func(_ *ipv8.Peer, m Ping) { heard(m) })
	ipv8.Handle(c, func(_ *ipv8.Peer, m Pong) { heard(m) })
	ipv8.Handle(c, func(_ *ipv8.Peer, m allFields) { heard(m) })
	ipv8.Handle(c, func(_ *ipv8.Peer, m timedInner) { heard(m) })
	ipv8.HandleUnsigned(c, func(_ netip.AddrPort, m unsignedInner) { heard(m) })
}

// introduction returns what py-ipv8 read in an introduction message.
func (c packetCase) introduction() (in ipv8.Introduction, ok bool) {
	id, f := c.Parsed.MsgID, c.Parsed.Fields
	old, request := id == 246 || id == 245, id == 246 || id == 234
	if !old && id != 234 && id != 233 {
		return in, false
	}
	in = ipv8.Introduction{
		MessageID: id, Identifier: uint16(f["identifier"].number()), GlobalTime: typed{V: []byte(c.Parsed.GlobalTime)}.number(),
		Destination: f["destination_address"].address(), LAN: f["source_lan_address"].address(), WAN: f["source_wan_address"].address(),
		NewStyle: !old || f["supports_new_style"].number() == 1, Extra: f["extra_bytes"].bytes(),
	}
	if len(in.Extra) == 0 {
		in.Extra = nil
	}
	if !request {
		in.IntroducedLAN, in.IntroducedWAN = f["lan_introduction_address"].address(), f["wan_introduction_address"].address()
		in.IntroducedNewStyle = f["intro_supports_new_style"].number() == 1
		in.PeerLimit = old && f["peer_limit_reached"].number() == 1
	}
	return in, true
}

func TestAClosedStackJoinsNothing(t *testing.T) {
	w, a, b := pair(t, quiet)
	s := a.Stack()
	s.Close()
	c := ipv8.Join(s, quiet, &station{})
	c.Every(0, time.Second, func() { t.Error("a timer of an overlay of a closed stack") })
	if err := c.WalkTo(addrB); !errors.Is(err, ipv8.ErrLeft) || !c.Left() || len(s.Overlays()) != 0 {
		t.Errorf("walking: %v; %d overlays", err, len(s.Overlays()))
	}
	if w.run(time.Minute); b.PeerCount() != 1 {
		t.Errorf("b knows %d", b.PeerCount())
	}
}
