package bubble_test

import (
	"net"
	"net/netip"
	"strconv"
	"time"
)

// udpSocket is what both kinds of UDP sockets can.
type udpSocket interface {
	net.Conn
	net.PacketConn
	ReadFromUDP(p []byte) (int, *net.UDPAddr, error)
	ReadFromUDPAddrPort(p []byte) (int, netip.AddrPort, error)
	ReadMsgUDP(p, oob []byte) (n, oobn, flags int, from *net.UDPAddr, err error)
	ReadMsgUDPAddrPort(p, oob []byte) (n, oobn, flags int, from netip.AddrPort, err error)
	WriteToUDP(p []byte, to *net.UDPAddr) (int, error)
	WriteToUDPAddrPort(p []byte, to netip.AddrPort) (int, error)
	WriteMsgUDP(p, oob []byte, to *net.UDPAddr) (n, oobn int, err error)
	WriteMsgUDPAddrPort(p, oob []byte, to netip.AddrPort) (n, oobn int, err error)
	SetReadBuffer(bytes int) error
	SetWriteBuffer(bytes int) error
}

const anyPort = "127.0.0.1:0"

// udp opens a socket of a.
func (s *stage) udp(network string) udpSocket { return s.udpAt(s.a, network) }

func (s *stage) udpAt(m machine, network string) udpSocket {
	return must[net.PacketConn](s)(m.ListenPacket(background, network, anyPort)).(udpSocket)
}

// udps opens a socket of each machine.
func (s *stage) udps() (a, b udpSocket) { return s.udpAt(s.a, "udp"), s.udpAt(s.b, "udp") }

// dialled opens a socket of a that is dialled to one of b.
func (s *stage) dialled(b udpSocket) udpSocket {
	return must[net.Conn](s)(s.a.DialContext(background, "udp", b.LocalAddr().String())).(udpSocket)
}

func port(a net.Addr) string {
	_, port, _ := net.SplitHostPort(a.String())
	return port
}

var packetScripts = []script{
	{"udp addresses", func(s *stage) {
		a, b := s.udps()
		defer a.Close()
		defer b.Close()
		s.op("local")(a.LocalAddr(), port(a.LocalAddr()) != "0")
		s.op("remote")(a.RemoteAddr())
		a.WriteTo([]byte("x"), b.LocalAddr())
		_, from, err := b.ReadFrom(make([]byte, 1))
		s.op("from")(from, err, from.String() == a.LocalAddr().String())
	}},
	{"udp datagrams", udpDatagrams},
	{"udp ways to read and write", udpWays},
	{"udp closed", func(s *stage) {
		for _, network := range []string{"udp", "udp4"} {
			a := s.udp(network)
			s.op("close")(a.Close())
			s.udpOps(a)
		}
	}},
	{"udp close while reading", func(s *stage) {
		a := s.udp("udp")
		s.soon(func() { a.Close() })
		s.op("read")(a.ReadFrom(make([]byte, 1)))
	}},
	{"udp deadlines", udpDeadlines},
	{"udp wrong addresses", udpWrongAddresses},
	{"udp sizes", func(s *stage) {
		a, b := s.udps()
		defer a.Close()
		defer b.Close()
		for _, size := range []int{65508, 65507, 9000} {
			s.op("write")(a.WriteTo(make([]byte, size), b.LocalAddr()))
		}
		s.op("read")(b.Read(make([]byte, 1<<16)))
		s.op("read")(b.Read(make([]byte, 1<<16)))
	}},
	{"udp a used port", func(s *stage) {
		a := s.udp("udp")
		defer a.Close()
		_, err := s.a.ListenPacket(background, "udp4", "127.0.0.1:"+port(a.LocalAddr()))
		s.op("again")(err)
	}},
	{"udp dialled", udpDialled},
	{"udp dialled and closed", func(s *stage) {
		b := s.udpAt(s.b, "udp")
		defer b.Close()
		a := s.dialled(b)
		s.op("close")(a.Close())
		s.udpOps(a)
		s.op("remote")(a.RemoteAddr())
	}},
	{"udp strangers to a dialled socket", func(s *stage) {
		b, stranger := s.udps()
		defer b.Close()
		defer stranger.Close()
		a := s.dialled(b)
		defer a.Close()
		stranger.WriteTo([]byte("stranger"), a.LocalAddr())
		b.WriteTo([]byte("friend"), a.LocalAddr())
		p := make([]byte, 10)
		n, err := a.Read(p)
		s.op("read")(string(p[:n]), err)
	}},
}

