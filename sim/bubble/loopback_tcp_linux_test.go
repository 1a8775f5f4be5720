package bubble_test

import (
	"bytes"
	"io"
	"net"
	"slices"
	"time"
)

// tcpSocket is what both kinds of connections can.
type tcpSocket interface {
	net.Conn
	CloseRead() error
	CloseWrite() error
	SetKeepAlive(bool) error
	SetKeepAliveConfig(net.KeepAliveConfig) error
	SetKeepAlivePeriod(time.Duration) error
	SetLinger(sec int) error
	SetNoDelay(bool) error
	SetReadBuffer(bytes int) error
	SetWriteBuffer(bytes int) error
}

// dial connects a to a listener.
func (s *stage) dial(l net.Listener) tcpSocket {
	return must[net.Conn](s)(s.a.DialContext(background, l.Addr().Network(), l.Addr().String())).(tcpSocket)
}

// stream connects a to b.
func (s *stage) stream() (a, b tcpSocket) {
	l := s.listen("tcp")
	defer l.Close()
	a = s.dial(l)
	return a, must[net.Conn](s)(l.Accept()).(tcpSocket)
}

// with has f play with a stream, and closes it.
func with(f func(s *stage, a, b tcpSocket)) func(*stage) {
	return func(s *stage) {
		a, b := s.stream()
		f(s, a, b)
		a.Close()
		b.Close()
	}
}

// refuse is an address at b where nobody listens, and nobody else will while the script is played: a connection has it.
func (s *stage) refuse() (address string, free func()) {
	l := s.listen("tcp")
	a := s.dial(l)
	b := must[net.Conn](s)(l.Accept())
	l.Close()
	return l.Addr().String(), func() { a.Close(); b.Close() }
}

// write writes until it fails, which it does soon.
func (s *stage) write(c net.Conn) error {
	for {
		if _, err := c.Write([]byte("x")); err != nil {
			return err
		}
		time.Sleep(time.Millisecond)
	}
}

