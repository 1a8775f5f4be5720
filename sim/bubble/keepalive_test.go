package bubble_test

import (
	"errors"
	"net"
	"syscall"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/sim"
	"github.com/overlaytest/overlaytest/sim/bubble"
)

var impatient = net.KeepAliveConfig{Enable: true, Idle: 3 * time.Second, Interval: 2 * time.Second, Count: 3}

// TestWhoOnlyReadsNoticesThatTheFarSideIsGone wants it after an idle time and so many intervals: of a machine that is down, nothing comes.
func TestWhoOnlyReadsNoticesThatTheFarSideIsGone(t *testing.T) {
	for _, c := range []struct {
		name  string
		set   func(*bubble.Conn) error
		after time.Duration // 0: never
	}{
		{"as at first", func(*bubble.Conn) error { return nil }, 150 * time.Second},
		{"period", func(c *bubble.Conn) error { return c.SetKeepAlivePeriod(time.Minute) }, 195 * time.Second},
		{"config", func(c *bubble.Conn) error { return c.SetKeepAliveConfig(impatient) }, 9 * time.Second},
		{"off", func(c *bubble.Conn) error { return c.SetKeepAlive(false) }, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			between(t, func(t *testing.T, p *pair) {
				from, to := p.streams(t)
				if err := c.set(from); err != nil {
					t.Fatal(err)
				}
				p.w.Run(time.Hour) // both are there
				p.do(t, func() error { _, err := to.Write([]byte("x")); return err })
				p.do(t, func() error { _, err := from.Read(make([]byte, 1)); return err })
				p.b.Node().Crash()
				began := p.w.Elapsed()
				err := bubble.Do(p.w, time.Hour, func() error { _, err := from.Read(make([]byte, 1)); return err })
				took := (p.w.Elapsed() - began).Round(time.Second)
				if c.after == 0 && !errors.Is(err, bubble.ErrUnfinished) {
					t.Errorf("%v, want it to wait", err)
				}
				if c.after != 0 && (!errors.Is(err, syscall.ETIMEDOUT) || took != c.after) {
					t.Errorf("%v after %v, want a timeout after %v", err, took, c.after)
				}
			}, sim.Latency(10*time.Millisecond))
		})
	}
}

func TestWhoWaitsForAnAnswerIsPatientAllTheSame(t *testing.T) {
	between(t, func(t *testing.T, p *pair) {
		from, _ := p.streams(t)
		from.SetKeepAliveConfig(impatient)
		p.b.Node().Crash()
		from.Write([]byte("x"))
		err := bubble.Do(p.w, time.Minute, func() error { _, err := from.Read(make([]byte, 1)); return err })
		if !errors.Is(err, bubble.ErrUnfinished) {
			t.Errorf("after a minute: %v", err)
		}
	}, sim.Latency(10*time.Millisecond))
}

func TestAnIdleConnectionOutlastsAShortCut(t *testing.T) {
	between(t, func(t *testing.T, p *pair) {
		from, to := p.streams(t)
		heal := p.w.Partition([]*sim.Node{p.a.Node()}, []*sim.Node{p.b.Node()})
		p.w.Run(100 * time.Second)
		heal()
		p.w.Run(time.Hour)
		p.do(t, func() error { _, err := from.Write([]byte("x")); return err })
		p.do(t, func() error { _, err := to.Read(make([]byte, 1)); return err })
	})
}
