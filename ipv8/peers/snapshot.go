package peers

import (
	"encoding/binary"
	"net/netip"
)

// The types of addresses in a snapshot, as on the wire.
const (
	typeIPv4 = 1
	typeHost = 2
	typeIPv6 = 3
)

// Snapshot returns the addresses of the verified peers, in py-ipv8's form.
func (t *Table) Snapshot() []byte {
	var out []byte
	for p := range t.Verified() {
		switch a := p.Address(); {
		case !Somewhere(a):
		case KindOf(a) == UDPv4:
			ip := a.Addr().As4()
			out = append(append(out, typeIPv4), ip[:]...)
			out = binary.BigEndian.AppendUint16(out, a.Port())
		default:
			ip := a.Addr().As16()
			out = append(append(out, typeIPv6), ip[:]...)
			out = binary.BigEndian.AppendUint16(out, a.Port())
		}
	}
	return out
}

// Load takes in the addresses of a snapshot, as known ones of nobody: they are
// walkable for the zero Service. It returns the number of addresses read, and
// stops at the first byte that makes no sense. Host names are passed over.
func (t *Table) Load(snapshot []byte) (read int) {
	for len(snapshot) > 0 {
		a, rest, ok := cutAddress(snapshot)
		if !ok {
			break
		}
		if Somewhere(a) && !t.Blacklisted(a) && !t.book.listed(a) {
			t.book.introduce(a, nil, Service{}, false)
		}
		read++
		snapshot = rest
	}
	return read
}

// cutAddress reads one address; that of a host name is the zero value.
func cutAddress(b []byte) (a netip.AddrPort, rest []byte, ok bool) {
	size := 0
	switch b[0] {
	case typeIPv4:
		size = 1 + 4 + 2
	case typeIPv6:
		size = 1 + 16 + 2
	case typeHost:
		if len(b) >= 3 {
			size = 1 + 2 + int(binary.BigEndian.Uint16(b[1:])) + 2
		}
	}
	if size == 0 || len(b) < size {
		return a, nil, false
	}
	if b[0] != typeHost {
		ip, _ := netip.AddrFromSlice(b[1 : size-2])
		a = unmap(netip.AddrPortFrom(ip, binary.BigEndian.Uint16(b[size-2:])))
	}
	return a, b[size:], true
}
