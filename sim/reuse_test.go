package sim

import (
	"net/netip"
	"testing"
)

// TestUnreadInputIsNoHeirs: what a node was about to read is void when it crashes, also if another one has its address then.
func TestUnreadInputIsNoHeirs(t *testing.T) {
	w := New(1)
	defer w.Close()
	a, b, c := w.Node("a", nil), w.Node("b", nil), w.Node("c", nil)
	a.Restart() // its life is 1
	w.Run(0)
	a.Pause()
	addr := a.Addrs()[0]
	if err := c.Send(addr, []byte("x")); err != nil {
		t.Fatal(err)
	}
	w.Run(1)
	var why []Reason
	w.Watch(func(e Event) { why = append(why, e.Reason) }, Dropped, Delivered)
	a.Resume()
	a.Move()
	a.Restart()
	b.MoveTo(addr)
	b.Restart() // its life is 1
	b.Listen(func(_, _ netip.AddrPort, _ []byte) {})
	w.Run(1)
	if len(why) != 1 || why[0] != Gone {
		t.Errorf("%q: it was delivered to the heir, or lost for another reason", why)
	}
}