// udpOps notes every operation on a socket.
func (s *stage) udpOps(c udpSocket) {
	to, p := net.UDPAddrFromAddrPort(netip.MustParseAddrPort("127.0.0.1:9")), make([]byte, 1)
	s.op("read")(c.Read(p))
	s.op("read nothing")(c.Read(nil))
	s.op("read from")(c.ReadFrom(p))
	_, from, err := c.ReadFromUDP(p)
	s.op("read from UDP")(from == nil, err)
	_, _, err = c.ReadFromUDPAddrPort(p)
	s.op("read from address")(err)
	s.op("write")(c.Write(p))
	s.op("write to")(c.WriteTo(p, to))
	s.op("write nothing to")(c.WriteTo(nil, to))
	s.op("write to address")(c.WriteToUDPAddrPort(p, to.AddrPort()))
	s.op("deadline")(c.SetDeadline(time.Time{}))
	s.op("read deadline")(c.SetReadDeadline(time.Now()))
	s.op("write deadline")(c.SetWriteDeadline(time.Now().Add(time.Hour)))
	s.op("read buffer")(c.SetReadBuffer(1 << 20))
	s.op("write buffer")(c.SetWriteBuffer(1 << 20))
	s.op("local")(c.LocalAddr())
	s.op("close")(c.Close())
}

func udpDatagrams(s *stage) {
	a, b := s.udps()
	defer a.Close()
	defer b.Close()
	to := b.LocalAddr()
	for _, text := range []string{"whole", "", "too long", "unseen", "left"} {
		s.op("write")(a.WriteTo([]byte(text), to))
	}
	s.op("write no slice")(a.WriteTo(nil, to))
	p := make([]byte, 5)
	for range 3 {
		n, _, err := b.ReadFrom(p)
		s.op("read")(n, string(p[:n]), err)
	}
	s.op("into no room, without waiting")(b.Read(nil))
	n, _, err := b.ReadFrom(nil)
	s.op("into no room")(n, err)
	s.op("read the next")(b.Read(p))
	s.op("read an empty one")(b.Read(p))
}

func udpWays(s *stage) {
	a, b := s.udps()
	defer a.Close()
	defer b.Close()
	to := b.LocalAddr().(*net.UDPAddr)
	s.op("WriteToUDP")(a.WriteToUDP([]byte("one"), to))
	s.op("WriteToUDPAddrPort")(a.WriteToUDPAddrPort([]byte("two"), to.AddrPort()))
	s.op("WriteToUDPAddrPort, IPv4 in IPv6")(a.WriteToUDPAddrPort([]byte("three"), netip.AddrPortFrom(netip.AddrFrom16(to.AddrPort().Addr().As16()), to.AddrPort().Port())))
	s.op("WriteMsgUDP")(a.WriteMsgUDP([]byte("four"), nil, to))
	s.op("WriteMsgUDPAddrPort")(a.WriteMsgUDPAddrPort([]byte("five"), nil, to.AddrPort()))
	s.op("Write")(a.Write([]byte("to nobody")))
	s.op("Write nothing")(a.Write(nil))
	p := make([]byte, 4)
	n, from, err := b.ReadFromUDP(p)
	s.op("ReadFromUDP")(n, from, err)
	n, at, err := b.ReadFromUDPAddrPort(p)
	s.op("ReadFromUDPAddrPort")(n, at, at == a.LocalAddr().(*net.UDPAddr).AddrPort(), err)
	const truncated = 0x20
	n, oobn, flags, from, err := b.ReadMsgUDP(p, nil)
	s.op("ReadMsgUDP")(n, oobn, flags&truncated, from, err)
	n, oobn, flags, at, err = b.ReadMsgUDPAddrPort(p, make([]byte, 8))
	s.op("ReadMsgUDPAddrPort")(n, oobn, flags&truncated, at, err)
	s.op("Read")(b.Read(p))
}

