package properties

import (
	"fmt"
	"iter"
	"path/filepath"
	"runtime"
	"time"

	"github.com/overlaytest/overlaytest/harness"
)

// Clause is a part of a law. It is called before the world is played, to promise what must hold all the time and to say what operations mean;
// then, which may be nil, is called when the world has been played and healed, and demands the rest. One of your own is a function literal.
//
// The clauses here know no protocol: they take projections of an overlay, such as the ids that it knows.
type Clause[O any] func(r *harness.Run[O]) (then func())

// Judge makes a law's judge of clauses: all of them are set up, the scenario is played and healed, and then each demands its rest in turn. It
// ends with a farewell: see [harness.Run.Farewell].
//
//	Judge: properties.Judge(
//		properties.Discovers((*Gossip).ID, (*Gossip).Known, properties.Everybody, time.Minute),
//		properties.Delivers("publish", (*Gossip).Publish, (*Gossip).OnRumour, properties.ExactlyOnce, time.Minute),
//	),
func Judge[O any](clauses ...Clause[O]) func(r *harness.Run[O]) {
	return func(r *harness.Run[O]) {
		r.T.Helper()
		var rest []func()
		for _, clause := range clauses {
			if then := clause(r); then != nil {
				rest = append(rest, then)
			}
		}
		r.Play()
		r.Heal()
		for _, then := range rest {
			then()
		}
		r.Farewell()
	}
}

// callerPlace is the file and line, without the folder, that calls the function that calls this: where a clause is written.
func callerPlace() string {
	_, file, line, ok := runtime.Caller(2)
	if !ok {
		return ""
	}
	return fmt.Sprintf("%s:%d", filepath.Base(file), line)
}

// Everybody is how many others a member must know that must know all of them.
const Everybody = -1

// How often what is slow to look at is looked at, while a world is played.
const (
	lookEvery = 30 * time.Second // what grows with the square of the members
	sizeEvery = 5 * time.Second  // the size of each member that was touched
)

// Discovers demands that each member comes to know k others that are up, or all there are if they are fewer, within a time of the healing. A
// failure lists the members that do not, and whom they miss.
func Discovers[O any](id func(O) string, known func(O) iter.Seq[string], k int, within time.Duration) Clause[O] {
	words := fmt.Sprintf("each member knows %d others or more", k)
	switch {
	case k < 0:
		words = "each member knows everybody"
	case k == 1:
		words = "each member knows one other or more"
	}
	place := callerPlace()
	return func(r *harness.Run[O]) func() {
		g := harness.Knows(r.Members, id, known)
		return func() {
			r.Eventually(func() []string { return g.Lacking(k) }).At(place).Within(within).Should(nothing{}, words)
		}
	}
}

// OneIsland demands that the graph of who knows whom becomes one island, within a time of the healing. A failure lists the islands.
func OneIsland[O any](id func(O) string, known func(O) iter.Seq[string], within time.Duration) Clause[O] {
	place := callerPlace()
	return func(r *harness.Run[O]) func() {
		g := harness.Knows(r.Members, id, known)
		return func() {
			r.Eventually(g.Islands).At(place).Within(within).Should(oneIsland{}, "the members are one island")
		}
	}
}

// Symmetric demands that who knows somebody comes to be known by it, within a time of the healing. A failure lists the links that go one way.
func Symmetric[O any](id func(O) string, known func(O) iter.Seq[string], within time.Duration) Clause[O] {
	place := callerPlace()
	return func(r *harness.Run[O]) func() {
		g := harness.Knows(r.Members, id, known)
		return func() {
			r.Eventually(g.Asymmetric).At(place).Within(within).Should(nothing{}, "neighbours know each other")
		}
	}
}

// Forgets demands that no member knows anybody who is not up, within a time of the healing. A failure lists who still knows whom.
func Forgets[O any](id func(O) string, known func(O) iter.Seq[string], within time.Duration) Clause[O] {
	place := callerPlace()
	return func(r *harness.Run[O]) func() {
		g := harness.Knows(r.Members, id, known)
		return func() { r.Eventually(g.Phantoms).At(place).Within(within).Should(nothing{}, "the gone are forgotten") }
	}
}

// NoSelf demands that no member ever knows itself. It is looked at every thirty seconds while the world is played, and when it is healed.
func NoSelf[O any](id func(O) string, known func(O) iter.Seq[string]) Clause[O] {
	place := callerPlace()
	return func(r *harness.Run[O]) func() {
		return sampled(r, place, "nobody knows itself", harness.Knows(r.Members, id, known).Self)
	}
}

// NoPhantoms demands that no member ever knows an id that nobody has or had. It is looked at every thirty seconds while the world is played, and
// when it is healed.
func NoPhantoms[O any](id func(O) string, known func(O) iter.Seq[string]) Clause[O] {
	place := callerPlace()
	return func(r *harness.Run[O]) func() {
		return sampled(r, place, "nobody knows who never was", harness.Knows(r.Members, id, known).Strangers)
	}
}

// sampled promises that a list stays empty, looked at now and then and when the world is healed.
func sampled[O any](r *harness.Run[O], place, words string, list any) func() {
	return now(r.World, r.Never(words, list).At(place).Every(lookEvery), lookEvery)
}

// now has a promise looked at at once that is looked at every so often.
func now(w *harness.World, p *harness.Promise, usual time.Duration) func() {
	return func() {
		p.Every(0)
		w.Run(0)
		p.Every(usual)
	}
}

// Bounded demands that no member's state ever grows beyond a size: what it counts, in the plural, how and how much there may be at most. How
// much there was is among the margins. It is looked at every five seconds while the world is played, and when it is healed.
func Bounded[O any](what string, size func(O) int, most int) Clause[O] {
	place := callerPlace()
	return func(r *harness.Run[O]) func() {
		largest, words := -1, fmt.Sprintf("no member has more than %d %s", most, what)
		p := harness.Each(r.Members, words, func(m *harness.Member[O]) error {
			n := size(m.Overlay)
			if n > most {
				return fmt.Errorf("it has %d %s", n, what)
			}
			if n > largest {
				largest = n
				r.Used(harness.Margin{Promise: words, Used: int64(n), Bound: int64(most), Unit: what})
			}
			return nil
		})
		return now(r.World, p.At(place).Every(sizeEvery), sizeEvery)
	}
}

// Agrees demands that all members that are up come to have the same value, within a time of the healing, and then keep to it for ten seconds:
// convergence. What names the value. A failure lists who has which.
func Agrees[O any, T comparable](what string, value func(O) T, within time.Duration) Clause[O] {
	place := callerPlace()
	return func(r *harness.Run[O]) func() {
		return func() {
			r.Converges(func() []string { return camps(r.Members, value) }).At(place).Within(within).Should(nothing{}, "all agree on "+what)
		}
	}
}

// Setup is a clause that only prepares the run, before it is played: such as
//
//	properties.Setup(func(r *harness.Run[*Gossip]) { r.Suspect(r.Amplifies(3), r.Restless(10 * time.Second)) })
func Setup[O any](prepare func(r *harness.Run[O])) Clause[O] {
	return func(r *harness.Run[O]) func() {
		prepare(r)
		return nil
	}
}
