package transcripts_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/fixtures/overlays"
	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/sim"
)

func TestTheTranscriptOfASmallWorld(t *testing.T) {
	w := harness.New(t, 1, sim.Latency(30*time.Millisecond))
	var story strings.Builder
	w.Watch(sim.Transcript(&story, describe))
	members := harness.Spawn(w, 3, fixtures.Line, overlays.NewPingPong)
	w.Run(2500 * time.Millisecond)
	heal := w.Partition(harness.Nodes(members[:1]), harness.Nodes(members[1:]))
	w.Run(2 * time.Second)
	heal()
	members[1].Crash()
	w.Run(2 * time.Second)
	members[1].Restart()
	members[2].Pause()
	w.Run(2 * time.Second)
	members[2].Resume()
	w.Run(time.Second)
	golden(t, "world", story.String())
}

// describe says what a packet of PingPong is, by the message id behind its prefix.
func describe(data []byte) string {
	return map[byte]string{1: "ping", 2: "pong", 246: "request", 245: "response", 250: "puncture request", 249: "puncture"}[data[22]]
}

func TestWhatABrokenPromiseSays(t *testing.T) {
	said := failure(func(t harness.TB) {
		w := harness.New(t, 1, sim.Latency(30*time.Millisecond))
		members := harness.Spawn(w, 3, fixtures.Line, overlays.NewPingPong)
		harness.Each(members, "a peer knows one other at most", func(m *harness.Member[*overlays.PingPong]) error {
			if n := m.Overlay.PeerCount(); n > 1 {
				return fmt.Errorf("it knows %d", n)
			}
			return nil
		})
		w.Run(time.Minute)
	})
	golden(t, "failure", regexp.MustCompile(`_test\.go:\d+`).ReplaceAllString(said, "_test.go:N"))
}

// witness is a test that may fail: it keeps what it is failed with.
type witness struct {
	said     string
	cleanups []func()
}

// stopped ends a failed test; worlds let it pass.
type stopped struct{}

func (stopped) EndsTest() {}

func (w *witness) Helper()             {}
func (w *witness) Name() string        { return "TestPeers" }
func (w *witness) Failed() bool        { return w.said != "" }
func (w *witness) Cleanup(f func())    { w.cleanups = append(w.cleanups, f) }
func (w *witness) Logf(string, ...any) {}
func (w *witness) Fatalf(format string, args ...any) {
	w.said = fmt.Sprintf(format, args...) + "\n"
	panic(stopped{})
}

// failure returns what a test fails with.
func failure(test func(t harness.TB)) (said string) {
	w := &witness{}
	defer func() {
		if p := recover(); p != nil && p != (stopped{}) {
			panic(p)
		}
		for _, f := range w.cleanups {
			f()
		}
		said = w.said
	}()
	test(w)
	return w.said
}
