package bench

import (
	"iter"
	"net/netip"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/overlaytest/overlaytest/fixtures/overlays"
	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/ipv8/peers"
	"github.com/overlaytest/overlaytest/properties"
	"github.com/overlaytest/overlaytest/sim"
)

// Names of the metrics of worlds with laws. The share is that of the processor time of the same worlds, as far as they went, that is not
// spent without the laws.
const (
	worldsPerCPU = "worlds/cpu-s"
	lawsShare    = "laws/run"
)

// atLeastWorlds demands generated worlds per second of processor time, which is one core's.
func atLeastWorlds(rate float64) limit { return limit{worldsPerCPU, "≥", rate} }

// A peer is an IPv8 overlay under laws.
type peer interface {
	overlays.Member
	Table() *peers.Table
}

// generatedSpace is of worlds of twenty IPv8 peers, for two minutes in which everything goes wrong that they claim to survive, and churn
// by these verbs.
func generatedSpace(churn ...harness.Verb) *rapid.Generator[harness.Scenario] {
	claimed := properties.Budget{
		Down: sim.Percent(100), Cut: time.Minute, Loss: sim.Percent(30), Duplicate: sim.Percent(30), Reorder: 5 * time.Second,
	}
	return properties.Scenarios(properties.Nodes(20, 20), properties.Duration(2*time.Minute), properties.Latency(), properties.Faulty(claimed),
		properties.ChurnBy(churn...))
}

// generatedSimples are worlds of the tutorial's peers. They forget nobody: so who comes back is who it was, where it was.
func generatedSimples() func(b *testing.B) {
	demands := lawful((*simple).self, (*simple).known, discovered((*simple).self, (*simple).known)...)
	return generated(bootSimple, generatedSpace(harness.Crash, harness.Restart, harness.Join), demands)
}

// generatedWalkers are worlds of peers that look after each other too, with ten times the packets.
func generatedWalkers() func(b *testing.B) {
	space := generatedSpace(harness.Crash, harness.Restart, harness.Join, harness.Leave, harness.Move, harness.Renew)
	return generated(overlays.Walk{}.Boot, space, lawful((*overlays.Walker).ID, (*overlays.Walker).Known, discovered((*overlays.Walker).ID, (*overlays.Walker).Known)...))
}

// rich is a budget of everything that can go wrong.
var rich = properties.Budget{
	Down: sim.Percent(100), Disks: []sim.DiskFate{sim.Unsynced, sim.Kept, sim.Wiped}, Failing: []sim.DiskFate{sim.LostWrite, sim.BitRot},
	Fail: sim.Percent(100), Cut: time.Minute, Loss: sim.Percent(30), Duplicate: sim.Percent(30), Corrupt: sim.Percent(30),
	Reorder: 5 * time.Second, Replay: time.Minute, MTU: 1280, Rate: 100_000, Slow: 200 * time.Millisecond, Late: 2 * time.Second,
	Clock: time.Hour, Drift: sim.Percent(10), Forged: 50, Twins: 2, Reuse: true,
	NAT: []string{"full-cone", "port-restricted-cone", "symmetric", "carrier-grade", "tribler-2011"},
}

// generatedRich are worlds of the tutorial's peers with everything on: networks of every kind, NATs, access links, conditions, churn by models
// and by every verb, and all kinds of faults. Not everybody can reach everybody there: the laws demand what holds all the same.
func generatedRich() func(b *testing.B) {
	space := properties.Scenarios(properties.Nodes(20, 20), properties.Duration(2*time.Minute), properties.Rich, properties.Losses(), properties.Churn,
		properties.ChurnLike(), properties.Faulty(rich))
	return generated(bootSimple, space, lawful((*simple).self, (*simple).known))
}

// simple is the tutorial's peer with the two methods that laws ask.
type simple struct{ *overlays.Simple }

func bootSimple(n *sim.Node, met []netip.AddrPort) *simple {
	return &simple{overlays.NewSimple(n, met)}
}

func (s *simple) self() string            { return overlays.Self(s.Simple) }
func (s *simple) known() iter.Seq[string] { return overlays.Known(s.Simple) }

// discovered demands that everybody is introduced with a puncture and finds ten others, and that nobody finds who never was: where everybody
// can reach everybody, and nobody forges packets.
func discovered[O peer](id func(O) string, known func(O) iter.Seq[string]) []properties.Clause[O] {
	return []properties.Clause[O]{punctured[O], properties.NoPhantoms(id, known), properties.Discovers(id, known, 10, 5*time.Minute)}
}

// punctured demands that whoever is introduced is asked to puncture.
func punctured[O peer](r *harness.Run[O]) func() {
	law := &overlays.Punctures{}
	r.Watch(law.See, sim.Sent)
	r.Always("whoever is introduced is asked to puncture", law.Err)
	return nil
}

// lawful demands what is demanded of IPv8 everywhere, and more.
func lawful[O peer](id func(O) string, known func(O) iter.Seq[string], more ...properties.Clause[O]) func(r *harness.Run[O]) {
	judge := properties.Judge(append(more,
		properties.NoSelf(id, known),
		properties.Bounded("peers and addresses", func(o O) int { return o.Table().Len() + o.Table().Addresses() }, 200),
	)...)
	return func(r *harness.Run[O]) {
		r.AllowVacuous("it only measures time")
		judge(r)
	}
}

// lawless plays a world for as long as with the laws, without them.
func lawless[O peer](r *harness.Run[O], end time.Duration) {
	r.AllowVacuous("it only measures time")
	r.Play()
	r.Heal()
	r.Run(end - r.Elapsed())
}

// play plays a world and returns how far it went. A law that does not hold ends the benchmark.
func play[O peer](b *testing.B, s harness.Scenario, boot harness.Boot[O], judge func(r *harness.Run[O])) (end, spent time.Duration) {
	before := cpuTime()
	trial := harness.Try(b, func(t harness.TB) { judge(harness.Start(t, s, boot)) })
	if trial.Breach != nil {
		b.Fatalf("%v\n%#v", trial.Breach, s)
	}
	return trial.Elapsed, cpuTime() - before
}

// batch is how many worlds are played before they are played again: so many that none is still in the processor's caches.
const batch = 32

// generated measures batches of worlds with laws, set-up included, and the share of the laws: each batch is played again without them.
func generated[O peer](boot harness.Boot[O], space *rapid.Generator[harness.Scenario], demands func(r *harness.Run[O])) func(b *testing.B) {
	return func(b *testing.B) {
		var with, without time.Duration
		batches := 0
		for b.Loop() {
			var ends [batch]time.Duration
			for i := range ends {
				end, spent := play(b, space.Example(batches*batch+i+1), boot, demands)
				ends[i], with = end, with+spent
			}
			for i, end := range ends {
				_, spent := play(b, space.Example(batches*batch+i+1), boot, func(r *harness.Run[O]) { lawless(r, end) })
				without += spent
			}
			batches++
		}
		b.ReportMetric(float64(batch*batches)/with.Seconds(), worldsPerCPU)
		b.ReportMetric(1-without.Seconds()/with.Seconds(), lawsShare)
	}
}

func BenchmarkGeneratedWorlds(b *testing.B) {
	b.Run("Simple", generatedSimples())
	b.Run("Walker", generatedWalkers())
	b.Run("Rich", generatedRich())
}
