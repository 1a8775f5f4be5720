package bubble_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/sim"
	"github.com/overlaytest/overlaytest/sim/bubble"
)

// pair is two hosts.
type pair struct {
	w    *sim.World
	a, b *bubble.Host
}

// between runs f with two hosts in a bubble, and takes them down afterwards.
func between(t *testing.T, f func(t *testing.T, p *pair), rules ...sim.Rule) {
	bubble.Test(t, 7, func(t *testing.T) {
		w := sim.New(7, rules...)
		defer w.Close()
		p := &pair{w: w}
		w.Node("a", func(n *sim.Node) { p.a = host(n) })
		w.Node("b", func(n *sim.Node) { p.b = host(n) })
		w.Run(0)
		f(t, p)
	})
}

func host(n *sim.Node) *bubble.Host {
	return bubble.Boot(func(h *bubble.Host, _ []netip.AddrPort) (*bubble.Host, error) { return h, nil })(n, nil)
}

// do runs f while the world runs.
func (p *pair) do(t *testing.T, f func() error) {
	t.Helper()
	if err := bubble.Do(p.w, time.Hour, f); err != nil {
		t.Fatal(err)
	}
}

// streams connects a to b.
func (p *pair) streams(t *testing.T) (from, to *bubble.Conn) {
	t.Helper()
	l, err := p.b.Listen("tcp", ":80")
	if err != nil {
		t.Fatal(err)
	}
	p.b.Go(func(context.Context) {
		c, err := l.Accept()
		if err != nil {
			return
		}
		to = c.(*bubble.Conn)
		l.Close()
	})
	p.do(t, func() error {
		c, err := p.a.Dial("tcp", "b:80")
		if err == nil {
			from = c.(*bubble.Conn)
		}
		return err
	})
	p.w.Run(10 * time.Second)
	return from, to
}

var rough = []sim.Rule{sim.Latency(40 * time.Millisecond), sim.Loss(sim.Percent(5))}

func TestAStreamArrivesWholeAndInOrder(t *testing.T) {
	between(t, func(t *testing.T, p *pair) {
		from, to := p.streams(t)
		sent := make([]byte, 1<<20)
		r := rand.New(rand.NewPCG(1, 2))
		for i := range sent {
			sent[i] = byte(r.Uint32())
		}
		p.a.Go(func(context.Context) {
			from.Write(sent)
			from.CloseWrite()
		})
		var got []byte
		p.do(t, func() (err error) {
			got, err = io.ReadAll(to)
			return err
		})
		if !bytes.Equal(got, sent) {
			t.Errorf("%d bytes of %d arrived", len(got), len(sent))
		}
		t.Log(p.w.Elapsed(), p.w.Events())
		p.do(t, func() error { _, err := to.Write([]byte("still open")); return err })
		back := make([]byte, 10)
		p.do(t, func() error { _, err := io.ReadFull(from, back); return err })
		if string(back) != "still open" {
			t.Errorf("%q came back", back)
		}
	}, rough...)
}

func TestNobodyListens(t *testing.T) {
	between(t, func(t *testing.T, p *pair) {
		err := bubble.Do(p.w, time.Minute, func() error { _, err := p.a.Dial("tcp", "b:81"); return err })
		if !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("%v, want connection refused", err)
		}
		p.b.Node().Crash()
		began := p.w.Elapsed()
		err = bubble.Do(p.w, time.Hour, func() error { _, err := p.a.Dial("tcp", "b:81"); return err })
		if !errors.Is(err, syscall.ETIMEDOUT) || p.w.Elapsed()-began < time.Minute {
			t.Errorf("%v after %v, want a timeout", err, p.w.Elapsed()-began)
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		err = bubble.Do(p.w, time.Hour, func() error { _, err := p.a.DialContext(ctx, "tcp", "b:81"); return err })
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v, want the context's", err)
		}
	}, sim.Latency(10*time.Millisecond))
}

func TestDeadlines(t *testing.T) {
	between(t, func(t *testing.T, p *pair) {
		from, to := p.streams(t)
		began := p.w.Elapsed()
		to.SetReadDeadline(time.Now().Add(3 * time.Second))
		p.do(t, func() error {
			_, err := to.Read(make([]byte, 1))
			if !errors.Is(err, os.ErrDeadlineExceeded) {
				return fmt.Errorf("read: %w", err)
			}
			return nil
		})
		if took := p.w.Elapsed() - began; took != 3*time.Second {
			t.Errorf("it took %v", took)
		}
		from.SetWriteDeadline(time.Now().Add(time.Second))
		err := bubble.Do(p.w, time.Minute, func() error { _, err := from.Write(make([]byte, 1<<20)); return err })
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("nobody reads, and writing a megabyte ends with: %v", err)
		}
	}, sim.Latency(10*time.Millisecond))
}

func TestWhoCrashedResetsItsStreams(t *testing.T) {
	between(t, func(t *testing.T, p *pair) {
		from, to := p.streams(t)
		p.b.Node().Crash()
		if _, err := to.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
			t.Errorf("where it crashed: %v", err)
		}
		p.b.Node().Restart()
		err := bubble.Do(p.w, time.Minute, func() error {
			from.Write([]byte("are you there?"))
			_, err := from.Read(make([]byte, 1))
			return err
		})
		if !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("at the far side: %v", err)
		}
	}, sim.Latency(10*time.Millisecond))
}

func TestCloseIsTheEndOfTheStream(t *testing.T) {
	between(t, func(t *testing.T, p *pair) {
		from, to := p.streams(t)
		p.do(t, func() error { from.Write([]byte("bye")); return from.Close() })
		p.do(t, func() error {
			got, err := io.ReadAll(to)
			if string(got) != "bye" {
				t.Errorf("%q", got)
			}
			return err
		})
		if _, err := from.Write([]byte("x")); !errors.Is(err, net.ErrClosed) {
			t.Errorf("a closed stream is written: %v", err)
		}
	}, rough...)
}