var streamScripts = []script{
	{"tcp addresses", with(func(s *stage, a, b tcpSocket) {
		s.op("a")(a.LocalAddr(), a.RemoteAddr(), port(a.LocalAddr()) == port(b.RemoteAddr()))
		s.op("b")(b.LocalAddr(), b.RemoteAddr(), port(b.LocalAddr()) == port(a.RemoteAddr()))
	})},
	{"tcp half-close", with(tcpHalfClose)},
	{"tcp nothing", with(tcpNothing)},
	{"tcp closed", with(func(s *stage, a, b tcpSocket) {
		b.Write([]byte("unread"))
		a.SetLinger(0)
		s.op("close")(a.Close())
		s.tcpOps(a)
	})},
	{"tcp open", with(func(s *stage, a, b tcpSocket) {
		b.Write([]byte("unread"))
		s.tcpOps(a)
	})},
	{"tcp closed by a tcp4 listener's", func(s *stage) {
		l := s.listen("tcp4")
		defer l.Close()
		a := must[net.Conn](s)(s.a.DialContext(background, "tcp4", l.Addr().String())).(tcpSocket)
		b := must[net.Conn](s)(l.Accept()).(tcpSocket)
		a.Close()
		b.Close()
		s.tcpOps(a)
		s.tcpOps(b)
	}},
	{"tcp close while reading", with(func(s *stage, a, b tcpSocket) {
		s.soon(func() { a.Close() })
		s.op("read")(a.Read(make([]byte, 1)))
	})},
	{"tcp close while writing", with(func(s *stage, a, b tcpSocket) {
		s.soon(func() { a.Close() })
		n, err := a.Write(make([]byte, 64<<20))
		s.op("write")(n < 64<<20, err)
	})},
	{"tcp two at once write", with(func(s *stage, a, b tcpSocket) {
		for _, letter := range []byte("ab") {
			s.soon(func() { a.Write(bytes.Repeat([]byte{letter}, 1<<20)) })
		}
		p := make([]byte, 2<<20)
		n, err := io.ReadFull(b, p)
		s.op("read")(n, err, len(slices.Compact(p)))
	})},
	{"tcp read deadlines", with(tcpReadDeadlines)},
	{"tcp write deadlines", with(tcpWriteDeadlines)},
	{"tcp reset, then read", with(func(s *stage, a, b tcpSocket) {
		b.SetLinger(0)
		s.op("reset")(b.Close())
		s.op("read")(a.Read(make([]byte, 1)))
		s.afterReset(a)
	})},
	{"tcp reset, then write", with(func(s *stage, a, b tcpSocket) {
		b.SetLinger(0)
		s.op("reset")(b.Close())
		s.op("write")(s.write(a))
		s.afterReset(a)
	})},
	{"tcp reset while reading", with(func(s *stage, a, b tcpSocket) {
		b.SetLinger(0)
		s.soon(func() { b.Close() })
		s.op("read")(a.Read(make([]byte, 1)))
		s.afterReset(a)
	})},
	{"tcp reset while writing", with(func(s *stage, a, b tcpSocket) {
		b.SetLinger(0)
		s.soon(func() { b.Close() })
		_, err := a.Write(make([]byte, 64<<20))
		s.op("write")(err)
		s.afterReset(a)
	})},
	{"tcp reset by what nobody read", with(func(s *stage, a, b tcpSocket) {
		a.Write([]byte("ping"))
		b.Read(make([]byte, 1))
		b.Write([]byte("pong"))
		s.op("close")(b.Close())
		p := make([]byte, 10)
		n, err := io.ReadFull(a, p[:4])
		s.op("what came first")(string(p[:n]), err)
		s.op("read")(a.Read(p))
		s.afterReset(a)
	})},
	{"tcp written after the far side's close", with(func(s *stage, a, b tcpSocket) {
		b.Write([]byte("bye"))
		s.op("close")(b.Close())
		p := make([]byte, 10)
		s.op("read")(a.Read(p))
		s.op("read")(a.Read(p))
		s.op("write")(s.write(a))
		s.afterReset(a)
	})},
	{"tcp reset after the end", with(func(s *stage, a, b tcpSocket) {
		b.Close()
		p := make([]byte, 1)
		s.op("read")(a.Read(p))
		s.op("write")(a.Write(p))
		time.Sleep(20 * time.Millisecond)
		s.op("read")(a.Read(p))
		s.op("write")(s.write(a))
	})},
	{"tcp written to who closed both halves", with(func(s *stage, a, b tcpSocket) {
		s.op("close read")(a.CloseRead())
		s.op("close write")(a.CloseWrite())
		s.op("read the end")(b.Read(make([]byte, 1)))
		s.op("write")(b.Write([]byte("x")))
		s.op("write")(s.write(b))
		s.op("write what was reset")(a.Write([]byte("x")))
		s.afterReset(a)
	})},
	{"tcp refused", tcpRefused},
}

// afterReset notes what is left of a connection that was reset.
func (s *stage) afterReset(c tcpSocket) {
	p := make([]byte, 1)
	s.op("read again")(c.Read(p))
	s.op("write again")(c.Write(p))
	s.op("write nothing")(c.Write(nil))
	s.op("read nothing")(c.Read(nil))
	s.op("close write")(c.CloseWrite())
	s.op("close read")(c.CloseRead())
	s.op("deadline")(c.SetDeadline(time.Now().Add(time.Hour)))
	s.op("addresses")(c.LocalAddr(), c.RemoteAddr())
	s.op("close")(c.Close())
	s.op("close again")(c.Close())
}

// tcpOps notes every operation on a connection.
func (s *stage) tcpOps(c tcpSocket) {
	p := make([]byte, 1)
	s.op("read nothing")(c.Read(nil))
	s.op("read")(c.Read(p))
	s.op("write")(c.Write(p))
	s.op("write nothing")(c.Write(nil))
	s.op("addresses")(c.LocalAddr(), c.RemoteAddr())
	s.op("deadline")(c.SetDeadline(time.Time{}))
	s.op("read deadline")(c.SetReadDeadline(time.Now()))
	s.op("write deadline")(c.SetWriteDeadline(time.Now().Add(time.Hour)))
	s.op("linger")(c.SetLinger(3))
	s.op("no delay")(c.SetNoDelay(true))
	s.op("keep alive")(c.SetKeepAlive(true))
	s.op("keep alive period")(c.SetKeepAlivePeriod(time.Minute))
	s.op("keep alive config")(c.SetKeepAliveConfig(net.KeepAliveConfig{Enable: true}))
	s.op("read buffer")(c.SetReadBuffer(1 << 16))
	s.op("write buffer")(c.SetWriteBuffer(1 << 16))
	s.op("close write")(c.CloseWrite())
	s.op("close read")(c.CloseRead())
	s.op("close")(c.Close())
}

