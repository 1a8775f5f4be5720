package ice_test

import (
	"context"
	"net/netip"

	"github.com/pion/stun/v4"

	"github.com/overlaytest/overlaytest/sim/bubble"
)

// serve is a program that answers binding requests of STUN.
func serve(h *bubble.Host, _ []netip.AddrPort) (*bubble.PacketConn, error) {
	c, err := h.ListenPacket("udp", h.Addr().String())
	if err != nil {
		return nil, err
	}
	h.Go(func(context.Context) {
		b := make([]byte, 1500)
		for {
			n, from, err := c.ReadFromUDPAddrPort(b)
			if err != nil {
				return
			}
			asked := &stun.Message{Raw: append([]byte(nil), b[:n]...)}
			if asked.Decode() != nil || asked.Type != stun.BindingRequest {
				continue
			}
			answer, err := stun.Build(asked, stun.BindingSuccess, &stun.XORMappedAddress{IP: from.Addr().AsSlice(), Port: int(from.Port())}, stun.Fingerprint)
			if err == nil {
				_, _ = c.WriteToUDPAddrPort(answer.Raw, from)
			}
		}
	})
	return c, nil
}
