package ipv8

import (
	"encoding/hex"
	"iter"
	"log/slog"
	"math/rand/v2"
	"net/netip"
	"slices"
	"time"

	"github.com/overlaytest/overlaytest/ipv8/keys"
	"github.com/overlaytest/overlaytest/ipv8/peers"
)

// Community is one overlay on one stack: what its author works with. A kind
// that embeds it has its methods.
type Community struct {
	stack  *Stack
	me     *identity
	id     ID
	prefix string
	limit  MaxPeers
	left   bool
	lan    netip.AddrPort
	wan    netip.AddrPort
	random *rand.Rand  // of introductions
	find   [256]uint16 // message id to 1 + index in messages, 0: none
	messages
	timers
	bootstrappers []Bootstrapper
	extra         func() []byte
	onRequest     []func(from *Peer, in *Introduction)
	onResponse    []func(from *Peer, in *Introduction)
	onLeave       []func()
}

// Detached returns a community that hears of nothing by itself: whoever
// listens on the stack hands it packets with Receive. A tracker has one for
// each overlay it is asked about. One of a closed stack was left already.
func (s *Stack) Detached(id ID) *Community {
	c := &Community{stack: s, me: s.identities[0], id: id, limit: DefaultMaxPeers, prefix: prefixOf(id), left: s.closed}
	c.timers.host = s.host
	c.lan, c.wan = firstEstimates(s.own)
	return c
}

func prefixOf(id ID) string {
	prefix := [prefixLen]byte{1: version}
	copy(prefix[2:], id[:])
	return string(prefix[:])
}

// firstEstimates says what a stack believes of its addresses before anybody
// told it: the first is the public one, and a private one or a second of IPv4
// is the LAN's.
func firstEstimates(own []netip.AddrPort) (lan, wan netip.AddrPort) {
	lan, wan = peers.Nowhere(), peers.Nowhere()
	for i, a := range own {
		a = unmap(a)
		if i == 0 {
			wan = a
		}
		if (i > 0 && a.Addr().Is4()) || isPrivate(a) {
			return a, wan
		}
	}
	return lan, wan
}

// ID returns the overlay's id.
func (c *Community) ID() ID { return c.id }

// Stack returns the stack that the community is of.
func (c *Community) Stack() *Stack { return c.stack }

// Table returns whom the stack knows, in all its overlays.
func (c *Community) Table() *peers.Table { return &c.stack.table }

// Key returns the key under which the stack takes part.
func (c *Community) Key() keys.Private { return c.me.key }

// Mid returns the member id under which the stack takes part.
func (c *Community) Mid() keys.Mid { return c.me.key.Public().Mid() }

// Address returns where the last introduction response says it reached us:
// 0.0.0.0:0 before the first.
func (c *Community) Address() netip.AddrPort { return c.me.address }

// WAN returns the address at which we believe the world can reach us.
func (c *Community) WAN() netip.AddrPort { return c.wan }

// LAN returns our address in our own network, 0.0.0.0:0 for none.
func (c *Community) LAN() netip.AddrPort { return c.lan }

// SetLAN sets the address we claim in our own network. The zero AddrPort means
// none.
func (c *Community) SetLAN(a netip.AddrPort) { c.lan = orNowhere(a) }

// SetWAN sets the address at which we believe the world can reach us, until an
// introduction response corrects it.
func (c *Community) SetWAN(a netip.AddrPort) { c.wan = orNowhere(a) }

func orNowhere(a netip.AddrPort) netip.AddrPort {
	if !a.IsValid() {
		return peers.Nowhere()
	}
	return unmap(a)
}

// Peers iterates over the verified peers of this overlay, in the order in which
// they were met. Peers may be added and removed meanwhile.
func (c *Community) Peers() iter.Seq[*Peer] { return c.stack.table.Peers(c.id) }

// PeerCount returns the number of verified peers of this overlay.
func (c *Community) PeerCount() int { return c.stack.table.Count(c.id) }

// MaxPeers returns the limit of peers, negative for none.
func (c *Community) MaxPeers() int { return int(c.limit) }

// GlobalTime moves the Lamport clock of our key on, and returns its new value.
func (c *Community) GlobalTime() uint64 { return c.me.claim() }

// SetGlobalTime sets the clock of our key: the next claim is one above.
func (c *Community) SetGlobalTime(t uint64) { c.me.clock = t }

// Now returns the host's time.
func (c *Community) Now() time.Time { return c.stack.host.Now() }

// Rand returns the overlay's random stream of a purpose, the same one each
// time. Streams of different purposes do not influence each other.
func (c *Community) Rand(purpose string) *rand.Rand {
	return c.stack.host.Rand(hex.EncodeToString(c.id[:]) + " " + purpose)
}

// Log returns where to log.
func (c *Community) Log() *slog.Logger { return c.stack.host.Log() }

// Leave ends the overlay on this stack: its timers stop, it hears nothing more
// and what it is told to send is an error. IPv8 has no message to say goodbye.
func (c *Community) Leave() {
	if c.left {
		return
	}
	c.left = true
	c.timers.stopAll()
	for _, f := range slices.Backward(c.onLeave) {
		f()
	}
	s := c.stack
	s.overlays = slices.DeleteFunc(slices.Clone(s.overlays), func(o *Community) bool { return o == c })
}

// OnLeave has f called when the community is left; who came last is called
// first.
func (c *Community) OnLeave(f func()) { c.onLeave = append(c.onLeave, f) }

// Left reports whether the community was left.
func (c *Community) Left() bool { return c.left }

// isPrivate reports whether an address is of the three private IPv4 ranges.
func isPrivate(a netip.AddrPort) bool { return a.Addr().Is4() && a.Addr().IsPrivate() }
