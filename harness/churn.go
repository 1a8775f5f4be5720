package harness

import (
	"time"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/sim"
)

// Churn has nodes go and come as a churn says, for d from now on. Who goes crashes, or if it is to say goodbye, its overlay does so with its
// method Leave(): without one, the test fails, unless the churn is made [fixtures.Silent]. Who is paused then stays. Who is not there at the
// start of the churn goes at once.
//
// Stop is the opposite: from then on nobody goes, and everybody boots again whom the churn has taken down, also after d.
func (w *World) Churn(nodes []*sim.Node, c fixtures.Churn, d time.Duration) (stop func()) {
	w.T.Helper()
	names, byName := make([]string, len(nodes)), map[string]*sim.Node{}
	for i, n := range nodes {
		names[i], byName[n.Name()] = n.Name(), n
	}
	p := &population{w: w, nodes: nodes, down: map[*sim.Node]int{}}
	var s script
	for _, step := range c(names, d, churnStreams(w.World)) {
		n := byName[step.Node]
		if member := w.residents[n]; step.Bye && (member == nil || !member.polite()) {
			w.T.Fatalf("harness: Churn: at %v %s is to say goodbye, and has no method Leave(): it can only crash, as fixtures.Silent has it", step.At, step.Node)
		}
		s.add(step.At, func() { p.step(n, step) })
	}
	p.pending = s.schedule(w)
	return w.during("churn", func() func() { return p.stop })
}

// population are nodes that go and come.
type population struct {
	w       *World
	nodes   []*sim.Node
	down    map[*sim.Node]int // who was taken down, in which life
	pending []uint64          // timers
}

func (p *population) step(n *sim.Node, step fixtures.Step) {
	switch {
	case step.Up:
		p.back(n)
	case n.Up():
		if step.Bye && !p.w.residents[n].leave() {
			return
		}
		n.Crash()
		p.down[n] = n.Life()
	}
}

// back has a node boot that is still down as it was taken down.
func (p *population) back(n *sim.Node) {
	life, taken := p.down[n]
	delete(p.down, n)
	if taken && !n.Up() && n.Life() == life {
		n.Restart()
	}
}

// stop has everybody back, in the order in which they were given.
func (p *population) stop() {
	for _, id := range p.pending {
		p.w.Stop(id)
	}
	p.pending = nil
	for _, n := range p.nodes {
		p.back(n)
	}
}
