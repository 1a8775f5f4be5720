package bubble_test

import (
	"context"
	"errors"
	"net"
	"os"
	"reflect"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/sim"
	"github.com/overlaytest/overlaytest/sim/bubble"
)

// TestSocketsHaveTheMethodsOfNets is for programs that ask for more than the interfaces of net by type assertion.
func TestSocketsHaveTheMethodsOfNets(t *testing.T) {
	for _, kind := range []struct {
		got, want any
		without   []string // of the operating system, or of net's own types
	}{
		{&bubble.PacketConn{}, &net.UDPConn{}, []string{"File", "SyscallConn"}},
		{&bubble.Conn{}, &net.TCPConn{}, []string{"File", "SyscallConn", "MultipathTCP", "ReadFrom", "WriteTo"}},
		{&bubble.Listener{}, &net.TCPListener{}, []string{"File", "SyscallConn", "AcceptTCP"}},
	} {
		got, want := reflect.TypeOf(kind.got), reflect.TypeOf(kind.want)
		for i := range want.NumMethod() {
			m := want.Method(i)
			has, there := got.MethodByName(m.Name)
			switch {
			case slices.Contains(kind.without, m.Name):
				if there {
					t.Errorf("%v has %s, which it cannot do", got, m.Name)
				}
			case !there || !alike(has.Type, m.Type):
				t.Errorf("%v has not %s as %v has it: %v, want %v", got, m.Name, want, has.Type, m.Type)
			}
		}
	}
}

// alike reports whether two methods have one type but for their receivers.
func alike(a, b reflect.Type) bool {
	if a.NumIn() != b.NumIn() || a.NumOut() != b.NumOut() {
		return false
	}
	for i := 1; i < a.NumIn(); i++ {
		if a.In(i) != b.In(i) {
			return false
		}
	}
	for i := range a.NumOut() {
		if a.Out(i) != b.Out(i) {
			return false
		}
	}
	return true
}

func TestAHostHasManyNamesForItself(t *testing.T) {
	between(t, func(t *testing.T, p *pair) {
		p.do(t, func() error {
			l, err := p.a.Listen("tcp", "0.0.0.0:80")
			if err != nil {
				return err
			}
			for _, name := range []string{"", "0.0.0.0", "127.0.0.1", "localhost", "[::1]", "[::]", "a", p.a.Addr().Addr().String()} {
				c, err := p.a.Dial("tcp", name+":80")
				if err != nil {
					t.Errorf("%q: %v", name, err)
					continue
				}
				defer c.Close()
			}
			return l.Close()
		})
	}, sim.Loss(sim.Percent(100))) // which what a host sends to itself does not pass
}

func TestHostsHaveNoIPv6(t *testing.T) {
	between(t, func(t *testing.T, p *pair) {
		if _, err := p.a.ListenPacket("udp6", "[::]:0"); !errors.Is(err, syscall.EAFNOSUPPORT) {
			t.Errorf("a socket of IPv6: %v", err)
		}
		if _, err := p.a.Dial("tcp", "[2001:db8::1]:80"); !errors.Is(err, syscall.ENETUNREACH) {
			t.Errorf("a host of IPv6: %v", err)
		}
	})
}

// TestAReceiveBufferIsFull sends more packets to a socket than there is room for, each of which takes 768 bytes more than it has.
func TestAReceiveBufferIsFull(t *testing.T) {
	for _, c := range []struct {
		name       string
		set        int // 0: nothing
		size, want int
	}{
		{"empty packets", 0, 0, 208 << 10 / 768},
		{"of a KiB", 0, 1 << 10, 208 << 10 / (1<<10 + 768)},
		{"smaller", 10 << 10, 0, 20 << 10 / 768},
		{"as large as may be", 7 << 20, 0, 416 << 10 / 768},
	} {
		t.Run(c.name, func(t *testing.T) {
			between(t, func(t *testing.T, p *pair) {
				from, _ := p.a.ListenPacket("udp", ":0")
				to, _ := p.b.ListenPacket("udp", ":0")
				if c.set != 0 {
					to.SetReadBuffer(c.set)
				}
				for range 1000 {
					from.WriteTo(make([]byte, c.size), to.LocalAddr())
				}
				p.w.Run(time.Second)
				to.SetReadDeadline(time.Now().Add(time.Second))
				got := 0
				p.do(t, func() error {
					for {
						if _, _, err := to.ReadFrom(make([]byte, c.size)); errors.Is(err, os.ErrDeadlineExceeded) {
							return nil
						} else if err != nil {
							return err
						}
						got++
					}
				})
				if got != c.want {
					t.Errorf("%d of 1000 packets of %d bytes were kept, want %d", got, c.size, c.want)
				}
			})
		})
	}
}

// TestWhoDialsBeyondTheBacklogIsNotAnswered wants that until somebody accepts.
func TestWhoDialsBeyondTheBacklogIsNotAnswered(t *testing.T) {
	const backlog = 4096 // of Linux: net.core.somaxconn
	between(t, func(t *testing.T, p *pair) {
		l, err := p.b.Listen("tcp", ":80")
		if err != nil {
			t.Fatal(err)
		}
		p.do(t, func() error {
			for range backlog {
				if _, err := p.a.Dial("tcp", "b:80"); err != nil {
					return err
				}
			}
			return nil
		})
		beyond := func() error { _, err := p.a.DialTimeout("tcp", "b:80", time.Second); return err }
		if err := bubble.Do(p.w, time.Minute, beyond); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("beyond the backlog: %v", err)
		}
		p.do(t, func() error { _, err := l.Accept(); return err })
		p.do(t, beyond)
	}, sim.Latency(time.Millisecond))
}
