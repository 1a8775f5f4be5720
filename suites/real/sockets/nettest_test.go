// Package sockets_test checks the sockets of bubbles against the checks that golang.org/x/net has for anybody's.
package sockets_test

import (
	"net"
	"net/netip"
	"testing"
	"time"
	_ "unsafe" // for go:linkname

	_ "golang.org/x/net/nettest"

	"github.com/overlaytest/overlaytest/sim"
	"github.com/overlaytest/overlaytest/sim/bubble"
)

// What nettest.TestConn runs as subtests, of which there are none in a bubble: each is run in a bubble of its own instead.
//
//go:linkname basicIO golang.org/x/net/nettest.testBasicIO
func basicIO(t *testing.T, c1, c2 net.Conn)

//go:linkname pingPong golang.org/x/net/nettest.testPingPong
func pingPong(t *testing.T, c1, c2 net.Conn)

//go:linkname racyRead golang.org/x/net/nettest.testRacyRead
func racyRead(t *testing.T, c1, c2 net.Conn)

//go:linkname racyWrite golang.org/x/net/nettest.testRacyWrite
func racyWrite(t *testing.T, c1, c2 net.Conn)

//go:linkname readTimeout golang.org/x/net/nettest.testReadTimeout
func readTimeout(t *testing.T, c1, c2 net.Conn)

//go:linkname writeTimeout golang.org/x/net/nettest.testWriteTimeout
func writeTimeout(t *testing.T, c1, c2 net.Conn)

//go:linkname pastTimeout golang.org/x/net/nettest.testPastTimeout
func pastTimeout(t *testing.T, c1, c2 net.Conn)

//go:linkname presentTimeout golang.org/x/net/nettest.testPresentTimeout
func presentTimeout(t *testing.T, c1, c2 net.Conn)

//go:linkname futureTimeout golang.org/x/net/nettest.testFutureTimeout
func futureTimeout(t *testing.T, c1, c2 net.Conn)

//go:linkname closeTimeout golang.org/x/net/nettest.testCloseTimeout
func closeTimeout(t *testing.T, c1, c2 net.Conn)

//go:linkname concurrentMethods golang.org/x/net/nettest.testConcurrentMethods
func concurrentMethods(t *testing.T, c1, c2 net.Conn)

var checks = []struct {
	name string
	run  func(t *testing.T, c1, c2 net.Conn)
}{
	{"BasicIO", basicIO},
	{"PingPong", pingPong},
	{"RacyRead", racyRead},
	{"RacyWrite", racyWrite},
	{"ReadTimeout", readTimeout},
	{"WriteTimeout", writeTimeout},
	{"PastTimeout", pastTimeout},
	{"PresentTimeout", presentTimeout},
	{"FutureTimeout", futureTimeout},
	{"CloseTimeout", closeTimeout},
	{"ConcurrentMethods", concurrentMethods},
}

// networks are the worlds in which the checks are run.
var networks = []struct {
	name  string
	rules []sim.Rule
}{
	{"at once", nil},
	{"a street away", []sim.Rule{sim.Latency(time.Millisecond)}},
	{"an ocean away, with losses", []sim.Rule{sim.Latency(40 * time.Millisecond), sim.Loss(sim.Percent(5))}},
}

func TestConn(t *testing.T) {
	for _, n := range networks {
		for _, c := range checks {
			t.Run(n.name+"/"+c.name, func(t *testing.T) {
				bubble.Test(t, 1, func(t *testing.T) { check(t, c.run, n.rules...) })
			})
		}
	}
}

// check runs a check with the two ends of a connection between two nodes.
func check(t *testing.T, run func(t *testing.T, c1, c2 net.Conn), rules ...sim.Rule) {
	w := sim.New(1, rules...)
	defer w.Close()
	a, b := host(w, "a"), host(w, "b")
	w.Run(0)
	err := bubble.Do(w, time.Minute, func() error {
		l, err := (*b).Listen("tcp", ":80")
		if err != nil {
			return err
		}
		defer l.Close()
		c1, err := (*a).Dial("tcp", "b:80")
		if err != nil {
			return err
		}
		defer c1.Close()
		c2, err := l.Accept()
		if err != nil {
			return err
		}
		defer c2.Close()
		run(t, c1, c2)
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// host makes a node; its host is there when the world has run.
func host(w *sim.World, name string) **bubble.Host {
	var made *bubble.Host
	boot := bubble.Boot(func(h *bubble.Host, _ []netip.AddrPort) (*bubble.Host, error) { return h, nil })
	w.Node(name, func(n *sim.Node) { made = boot(n, nil) })
	return &made
}
