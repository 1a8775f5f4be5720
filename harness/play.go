package harness

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/overlaytest/overlaytest/sim"
)

// Run is a scenario's world, with its members.
type Run[O any] struct {
	*World
	// Members run the overlay, in the order of Scenario.Nodes.
	Members []*Member[O]
	// Scenario is what is played. It must not be changed.
	Scenario Scenario

	ops    map[string]func(m *Member[O], arg uint64)
	away   map[*Member[O]]Verb // who left for good, by Leave; who is not there yet, by Join
	faults *faults
	losses []*account // of the scenario's loss and its loss model, if there are any
	lossy  []func()   // end them
	churn  books
	work   books

	changes []Change // of the scenario's churn and churn model
	tasks   []Op     // of the scenario's work and traffic

	played  bool
	givens  []*given
	allowed string // why the run may be vacuous
}

// Start makes the world of a scenario, boots every member that does not join later and runs the first instant. Nothing of the churn, the
// faults and the workload happens before [Run.Play]. An impossible scenario fails the test; so does, when the test is over, a run that was
// played and is vacuous.
//
// The world may run 5,000,000 events, and 1,000 more for each node and second of the duration; [sim.World.Limit] changes that.
func Start[O any](t TB, s Scenario, boot Boot[O]) *Run[O] {
	t.Helper()
	if err := s.Validate(); err != nil {
		t.Fatalf("%v", err)
	}
	r := &Run[O]{World: New(t, s.Seed), Scenario: s, ops: map[string]func(*Member[O], uint64){}, away: map[*Member[O]]Verb{}}
	r.ledgers, r.network = r.Ledgers, s.network
	r.remember()
	r.LoseUnknown()
	r.Limit(s.budget())
	if s.PermuteTies {
		r.PermuteTies()
	}
	r.laws.oracles.late = s.lateness()
	r.faults = newFaults(r.World, s)
	r.faults.arm()
	r.link()
	r.list()
	r.spawn(boot)
	r.enter()
	r.checkGoodbyes()
	t.Cleanup(r.judgeVacuity)
	return r
}

// list says what happens of what is listed and what is by a model, each listed first.
func (r *Run[O]) list() {
	s := r.Scenario
	r.changes, r.tasks = s.Churn, s.Work
	if churn, _ := s.churnModel(); churn != nil {
		r.changes = append(slices.Clone(s.Churn), s.changes(churn, r.World.World)...)
	}
	if traffic, _ := s.traffic(); traffic != nil {
		r.tasks = append(slices.Clone(s.Work), s.tasks(traffic, r.World.World)...)
	}
}

// spawn makes the members, behind what stands before them, and says how their twins boot.
func (r *Run[O]) spawn(boot Boot[O]) {
	topology, _ := r.Scenario.topology()
	if nat, _ := r.Scenario.nat(); nat != nil {
		r.Settle(nat)
		defer r.Settle(nil)
	}
	r.Members = spawn(r.World, r.Scenario.Nodes, topology, boot, late(r.changes))
	for _, m := range r.Members {
		r.faults.boots[m.Name()] = func(n *sim.Node) { m.start(n) }
	}
}

// link puts in force what the network is like, and the losses.
func (r *Run[O]) link() {
	for _, m := range r.Scenario.models() {
		if like, _ := m.rule(); like != nil {
			r.Link(like)
		}
	}
	if c := r.Scenario.Loss; c != 0 {
		r.lose("loss", c.String(), sim.Loss(c))
	}
	if m := r.Scenario.lossModel(); !m.isZero() {
		rule, _ := m.rule()
		r.lose("loss model", m.Name, rule)
	}
}

// lose puts a loss in force until all is healed, with an account of that name.
func (r *Run[O]) lose(name, how string, rule sim.Rule) {
	r.losses = append(r.losses, &account{name: name, what: fmt.Sprintf("%s of %s", name, how), armed: true, rules: []int{r.Accounts()}})
	r.lossy = append(r.lossy, r.Link(rule))
}

// enter opens the accounts, and notes who is not there yet.
func (r *Run[O]) enter() {
	late := late(r.changes)
	for _, m := range r.Members {
		if late[m.Name()] {
			r.away[m] = Join
		}
	}
	for _, c := range r.changes {
		r.churn.of("churn", string(c.Do))
	}
	for _, op := range r.tasks {
		r.work.of("work", op.Op)
	}
}

