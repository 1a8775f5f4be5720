package dht_test

import (
	"net"
	"net/netip"
	"runtime/pprof"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/anacrolix/dht/v2"
	"github.com/anacrolix/dht/v2/int160"
	"github.com/anacrolix/dht/v2/krpc"
	"pgregory.net/rapid"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/properties"
	"github.com/overlaytest/overlaytest/sim/bubble"
)

// parted is the smallest world found in which programs that greet nobody stay apart: of four in a line, two are cut off from two while they
// start. Server.TraversalStartingNodes (server.go) has the starting nodes only while the table is empty, and nobody leaves the table but to make
// room.
var parted = harness.Scenario{
	Nodes: []string{"n0", "n1", "n2", "n3"}, Topology: harness.Choice{Name: "line"},
	Latency:  harness.Choice{Name: "constant", Params: []int64{int64(50 * time.Millisecond)}},
	Faults:   []harness.Fault{{ID: "f1", Do: harness.Cut, Nodes: []string{"n0", "n1"}}},
	Work:     []harness.Op{{Node: "n3", Op: "add", Arg: 1}},
	Duration: 20 * time.Second,
}

// reserved is the program without its greetings.
func reserved(h *bubble.Host, met []netip.AddrPort) (*client, error) {
	return launch(h, met, dht.NewDefaultServerConfig(), func(*client) {})
}

func TestStartingNodesAreForgotten(t *testing.T) {
	mustBreak(t, parted, finds(t, reserved, near))
	finds(t, start, near).Replay(t, parted)
}

// lined is a world without faults, whose ends do not find each other if all IDs begin alike, and unlike every torrent's and unlike zero: see
// TestAnswersKeepBackWhoIsNearer.
var lined = harness.Scenario{
	Nodes: []string{"n0", "n1", "n2", "n3"}, Topology: harness.Choice{Name: "line"},
	Work:     []harness.Op{{Node: "n0", Op: "add", Arg: 1}},
	Duration: 20 * time.Second,
}

// alike is the program with such an ID.
func alike(h *bubble.Host, met []netip.AddrPort) (*client, error) {
	c := dht.NewDefaultServerConfig()
	c.NodeId = krpc.RandomNodeID()
	c.NodeId[0] = 0x60
	return launch(h, met, c, (*client).greet)
}

func TestTheEndsOfALineStayApart(t *testing.T) {
	mustBreak(t, lined, finds(t, alike, anybody))
	finds(t, alike, near).Replay(t, lined)
}

// mustBreak fails the test if a law holds in the world of a story: what the story tells of is mended then.
func mustBreak(t *testing.T, story harness.Scenario, l properties.Law[*client]) {
	t.Helper()
	l.Space = rapid.Just(story)
	f := l.Search(properties.Sweep{Worlds: 1, Runs: -1})
	if f.Breach == nil {
		t.Fatalf("the law %q holds in the world of the story, where it did not", l.Name)
	}
	t.Log(f.Breach)
}

// TestAnswersKeepBackWhoIsNearer asks a server of ID 80… about others, when it knows c0… and a0… to be good. Any answer should name both. But
// table.closestNodes (table.go) looks only among those who share no more leading bits with the server than the target does; and
// Server.setReturnNodes (server.go) takes the argument info_hash for the target, which find_node does not have, so that it is zero. Buckets of a
// large network are full: eight are found anyway.
func TestAnswersKeepBackWhoIsNearer(t *testing.T) {
	ids := []byte{0x80, 0xc0, 0xa0}
	boot := func(h *bubble.Host, _ []netip.AddrPort) (*dht.Server, error) {
		c := dht.NewDefaultServerConfig()
		c.NodeId = krpc.ID{ids[h.Node().Index()]}
		return serve(h, c)
	}
	bubble.Test(t, 1, func(t *testing.T) {
		w := harness.New(t, 1)
		members := harness.Spawn(w, len(ids), fixtures.Complete, bubble.Boot(boot))
		at := func(i int) *net.UDPAddr { return net.UDPAddrFromAddrPort(members[i].Addrs()[0]) }
		asked, asker := members[0].Overlay, members[1].Overlay
		var named [4]int
		err := bubble.Do(w.World, time.Minute, func() error {
			asked.Ping(at(1))
			asked.Ping(at(2))
			for i, hash := range []byte{0x00, 0xff, 0xa0} {
				r := asker.GetPeers(t.Context(), dht.NewAddr(at(0)), int160.FromByteArray(krpc.ID{hash}), false, dht.QueryRateLimiting{})
				named[i] = len(r.Reply.R.Nodes)
			}
			named[3] = len(asker.FindNode(dht.NewAddr(at(0)), int160.FromByteArray(krpc.ID{0xa0}), dht.QueryRateLimiting{}).Reply.R.Nodes)
			return nil
		})
		if want := [4]int{0, 1, 2, 0}; err != nil || named != want {
			t.Errorf("get_peers about 00…, ff… and a0…, and find_node about a0… name %v others (%v), not %v; 2 would be right", named, err, want)
		}
	})
}

// deaf is a socket that hears nothing.
type deaf struct {
	net.PacketConn
	closed chan struct{}
}

func (d *deaf) LocalAddr() net.Addr                    { return &net.UDPAddr{Port: 1} }
func (d *deaf) Close() error                           { close(d.closed); return nil }
func (d *deaf) ReadFrom([]byte) (int, net.Addr, error) { <-d.closed; return 0, nil, net.ErrClosed }

// TestBootstrapLeavesATraversal: Server.BootstrapContext (bootstrap.go) starts a traversal before it asks whom to begin with, and does not stop
// it when there is nobody: why a client names itself then.
func TestBootstrapLeavesATraversal(t *testing.T) {
	mustLeave(t, "traversal.(*Operation).run", func(t *testing.T) {
		c := dht.NewDefaultServerConfig()
		c.Conn, c.StartingNodes = &deaf{closed: make(chan struct{})}, func() ([]dht.Addr, error) { return nil, nil }
		s, err := dht.NewServer(c)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if _, err := s.Bootstrap(); err == nil {
			t.Error("it bootstrapped without anybody")
		}
	})
}

// TestCloseLeavesWhatNobodyTook: after Announce.Close, Announce.getPeers (announce.go) waits until its peers are taken or the traversal has
// stopped, which waits for it: why a client takes all.
func TestCloseLeavesWhatNobodyTook(t *testing.T) {
	mustLeave(t, "(*Announce).getPeers", func(t *testing.T) {
		w := harness.New(t, 1)
		members := harness.Spawn(w, 2, fixtures.Complete, bubble.Boot(start))
		w.Run(time.Minute)
		a, err := members[0].Overlay.server.AnnounceTraversal(hash(1))
		if err != nil {
			t.Fatal(err)
		}
		w.Run(time.Minute)
		a.Close()
	})
}

// mustLeave fails the test unless a goroutine remains there when all of f has ended: what it tells of is mended then.
func mustLeave(t *testing.T, there string, f func(t *testing.T)) {
	t.Helper()
	defer func() {
		var all strings.Builder
		_ = pprof.Lookup("goroutine").WriteTo(&all, 2)
		if p := recover(); p == nil || !strings.Contains(all.String(), there) {
			t.Errorf("there remains no goroutine in %s, where there was one: %v", there, p)
		}
	}()
	synctest.Test(t, f)
}
