package bubble_test

import (
	"encoding/binary"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/onsi/gomega"

	"context"
	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/properties"
	"github.com/overlaytest/overlaytest/sim/bubble"
)

// rumours is a program that spreads numbers: two goroutines, a ticker, a mutex, a UDP socket. It repeats all it knows every second.
type rumours struct {
	conn  *bubble.PacketConn
	peers []netip.AddrPort
	heard func(id uint64)

	mu    sync.Mutex
	known map[uint64]bool
}

func start(h *bubble.Host, met []netip.AddrPort) (*rumours, error) {
	conn, err := h.ListenPacket("udp", h.Addr().String())
	if err != nil {
		return nil, err
	}
	r := &rumours{conn: conn, peers: met, known: map[uint64]bool{}, heard: func(uint64) {}}
	h.Go(func(context.Context) { r.listen() })
	h.Go(r.repeat)
	return r, nil
}

func (r *rumours) OnRumour(heard func(id uint64)) { r.heard = heard }

func (r *rumours) Publish(id uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.known[id] {
		r.known[id] = true
		r.heard(id)
	}
}

func (r *rumours) listen() {
	var packet [8]byte
	for {
		n, _, err := r.conn.ReadFrom(packet[:])
		if err != nil {
			return
		}
		if n == len(packet) {
			r.Publish(binary.BigEndian.Uint64(packet[:]))
		}
	}
}

func (r *rumours) repeat(ctx context.Context) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			r.tell()
		case <-ctx.Done():
			return
		}
	}
}

func (r *rumours) tell() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for id := range r.known {
		for _, to := range r.peers {
			_, _ = r.conn.WriteTo(binary.BigEndian.AppendUint64(nil, id), net.UDPAddrFromAddrPort(to))
		}
	}
}

// everybody is the law of the program, without what its worlds are played in.
var everybody = properties.Law[*rumours]{
	Name:  "rumours of a program reach everybody",
	Space: properties.Scenarios(properties.Nodes(2, 12), properties.Ops("publish", 4), properties.Faulty(properties.Usual), properties.Duration(20*time.Second)),
	Boot:  bubble.Boot(start),
	Judge: func(r *harness.Run[*rumours]) {
		mail := harness.NewMail(r.Members, (*rumours).OnRumour)
		r.On("publish", func(m *harness.Member[*rumours], id uint64) { mail.Sent(id); m.Overlay.Publish(id) })
		r.Play()
		r.Heal()
		r.Eventually(mail.Missing).Within(time.Minute).Should(gomega.BeEmpty())
	},
}

func TestRumoursOfAProgramReachEverybody(t *testing.T) {
	law := everybody
	law.Around = bubble.Around(t)
	law.Check(t)
}

func TestTheJudgeOfAProgramSkipsTheTest(t *testing.T) {
	skipped := false
	t.Run("skips", func(t *testing.T) {
		defer func() { skipped = t.Skipped() }()
		law := everybody
		law.Around = bubble.Around(t)
		law.Judge = func(r *harness.Run[*rumours]) { r.T.(interface{ SkipNow() }).SkipNow() }
		law.Check(t)
	})
	if !skipped {
		t.Error("the test goes on")
	}
}