// checkGoodbyes fails the test if somebody is to leave and cannot say goodbye.
func (r *Run[O]) checkGoodbyes() {
	r.T.Helper()
	i := slices.IndexFunc(r.changes, func(c Change) bool { return c.Do == Leave })
	if i < 0 {
		return
	}
	m := r.Members[max(0, slices.IndexFunc(r.Members, (*Member[O]).ready))]
	if t := reflect.TypeFor[O](); !m.ready() && t.Kind() == reflect.Interface {
		return // nobody is there to be asked
	}
	if _, can := any(m.Overlay).(leaver); !can {
		r.T.Fatalf("%v", wrongf(r.Scenario.changeField(i), "a %T has no method Leave(): it can only crash", m.Overlay))
	}
}

// On says what an operation of the workload means. It must be said before [Run.Play] for every operation that the scenario has.
func (r *Run[O]) On(op string, do func(m *Member[O], arg uint64)) { r.ops[op] = do }

// Play plays the scenario: its faults, its churn and its workload, for its duration. The faults that last, such as loss, go on until
// [Run.Heal].
func (r *Run[O]) Play() {
	r.T.Helper()
	r.checkOps()
	r.played = true
	members := map[string]*Member[O]{}
	for _, m := range r.Members {
		members[m.Name()] = m
	}
	var s script
	r.faults.write(&s, r.Scenario.Duration)
	for _, c := range r.changes {
		s.add(c.At, func() { r.churn.of("churn", string(c.Do)).tried(r.change(members[c.Node], c.Do)) })
	}
	for _, op := range r.tasks {
		s.add(op.At, func() { r.work.of("work", op.Op).tried(r.operate(members[op.Node], op)) })
	}
	s.schedule(r.World)
	r.Run(r.Scenario.Duration)
}

// checkOps fails the test if the workload has an operation that means nothing.
func (r *Run[O]) checkOps() {
	r.T.Helper()
	for i, op := range r.tasks {
		if r.ops[op.Op] == nil {
			r.T.Fatalf("%v", wrongf(r.Scenario.taskField(i), "nobody said r.On(%q, …) before r.Play()%s", op.Op, r.known()))
		}
	}
}

// known lists the operations that mean something.
func (r *Run[O]) known() string {
	names := []string{}
	for op := range r.ops { // any order: sorted below
		names = append(names, fmt.Sprintf("%q", op))
	}
	if len(names) == 0 {
		return ""
	}
	slices.Sort(names)
	return "; it was said of " + strings.Join(names, ", ")
}

// change carries out a step of the churn, and reports whether it changed anything.
func (r *Run[O]) change(m *Member[O], do Verb) bool {
	if r.away[m] == Join && do != Join {
		return false
	}
	switch do {
	case Crash:
		up := m.Up()
		m.Crash()
		return up
	case Leave:
		return r.leave(m)
	case Move:
		m.Move()
	case Renew:
		m.Renew()
	case Join, Restart:
		if m.Up() {
			return false
		}
		if do == Join {
			r.note(nil, "%s joined", m.Name())
		}
	}
	delete(r.away, m)
	m.Restart()
	return true
}

// leave has a member say goodbye and go.
func (r *Run[O]) leave(m *Member[O]) bool {
	if !m.leave() {
		return false
	}
	r.away[m] = Leave
	return true
}

// operate carries out an operation of the workload, and reports whether the member could.
func (r *Run[O]) operate(m *Member[O], op Op) bool {
	if !m.ready() || r.faults.paused(m.Node) {
		return false
	}
	r.note(m.Node, "was told: %s %d", op.Op, op.Arg)
	r.doing = &op
	r.ops[op.Op](m, op.Arg)
	r.doing = nil
	r.touch(m.Node)
	return true
}

// Heal ends the faults: links are whole, what was held arrives, packets are lost no more, who is paused goes on, who is down boots again,
// machines are as quick as they were, clocks that were wrong are right, disks do as they are told, twins are gone, and the present instant
// runs. Who left stays away, what a disk lost stays lost, and who has whose address, or lost the mappings of its box, stays so. Latency, NAT,
// access links and conditions stay as they are, with what their models lose: that is the network, not a fault.
func (r *Run[O]) Heal() {
	r.T.Helper()
	r.faults.heal()
	for _, end := range r.lossy {
		end()
	}
	r.lossy = nil
	for _, m := range r.Members {
		m.Resume()
		if _, away := r.away[m]; !away && !m.Up() {
			m.Restart()
		}
	}
	r.World.Run(0)
}
