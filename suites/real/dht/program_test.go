// Package dht_test has anacrolix/dht, as it is, play in simulated worlds.
package dht_test

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/anacrolix/dht/v2"
	"github.com/anacrolix/dht/v2/krpc"
	"github.com/anacrolix/dht/v2/transactions"
	"github.com/anacrolix/log"
	"github.com/anacrolix/torrent/metainfo"
	"golang.org/x/time/rate"

	"github.com/overlaytest/overlaytest/sim"
	"github.com/overlaytest/overlaytest/sim/bubble"
)

// client is a program on the mainline DHT, as anacrolix/torrent uses it: its table is maintained, it announces what it has, looks for who else
// has it, and hears who announces to itself. Before each round it greets those that it was introduced to, as torrents do that name nodes.
type client struct {
	h      *bubble.Host
	server *dht.Server
	met    []netip.AddrPort

	mu   sync.Mutex
	has  map[uint64]bool
	told map[copyOf]time.Time // when the program was last told of a copy
}

// copyOf is a torrent that somebody has.
type copyOf struct {
	torrent uint64
	at      netip.AddrPort
}

// torrents is how many there are, numbered from 0.
const torrents = 3

// hash is the info hash of a torrent.
func hash(n uint64) (h [20]byte) {
	binary.BigEndian.PutUint64(h[:], (n+1)*0x9e3779b97f4a7c15)
	return h
}

// start is the program.
func start(h *bubble.Host, met []netip.AddrPort) (*client, error) {
	return launch(h, met, dht.NewDefaultServerConfig(), (*client).greet)
}

// launch starts the program with a server of that configuration. Before each round it calls before.
func launch(h *bubble.Host, met []netip.AddrPort, c *dht.ServerConfig, before func(*client)) (m *client, err error) {
	m = &client{h: h, met: met, has: map[uint64]bool{}, told: map[copyOf]time.Time{}}
	c.PeerStore = &shelf{}
	c.OnAnnouncePeer = m.announced
	c.StartingNodes = m.startingNodes
	if m.server, err = serve(h, c); err != nil {
		return nil, err
	}
	h.Go(func(context.Context) { m.server.TableMaintainer() })
	h.Go(func(ctx context.Context) {
		for ctx.Err() == nil {
			before(m)
			m.round(ctx)
			sleep(ctx, 20*time.Second)
		}
	})
	return m, nil
}

// serve starts a server on the host.
func serve(h *bubble.Host, c *dht.ServerConfig) (*dht.Server, error) {
	conn, err := h.ListenPacket("udp", h.Addr().String())
	if err != nil {
		return nil, err
	}
	sim.Shared(h.Node(), anew)
	end := &socket{PacketConn: conn, made: make(chan struct{})}
	c.Conn = end
	c.SendLimiter = rate.NewLimiter(25, 25) // the default one is the same, but one for all servers of the process
	c.Logger = log.Default.FilterLevel(log.Critical)
	if end.server, err = dht.NewServer(c); err != nil {
		return nil, err
	}
	close(end.made)
	return end.server, nil
}

// socket is a UDP socket whose end is told to the server first: it panics when its socket is closed by anybody else, as a crash does.
type socket struct {
	net.PacketConn
	server *dht.Server
	made   chan struct{} // closed when server is set
}

func (s *socket) ReadFrom(p []byte) (int, net.Addr, error) {
	n, from, err := s.PacketConn.ReadFrom(p)
	if errors.Is(err, net.ErrClosed) {
		<-s.made
		s.server.Close()
	}
	return n, from, err
}

// anew is called once for each world: transactions of all servers of a process are numbered by one counter.
func anew() bool {
	reset(&transactions.DefaultIdIssuer)
	return true
}

func reset[T any](p *T) { *p = *new(T) }

// startingNodes are those that the program was introduced to; itself if there are none, because a bootstrap that has nobody to ask leaves a
// goroutine behind (see TestBootstrapLeavesATraversal).
func (m *client) startingNodes() (addrs []dht.Addr, err error) {
	for _, a := range m.met {
		addrs = append(addrs, dht.NewAddr(net.UDPAddrFromAddrPort(a)))
	}
	if len(addrs) == 0 {
		addrs = []dht.Addr{dht.NewAddr(net.UDPAddrFromAddrPort(m.h.Addr()))}
	}
	return addrs, nil
}

// greet adds those that the program was introduced to to its table, if they answer a ping.
func (m *client) greet() {
	for _, a := range m.met {
		_ = m.server.AddNode(krpc.NodeInfo{Addr: krpc.NodeAddr{IP: a.Addr().AsSlice(), Port: int(a.Port())}})
	}
}

// add has the program have a torrent, at the address of its server.
func (m *client) add(n uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.has[n] = true
}

// round announces and looks for all torrents, one after the other.
func (m *client) round(ctx context.Context) {
	for n := range uint64(torrents) {
		port := 0
		if m.offers(n) {
			port = int(m.h.Addr().Port())
		}
		m.walk(ctx, n, port)
	}
}

// walk goes to the nodes near a hash, notes who has it, and announces that the program has it unless the port is 0.
func (m *client) walk(ctx context.Context, n uint64, port int) {
	a, err := m.server.Announce(hash(n), port, false)
	if err != nil {
		return
	}
	defer context.AfterFunc(ctx, a.Close)()
	for found := range a.Peers { // to its end, even if it was closed: what nobody takes keeps its goroutine
		for _, p := range found.Peers {
			m.note(n, p.IP, p.Port)
		}
	}
	a.Close()
}

// announced notes who announced to the program itself.
func (m *client) announced(h metainfo.Hash, ip net.IP, port int, _ bool) {
	for n := range uint64(torrents) {
		if hash(n) == h {
			m.note(n, ip, port)
		}
	}
}

func (m *client) note(n uint64, ip net.IP, port int) {
	at, _ := netip.AddrFromSlice(ip)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.told[copyOf{n, netip.AddrPortFrom(at.Unmap(), uint16(port))}] = time.Now()
}

// sees reports whether the program was told within the last minute that a torrent is to be had there.
func (m *client) sees(n uint64, there netip.AddrPort) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	at, ok := m.told[copyOf{n, there}]
	return ok && time.Since(at) < time.Minute
}

// offers reports whether the program has a torrent.
func (m *client) offers(n uint64) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.has[n]
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
