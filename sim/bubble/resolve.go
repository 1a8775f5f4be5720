package bubble

import (
	"context"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// checkNetwork checks the name of a network: hosts have IPv4, and of that TCP and UDP.
func checkNetwork(network string) error {
	switch network {
	case "tcp", "tcp4", "udp", "udp4":
		return nil
	case "tcp6", "udp6":
		return os.NewSyscallError("socket", syscall.EAFNOSUPPORT)
	}
	return net.UnknownNetworkError(network)
}

func isUDP(network string) bool { return strings.HasPrefix(network, "udp") }

// netAddr is an address as net has it.
func netAddr(network string, at netip.AddrPort) net.Addr {
	if isUDP(network) {
		return net.UDPAddrFromAddrPort(at)
	}
	return net.TCPAddrFromAddrPort(at)
}

// LookupHost returns the address of the node of that name, as net.Resolver.LookupHost does; an address stands for itself.
func (h *Host) LookupHost(_ context.Context, name string) (addrs []string, err error) {
	ip, err := h.lookup(name)
	if err != nil {
		return nil, err
	}
	return []string{ip.String()}, nil
}

// lookup returns the address that a name stands for.
func (h *Host) lookup(name string) (netip.Addr, error) {
	if name == "localhost" {
		return netip.AddrFrom4([4]byte{127, 0, 0, 1}), nil
	}
	if ip, err := netip.ParseAddr(name); err == nil {
		return ip, nil
	}
	defer h.b.lock()()
	if n := h.b.w.Find(name); n != nil {
		return n.Addrs()[0].Addr(), nil
	}
	return netip.Addr{}, &net.DNSError{Err: "no such host", Name: name, Server: "the nodes of this world", IsNotFound: true}
}

// resolve turns "name:port" into an address. Without a name it is the host's own.
func (h *Host) resolve(network, address string) (netip.AddrPort, error) {
	name, service, err := net.SplitHostPort(address)
	if err != nil {
		return netip.AddrPort{}, err
	}
	port := 0
	if service != "" {
		if port, err = strconv.Atoi(service); err != nil {
			return netip.AddrPort{}, &net.DNSError{Err: "unknown port", Name: network + "/" + service, IsNotFound: true}
		}
	}
	if port < 0 || port >= 1<<16 {
		return netip.AddrPort{}, &net.AddrError{Err: "invalid port", Addr: service}
	}
	var ip netip.Addr
	if name != "" {
		if ip, err = h.lookup(name); err != nil {
			return netip.AddrPort{}, err
		}
	}
	return h.meant(netip.AddrPortFrom(ip, uint16(port))), nil
}

// meant returns an address as the world knows it: what is unspecified or loopback is the host's own.
func (h *Host) meant(at netip.AddrPort) netip.AddrPort {
	ip := at.Addr().Unmap()
	if !ip.IsValid() || ip.IsUnspecified() || ip.IsLoopback() {
		ip = h.Addr().Addr()
	}
	return netip.AddrPortFrom(ip, at.Port())
}
