// Package adversary_test holds laws over generated worlds in which an adversary sends the members forged, replayed and mutated packets.
package adversary_test

import (
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/fixtures/overlays"
	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/properties"
	"github.com/overlaytest/overlaytest/sim"
)

// attacked is what correct overlays survive: an adversary who sends up to fifty packets a second, beside a few usual faults.
var attacked = properties.Budget{Down: sim.Percent(34), Outage: 30 * time.Second, Loss: sim.Percent(20), Forged: 50}

func worlds(parts ...properties.Part) []properties.Part {
	return append(parts, properties.Nodes(2, 8), properties.Latency(), properties.Faulty(attacked, harness.Mutate, harness.Crash, harness.Lose))
}

type Simple = overlays.Simple

var simples = overlays.Simples(struct{ ID int }{}).ID()

// IPv8 takes a signed packet from wherever it comes: one that is replayed makes its signer known at the adversary's address. Who so loses all
// its peers finds back when it goes to its acquaintances now and then, once in twenty steps of its walk: hence the long bound. A walker is
// content with ten peers, and two of them may be the adversary's: hence eight nodes at most.
var discovers = properties.Law[*Simple]{
	Name:   "members discover each other, whatever an adversary sends",
	Space:  properties.Scenarios(worlds()...),
	Boot:   overlays.NewSimple,
	Within: attacked.Holds,
	Judge: func(r *harness.Run[*Simple]) {
		r.Forge(overlays.ForgeIPv8(simples))
		properties.Judge(
			properties.Discovers(overlays.Self[*Simple], overlays.Known[*Simple], properties.Everybody, 10*time.Minute),
			properties.NoSelf(overlays.Self[*Simple], overlays.Known[*Simple]),
		)(r)
	},
}

func TestDiscovers(t *testing.T) { discovers.Check(t) }
func FuzzDiscovers(f *testing.F) { discovers.Fuzz(f) }

type Gossip = overlays.Gossip

// Without anything made up: an overlay that speaks JSON is forged well enough by flipping bits.
var delivers = properties.Law[*Gossip]{
	Name:   "a rumour reaches everybody, whatever an adversary sends",
	Space:  properties.Scenarios(worlds(properties.Ops("publish", 3))...),
	Boot:   overlays.NewGossip,
	Within: attacked.Holds,
	Judge: properties.Judge(
		properties.Delivers("publish", (*Gossip).Publish, (*Gossip).OnRumour, properties.AtLeastOnce, time.Minute),
	),
}

func TestDelivers(t *testing.T) { delivers.Check(t) }
