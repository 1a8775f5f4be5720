package dht_test

import (
	"net/netip"
	"sync"
	"testing"

	"github.com/anacrolix/dht/v2/krpc"
	peer_store "github.com/anacrolix/dht/v2/peer-store"
)

// shelf keeps who was announced: the library's InMemory forgets the ports (see TestInMemoryForgetsPorts).
type shelf struct {
	mu    sync.Mutex
	peers map[peer_store.InfoHash][]netip.AddrPort // in the order in which they came
}

func (s *shelf) AddPeer(ih peer_store.InfoHash, na krpc.NodeAddr) {
	ip, _ := netip.AddrFromSlice(na.IP)
	at := netip.AddrPortFrom(ip.Unmap(), uint16(na.Port))
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.peers == nil {
		s.peers = map[peer_store.InfoHash][]netip.AddrPort{}
	}
	for _, known := range s.peers[ih] {
		if known == at {
			return
		}
	}
	s.peers[ih] = append(s.peers[ih], at)
}

func (s *shelf) GetPeers(ih peer_store.InfoHash) (all []krpc.NodeAddr) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, at := range s.peers[ih] {
		all = append(all, krpc.NodeAddr{IP: at.Addr().AsSlice(), Port: int(at.Port())})
	}
	return all
}

// TestInMemoryForgetsPorts is what the law found first: peer_store.InMemory of v2.23.0 files a peer under its address alone, and reads what it
// filed as an address with a port, so that get_peers never answers with who announced (anacrolix/dht pull request 83 mends it). When this
// fails, shelf can go.
func TestInMemoryForgetsPorts(t *testing.T) {
	var store peer_store.InMemory
	was := krpc.NodeAddr{IP: []byte{10, 1, 2, 3}, Port: 6881}
	store.AddPeer(peer_store.InfoHash{}, was)
	if got := store.GetPeers(peer_store.InfoHash{}); len(got) == 1 && got[0].String() == was.String() {
		t.Errorf("it returns %v, as it should", got)
	}
}
