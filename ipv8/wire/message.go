package wire

import (
	"net/netip"
	"strconv"
)

// Message is a payload struct with a message number, 0 to 255.
type Message interface {
	MessageID() byte
}

// Custom is implemented, on the pointer, by a field type that writes itself. It stands for fix_pack and fix_unpack of py-ipv8.
type Custom interface {
	// AppendWire appends the value to dst.
	AppendWire(dst []byte) ([]byte, error)
	// DecodeWire reads the value from the head of data, which it must not keep, and tells how many bytes it read.
	DecodeWire(data []byte) (n int, err error)
}

// Address is an IP address or a host name, with a port: format address. The zero value is 0.0.0.0:0.
type Address struct {
	Host string     // a name in UTF-8; empty for an IP address
	IP   netip.Addr // the zero Addr when Host is set
	Port uint16
}

// AddressOf is the Address of an IP address and port.
func AddressOf(a netip.AddrPort) Address { return Address{IP: a.Addr(), Port: a.Port()} }

// AddrPort is the address as an IP address and port; ok is false for a host name.
func (a Address) AddrPort() (addr netip.AddrPort, ok bool) {
	if a.Host != "" {
		return netip.AddrPort{}, false
	}
	return netip.AddrPortFrom(known(a.IP), a.Port), true
}

// String is host:port, or as [netip.AddrPort.String] writes it.
func (a Address) String() string {
	if addr, ok := a.AddrPort(); ok {
		return addr.String()
	}
	return a.Host + ":" + strconv.Itoa(int(a.Port))
}

// known replaces the zero Addr, which means no address, by the 0.0.0.0 it is on the wire.
func known(a netip.Addr) netip.Addr {
	if !a.IsValid() {
		return netip.IPv4Unspecified()
	}
	return a
}
