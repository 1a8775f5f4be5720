package bubble_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"net"
	"net/netip"
	"os"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/sim"
	"github.com/overlaytest/overlaytest/sim/bubble"
)

// rumour is an overlay as people write it: goroutines, tickers, a socket.
type rumour struct {
	conn  *bubble.PacketConn
	known []netip.AddrPort
	seen  map[uint32]time.Time
	ask   chan chan int
}

func start(h *bubble.Host, met []netip.AddrPort) (*rumour, error) {
	conn, err := h.ListenPacket("udp", h.Addr().String())
	if err != nil {
		return nil, err
	}
	r := &rumour{conn: conn, known: met, seen: map[uint32]time.Time{}, ask: make(chan chan int)}
	packets := make(chan uint32)
	h.Go(func(ctx context.Context) {
		var buffer [4]byte
		for {
			if _, _, err := conn.ReadFrom(buffer[:]); err != nil {
				return
			}
			select {
			case packets <- binary.BigEndian.Uint32(buffer[:]):
			case <-ctx.Done():
				return
			}
		}
	})
	h.Go(func(ctx context.Context) {
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for i := uint32(0); ; i++ {
			select {
			case id := <-packets:
				r.seen[id] = time.Now()
			case <-tick.C:
				for _, to := range r.known {
					r.conn.WriteTo(binary.BigEndian.AppendUint32(nil, uint32(h.Node().Index())<<16|i), net.UDPAddrFromAddrPort(to))
				}
			case answer := <-r.ask:
				answer <- len(r.seen)
			case <-ctx.Done():
				return
			}
		}
	})
	return r, nil
}

func play(t *testing.T, seed uint64) (digest uint64, total int) {
	bubble.Test(t, seed, func(t *testing.T) {
		w := sim.New(seed, sim.Latency(20*time.Millisecond), sim.Loss(sim.Percent(10)))
		defer w.Close()
		h := fnv.New64a()
		w.Watch(sim.JSONLines(h))
		boot := bubble.Boot(start)
		all := make([]*rumour, 20)
		var addrs []netip.AddrPort
		for i := range all {
			n := w.Node(fmt.Sprint("n", i), func(n *sim.Node) { all[i] = boot(n, addrs) })
			addrs = append(addrs, n.Addrs()[0])
		}
		w.Run(10 * time.Second)
		w.Nodes()[3].Crash()
		w.Run(10 * time.Second)
		if err := bubble.Do(w, time.Second, func() error {
			for i, r := range all {
				if i == 3 {
					continue
				}
				answer := make(chan int)
				r.ask <- answer
				total += <-answer
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		digest = w.Digest() ^ h.Sum64()
	})
	return digest, total
}

// TestLanes plays a world of twenty programs again and again on the runtime as it is: their tickers, all of a second, never coincide.
func TestLanes(t *testing.T) {
	times := 20
	if os.Getenv("OVERLAYTEST_FRESH") != "" {
		times = 150
	}
	first, _ := play(t, 1)
	for i := 1; i < times; i++ {
		if again, _ := play(t, 1); again != first {
			t.Fatalf("run %d has the digest %#x, the first had %#x", i+1, again, first)
		}
	}
	if other, _ := play(t, 2); other == first {
		t.Error("another seed is the same world")
	}
}

func TestProgramsHearEachOther(t *testing.T) {
	_, total := play(t, 1)
	if want := 5400; total < want || total > 20*19*20 {
		t.Errorf("%d rumours came, want at least %d: 19 peers, 10 s of 20 and 10 s of 19, a tenth lost", total, want)
	}
}

// TestATimerThatWasStoppedHoldsNobodyUp has a reader woken while the world waits for its next event, after a timer of it came to nothing.
func TestATimerThatWasStoppedHoldsNobodyUp(t *testing.T) {
	between(t, func(t *testing.T, p *pair) {
		conn, err := p.a.ListenPacket("udp", ":7")
		if err != nil {
			t.Fatal(err)
		}
		began, took := time.Now(), time.Duration(0)
		p.a.Go(func(context.Context) { _, _, _ = conn.ReadFrom(nil); took = time.Since(began) })
		p.a.Go(func(context.Context) { time.Sleep(2 * time.Second); conn.Close() })
		p.a.Node().Stop(p.a.Node().After(time.Second, func() {}))
		p.a.Node().After(10*time.Second, func() {})
		p.w.Run(time.Minute)
		if took.Truncate(time.Second) != 2*time.Second {
			t.Errorf("who read from a socket that was closed after 2s learned of it after %v", took)
		}
	})
}