func tcpHalfClose(s *stage, a, b tcpSocket) {
	p := make([]byte, 10)
	s.op("write")(a.Write([]byte("half")))
	s.op("close write")(a.CloseWrite())
	s.op("write on")(a.Write(p))
	s.op("write nothing")(a.Write(nil))
	n, err := io.ReadFull(b, p[:4])
	s.op("read")(string(p[:n]), err)
	s.op("read the end")(b.Read(p))
	s.op("read it again")(b.Read(p))
	s.op("answer")(b.Write([]byte("other")))
	s.op("read")(a.Read(p))
	s.op("close write again")(a.CloseWrite())
	s.op("close read")(b.CloseRead())
	s.op("read")(b.Read(p))
	s.op("close the far side")(b.Close())
	s.op("read the end")(a.Read(p))
	s.op("close")(a.Close())
}

func tcpNothing(s *stage, a, b tcpSocket) {
	s.op("read nothing")(a.Read(nil))
	s.op("write nothing")(a.Write(nil))
	s.op("write")(a.Write([]byte("x")))
	s.op("read")(b.Read(make([]byte, 10)))
	s.op("close read")(a.CloseRead())
	s.op("read")(a.Read(make([]byte, 1)))
	s.soon(func() { b.CloseRead() })
	s.op("close read while reading")(b.Read(make([]byte, 1)))
	s.op("write to who reads no more")(a.Write([]byte("x")))
	a.SetDeadline(time.Now().Add(-time.Second))
	s.op("read nothing, late")(a.Read(nil))
	s.op("write nothing, late")(a.Write(nil))
}

func tcpReadDeadlines(s *stage, a, b tcpSocket) {
	past, p := time.Now().Add(-time.Second), make([]byte, 5)
	s.op("write")(a.Write([]byte("there")))
	s.op("read some")(io.ReadFull(b, p[:1]))
	s.op("set")(b.SetReadDeadline(past))
	s.op("read what is there")(b.Read(p))
	s.op("write meanwhile")(b.Write(p))
	s.op("clear")(b.SetReadDeadline(time.Time{}))
	s.op("read what is there")(io.ReadFull(b, p[:4]))
	b.SetDeadline(time.Now().Add(10 * time.Millisecond))
	s.op("read")(b.Read(p))
	s.op("write")(b.Write(p))
	b.SetDeadline(time.Now().Add(time.Hour))
	s.soon(func() { b.SetReadDeadline(past) })
	s.op("moved to the past")(b.Read(p))
	s.op("write")(b.Write(p))
	b.SetReadDeadline(time.Time{})
	s.soon(func() { a.Write([]byte("late")) })
	s.op("cleared")(b.Read(p))
	b.SetReadDeadline(past)
	a.CloseWrite()
	s.op("late for the end")(b.Read(p))
}

func tcpWriteDeadlines(s *stage, a, b tcpSocket) {
	past, much := time.Now().Add(-time.Second), make([]byte, 64<<20)
	s.op("set")(a.SetWriteDeadline(past))
	s.op("write")(a.Write(much))
	a.SetWriteDeadline(time.Now().Add(10 * time.Millisecond))
	n, err := a.Write(much)
	s.op("nobody reads")(0 < n && n < len(much), err)
	a.SetWriteDeadline(time.Time{})
	s.soon(func() { a.SetDeadline(past) })
	_, err = a.Write(much)
	s.op("moved to the past")(err)
	a.CloseWrite()
	s.op("late for the end")(a.Write(much))
}

func tcpRefused(s *stage) {
	address, free := s.refuse()
	defer free()
	for _, network := range []string{"tcp", "tcp4"} {
		c, err := s.a.DialContext(background, network, address)
		s.op("dial")(c == nil, err)
	}
}