func udpDeadlines(s *stage) {
	a, b := s.udps()
	defer a.Close()
	defer b.Close()
	past, p := time.Now().Add(-time.Second), make([]byte, 5)
	a.WriteTo([]byte("there"), b.LocalAddr())
	s.op("set")(b.SetReadDeadline(past))
	s.op("read what is there")(b.ReadFrom(p))
	s.op("read nothing")(b.Read(nil))
	s.op("write meanwhile")(b.WriteTo(p, a.LocalAddr()))
	s.op("clear")(b.SetReadDeadline(time.Time{}))
	s.op("read what is there")(b.Read(p))
	b.SetDeadline(time.Now().Add(10 * time.Millisecond))
	s.op("read")(b.ReadFrom(p))
	s.op("write")(b.WriteTo(p, a.LocalAddr()))
	b.SetDeadline(time.Now().Add(time.Hour))
	s.soon(func() { b.SetDeadline(past) })
	s.op("moved to the past")(b.ReadFrom(p))
	s.op("write nothing")(b.WriteTo(nil, a.LocalAddr()))
	b.SetDeadline(time.Time{})
	s.soon(func() { a.WriteTo([]byte("late"), b.LocalAddr()) })
	s.op("cleared")(b.Read(p))
}

func udpWrongAddresses(s *stage) {
	a := s.udp("udp")
	defer a.Close()
	p := []byte("x")
	at, _ := strconv.Atoi(port(a.LocalAddr()))
	s.op("a TCP address")(a.WriteTo(p, &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 9}))
	s.op("none")(a.WriteTo(p, nil))
	s.op("none, typed")(a.WriteTo(p, (*net.UDPAddr)(nil)))
	_, err := a.WriteToUDPAddrPort(p, netip.AddrPort{})
	s.op("none, as a value")(err != nil)
	s.op("none, with a message")(a.WriteMsgUDP(p, nil, nil))
	s.op("IPv6")(a.WriteTo(p, &net.UDPAddr{IP: net.ParseIP("2001:db8::1"), Port: 9}))
	s.op("port 0")(a.WriteTo(p, &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)}))
	s.op("nobody there")(a.WriteTo(p, &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 9}))
	s.op("no IP")(a.WriteTo([]byte("own"), &net.UDPAddr{Port: at}))
	s.op("read it")(a.Read(make([]byte, 5)))
	s.op("unspecified")(a.WriteTo([]byte("self"), &net.UDPAddr{IP: net.IPv4zero, Port: at}))
	s.op("read it")(a.Read(make([]byte, 5)))
}

func udpDialled(s *stage) {
	b := s.udpAt(s.b, "udp")
	defer b.Close()
	a := s.dialled(b)
	defer a.Close()
	s.op("addresses")(a.LocalAddr(), a.RemoteAddr(), a.RemoteAddr().String() == b.LocalAddr().String())
	s.op("write")(a.Write([]byte("hello")))
	s.op("write nothing")(a.Write(nil))
	s.op("write to")(a.WriteTo([]byte("hello"), b.LocalAddr()))
	s.op("write to address")(a.WriteToUDPAddrPort([]byte("hello"), b.LocalAddr().(*net.UDPAddr).AddrPort()))
	s.op("message")(a.WriteMsgUDP([]byte("message"), nil, nil))
	s.op("message to")(a.WriteMsgUDP([]byte("message"), nil, b.LocalAddr().(*net.UDPAddr)))
	s.op("message as a value")(a.WriteMsgUDPAddrPort([]byte("message"), nil, netip.AddrPort{}))
	s.op("too long")(a.Write(make([]byte, 1<<16)))
	p := make([]byte, 10)
	for range 3 {
		s.op("read")(b.Read(p))
	}
	b.WriteTo([]byte("back"), a.LocalAddr())
	n, from, err := a.ReadFrom(p)
	s.op("read from")(n, from, err)
	b.WriteTo(nil, a.LocalAddr())
	s.op("an empty one")(a.Read(p))
	a.SetDeadline(time.Now().Add(-time.Second))
	s.op("late")(a.Read(p))
	s.op("late")(a.Write(p))
}
