package bubble_test

import (
	"context"
	"errors"
	"net"
	"time"
)

// tcpListener is what both kinds of listeners can.
type tcpListener interface {
	net.Listener
	SetDeadline(time.Time) error
}

// listen opens a listener of b.
func (s *stage) listen(network string) tcpListener {
	return must[net.Listener](s)(s.b.Listen(background, network, anyPort)).(tcpListener)
}

var listenScripts = []script{
	{"listener", tcpListen},
	{"listener closed", func(s *stage) {
		l := s.listen("tcp")
		s.op("close")(l.Close())
		s.listenerOps(l)
	}},
	{"listener closed while accepting", func(s *stage) {
		l := s.listen("tcp4")
		s.soon(func() { l.Close() })
		_, err := l.Accept()
		s.op("accept")(err)
	}},
	{"listener deadlines", listenerDeadlines},
	{"listener closed before it accepts", func(s *stage) {
		for _, wait := range []time.Duration{0, 20 * time.Millisecond} {
			l := s.listen("tcp")
			a := s.dial(l)
			time.Sleep(wait)
			s.op("close")(l.Close())
			s.op("read")(a.Read(make([]byte, 1)))
			s.afterReset(a)
		}
	}},
	{"accepted after its far side closed", func(s *stage) {
		l := s.listen("tcp")
		defer l.Close()
		a := s.dial(l)
		s.op("write")(a.Write([]byte("early")))
		s.op("close")(a.Close())
		c, err := l.Accept()
		s.op("accept")(err)
		defer c.Close()
		p := make([]byte, 10)
		s.op("read")(c.Read(p))
		s.op("read")(c.Read(p))
	}},
	{"names and addresses", names},
	{"contexts", contexts},
}

// listenerOps notes every operation on a listener.
func (s *stage) listenerOps(l tcpListener) {
	_, err := l.Accept()
	s.op("accept")(err)
	s.op("deadline")(l.SetDeadline(time.Now()))
	s.op("address")(l.Addr(), port(l.Addr()) != "0")
	s.op("close")(l.Close())
}

func tcpListen(s *stage) {
	l := s.listen("tcp")
	s.op("address")(l.Addr(), port(l.Addr()) != "0")
	_, err := s.b.Listen(background, "tcp4", l.Addr().String())
	s.op("again")(err)
	a := s.dial(l)
	b := must[net.Conn](s)(l.Accept())
	l.Close()
	again, err := s.b.Listen(background, "tcp", l.Addr().String())
	s.op("while a connection is there")(err)
	if err == nil {
		again.Close()
	}
	b.Close()
	a.Close()
}

func listenerDeadlines(s *stage) {
	l := s.listen("tcp")
	defer l.Close()
	past := time.Now().Add(-time.Second)
	accept := func(what string) {
		c, err := l.Accept()
		s.op(what)(c == nil, err)
		if c != nil {
			c.Close()
		}
	}
	s.op("set")(l.SetDeadline(time.Now().Add(10 * time.Millisecond)))
	accept("nobody comes")
	a := s.dial(l)
	defer a.Close()
	accept("late for who is there")
	s.op("clear")(l.SetDeadline(time.Time{}))
	accept("in time")
	s.soon(func() { l.SetDeadline(past) })
	accept("moved to the past")
}

// names are those that nobody has to be asked about.
func names(s *stage) {
	listen := func(network, address string) {
		l, err := s.a.Listen(background, network, address)
		s.op("listen " + network + " " + address)(err)
		if err == nil {
			l.Close()
		}
		c, err := s.a.ListenPacket(background, network, address)
		s.op("listen packet " + network + " " + address)(err)
		if err == nil {
			c.Close()
		}
	}
	listen("tcp", "192.0.2.77:0")
	listen("udp", "192.0.2.77:0")
	listen("tcp", "127.0.0.1")
	listen("udp", "127.0.0.1:65536")
	listen("tcp", "no..name:0")
	listen("tcp", "127.0.0.1:")
	listen("udp4", "")
	listen("carrier pigeon", anyPort)
	for _, network := range []string{"tcp", "udp4", "carrier pigeon"} {
		for _, address := range []string{"", "127.0.0.1", "127.0.0.1:65536", "127.0.0.1:-1", "no..name:80"} {
			c, err := s.a.DialContext(background, network, address)
			s.op("dial "+network+" "+address)(c == nil, err)
		}
	}
	for _, name := range []string{"", "no..name", "192.0.2.1"} {
		addrs, err := s.a.LookupHost(background, name)
		s.op("lookup "+name)(addrs, err)
	}
}

func contexts(s *stage) {
	l := s.listen("tcp")
	defer l.Close()
	cancelled, cancel := context.WithCancel(background)
	cancel()
	late, cancel := context.WithDeadline(background, time.Now().Add(-time.Second))
	defer cancel()
	for _, ctx := range []context.Context{cancelled, late} {
		for _, network := range []string{"tcp", "udp"} {
			c, err := s.a.DialContext(ctx, network, l.Addr().String())
			s.op("dial")(c == nil, err, errors.Unwrap(err).Error())
		}
	}
}
