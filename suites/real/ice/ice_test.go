package ice_test

import (
	"testing"
	"time"

	. "github.com/onsi/gomega"
	"github.com/pion/ice/v4"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/harness/bdd"
	"github.com/overlaytest/overlaytest/properties"
	"github.com/overlaytest/overlaytest/sim"
	"github.com/overlaytest/overlaytest/sim/bubble"
	"github.com/overlaytest/overlaytest/suites/real/internal/again"
)

// nats are the mixes of NATs that two peers stand behind.
var nats = []harness.Choice{
	{Name: "tribler-2011"}, {Name: "natcracker-2009"}, {Name: "ford-2005"}, lasting("firewall"), lasting("full-cone"),
	lasting("restricted-cone"), lasting("port-restricted-cone"), lasting("symmetric"),
}

// lasting is a NAT that forgets after two minutes.
func lasting(name string) harness.Choice {
	return harness.Choice{Name: name, Params: []int64{int64(2 * time.Minute)}}
}

// claimed is what two peers survive whose programs start ICE again when an agent has failed, which is after 30 s: cuts are shorter and longer.
var claimed = properties.Budget{
	Down: sim.Percent(100), Outage: 20 * time.Second, Cut: 40 * time.Second, Loss: sim.Percent(20), Duplicate: sim.Percent(30),
	Reorder: time.Second, Replay: 5 * time.Second, NAT: []string{
		"tribler-2011", "natcracker-2009", "ford-2005", "firewall", "full-cone", "restricted-cone", "port-restricted-cone", "symmetric",
	},
}

// patience is how long it takes two peers at most to be connected again, when nothing is wrong any more: 32 s until an agent has failed, 5 s
// to gather where a STUN server does not answer, and 3 s for the checks.
const patience = 40 * time.Second

// lull is how long a letter takes at most, between two who are connected: one of them may still have to notice that it is, which takes 2 s.
const lull = 3500 * time.Millisecond

// connects is the law of ICE: two peers connect where their NATs let them, and nowhere else, and again whatever has come between them.
func connects(t *testing.T) properties.Law[*peer] {
	return properties.Law[*peer]{
		Name: "two peers connect where their NATs let them",
		Space: properties.Scenarios(properties.Nodes(2, 2), properties.Duration(time.Minute), properties.Latency(), properties.NAT(nats...),
			properties.Faulty(claimed), properties.ChurnBy(harness.Crash, harness.Restart, harness.Join, harness.Move)),
		Within: claimed.Holds,
		Boot:   bubble.Boot(start),
		Judge:  judge,
		Around: bubble.Around(t),
	}
}

func judge(r *harness.Run[*peer]) {
	seen := watch(r.World, r.Members)
	r.Always("what comes is what was written", func() error { return wrong(r.Members) })
	r.Always("who says that it is connected is", func() error { return seen.err(r.Elapsed(), r.Members) })
	introduce(r.World)
	if !possible(r.Members[0].Node, r.Members[1].Node) {
		r.Never("a peer says that it is connected, although the NATs let nothing through", connected(r.Members))
	}
	r.Play()
	r.Heal()
	if !possible(r.Members[0].Node, r.Members[1].Node) {
		r.Run(patience)
		return
	}
	r.Run(time.Second) // what was written less than a second ago was written since
	r.Eventually(silence(r.World, r.Members)).Within(patience).Should(HaveEach(BeNumerically("<", time.Second)))
	r.Consistently(silence(r.World, r.Members)).For(time.Minute).Should(HaveEach(BeNumerically("<", lull)))
}

// silence returns how long ago the latest letters that each has heard were written.
func silence(w *harness.World, peers []*harness.Member[*peer]) func() []time.Duration {
	return func() (all []time.Duration) {
		for _, m := range peers {
			all = append(all, w.Now().Sub(time.Unix(0, m.Overlay.heard.Load())))
		}
		return all
	}
}

// connected returns who says that it is connected.
func connected(peers []*harness.Member[*peer]) func() []string {
	return func() (who []string) {
		for _, m := range peers {
			if m.Ready() && m.Overlay.status() == ice.ConnectionStateConnected {
				who = append(who, m.Name())
			}
		}
		return who
	}
}

// introduce has two peers hear of a STUN server, and of each other.
func introduce(w *harness.World) {
	server := w.Node("stun", func(n *sim.Node) { bubble.Boot(serve)(n, nil) })
	w.After(0, func() { sim.Shared(server, newSignals).open(server.Addrs()[0]) })
	w.Run(0)
}

func TestPeersConnect(t *testing.T)      { connects(t).Check(t) }
func TestPeersConnectAgain(t *testing.T) { again.Check(t, connects(t), 5) }
func TestSpecs(t *testing.T)             { bdd.RunSpecs(t, "ICE") }
