package quic_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/harness/bdd"
	"github.com/overlaytest/overlaytest/properties"
	"github.com/overlaytest/overlaytest/sim"
	"github.com/overlaytest/overlaytest/sim/bubble"
	"github.com/overlaytest/overlaytest/suites/real/internal/again"
)

// claimed is what QUIC survives, with programs that dial again.
var claimed = properties.Budget{
	Down: sim.Percent(50), Outage: 20 * time.Second, Disks: []sim.DiskFate{sim.Unsynced, sim.Kept},
	Cut: 30 * time.Second, Loss: sim.Percent(20), Duplicate: sim.Percent(30), Reorder: time.Second,
}

// whole is the law of quic-go: what comes back on a stream is what was sent, and once the faults are over everything has come back.
func whole(t *testing.T) properties.Law[*echo] {
	return properties.Law[*echo]{
		Name: "letters come back whole",
		Space: properties.Scenarios(properties.Nodes(2, 5), properties.Duration(20*time.Second), properties.Latency(), properties.Ops("write", 5),
			properties.Topology(harness.Choice{Name: "complete"}), properties.Faulty(claimed), properties.ChurnBy(harness.Crash, harness.Restart)),
		Within: claimed.Holds,
		Boot:   bubble.Boot(start),
		Judge:  judge,
		Around: bubble.Around(t),
	}
}

func judge(r *harness.Run[*echo]) {
	r.On("write", func(m *harness.Member[*echo], n uint64) { m.Overlay.write(n) })
	r.Always("streams are whole", func() error {
		for _, m := range r.Members {
			if m.Ready() && m.Overlay.wrong.Load() != nil {
				return errors.New(*m.Overlay.wrong.Load())
			}
		}
		return nil
	})
	r.Play()
	r.Heal()
	r.Eventually(func() []string { return missing(r.Members) }).Within(3 * time.Minute).Should(BeEmpty())
}

// missing says who waits for letters.
func missing(members []*harness.Member[*echo]) (who []string) {
	for _, m := range members {
		if n := m.Overlay.waits(); m.Ready() && n != 0 {
			who = append(who, fmt.Sprint(m.Name(), " waits for ", n))
		}
	}
	return who
}

// waiting is how many letters and handshakes members wait for.
func waiting(members []*harness.Member[*echo]) (n int) {
	for _, m := range members {
		n += m.Overlay.waits()
	}
	return n
}

func TestLettersComeBackWhole(t *testing.T) { whole(t).Check(t) }
func TestLettersAgain(t *testing.T)         { again.Check(t, whole(t), 5) }
func TestSpecs(t *testing.T)                { bdd.RunSpecs(t, "QUIC") }
