package ipv8

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"reflect"

	"github.com/overlaytest/overlaytest/ipv8/keys"
	"github.com/overlaytest/overlaytest/ipv8/peers"
	"github.com/overlaytest/overlaytest/ipv8/wire"
)

// envelope is a signed packet taken apart; all but the key are parts of it.
type envelope struct {
	key                     *keys.Public
	body, signed, signature []byte
}

var errNoSender = errors.New("packet ends inside the sender's key or signature")

// open takes a signed packet apart, or drops it.
func (c *Community) open(e *envelope, from netip.AddrPort, data []byte) bool {
	rest := data[headLen:]
	if len(rest) < 2 || len(rest)-2 < int(binary.BigEndian.Uint16(rest)) {
		c.stack.drop(Malformed, from, data, errNoSender)
		return false
	}
	n := int(binary.BigEndian.Uint16(rest))
	key, err := c.me.key.Ring().ParsePublic(rest[2 : 2+n])
	if err != nil {
		c.stack.drop(BadKey, from, data, err)
		return false
	}
	rest = rest[2+n:]
	if len(rest) < key.SignatureLen() {
		c.stack.drop(Malformed, from, data, errNoSender)
		return false
	}
	split := len(data) - key.SignatureLen()
	e.key, e.signed, e.signature = key, data[:split], data[split:]
	e.body = rest[:len(rest)-key.SignatureLen()]
	return true
}

// check judges what was decoded, and then the signature, or drops the packet.
func (c *Community) check(e *envelope, from netip.AddrPort, data []byte, err error) bool {
	if err != nil {
		c.stack.drop(Malformed, from, data, err)
		return false
	}
	if !e.key.Verify(e.signed, e.signature) {
		c.stack.drop(BadSignature, from, data, nil)
		return false
	}
	return true
}

// sender returns the peer that signed a packet. One that is known is from now
// on reached where the packet came from.
func (c *Community) sender(e *envelope, from netip.AddrPort) *Peer {
	t := &c.stack.table
	p := t.ByKey(e.key)
	if p == nil {
		p = peers.New(e.key, from, c.Now())
	} else {
		p.Move(peers.KindOf(from), from)
	}
	p.See(c.Now())
	return p
}

// begin starts a packet in the stack's buffer.
func (c *Community) begin(id byte, signed bool) []byte {
	buf := append(c.stack.buffer[:0], c.prefix...)
	buf = append(buf, id)
	if signed {
		buf = append(buf, c.me.auth...)
	}
	return buf
}

// beginAt is begin, with a global time behind the head.
func (c *Community) beginAt(globalTime uint64, id byte, signed bool) []byte {
	return binary.BigEndian.AppendUint64(c.begin(id, signed), globalTime)
}

var errNoTime = errors.New("packet ends inside the global time")

// cutTime takes the global time off the head of a body.
func cutTime(body []byte) (globalTime uint64, rest []byte, err error) {
	if len(body) < 8 {
		return 0, nil, errNoTime
	}
	return binary.BigEndian.Uint64(body), body[8:], nil
}

// seal signs what begin began.
func (c *Community) seal(buf []byte) []byte { return c.me.key.AppendSignature(buf, buf) }

// put sends a packet that may be the stack's buffer, and keeps the buffer.
func (c *Community) put(to netip.AddrPort, buf []byte) error {
	if cap(buf) > cap(c.stack.buffer) && cap(buf) <= keptBuffer {
		c.stack.buffer = buf
	}
	return c.SendPacket(to, buf)
}

// keptBuffer is the largest buffer a stack keeps between packets.
const keptBuffer = 4096

// SendPacket sends a packet as it is: prefix, message id, and so on. The
// errors are those of the host, and ErrLeft.
func (c *Community) SendPacket(to netip.AddrPort, packet []byte) error {
	if c.left {
		return ErrLeft
	}
	if len(packet) >= headLen {
		m := c.message(packet[prefixLen])
		m.traffic.Sent++
		m.traffic.SentBytes += uint64(len(packet))
	}
	return c.stack.host.Send(to, packet)
}

// Send signs a message and sends it to a peer. The errors are those of the
// host, of package wire, and ErrLeft.
func (c *Community) Send(to *Peer, m wire.Message) error { return c.SendTo(to.Address(), m) }

// SendTo is Send to an address, whoever may be there.
func (c *Community) SendTo(to netip.AddrPort, m wire.Message) error {
	buf, err := c.write(m, true)
	if err != nil {
		return err
	}
	return c.put(to, buf)
}

// SendUnsigned sends a message to an address without key and signature.
func (c *Community) SendUnsigned(to netip.AddrPort, m wire.Message) error {
	buf, err := c.write(m, false)
	if err != nil {
		return err
	}
	return c.put(to, buf)
}

// Pack returns the signed packet that Send would send.
func (c *Community) Pack(m wire.Message) ([]byte, error) {
	buf, err := c.write(m, true)
	return append([]byte(nil), buf...), err
}

// write makes the packet of a message in the stack's buffer.
func (c *Community) write(m wire.Message, signed bool) ([]byte, error) {
	id := m.MessageID()
	plan, err := c.plan(id, m)
	if err != nil {
		return nil, err
	}
	buf, err := plan.Append(c.begin(id, signed), m)
	if err != nil {
		return nil, fmt.Errorf("ipv8: message %d: %w", id, err)
	}
	if signed {
		buf = c.seal(buf)
	}
	return buf, nil
}

// plan returns the plan of a message's type, compiled when the type of that id
// is another than the last time.
func (c *Community) plan(id byte, m wire.Message) (*wire.Plan, error) {
	form := reflect.TypeOf(m)
	if form.Kind() == reflect.Pointer {
		form = form.Elem()
	}
	entry := c.message(id)
	if entry.form != form {
		plan, err := wire.PlanOf(form)
		if err != nil {
			return nil, fmt.Errorf("ipv8: message %d: %w", id, err)
		}
		entry.form, entry.plan = form, plan
	}
	return entry.plan, nil
}
