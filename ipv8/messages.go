package ipv8

import (
	"errors"
	"fmt"
	"net/netip"
	"reflect"

	"github.com/overlaytest/overlaytest/ipv8/wire"
)

// ErrLeft is the error of sending in a community that was left.
var ErrLeft = errors.New("ipv8: the community was left")

// messages holds, for each message id in use, who handles it, how it is
// written, and how often it came and went.
type messages struct {
	list []message
}

type message struct {
	handle  func(from netip.AddrPort, data []byte)
	form    reflect.Type // of what was sent last, and its plan
	plan    *wire.Plan
	traffic Traffic
}

// Traffic counts the packets of one message id, in whole packets with prefix
// and signature, malformed ones too.
type Traffic struct {
	MessageID               byte
	Sent, SentBytes         uint64
	Received, ReceivedBytes uint64
}

// Traffic returns the counts of each message id that is handled here or was
// sent, in order of the ids.
func (c *Community) Traffic() []Traffic {
	var all []Traffic
	for _, at := range c.find {
		if at > 0 {
			all = append(all, c.list[at-1].traffic)
		}
	}
	return all
}

// message returns the entry of an id, made if it must be. The pointer is good
// until the next call.
func (c *Community) message(id byte) *message {
	at := c.find[id]
	if at == 0 {
		c.list = append(c.list, message{traffic: Traffic{MessageID: id}})
		at = uint16(len(c.list))
		c.find[id] = at
	}
	return &c.list[at-1]
}

func (c *Community) on(id byte, f func(from netip.AddrPort, data []byte)) {
	reserve(id)
	m := c.message(id)
	if m.handle != nil {
		panic(fmt.Sprintf("ipv8: message id %d of overlay %v has a handler already", id, c.id))
	}
	m.handle = f
}

// Handle has f called for every message of M's id that came whole and with a
// valid signature. The peer is the one the stack knows by that key, or else
// one that nobody keeps: met at the source address, and good to answer to. M
// is its own; package wire says which structs can be messages. One with a
// global time embeds [wire.Dist] before its fields. A second handler for an
// id, or one for an id of IPv8's own, panics.
func Handle[M wire.Message](c *Community, f func(from *Peer, m M)) {
	codec := wire.MustCompile[M]()
	c.on(idOf[M](), func(from netip.AddrPort, data []byte) {
		var e envelope
		if !c.open(&e, from, data) {
			return
		}
		m, err := codec.DecodeAll(e.body)
		if c.check(&e, from, data, err) {
			f(c.sender(&e, from), m)
		}
	})
}

// HandleUnsigned is Handle for messages without signature: all that is known
// of the sender is an address, and that may be forged.
func HandleUnsigned[M wire.Message](c *Community, f func(from netip.AddrPort, m M)) {
	codec := wire.MustCompile[M]()
	c.on(idOf[M](), func(from netip.AddrPort, data []byte) {
		m, err := codec.DecodeAll(data[headLen:])
		if err != nil {
			c.stack.drop(Malformed, from, data, err)
			return
		}
		f(from, m)
	})
}

// HandleRaw has f called with every packet of a message id, whole as it came
// and unchecked. The data is f's to read until it returns.
func HandleRaw(c *Community, id byte, f func(from netip.AddrPort, data []byte)) { c.on(id, f) }

func idOf[M wire.Message]() byte {
	var m M
	return m.MessageID()
}

// Packet returns the packet that is being handled, whole: for handlers that
// keep or pass on what was signed. It is to be read until the handler returns;
// outside of one it is nil.
func (c *Community) Packet() []byte { return c.stack.packet }

// Receive handles a packet for this community, as if it came from an address.
// The stack calls it for communities that were joined.
func (c *Community) Receive(from netip.AddrPort, data []byte) {
	if c.left {
		return
	}
	if len(data) < headLen || string(data[:prefixLen]) != c.prefix {
		c.stack.drop(Foreign, from, data, nil)
		return
	}
	if p := c.stack.table.ByAddress(from); p != nil {
		p.See(c.Now())
	}
	before := c.stack.packet
	c.stack.packet = data
	c.dispatch(from, data)
	c.stack.packet = before
}

func (c *Community) dispatch(from netip.AddrPort, data []byte) {
	id := data[prefixLen]
	builtin := builtins[id]
	if builtin == nil && c.find[id] == 0 {
		c.dropUnhandled(from, data)
		return
	}
	m := c.message(id)
	m.traffic.Received++
	m.traffic.ReceivedBytes += uint64(len(data))
	switch {
	case builtin != nil:
		builtin(c, from, data)
	case m.handle != nil:
		m.handle(from, data)
	default:
		c.dropUnhandled(from, data)
	}
}

func (c *Community) dropUnhandled(from netip.AddrPort, data []byte) {
	r := Unknown
	if dispersy[data[prefixLen]] != "" {
		r = Deprecated
	}
	c.stack.drop(r, from, data, nil)
}
