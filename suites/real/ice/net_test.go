package ice_test

import (
	"context"
	"net"
	"net/netip"

	"github.com/pion/transport/v5"

	"github.com/overlaytest/overlaytest/sim/bubble"
)

// network is a host as pion's libraries see one: one interface, and UDP. What it has not is nil in the embedded interface.
type network struct {
	transport.Net
	h *bubble.Host
}

func (n network) Interfaces() ([]*transport.Interface, error) {
	ifc := transport.NewInterface(net.Interface{Index: 1, MTU: 1500, Name: "eth0", Flags: net.FlagUp | net.FlagRunning | net.FlagMulticast})
	ifc.AddAddress(&net.IPNet{IP: n.h.Addr().Addr().AsSlice(), Mask: net.CIDRMask(24, 32)})
	return []*transport.Interface{ifc}, nil
}

func (n network) InterfaceByName(string) (*transport.Interface, error) {
	all, err := n.Interfaces()
	return all[0], err
}

func (n network) InterfaceByIndex(int) (*transport.Interface, error) { return n.InterfaceByName("") }

func (n network) ListenPacket(network, address string) (net.PacketConn, error) {
	return n.h.ListenPacket(network, address)
}

func (n network) ListenUDP(network string, at *net.UDPAddr) (transport.UDPConn, error) {
	address := ":0"
	if at != nil {
		address = netip.AddrPortFrom(n.h.Addr().Addr(), uint16(at.Port)).String()
	}
	return n.h.ListenPacket(network, address)
}

func (n network) ResolveUDPAddr(_, address string) (*net.UDPAddr, error) {
	at, err := netip.ParseAddrPort(address)
	return net.UDPAddrFromAddrPort(at), err
}

func (n network) CreateDialer(*net.Dialer) transport.Dialer { return n.h }

func (n network) CreateListenConfig(*net.ListenConfig) transport.ListenConfig { return listenConfig(n) }

type listenConfig network

func (l listenConfig) Listen(_ context.Context, network, address string) (net.Listener, error) {
	return l.h.Listen(network, address)
}

func (l listenConfig) ListenPacket(_ context.Context, network, address string) (net.PacketConn, error) {
	return l.h.ListenPacket(network, address)
}