func TestWhoIsPausedSendsNothing(t *testing.T) {
	between(t, func(t *testing.T, p *pair) {
		c, err := p.a.ListenPacket("udp", ":7")
		if err != nil {
			t.Fatal(err)
		}
		d, err := p.b.ListenPacket("udp", ":7")
		if err != nil {
			t.Fatal(err)
		}
		p.a.Go(func(context.Context) {
			for i := range byte(10) {
				time.Sleep(time.Second)
				c.WriteToUDPAddrPort([]byte{i}, netip.AddrPortFrom(p.b.Addr().Addr(), 7))
			}
		})
		got := 0
		p.b.Go(func(context.Context) {
			for {
				if _, _, err := d.ReadFrom(make([]byte, 1)); err != nil {
					return
				}
				got++
			}
		})
		for _, want := range []int{3, 3, 7} {
			if want == 3 && got == 3 {
				p.a.Node().Pause()
			}
			p.w.Run(3500 * time.Millisecond)
			if got != want {
				t.Errorf("%d packets at %v, want %d", got, p.w.Elapsed(), want)
			}
			p.a.Node().Resume()
		}
	})
}

func TestGoroutinesThatOutliveTheirNodeAreNamed(t *testing.T) {
	bubble.Test(t, 7, func(t *testing.T) {
		w := sim.New(7)
		w.Node("a", func(n *sim.Node) { host(n).Go(func(context.Context) { stubborn() }) })
		w.Run(time.Second)
		said := func() (said string) {
			defer func() { said = fmt.Sprint(recover()) }()
			w.Close()
			return ""
		}()
		for _, want := range []string{"outlive", "stubborn", `of node "a"`} {
			if !strings.Contains(said, want) {
				t.Errorf("nothing of %q in: %s", want, said)
			}
		}
		time.Sleep(time.Hour)
	})
}

func stubborn() { time.Sleep(time.Hour) }

// TestCloseAfterAllWasReadIsNoReset wants the far side to read the end, also when what it sent comes again because an answer was lost.
func TestCloseAfterAllWasReadIsNoReset(t *testing.T) {
	between(t, func(t *testing.T, p *pair) {
		l, err := p.b.Listen("tcp", ":80")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		p.b.Go(func(context.Context) {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				io.ReadFull(c, make([]byte, 3))
				c.Close()
			}
		})
		for i := range 200 {
			p.do(t, func() error {
				c, err := p.a.Dial("tcp", "b:80")
				if err != nil {
					return err
				}
				c.Write([]byte("bye"))
				if n, err := c.Read(make([]byte, 1)); n != 0 || err != io.EOF {
					t.Errorf("stream %d: %d, %v, want the end", i, n, err)
				}
				return c.Close()
			})
		}
	}, sim.Latency(40*time.Millisecond), sim.Loss(sim.Percent(30)))
}

func TestWhatWasWrittenArrivesAfterClose(t *testing.T) {
	between(t, func(t *testing.T, p *pair) {
		from, to := p.streams(t)
		began := p.w.Elapsed()
		p.do(t, func() error { from.Write(make([]byte, 64<<10)); return from.Close() })
		p.do(t, func() error {
			got, err := io.ReadAll(to)
			if len(got) != 64<<10 {
				t.Errorf("%d bytes came, want %d", len(got), 64<<10)
			}
			return err
		})
		if took := p.w.Elapsed() - began; took < 2*time.Minute {
			t.Errorf("it took %v: wants a worse network", took)
		}
	}, sim.Latency(5*time.Second), sim.Loss(sim.Percent(10)))
}

// TestWhoDoesNotAnswerIsGivenUp wants the times of Linux, of a far side that is down.
func TestWhoDoesNotAnswerIsGivenUp(t *testing.T) {
	between(t, func(t *testing.T, p *pair) {
		from, _ := p.streams(t)
		p.b.Node().Crash()
		for _, c := range []struct {
			what string
			do   func() error
			want time.Duration
		}{
			{"dial", func() error { _, err := p.a.Dial("tcp", "b:80"); return err }, 127 * time.Second},
			{"read", func() error { from.Write([]byte("x")); _, err := from.Read(make([]byte, 1)); return err }, 925 * time.Second},
		} {
			began := p.w.Elapsed()
			err := bubble.Do(p.w, time.Hour, c.do)
			if took := (p.w.Elapsed() - began).Round(time.Second); !errors.Is(err, syscall.ETIMEDOUT) || took < c.want || took > c.want+mostRetry {
				t.Errorf("%s: %v after %v, want a timeout after %v", c.what, err, took, c.want)
			}
		}
	}, sim.Latency(10*time.Millisecond))
}

const mostRetry = 2 * time.Minute

// TestAClosedStreamIsForgotten wants a far side that does not close, too, to be left after a while, and one that is down to be written to no more.
func TestAClosedStreamIsForgotten(t *testing.T) {
	between(t, func(t *testing.T, p *pair) {
		from, to := p.streams(t)
		from.Close()
		p.w.Run(5 * time.Minute)
		if _, err := to.Write([]byte("x")); !errors.Is(err, syscall.EPIPE) {
			t.Errorf("after five minutes, it is written: %v", err)
		}
		from, _ = p.streams(t)
		p.b.Node().Crash()
		from.Write([]byte("x"))
		from.Close()
		p.w.Run(5 * time.Minute)
		p.w.Watch(func(e sim.Event) { t.Errorf("after five minutes, it is still tried: %v", e) }, sim.Sent)
		p.w.Run(time.Hour)
	}, sim.Latency(10*time.Millisecond))
}
