package bubble_test

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/properties"
	"github.com/overlaytest/overlaytest/sim/bubble"
)

// caller is a program that calls the others every second, by UDP and by TCP, until it leaves, or for as long as its node is up.
type caller struct{ quit, over func() }

func (c *caller) Leave() { c.quit() }

// call makes a boot of callers; after is what is left running by their goodbye.
func call(after func(c *caller)) func(h *bubble.Host, met []netip.AddrPort) (*caller, error) {
	return func(h *bubble.Host, met []netip.AddrPort) (*caller, error) {
		conn, err := h.ListenPacket("udp", h.Addr().String())
		if err != nil {
			return nil, err
		}
		l, err := h.Listen("tcp", h.Addr().String())
		if err != nil {
			return nil, err
		}
		ctx, quit := context.WithCancel(h.Context())
		c := &caller{}
		c.over = func() { conn.Close(); l.Close(); quit() }
		c.quit = func() { after(c) }
		h.Go(func(context.Context) {
			for tick := time.Tick(time.Second); ctx.Err() == nil; <-tick {
				for _, to := range met {
					_, _ = conn.WriteTo([]byte("hello"), net.UDPAddrFromAddrPort(to))
					if s, err := h.DialTimeout("tcp", to.String(), 500*time.Millisecond); err == nil {
						s.Close()
					}
				}
			}
		})
		return c, nil
	}
}

// farewells searches worlds of callers that come to an end with a goodbye.
func farewells(t *testing.T, after func(c *caller)) properties.Finding {
	return properties.Law[*caller]{
		Name:   "callers leave",
		Space:  properties.Scenarios(properties.Nodes(2, 4)),
		Boot:   bubble.Boot(call(after)),
		Around: bubble.Around(t),
		Judge:  properties.Judge[*caller](properties.Setup(func(*harness.Run[*caller]) {})),
	}.Search(properties.Sweep{Worlds: 5})
}

// TestAMachineAnswersForAProgramThatLeft has others call programs that have left: their machines take packets and refuse connections.
func TestAMachineAnswersForAProgramThatLeft(t *testing.T) {
	if f := farewells(t, func(c *caller) { c.over() }); f.Breach != nil {
		t.Errorf("%v", f.Breach)
	}
}

// TestAProgramThatGoesOnAfterItsGoodbyeIsFound has goodbyes change nothing.
func TestAProgramThatGoesOnAfterItsGoodbyeIsFound(t *testing.T) {
	f := farewells(t, func(*caller) {})
	if f.Breach == nil || !strings.Contains(f.Breach.Promise(), "traffic after the goodbye") {
		t.Errorf("%+v", f.Breach)
	}
}

// TestGoroutinesThatStayBreakALaw has every program leave a goroutine behind: that breaks the law, in a world as small as can be.
func TestGoroutinesThatStayBreakALaw(t *testing.T) {
	f := properties.Law[*caller]{
		Name:  "callers end",
		Space: properties.Scenarios(properties.Nodes(1, 4)),
		Boot: bubble.Boot(func(h *bubble.Host, met []netip.AddrPort) (*caller, error) {
			go func() { select {} }()
			return call((*caller).Leave)(h, met)
		}),
		Around: bubble.Around(t),
		Judge:  func(r *harness.Run[*caller]) { r.Play() },
	}.Search(properties.Sweep{Worlds: 5})
	if f.Breach == nil || !strings.Contains(f.Breach.String(), `of node "n0"`) || len(f.Scenario.Nodes) != 1 {
		t.Errorf("among %d nodes: %v", len(f.Scenario.Nodes), f.Breach)
	}
}
