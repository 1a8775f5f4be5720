package ipv8_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/ipv8"
	"github.com/overlaytest/overlaytest/ipv8/keys"
)

var quiet = ipv8.Define(ipv8.Named("quiet"), func(c *ipv8.Community) *ipv8.Community { return c })

// standIns returns n stacks of stand-in keys, each on a host that only counts.
func standIns(n int, h func(i int) ipv8.Host) []*ipv8.Community {
	ring, random := keys.NewRing(), keys.Reader(rand.New(rand.NewPCG(1, 2)))
	var all []*ipv8.Community
	for i := range n {
		key, err := ring.StandIn(keys.Curve25519, random)
		if err != nil {
			panic(err)
		}
		all = append(all, ipv8.Join(ipv8.NewStack(h(i), key), quiet))
	}
	return all
}

// ear is a host that delivers nothing and remembers the last packet.
type ear struct {
	host
	last []byte
}

func (e *ear) Now() time.Time { return time.Time{} }
func (e *ear) Send(_ netip.AddrPort, data []byte) error {
	e.last = append(e.last[:0], data...)
	return nil
}

func newEar(i int) *ear {
	at := netip.AddrPortFrom(netip.AddrFrom4([4]byte{81, 1, byte(i >> 8), byte(i)}), 2000)
	return &ear{host: host{w: newWorld(), addrs: []netip.AddrPort{at}, streams: map[string]*rand.Rand{}, timers: map[uint64]*event{}}}
}

// BenchmarkAnswer is the whole cost of an introduction request: verified, its
// sender known, another peer introduced, a puncture request and a response.
func BenchmarkAnswer(b *testing.B) {
	for _, known := range []int{1, 20, 1000} {
		b.Run(fmt.Sprint(known), func(b *testing.B) { benchmarkAnswer(b, known) })
	}
}

func benchmarkAnswer(b *testing.B, known int) {
	var ears []*ear
	all := standIns(known+1, func(i int) ipv8.Host {
		ears = append(ears, newEar(i))
		return ears[i]
	})
	ipv8.MaxPeers(-1).Attach(all[0])
	at := ears[0].addrs[0]
	for i, c := range all[1:] {
		c.WalkTo(at)
		ears[0].listen(ears[i+1].addrs[0], at, ears[i+1].last)
	}
	packet := ears[1].last
	from := ears[1].addrs[0]
	b.ReportAllocs()
	for b.Loop() {
		ears[0].listen(from, at, packet)
	}
}

func BenchmarkResponse(b *testing.B) {
	ears := []*ear{newEar(0), newEar(1)}
	all := standIns(2, func(i int) ipv8.Host { return ears[i] })
	all[0].WalkTo(ears[1].addrs[0])
	ears[1].listen(ears[0].addrs[0], ears[1].addrs[0], ears[0].last)
	b.ReportAllocs()
	for b.Loop() {
		ears[0].listen(ears[1].addrs[0], ears[0].addrs[0], ears[1].last)
	}
}

func BenchmarkWalkTo(b *testing.B) {
	e := newEar(0)
	c := standIns(1, func(int) ipv8.Host { return e })[0]
	to := netip.MustParseAddrPort("82.2.2.2:2")
	b.ReportAllocs()
	for b.Loop() {
		c.WalkTo(to)
	}
}

func BenchmarkSendAndHandle(b *testing.B) {
	ears := []*ear{newEar(0), newEar(1)}
	all := standIns(2, func(i int) ipv8.Host { return ears[i] })
	heard := 0
	ipv8.Handle(all[1], func(_ *ipv8.Peer, m timedInner) { heard++ })
	to, from := ears[1].addrs[0], ears[0].addrs[0]
	b.ReportAllocs()
	for b.Loop() {
		all[0].SendTo(to, timedInner{Inner: inner{7, "seven"}})
		ears[1].listen(from, to, ears[0].last)
	}
	if heard == 0 {
		b.Fatal("nothing heard")
	}
}

func BenchmarkNewStackAndJoin(b *testing.B) {
	e := newEar(0)
	key := standIns(1, func(int) ipv8.Host { return newEar(1) })[0].Key()
	two := ipv8.Define(ipv8.Named("two"), func(c *ipv8.Community) *ipv8.Community {
		ipv8.Handle(c, func(*ipv8.Peer, Ping) {})
		ipv8.Handle(c, func(*ipv8.Peer, timedInner) {})
		return c
	})
	for name, kind := range map[string]ipv8.Kind[*ipv8.Community]{"quiet": quiet, "two messages": two} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				ipv8.Join(ipv8.NewStack(e, key), kind)
			}
		})
	}
}
