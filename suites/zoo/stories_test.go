package zoo_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/fixtures/overlays"
	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/harness/bdd"
)

// crowd is what a story is told of.
type crowd[O any] struct {
	*harness.World
	members []*harness.Member[O]
	mail    *harness.Mail
	known   *harness.Graph
}

func (c crowd[O]) cut(n int) (heal func()) {
	return c.Partition(harness.Nodes(c.members[:n]), harness.Nodes(c.members[n:]))
}

func mongers(n int, boot harness.Boot[*Monger]) crowd[*Monger] {
	w := bdd.New()
	members := harness.Spawn(w, n, fixtures.Complete, boot)
	return crowd[*Monger]{w, members, harness.NewMail(members, (*Monger).OnRumour), harness.Knows(members, (*Monger).ID, (*Monger).Known)}
}

func swimmers(n int, boot harness.Boot[*Swimmer]) crowd[*Swimmer] {
	w := bdd.New()
	members := harness.Spawn(w, n, fixtures.Complete, boot)
	return crowd[*Swimmer]{w, members, harness.NewMail(members, (*Swimmer).OnMessage), harness.Knows(members, (*Swimmer).ID, (*Swimmer).Known)}
}

func (c crowd[O]) publish(who int, id uint64) {
	c.mail.Sent(id)
	any(c.members[who].Overlay).(*Monger).Publish(id)
}

func (c crowd[O]) broadcast(who int, first, last uint64) {
	for id := first; id <= last; id++ {
		c.mail.Sent(id)
		any(c.members[who].Overlay).(*Swimmer).Broadcast(id)
	}
}

var gossipStories = map[string]func(c crowd[*Monger]) any{
	string(overlays.NumbersRestart): func(c crowd[*Monger]) any {
		c.publish(0, 1)
		c.Run(time.Minute)
		c.members[0].Restart()
		c.Run(0)
		c.publish(0, 2)
		c.Run(time.Minute)
		return c.mail.Missing()
	},
	string(overlays.SeenExpires): func(c crowd[*Monger]) any {
		c.members[1].Crash()
		c.publish(0, 1)
		c.Run(time.Minute)
		c.members[1].Restart()
		c.Run(time.Minute)
		return c.mail.Duplicate()
	},
	string(overlays.SentIsHeard): func(c crowd[*Monger]) any {
		heal := c.cut(1)
		c.publish(0, 1)
		c.Run(time.Minute)
		heal()
		c.Run(time.Minute)
		return c.mail.Missing()
	},
	string(overlays.AddressStays): func(c crowd[*Monger]) any {
		c.Run(time.Minute)
		c.members[1].Move()
		c.members[1].Restart()
		c.publish(0, 1)
		c.Run(time.Minute)
		return c.mail.Missing()
	},
}

var swimStories = map[string]func(c crowd[*Swimmer]) any{
	string(overlays.GhostsReturn): func(c crowd[*Swimmer]) any {
		c.Run(time.Minute)
		c.members[2].Crash()
		c.Run(2 * time.Minute)
		return c.known.Phantoms()
	},
	string(overlays.ForgetsForever): func(c crowd[*Swimmer]) any {
		c.Run(time.Minute)
		heal := c.cut(1)
		c.Run(time.Minute)
		heal()
		c.Run(time.Minute)
		return c.known.Islands()[1:]
	},
	string(overlays.DeadUntold): func(c crowd[*Swimmer]) any {
		c.Run(time.Minute)
		c.members[1].Crash()
		c.Run(time.Minute)
		c.members[1].Restart()
		c.Run(time.Minute)
		return c.known.Asymmetric()
	},
	string(overlays.CountsBytes): func(c crowd[*Swimmer]) any {
		heal := c.cut(1)
		c.broadcast(0, 1, 300)
		c.Run(time.Minute)
		heal()
		c.Run(time.Minute)
		return c.mail.Missing()
	},
}

var _ = Describe("The story of", func() {
	for _, s := range overlays.GossipSpecies() {
		It(s.Name+" shows what went wrong at "+s.Origin, func() {
			Expect(gossipStories[s.Name](mongers(2, s.Boot))).NotTo(BeEmpty())
			Expect(gossipStories[s.Name](mongers(2, s.Twin))).To(BeEmpty())
		})
	}
	for _, s := range overlays.SwimSpecies() {
		It(s.Name+" shows what went wrong at "+s.Origin, func() {
			Expect(swimStories[s.Name](swimmers(3, s.Boot))).NotTo(BeEmpty())
			Expect(swimStories[s.Name](swimmers(3, s.Twin))).To(BeEmpty())
		})
	}
})
