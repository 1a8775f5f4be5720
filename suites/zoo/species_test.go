package zoo_test

import (
	"fmt"
	"time"

	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"github.com/overlaytest/overlaytest/fixtures/overlays"
	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/properties"
	"github.com/overlaytest/overlaytest/sim"
)

// exhibit is a species with the law that judges it. The law knows nothing of the bug: it is the same for all species of an overlay.
type exhibit struct {
	name, overlay, origin, link, shows string
	bug, twin                          search
	calm                               search // for the bug, in worlds where nothing goes wrong
	rich                               search // of the twin, in worlds of every kind
}

type search func(s properties.Sweep) properties.Finding

type space = *rapid.Generator[harness.Scenario]

// of makes exhibits of species that one law judges. In the calm space nothing goes wrong, in the rich one everything that is claimed.
func of[O any](species []overlays.Species[O], law func(boot harness.Boot[O]) properties.Law[O], calm, rich space) (all []exhibit) {
	for _, s := range species {
		inCalm, inRich := law(s.Boot), law(s.Twin)
		inCalm.Space, inRich.Space = calm, rich
		all = append(all, exhibit{
			s.Name, s.Overlay, s.Origin, s.Link, s.Shows, law(s.Boot).Search, law(s.Twin).Search, inCalm.Search, inRich.Search,
		})
	}
	return all
}

// rich makes worlds of parts, with networks of every kind that fixtures has, and churn by every model.
func rich(parts ...properties.Part) space {
	return properties.Scenarios(append([]properties.Part{properties.Rich, properties.Losses(), properties.ChurnLike()}, parts...)...)
}

// exhibits is the zoo.
func exhibits() (all []exhibit) {
	calm := func(op string, most int) space {
		return properties.Scenarios(properties.Nodes(2, 10), properties.Latency(), properties.Ops(op, most))
	}
	all = append(all, of(overlays.GossipSpecies(), spreads, calm("publish", 6), rich(rumours...))...)
	all = append(all, of(overlays.SwimSpecies(), swims, calm("broadcast", 255/batch), rich(broadcasts...))...)
	all = append(all, of(overlays.StoreSpecies(), stores, calmStores(), rapid.Map(rich(registers...), working))...)
	return append(all, of(overlays.IPv8Species(), walks, calmWalks(), rich(walking...))...)
}

// claimed is what the reference overlays claim to survive. Disks lose at most what was not synced. Packets have a checksum; nothing goes by
// the time of day but how long something is news; who has a twin, or another's address, is told by its name. Behind a NAT nobody would find
// the addresses that they tell each other.
var claimed = properties.Budget{
	Down: sim.Percent(100), Disks: []sim.DiskFate{sim.Unsynced, sim.Kept},
	Cut: time.Minute, Loss: sim.Percent(30), Duplicate: sim.Percent(30), Corrupt: sim.Percent(30), Reorder: 5 * time.Second, Replay: time.Minute,
	Rate: 100_000, Slow: 200 * time.Millisecond, Late: 2 * time.Second, Clock: time.Hour, Drift: sim.Percent(10), Twins: 2, Reuse: true,
}

// gossiped is what rumours survive besides: all there are in a world, and all that members know of each other, fit into one packet.
var gossiped = func() properties.Budget {
	b := claimed
	b.MTU = 1280
	return b
}()

// rumours are the worlds of [overlays.Epidemic].
var rumours = []properties.Part{properties.Nodes(2, 10), properties.Ops("publish", 6), properties.Churn, properties.Faulty(gossiped)}

// spreads is the law of [overlays.Epidemic].
func spreads(boot harness.Boot[*Monger]) properties.Law[*Monger] {
	return properties.Law[*Monger]{
		Name:   "a rumour reaches everybody once",
		Space:  properties.Scenarios(append(rumours, properties.Latency())...),
		Within: gossiped.Holds,
		Boot:   boot,
		Judge: properties.Judge(
			properties.NoSelf((*Monger).ID, (*Monger).Known),
			properties.Delivers("publish", (*Monger).Publish, (*Monger).OnRumour, properties.ExactlyOnce, 2*time.Minute),
			properties.Discovers((*Monger).ID, (*Monger).Known, properties.Everybody, 2*time.Minute),
		),
	}
}

// broadcasts are the worlds of [overlays.Swim]. Everybody is introduced to everybody, because whoever introduced two members to each other may
// leave before they meet.
var broadcasts = []properties.Part{
	properties.Nodes(2, 10), properties.Ops("broadcast", 8), properties.Topology(harness.Choice{Name: "complete"}), properties.Faulty(claimed),
	properties.ChurnBy(harness.Crash, harness.Restart, harness.Join, harness.Leave, harness.Move, harness.Renew),
}

// swims is the law of [overlays.Swim].
func swims(boot harness.Boot[*Swimmer]) properties.Law[*Swimmer] {
	return properties.Law[*Swimmer]{
		Name:   "members know each other, and each message reaches everybody once",
		Space:  properties.Scenarios(append(broadcasts, properties.Latency())...),
		Within: claimed.Holds,
		Boot:   boot,
		Judge: properties.Judge(
			properties.NoSelf((*Swimmer).ID, (*Swimmer).Known),
			properties.Discovers((*Swimmer).ID, (*Swimmer).Known, properties.Everybody, 2*time.Minute),
			properties.Forgets((*Swimmer).ID, (*Swimmer).Known, 2*time.Minute),
			batches,
		),
	}
}

// batch is how many messages an operation of the workload broadcasts.
const batch = 70

// batches has members broadcast many messages at a time. What somebody heard who is there must come to everybody who is there, once.
func batches(r *harness.Run[*Swimmer]) (then func()) {
	mail := harness.NewMail(r.Members, (*Swimmer).OnMessage)
	r.On("broadcast", func(m *harness.Member[*Swimmer], arg uint64) {
		ids := make([]uint64, batch)
		for i := range ids {
			ids[i] = arg*batch + uint64(i)
			mail.Sent(ids[i])
		}
		m.Overlay.Broadcast(ids...)
	})
	r.Never("a message is heard again", mail.Duplicate).Every(time.Second)
	return func() {
		r.RunUntil(2*time.Minute, arrived(r, mail))
		r.Eventually(func() string { return astray(mail) }).Within(0).Should(BeEmpty(), "messages reach everybody")
	}
}

// arrived is whether all messages have come, looked at once a second: they are many.
func arrived(r *harness.Run[*Swimmer], mail *harness.Mail) func() bool {
	next := time.Duration(0)
	return func() bool {
		if r.Elapsed() < next {
			return false
		}
		next = r.Elapsed() + time.Second
		return astray(mail) == ""
	}
}

// astray says how many letters are missing of messages that somebody has heard, and which is the first.
func astray(mail *harness.Mail) string {
	letters := mail.Uneven()
	if len(letters) == 0 {
		return ""
	}
	return fmt.Sprintf("%d are missing, such as %v", len(letters), letters[0])
}
