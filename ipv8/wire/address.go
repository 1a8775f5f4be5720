package wire

import (
	"encoding/binary"
	"math"
	"net/netip"
	"unicode/utf8"
)

// What the first byte of ip_address and address says.
const (
	kindIPv4 = 1
	kindHost = 2
	kindIPv6 = 3
)

func appendIPv4(dst []byte, a netip.AddrPort) ([]byte, *fault) {
	ip := known(a.Addr())
	if !ip.Is4() {
		return dst, invalid("%v is not an IPv4 address", a)
	}
	b := ip.As4()
	return binary.BigEndian.AppendUint16(append(dst, b[:]...), a.Port()), nil
}

func appendIP(dst []byte, a netip.AddrPort) ([]byte, *fault) {
	ip := known(a.Addr())
	switch {
	case ip.Is4():
		return appendIPv4(append(dst, kindIPv4), a)
	case ip.Zone() != "":
		return dst, invalid("%v has a zone, which means nothing elsewhere", a)
	}
	b := ip.As16()
	return binary.BigEndian.AppendUint16(append(append(dst, kindIPv6), b[:]...), a.Port()), nil
}

func appendAddress(dst []byte, a Address) ([]byte, *fault) {
	switch {
	case a.Host == "":
		return appendIP(dst, netip.AddrPortFrom(a.IP, a.Port))
	case a.IP.IsValid():
		return dst, invalid("both a host %q and an address %v", a.Host, a.IP)
	case !utf8.ValidString(a.Host):
		return dst, invalid("host %q is not UTF-8", a.Host)
	case len(a.Host) > math.MaxUint16:
		return dst, outside("host of %d bytes, at most %d", len(a.Host), math.MaxUint16)
	}
	dst = binary.BigEndian.AppendUint16(append(dst, kindHost), uint16(len(a.Host)))
	return binary.BigEndian.AppendUint16(append(dst, a.Host...), a.Port), nil
}

func decodeIPv4(data []byte) (netip.AddrPort, int, *fault) {
	if len(data) < 6 {
		return netip.AddrPort{}, 0, truncated(6, len(data))
	}
	ip := netip.AddrFrom4([4]byte(data))
	return netip.AddrPortFrom(ip, binary.BigEndian.Uint16(data[4:])), 6, nil
}

func decodeIP(data []byte) (netip.AddrPort, int, *fault) {
	if len(data) == 0 {
		return netip.AddrPort{}, 0, truncated(1, 0)
	}
	switch data[0] {
	case kindIPv4:
		a, n, flt := decodeIPv4(data[1:])
		return a, 1 + n, flt
	case kindIPv6:
		if len(data) < 19 {
			return netip.AddrPort{}, 0, truncated(19, len(data))
		}
		ip := netip.AddrFrom16([16]byte(data[1:]))
		return netip.AddrPortFrom(ip, binary.BigEndian.Uint16(data[17:])), 19, nil
	}
	return netip.AddrPort{}, 0, invalid("address of kind %d", data[0])
}

func decodeAddress(data []byte) (Address, int, *fault) {
	if len(data) == 0 || data[0] != kindHost {
		a, n, flt := decodeIP(data)
		return AddressOf(a), n, flt
	}
	if len(data) < 5 {
		return Address{}, 0, truncated(5, len(data))
	}
	end := 3 + int(binary.BigEndian.Uint16(data[1:]))
	if len(data) < end+2 {
		return Address{}, 0, truncated(end+2, len(data))
	}
	host := data[3:end]
	if len(host) == 0 || !utf8.Valid(host) {
		return Address{}, 0, invalid("host %q", brief(host))
	}
	return Address{Host: string(host), Port: binary.BigEndian.Uint16(data[end:])}, end + 2, nil
}
