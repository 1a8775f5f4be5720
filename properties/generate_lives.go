package properties

import (
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/harness"
)

// mostLives is how many times nodes go and come by a model, at most.
const mostLives = 32

// ChurnLike has the nodes of half of the scenarios go and come by one of these models of churn, or without any, of all that fixtures has, up to
// 32 times, and beside what [Churn] makes them do. It is the scenario's ChurnModel if the budget allows all that comes of it; else what the
// budget allows is listed. Goodbyes are said only if [ChurnBy] has nodes leave,
// else who would crashes; and who says one comes back.
func ChurnLike(choices ...harness.Choice) Part {
	models := oneOf(choices, known(fixtures.ChurnNamed), func() *rapid.Generator[harness.Choice] { return Models(fixtures.Churns(), known(fixtures.ChurnNamed)) })
	gen := rapid.Custom(func(t *rapid.T) lives {
		return lives{coinGen.Draw(t, "there"), models.Draw(t, "model"), seedGen.Draw(t, "stream")}
	})
	return func(s *space) { s.lives = gen }
}

var seedGen = rapid.Uint32()

// lives is churn by a model, as drawn.
type lives struct {
	there  bool
	model  harness.Choice
	stream uint32
}

// steps are what the model has the nodes do.
func (l lives) steps(nodes []string, d time.Duration) []fixtures.Step {
	churn, err := fixtures.ChurnNamed(l.model.Name, l.model.Params...)
	if !l.there || err != nil {
		return nil
	}
	return churn(nodes, d, func(name string) *rand.Rand {
		h := fnv.New64a()
		h.Write([]byte(name))
		return rand.New(rand.NewPCG(uint64(l.stream), h.Sum64()))
	})
}

// put makes the model a scenario's, by name, if the account allows all that comes of it.
func (l lives) put(s *harness.Scenario, g stage, a *account) bool {
	churn, err := fixtures.ChurnNamed(l.model.Name, l.model.Params...)
	if !l.there || err != nil || g.quiet != 0 {
		return false
	}
	whole := s.Churning(churn)
	added := whole.Churn[len(s.Churn):]
	trial := *a
	trial.absent = slices.Clone(a.absent)
	if len(added) == 0 || len(added) > 2*mostLives || !g.mayLeave(added) || trial.spendChurn(whole, len(s.Churn)) != nil {
		return false
	}
	*a, s.ChurnModel = trial, l.model
	return true
}

// mayLeave reports whether there may be goodbyes, if there are any, and who says one comes back.
func (g stage) mayLeave(changes []harness.Change) bool {
	gone := map[string]bool{}
	for _, c := range changes {
		if gone[c.Node] = c.Do == harness.Leave; gone[c.Node] && !g.leaves {
			return false
		}
	}
	for _, is := range gone { // any order: none may be
		if is {
			return false
		}
	}
	return true
}

// live makes steps changes, as far as the account allows.
func (g stage) live(a *account, steps []fixtures.Step) (changes []harness.Change) {
	gone := map[string]fixtures.Step{}
	for _, s := range steps {
		if !s.Up {
			gone[s.Node] = s
			continue
		}
		if down, was := gone[s.Node]; was && len(changes) < 2*mostLives {
			changes = append(changes, g.life(a, down, s.At)...)
			delete(gone, s.Node)
		}
	}
	return changes
}

// life is one absence of a node.
func (g stage) life(a *account, down fixtures.Step, up time.Duration) []harness.Change {
	during, node := span{down.At, up}, slices.Index(g.nodes, down.Node)
	out := harness.Crash
	if down.Bye && g.leaves {
		out = harness.Leave
	}
	tooLong := out == harness.Crash && a.Outage != 0 && during.long() > a.Outage
	if tooLong || a.away(node, during) || !a.miss(node, during) {
		return nil
	}
	if during.from == 0 {
		return []harness.Change{{At: up, Node: down.Node, Do: harness.Join}}
	}
	return []harness.Change{{At: down.At, Node: down.Node, Do: out}, {At: up, Node: down.Node, Do: harness.Restart}}
}
