package bubble_test

import (
	"context"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/overlaytest/overlaytest/sim"
)

// TestWhileTheWorldDoesNotRunItIsTheTestsAlone has a test take a node up again and another one down between runs: what that sets going waits
// until the world runs.
func TestWhileTheWorldDoesNotRunItIsTheTestsAlone(t *testing.T) {
	between(t, func(t *testing.T, p *pair) {
		sent, noticed := 0, false
		p.w.Watch(func(sim.Event) { sent++ }, sim.Sent)
		c, err := p.a.ListenPacket("udp", ":7")
		if err != nil {
			t.Fatal(err)
		}
		p.a.Go(func(context.Context) {
			time.Sleep(time.Second)
			c.WriteToUDPAddrPort([]byte{1}, netip.AddrPortFrom(p.b.Addr().Addr(), 7))
		})
		p.b.Go(func(ctx context.Context) {
			<-ctx.Done()
			noticed = true
		})
		p.w.Run(500 * time.Millisecond)
		p.a.Node().Pause()
		p.w.Run(time.Second)
		p.a.Node().Resume()
		p.b.Node().Crash()
		synctest.Wait()
		if sent != 0 || noticed {
			t.Errorf("before the world ran: %d packets were sent, want 0; a crash was noticed: %v, want false", sent, noticed)
		}
		p.w.Run(time.Second)
		if sent != 1 || !noticed {
			t.Errorf("when the world ran: %d packets were sent, want 1; a crash was noticed: %v, want true", sent, noticed)
		}
	})
}
