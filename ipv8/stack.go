package ipv8

import (
	"context"
	"encoding/binary"
	"log/slog"
	"net/netip"
	"slices"

	"github.com/overlaytest/overlaytest/ipv8/keys"
	"github.com/overlaytest/overlaytest/ipv8/peers"
)

// Stack is one peer: a key, whom it knows, and the overlays it takes part in.
type Stack struct {
	host       Host
	identities []*identity // the stack's own key, then others: see As
	table      peers.Table
	overlays   []*Community
	listeners  []func(from, to netip.AddrPort, data []byte)
	own        []netip.AddrPort // the host's addresses
	buffer     []byte           // of the packet being built
	packet     []byte           // being handled
	dropped    [reasons]uint64
	closed     bool
}

// identity is a key with what belongs to its holder in all overlays.
type identity struct {
	key     keys.Private
	auth    string // head of signed messages: length and public key
	clock   uint64 // Lamport
	address netip.AddrPort
}

func newIdentity(key keys.Private) *identity {
	bin := key.Public().Bin()
	auth := binary.BigEndian.AppendUint16(make([]byte, 0, 2+len(bin)), uint16(len(bin)))
	return &identity{key: key, auth: string(append(auth, bin...)), address: peers.Nowhere()}
}

// claim moves the clock on and returns the new time.
func (i *identity) claim() uint64 {
	i.clock++
	return i.clock
}

// NewStack makes a peer on a host, and listens there. It verifies signatures
// through the ring of its key.
func NewStack(h Host, key keys.Private) *Stack {
	s := &Stack{host: h, identities: []*identity{newIdentity(key)}, own: h.Addrs()}
	s.table.BlacklistMid(key.Public().Mid())
	h.Listen(s.receive)
	return s
}

// Host returns where the stack runs.
func (s *Stack) Host() Host { return s.host }

// Key returns the key the stack was made with.
func (s *Stack) Key() keys.Private { return s.identities[0].key }

// Table returns whom the stack knows, in all its overlays.
func (s *Stack) Table() *peers.Table { return &s.table }

// Overlays returns the communities that run, in the order of joining.
func (s *Stack) Overlays() []*Community { return slices.Clone(s.overlays) }

// Listen has f called with every packet that comes, of any overlay, before the
// overlay itself. The data is f's to read until it returns.
func (s *Stack) Listen(f func(from, to netip.AddrPort, data []byte)) {
	s.listeners = append(s.listeners, f)
}

// Close leaves all overlays. The stack hears and does nothing from then on.
func (s *Stack) Close() {
	s.closed = true
	for _, c := range slices.Backward(s.Overlays()) {
		c.Leave()
	}
}

// Dropped returns how many packets were dropped for a reason.
func (s *Stack) Dropped(r Reason) uint64 { return s.dropped[r] }

// prefixLen is the length of what marks a packet as one of an overlay: 0, the
// version of communities, and the overlay's id.
const (
	prefixLen = 22
	headLen   = prefixLen + 1 // with the message id
	version   = 2
)

// receive is the listener on the host.
func (s *Stack) receive(from, to netip.AddrPort, data []byte) {
	if s.closed {
		return
	}
	from = unmap(from)
	for _, f := range s.listeners {
		f(from, to, data)
	}
	if len(data) < headLen {
		s.drop(Short, from, data, nil)
		return
	}
	met := len(s.listeners) > 0
	for _, c := range s.overlays { // those there are now: leaving makes a list of its own
		if c.prefix == string(data[:prefixLen]) {
			met = true
			c.Receive(from, data)
		}
	}
	if !met {
		s.drop(Foreign, from, data, nil)
	}
}

// drop counts a packet that goes no further, and logs why.
func (s *Stack) drop(r Reason, from netip.AddrPort, data []byte, err error) {
	s.dropped[r]++
	log, level := s.host.Log(), r.level()
	if !log.Enabled(context.Background(), level) {
		return
	}
	attrs := []slog.Attr{slog.String("reason", r.String()), slog.String("peer", from.String()), slog.Int("bytes", len(data))}
	if len(data) >= headLen {
		attrs = append(attrs, slog.String("message", messageName(data[prefixLen])))
	}
	if err != nil {
		attrs = append(attrs, slog.String("error", err.Error()))
	}
	log.LogAttrs(context.Background(), level, "packet dropped", attrs...)
}

func unmap(a netip.AddrPort) netip.AddrPort {
	if a.Addr().Is4In6() {
		return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
	}
	return a
}
