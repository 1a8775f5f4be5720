package ipv8_test

import (
	"testing"

	"github.com/overlaytest/overlaytest/ipv8"
)

// FuzzReceive hands a stack any bytes, and then a detached community: neither
// panics, each sends two packets at most (a response, and a puncture request
// for it), and nobody is verified who did not sign.
func FuzzReceive(f *testing.F) {
	for _, c := range load[packetFile](f, "packets.json").Cases {
		if c.SenderKey == "c25519_0" {
			f.Add([]byte(c.Hex))
		}
	}
	for _, c := range load[reactionFile](f, "malformed.json").Cases {
		if len(c.Hex) < 1000 {
			f.Add([]byte(c.Hex))
		}
	}
	all := keyring(f)
	signed := map[string]bool{}
	for _, key := range all { // any order: a set
		signed[key.Public().Bin()] = true
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r := newReceiver(all["c25519_1"])
		known(r.Community, all["c25519_2"].Public(), addrC)
		r.h.hear(addrA, addrB, data)
		heard := len(r.w.sent)
		if len(data) > 22 {
			r.Stack().Detached(ipv8.ID(data[2:22])).Receive(addrA, data)
		}
		if heard > 2 || len(r.w.sent)-heard > 2 {
			t.Errorf("%d packets sent, then %d", heard, len(r.w.sent)-heard)
		}
		for p := range r.Table().Verified() {
			if !signed[p.Key().Bin()] {
				t.Errorf("verified %v", p)
			}
		}
	})
}
