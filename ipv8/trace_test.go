package ipv8_test

import (
	"encoding/hex"
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/ipv8"
)

// trace is a whole simulation of py-ipv8.
type trace struct {
	Duration     float64
	Keys         []string
	WANAddresses [][2]any    `json:"wan_addresses"`
	Latency      [][]float64 `json:"latency_seconds_from_to"`
	Packets      []struct {
		Sent float64 `json:"t_sent"`
		To   [2]any
		Hex  string
	}
	FinalKnown []int    `json:"final_known"`
	FinalClock []uint64 `json:"final_clock"`
}

func addressOf(v [2]any) netip.AddrPort {
	return netip.AddrPortFrom(netip.MustParseAddr(v[0].(string)), uint16(v[1].(float64)))
}

func nanoseconds(seconds float64) time.Duration { return time.Duration(math.Round(seconds * 1e9)) }

var pingPong = ipv8.Define(vectorsID, func(c *ipv8.Community) *ipv8.Community {
	c.SetLAN(netip.AddrPort{})
	ipv8.Handle(c, func(from *ipv8.Peer, _ Ping) { c.Send(from, Pong{}) })
	ipv8.Handle(c, func(*ipv8.Peer, Pong) {})
	c.Every(0, 2*time.Second, func() {
		for p := range c.Peers() {
			c.Send(p, Ping{})
		}
	})
	return c
})

// replay plays a trace up to its end, and returns the members.
func (v trace) replay(t *testing.T, w *world) []*ipv8.Community {
	var at []netip.AddrPort
	for _, a := range v.WANAddresses {
		at = append(at, addressOf(a))
	}
	w.delay = func(from, to netip.AddrPort) time.Duration {
		return nanoseconds(v.Latency[slices.Index(at, from)][slices.Index(at, to)])
	}
	all, members := keyring(t), []*ipv8.Community(nil)
	for i, name := range v.Keys {
		members = append(members, ipv8.Join(ipv8.NewStack(w.host(at[i].String()), all[name]), pingPong))
	}
	members[0].WalkTo(at[1])
	if len(members) == 2 {
		members[1].WalkTo(at[0])
	} else {
		w.at(time.Second, func() { members[2].WalkTo(at[1]) })
		w.at(1500*time.Millisecond, func() {
			for a := range members[2].Table().Walkable(vectorsID) {
				members[2].WalkTo(a)
			}
		})
	}
	w.run(nanoseconds(v.Duration))
	return members
}

// byInstant are the packets sent at each instant, in no order.
func byInstant(lines []string) string {
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func TestTracesOfPyIPv8(t *testing.T) {
	for _, name := range []string{"2peers_latency0", "2peers_asym", "3peers_chain"} {
		v, w := load[trace](t, "pingpong_trace_"+name+".json"), newWorld()
		members := v.replay(t, w)
		var got, want, last []string
		for _, p := range v.Packets {
			line := fmt.Sprintf("%014d to %v %s", nanoseconds(p.Sent), addressOf(p.To), p.Hex)
			if want = append(want, line); nanoseconds(p.Sent) == nanoseconds(v.Duration) {
				want, last = want[:len(want)-1], append(last, line)
			}
		}
		for _, s := range w.sent {
			line := fmt.Sprintf("%014d to %v %s", s.at, s.to, hex.EncodeToString(s.data))
			if s.at < nanoseconds(v.Duration) {
				got = append(got, line)
			} else if i := slices.Index(last, line); i >= 0 {
				last = slices.Delete(last, i, i+1)
			}
		}
		if byInstant(got) != byInstant(want) || len(last) > 0 {
			t.Errorf("%s: got\n%s\nwant\n%s\nmissing at the end\n%s", name, byInstant(got), byInstant(want), last)
		}
		for i, c := range members {
			if c.PeerCount() != v.FinalKnown[i] || c.Clock() != v.FinalClock[i] || len(slices.Collect(c.Table().Walkable(vectorsID))) > 0 {
				t.Errorf("%s: member %d knows %d, clock %d", name, i, c.PeerCount(), c.Clock())
			}
		}
	}
}
