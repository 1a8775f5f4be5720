package ipv8

import (
	"crypto/sha1"
	"fmt"

	"github.com/overlaytest/overlaytest/ipv8/keys"
	"github.com/overlaytest/overlaytest/ipv8/peers"
)

// ID tells overlays apart on the wire: 20 bytes.
type ID = peers.Service

// Named returns the ID of a name: its SHA-1. py-ipv8's own overlays have ids
// made otherwise.
func Named(name string) ID { return sha1.Sum([]byte(name)) }

// Peer is somebody as known to a stack.
type Peer = peers.Peer

// Kind is a kind of overlay as its author defines it: an ID, and how one
// starts. It never changes and may be shared by worlds.
type Kind[O any] struct {
	id    ID
	start func(*Community) O
}

// Define makes a kind. For each stack that joins, start sets the message
// handlers and tasks of a new community, and returns what the author keeps of
// the overlay, the [Community] in it as a rule.
func Define[O any](id ID, start func(*Community) O) Kind[O] { return Kind[O]{id, start} }

// ID returns the overlay's id.
func (k Kind[O]) ID() ID { return k.id }

// Part is something that works for a community: a walker, a bootstrapper, a
// limit.
type Part interface {
	// Attach is called once, before the overlay starts.
	Attach(*Community)
}

// Join makes an overlay run on a stack: it opens a community, attaches the
// parts in order, and starts it. On a closed stack it was left already.
func Join[O any](s *Stack, k Kind[O], parts ...Part) O {
	c := s.Detached(k.id)
	if !c.left {
		s.overlays = append(s.overlays, c)
	}
	for _, p := range parts {
		p.Attach(c)
	}
	return k.start(c)
}

// MaxPeers is the part that sets how many peers of an overlay a stack wants:
// at that number it says so in its responses, above it it answers no
// introduction requests. A negative one means no limit.
type MaxPeers int

// DefaultMaxPeers is the limit of a community that was not told another.
const DefaultMaxPeers MaxPeers = 30

// Attach sets the limit.
func (n MaxPeers) Attach(c *Community) { c.limit = n }

// As is the part that makes the stack take part in an overlay under another
// key than its own.
func As(key keys.Private) Part { return as{key} }

type as struct{ key keys.Private }

// Attach sets the key. All overlays of one key share its clock.
func (a as) Attach(c *Community) {
	s, key := c.stack, a.key.Public()
	for _, known := range s.identities {
		if known.key.Public().Bin() == key.Bin() {
			c.me = known
			return
		}
	}
	c.me = newIdentity(a.key)
	s.identities = append(s.identities, c.me)
	s.table.BlacklistMid(key.Mid())
}

// reserve panics when an application wants a message id of IPv8's own.
func reserve(id byte) {
	if id >= firstReserved {
		panic(fmt.Sprintf("ipv8: message id %d is IPv8's own; those below %d are free", id, firstReserved))
	}
}
