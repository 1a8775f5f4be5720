package bubble

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"
)

// errNetwork is the error about a network that hosts do not have.
func errNetwork(op, network string) error {
	return &net.OpError{Op: op, Net: network, Err: net.UnknownNetworkError(network)}
}

// port is the port of an address such as ":7946" or "1.2.3.4:0", which must be the host's own or unspecified.
func (h *Host) port(address string) (uint16, error) {
	host, service, err := net.SplitHostPort(address)
	if err != nil {
		return 0, err
	}
	if ip, err := netip.ParseAddr(host); host != "" && (err != nil || !ip.IsUnspecified() && !ip.IsLoopback() && ip.Unmap() != h.Addr().Addr()) {
		return 0, &net.AddrError{Err: fmt.Sprintf("node %q has the address %v", h.node.Name(), h.Addr().Addr()), Addr: address}
	}
	port, err := strconv.ParseUint(service, 10, 16)
	if err != nil {
		return 0, &net.AddrError{Err: "invalid port", Addr: address}
	}
	return uint16(port), nil
}

// LookupHost returns the address of the node of that name, as net.Resolver.LookupHost does; an address stands for itself.
func (h *Host) LookupHost(_ context.Context, name string) (addrs []string, err error) {
	if ip, err := netip.ParseAddr(name); err == nil {
		return []string{ip.String()}, nil
	}
	defer h.b.lock()()
	n := h.b.w.Find(name)
	if n == nil {
		return nil, &net.DNSError{Err: "no such node in this world", Name: name, IsNotFound: true}
	}
	return []string{n.Addrs()[0].Addr().String()}, nil
}

// resolve turns "name:port" into an address.
func (h *Host) resolve(ctx context.Context, address string) (netip.AddrPort, error) {
	if a, err := netip.ParseAddrPort(address); err == nil {
		return netip.AddrPortFrom(a.Addr().Unmap(), a.Port()), nil
	}
	name, service, err := net.SplitHostPort(address)
	if err != nil {
		return netip.AddrPort{}, err
	}
	port, err := strconv.ParseUint(service, 10, 16)
	if err != nil {
		return netip.AddrPort{}, &net.AddrError{Err: "invalid port", Addr: address}
	}
	ips, err := h.LookupHost(ctx, name)
	if err != nil {
		return netip.AddrPort{}, err
	}
	return netip.AddrPortFrom(netip.MustParseAddr(ips[0]), uint16(port)), nil
}
