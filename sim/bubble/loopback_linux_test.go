package bubble_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/sim"
	"github.com/overlaytest/overlaytest/sim/bubble"
)

// machine is what a script has of a machine: a host of a world, or what the test runs on.
type machine interface {
	Listen(ctx context.Context, network, address string) (net.Listener, error)
	ListenPacket(ctx context.Context, network, address string) (net.PacketConn, error)
	DialContext(ctx context.Context, network, address string) (net.Conn, error)
	LookupHost(ctx context.Context, name string) ([]string, error)
}

// real is the machine that the test runs on. Names are looked up without asking anybody.
type real struct {
	net.ListenConfig
	net.Dialer
	*net.Resolver
}

type simulated struct{ *bubble.Host }

func (s simulated) Listen(_ context.Context, network, address string) (net.Listener, error) {
	return s.Host.Listen(network, address)
}

func (s simulated) ListenPacket(_ context.Context, network, address string) (net.PacketConn, error) {
	return s.Host.ListenPacket(network, address)
}

// stage is where a script is played: on two machines, which the loopback addresses of both mean. It notes what operations return.
type stage struct {
	t     *testing.T
	a, b  machine
	noted []string
	later sync.WaitGroup
}

var background = context.Background()

// op notes what an operation returns.
func (s *stage) op(name string) func(results ...any) {
	return func(results ...any) {
		line := name + ":"
		for _, r := range results {
			line += " " + told(r)
		}
		s.noted = append(s.noted, line)
	}
}

// soon runs f in a moment, when the script most likely waits for something. What the script notes must not depend on that.
func (s *stage) soon(f func()) {
	s.later.Go(func() {
		time.Sleep(20 * time.Millisecond)
		f()
	})
}

// told is what is compared of a result.
func told(r any) string {
	switch r := r.(type) {
	case error:
		return toldError(r)
	case *net.UDPAddr:
		return fmt.Sprintf("%T of %d bytes, network %s", r, len(r.IP), r.Network())
	case *net.TCPAddr:
		return fmt.Sprintf("%T of %d bytes, network %s", r, len(r.IP), r.Network())
	case netip.AddrPort:
		return fmt.Sprintf("address of IPv4: %v", r.Addr().Is4())
	}
	return fmt.Sprintf("%v", r)
}

// classes are what programs tell errors apart by.
var classes = []error{
	io.EOF, net.ErrClosed, net.ErrWriteToConnected, os.ErrDeadlineExceeded, context.Canceled, context.DeadlineExceeded,
	syscall.EADDRINUSE, syscall.EADDRNOTAVAIL, syscall.ECONNREFUSED, syscall.ECONNRESET, syscall.EDESTADDRREQ, syscall.EINVAL, syscall.EMSGSIZE,
	syscall.ENETUNREACH, syscall.ENOTCONN, syscall.EPIPE, syscall.ETIMEDOUT,
}

func toldError(err error) string {
	if err == io.EOF {
		return "end of the stream"
	}
	told := fmt.Sprintf("%T", err)
	if e, ok := errors.AsType[*net.OpError](err); ok {
		told += fmt.Sprintf("{%s %s, source: %v, address: %v}", e.Op, e.Net, e.Source != nil, e.Addr != nil)
	}
	if e, ok := errors.AsType[*os.SyscallError](err); ok {
		told += " by " + e.Syscall
	}
	if e, ok := errors.AsType[*net.DNSError](err); ok {
		told += fmt.Sprintf(" %s %q found: %v", e.Err, e.Name, !e.IsNotFound)
	}
	if e, ok := errors.AsType[*net.AddrError](err); ok {
		told += " " + e.Err
	}
	for _, class := range classes {
		if errors.Is(err, class) {
			told += ", " + class.Error()
		}
	}
	if e, ok := errors.AsType[passing](err); ok {
		told += fmt.Sprintf(", timeout: %v, temporary: %v", e.Timeout(), e.Temporary())
	}
	return told
}

// passing is net.Error, by methods that programs still ask for.
type passing interface {
	error
	Timeout() bool
	Temporary() bool
}

// onLoopback plays a script on the machine that the test runs on.
func onLoopback(t *testing.T, play func(*stage)) []string {
	m := &real{Dialer: net.Dialer{Resolver: &net.Resolver{PreferGo: true}}, Resolver: &net.Resolver{PreferGo: true}}
	s := &stage{t: t, a: m, b: m}
	play(s)
	s.later.Wait()
	return s.noted
}

// onNodes plays a script on two nodes.
func onNodes(t *testing.T, play func(*stage)) []string {
	var s *stage
	between(t, func(t *testing.T, p *pair) {
		s = &stage{t: t, a: simulated{p.a}, b: simulated{p.b}}
		p.do(t, func() error { play(s); s.later.Wait(); return nil })
	}, sim.Latency(time.Millisecond))
	return s.noted
}

// scripts are played on this machine's loopback and on two nodes, where they are to note the same.
var scripts = slices.Concat(packetScripts, streamScripts, listenScripts)

type script struct {
	name string
	play func(*stage)
}

func TestSocketsAreAsOnLoopback(t *testing.T) {
	for _, script := range scripts {
		t.Run(script.name, func(t *testing.T) {
			want, got := onLoopback(t, script.play), onNodes(t, script.play)
			if len(got) != len(want) || len(want) == 0 {
				t.Fatalf("%d operations on nodes, %d on loopback", len(got), len(want))
			}
			for i := range want {
				if got[i] != want[i] {
					t.Errorf("operation %d\n    on nodes: %s\n on loopback: %s", i+1, got[i], want[i])
				}
			}
		})
	}
}

// must is for what a script takes for granted.
func must[T any](s *stage) func(T, error) T {
	return func(x T, err error) T {
		s.t.Helper()
		if err != nil {
			panic(err)
		}
		return x
	}
}
