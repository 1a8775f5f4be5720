package discoverylaw_test

import (
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/fixtures/overlays"
	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/properties"
	"github.com/overlaytest/overlaytest/sim"
)

type Walker = overlays.Walker

// claimed is what walkers of IPv8 survive: all of them may be down at once, cut off for two minutes, and lose every third packet, or get it
// damaged; packets may come again a minute later, machines be slow and clocks half a minute wrong, and others take their keys and their
// addresses.
var claimed = properties.Budget{
	Down: sim.Percent(100), Disks: []sim.DiskFate{sim.Unsynced, sim.Kept, sim.Wiped},
	Cut: 2 * time.Minute, Loss: sim.Percent(30), Duplicate: sim.Percent(30), Corrupt: sim.Percent(30), Reorder: 5 * time.Second, Replay: time.Minute,
	Rate: 100_000, Slow: 200 * time.Millisecond, Late: 2 * time.Second, Clock: 30 * time.Second, Drift: sim.Percent(10), Twins: 2, Reuse: true,
}

// gated is claimed behind NATs through which any two can reach each other, once a tracker has introduced them.
var gated = func() properties.Budget {
	b := claimed
	b.NAT = []string{"full-cone", "restricted-cone", "port-restricted-cone", "firewall"}
	return b
}()

// walks is all that is demanded of members that walk and look after each other. Who says an address that reaches nobody, or is gone, costs
// time: and so does a packet of an earlier life that comes late, for its sender counts as there for another minute.
//
// With a tracker there are eleven members at most. Of twelve, eleven may be content with each other and ask the tracker no more; it forgets
// whoever does not answer one ping; and then the twelfth finds nobody there.
func walks(name string, meet overlays.Meeting, most int, budget properties.Budget) properties.Law[*Walker] {
	return properties.Law[*Walker]{
		Name: name,
		Space: properties.Scenarios(properties.Rich, properties.Losses(), properties.ChurnLike(), properties.Nodes(2, most),
			properties.Duration(3*time.Minute), properties.Faulty(budget),
			properties.ChurnBy(harness.Crash, harness.Restart, harness.Join, harness.Leave, harness.Move, harness.Renew)),
		Within: budget.Holds,
		Boot:   overlays.Walk{Meet: meet}.Boot,
		Judge: properties.Judge(
			punctures, verified,
			properties.NoSelf((*Walker).ID, (*Walker).Known),
			properties.NoPhantoms((*Walker).ID, (*Walker).Known), // no tracker is a peer
			properties.Bounded("peers and addresses", (*Walker).State, 200),
			properties.Discovers((*Walker).ID, (*Walker).Known, walked, 3*time.Minute),
			properties.Forgets((*Walker).ID, (*Walker).Known, 5*time.Minute),
		),
	}
}

// punctures promises that whoever is introduced is asked to puncture.
func punctures(r *harness.Run[*Walker]) (then func()) {
	law := &overlays.Punctures{}
	r.Watch(law.See, sim.Sent)
	r.Always("whoever is introduced is asked to puncture", law.Err)
	return nil
}

// verified promises that whoever is a peer is verified, and has an address that is not refused.
func verified(r *harness.Run[*Walker]) (then func()) {
	r.Never("a peer is unverified or refused", func() (odd []string) {
		for _, m := range r.Members {
			if !m.Ready() {
				continue
			}
			for p := range m.Overlay.Peers() {
				if !p.Verified() || m.Overlay.Table().Blacklisted(p.Address()) {
					odd = append(odd, m.Name()+"→"+p.Mid().String())
				}
			}
		}
		return odd
	}).Every(5 * time.Second)
	return nil
}

var (
	byTopology = walks("members who are introduced by the topology walk to each other", overlays.ByTopology, 30, claimed)
	byTracker  = walks("members who are introduced by a tracker walk to each other", overlays.ByTracker, walked+1, gated)
)

func TestWalksByTopology(t *testing.T) { byTopology.Check(t) }
func TestWalksByTracker(t *testing.T)  { byTracker.Check(t) }
func FuzzWalks(f *testing.F)           { byTracker.Fuzz(f) }

// What a member sent under an earlier key comes after what it sends under its present one, from the same address. The address is the present
// member's: what comes from there does not keep the earlier one alive.
func TestAnEarlierKeyIsForgotten(t *testing.T) {
	late := sim.LatencyBy("late at first", func(p *sim.Packet) time.Duration {
		if p.At() == 0 {
			return 100 * time.Millisecond
		}
		return 10 * time.Millisecond
	})
	w := harness.New(t, 1, late)
	members := harness.Spawn(w, 2, fixtures.Line, overlays.Walk{}.Boot)
	w.Run(50 * time.Millisecond)
	members[0].Renew()
	members[0].Restart()
	known := harness.Knows(members, (*Walker).ID, (*Walker).Known)
	w.Run(time.Second)
	if len(known.Phantoms()) != 1 {
		t.Fatalf("the earlier key is not known: %v", known.Phantoms())
	}
	w.Run(2 * time.Minute)
	if phantoms := known.Phantoms(); len(phantoms) > 0 {
		t.Fatalf("the earlier key is still known: %v", phantoms)
	}
}
