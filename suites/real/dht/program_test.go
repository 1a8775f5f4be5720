package dht_test

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/anacrolix/dht/v2"
	"github.com/anacrolix/dht/v2/transactions"
	"github.com/anacrolix/log"
	"golang.org/x/time/rate"

	"github.com/overlaytest/overlaytest/sim"
	"github.com/overlaytest/overlaytest/sim/bubble"
)

// client is a program on the mainline DHT: it announces what it has, and looks for who else has it, again and again.
type client struct {
	h      *bubble.Host
	server *dht.Server

	mu   sync.Mutex
	has  map[uint64]bool
	seen map[uint64]map[string]bool // by what was looked for: who has it, as "address:port"
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

func start(h *bubble.Host, met []netip.AddrPort) (*client, error) {
	conn, err := h.ListenPacket("udp", h.Addr().String())
	if err != nil {
		return nil, err
	}
	sim.Shared(h.Node(), anew)
	c := dht.NewDefaultServerConfig()
	end := &socket{PacketConn: conn, made: make(chan struct{})}
	c.Conn, c.NoSecurity = end, true
	c.PublicIP = h.Addr().Addr().AsSlice()
	c.PeerStore = &shelf{}
	c.SendLimiter = rate.NewLimiter(250, 25) // the default one is one for all servers of the process
	c.Logger = log.Default.FilterLevel(log.Critical)
	if _, err := rand.Read(c.NodeId[:]); err != nil {
		return nil, err
	}
	c.StartingNodes = func() (addrs []dht.Addr, err error) {
		for _, a := range met {
			addrs = append(addrs, dht.NewAddr(net.UDPAddrFromAddrPort(a)))
		}
		return addrs, nil
	}
	server, err := dht.NewServer(c)
	if err != nil {
		return nil, err
	}
	end.server = server
	close(end.made)
	m := &client{h: h, server: server, has: map[uint64]bool{}, seen: map[uint64]map[string]bool{}}
	h.Go(func(context.Context) { server.TableMaintainer() })
	h.Go(m.live)
	return m, nil
}

// torrents is how many there are, numbered from 0.
const torrents = 3

// hash is the info hash of a torrent.
func hash(n uint64) (h [20]byte) {
	binary.BigEndian.PutUint64(h[:], (n+1)*0x9e3779b97f4a7c15)
	return h
}

// port is the one at which the program has the torrents: the one of its DHT.
func (m *client) port() int { return int(m.h.Addr().Port()) }

// self is how others find the program.
func (m *client) self() string { return fmt.Sprint(m.h.Addr().Addr(), ":", m.port()) }

// add has the program have a torrent.
func (m *client) add(n uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.has[n] = true
}

// live announces and looks for all torrents, one after the other.
func (m *client) live(ctx context.Context) {
	for ctx.Err() == nil {
		_, _ = m.server.BootstrapContext(ctx)
		for n := range uint64(torrents) {
			port := 0
			if m.offers(n) {
				port = m.port()
			}
			m.traverse(ctx, n, port)
		}
		sleep(ctx, 20*time.Second)
	}
}

// traverse walks to the nodes near a hash, notes who has it, and announces that the program has it unless the port is 0.
func (m *client) traverse(ctx context.Context, n uint64, port int) {
	a, err := m.server.Announce(hash(n), port, false)
	if err != nil {
		return
	}
	defer a.Close()
	seen := map[string]bool{}
	for {
		select {
		case found, ok := <-a.Peers:
			if !ok {
				m.note(n, seen)
				return
			}
			for _, p := range found.Peers {
				seen[p.String()] = true
			}
		case <-ctx.Done():
			return
		}
	}
}

func (m *client) note(n uint64, seen map[string]bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.seen[n] = seen
}

// sees reports whether the last walk to a torrent found somebody.
func (m *client) sees(n uint64, who string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.seen[n][who]
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
