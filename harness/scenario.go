package harness

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/sim"
)

// Scenario is a world as data, with what happens in it: it can be printed, parsed, compared and pasted. [Start] makes the world.
type Scenario struct {
	// Seed is the world's.
	Seed uint64
	// Nodes are the names of the nodes, each its own. All are up at the start.
	Nodes []string
	// Topology says who is introduced to whom, as [fixtures.TopologyNamed] knows it.
	Topology Choice
	// Latency is how long packets take, as [fixtures.RuleNamed] knows it; without a name they take no time.
	Latency Choice
	// Loss is the chance of a packet to be lost, until [Run.Heal].
	Loss sim.Chance
	// Churn is who goes and comes, and Work what the members are told to do. Times count from the start; where both have something for one
	// instant, churn goes first, and each goes in the order it is listed in.
	Churn []Change
	Work  []Op
	// Duration is how long [Run.Play] plays.
	Duration time.Duration
}

// Choice is something out of fixtures, by its name and its integer parameters.
type Choice struct {
	Name   string
	Params []int64
}

// Change is one node going or coming.
type Change struct {
	At   time.Duration
	Node string
	Do   Verb
}

// Verb is what a [Change] does.
type Verb string

// The verbs. A change that has happened already does nothing: a node that is down cannot crash.
const (
	Crash   Verb = "crash"   // the node goes down at once
	Leave   Verb = "leave"   // the overlay says goodbye with its method Leave(), then the node goes down, for good unless restarted
	Restart Verb = "restart" // the node boots again
)

// Op is one operation of the workload: at that time, the node's member does what [Run.On] says Op means, with Arg. A member that is down
// then does nothing.
type Op struct {
	At   time.Duration
	Node string
	Op   string
	Arg  uint64
}

// ErrScenario is wrapped by every error about a scenario that cannot be played. The message names the field, its value and what is right.
var ErrScenario = errors.New("harness: impossible scenario")

func wrongf(field string, format string, args ...any) error {
	return fmt.Errorf("%w: %s: %w", ErrScenario, field, fmt.Errorf(format, args...))
}

// Validate returns what makes the scenario impossible, nil if nothing does.
func (s Scenario) Validate() error {
	if err := s.validateNodes(); err != nil {
		return err
	}
	if _, err := s.topology(); err != nil {
		return err
	}
	if _, err := s.latency(); err != nil {
		return err
	}
	if s.Loss > sim.Percent(100) {
		return wrongf("Loss", "%d parts per million is more than everything", s.Loss)
	}
	if s.Duration <= 0 {
		return wrongf("Duration", "%v is no time to play in", s.Duration)
	}
	return s.validateEvents()
}

func (s Scenario) validateNodes() error {
	if len(s.Nodes) == 0 {
		return wrongf("Nodes", "there are none")
	}
	seen := map[string]int{}
	for i, name := range s.Nodes {
		field := fmt.Sprintf("Nodes[%d]", i)
		if name == "" {
			return wrongf(field, "a node needs a name")
		}
		if first, taken := seen[name]; taken {
			return wrongf(field, "%q is the name of Nodes[%d] already", name, first)
		}
		seen[name] = i
	}
	return nil
}

func (s Scenario) validateEvents() error {
	for i, c := range s.Churn {
		field := fmt.Sprintf("Churn[%d]", i)
		if err := s.validateEvent(field, c.At, c.Node); err != nil {
			return err
		}
		if verbs := []Verb{Crash, Leave, Restart}; !slices.Contains(verbs, c.Do) {
			return wrongf(field+".Do", "%q is none of %q", c.Do, verbs)
		}
	}
	for i, op := range s.Work {
		field := fmt.Sprintf("Work[%d]", i)
		if err := s.validateEvent(field, op.At, op.Node); err != nil {
			return err
		}
		if op.Op == "" {
			return wrongf(field+".Op", "an operation needs a name")
		}
	}
	return nil
}

// validateEvent is about what changes and operations share.
func (s Scenario) validateEvent(field string, at time.Duration, node string) error {
	if at < 0 || at > s.Duration {
		return wrongf(field+".At", "%v is not within the duration, 0s to %v", at, s.Duration)
	}
	if !slices.Contains(s.Nodes, node) {
		return wrongf(field+".Node", "there is no node %q among the %d", node, len(s.Nodes))
	}
	return nil
}

func (s Scenario) topology() (fixtures.Topology, error) {
	t, err := fixtures.TopologyNamed(s.Topology.Name, s.Topology.Params...)
	if err != nil {
		return nil, wrongf("Topology", "%w", err)
	}
	return t, nil
}

// latency returns the rules for how long packets take.
func (s Scenario) latency() ([]sim.Rule, error) {
	if s.Latency.Name == "" && len(s.Latency.Params) == 0 {
		return nil, nil
	}
	rule, err := fixtures.RuleNamed(s.Latency.Name, s.Latency.Params...)
	if err != nil {
		return nil, wrongf("Latency", "%w", err)
	}
	return []sim.Rule{rule}, nil
}
