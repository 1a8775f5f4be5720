package raft_test

import (
	"context"
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

// claimed is what raft survives: anything but disks that forget what was synced, and packets that somebody forges.
var claimed = properties.Budget{
	Down: sim.Percent(100), Outage: 20 * time.Second, Disks: []sim.DiskFate{sim.Unsynced, sim.Kept},
	Cut: 30 * time.Second, Loss: sim.Percent(30), Duplicate: sim.Percent(30), Reorder: 2 * time.Second,
}

// agrees is the law of raft: its safety whatever happens, and once the faults are over the log goes on, even if the leader crashes then.
func agrees(t *testing.T) properties.Law[*peer] {
	return properties.Law[*peer]{
		Name: "the log is one, and goes on without its leader",
		Space: properties.Scenarios(properties.Nodes(3, 5), properties.Duration(40*time.Second), properties.Latency(), properties.Ops("propose", 5),
			properties.Faulty(claimed), properties.ChurnBy(harness.Crash, harness.Restart)),
		Within: claimed.Holds,
		Boot:   bubble.Boot(start),
		Judge:  judge,
		Around: bubble.Around(t),
	}
}

func judge(r *harness.Run[*peer]) {
	past := sim.Shared(r.Members[0].Node, newPast)
	r.Always("raft is safe", past.err)
	r.On("propose", func(m *harness.Member[*peer], arg uint64) {
		m.Overlay.h.Go(func(ctx context.Context) { m.Overlay.propose(ctx, fmt.Sprint("op ", arg)) })
	})
	r.Play()
	r.Heal()
	if m := leader(r.Members); m != nil && len(r.Members) > 2 {
		m.Crash()
	}
	before := applied(r.Members)
	r.Eventually(func() []uint64 { return applied(r.Members) }).Within(time.Minute).Should(HaveEach(BeNumerically(">", highest(before))))
}

// leader is who leads, the first if there are several, nil if nobody does.
func leader(members []*harness.Member[*peer]) *harness.Member[*peer] {
	for _, m := range members {
		if m.Ready() && m.Overlay.leading.Load() {
			return m
		}
	}
	return nil
}

// applied returns how far each member that is up has come.
func applied(members []*harness.Member[*peer]) (all []uint64) {
	for _, m := range members {
		if m.Ready() {
			all = append(all, m.Overlay.applied.Load())
		}
	}
	return all
}

func highest(all []uint64) (most uint64) {
	for _, n := range all {
		most = max(most, n)
	}
	return most
}

func TestTheLogIsOne(t *testing.T)      { agrees(t).Check(t) }
func TestTheLogIsOneAgain(t *testing.T) { again.Check(t, agrees(t), 5) }
func TestSpecs(t *testing.T)            { bdd.RunSpecs(t, "Raft") }
