package bubble_test

import (
	"net"
	"reflect"
	"slices"
	"testing"

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
