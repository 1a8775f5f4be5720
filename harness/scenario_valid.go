package harness

import (
	"fmt"
	"slices"
	"time"

	"github.com/overlaytest/overlaytest/sim"
)

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
	if err := s.validateModels(); err != nil {
		return err
	}
	if s.Loss > sim.Percent(100) {
		return wrongf("Loss", "%d parts per million is more than everything", s.Loss)
	}
	if s.Duration <= 0 {
		return wrongf("Duration", "%v is no time to play in", s.Duration)
	}
	if s.Duration > longest {
		return wrongf("Duration", "%v is too long: want at most %v", s.Duration, longest)
	}
	for _, validate := range []func() error{s.validateSteps, s.validateChurn, s.validateFaults, s.validateWork} {
		if err := validate(); err != nil {
			return err
		}
	}
	return nil
}

func (s Scenario) validateNodes() error {
	if len(s.Nodes) == 0 {
		return wrongf("Nodes", "there are none")
	}
	return validateNames("Nodes[%d]", "node", s.Nodes)
}

// validateNames finds names that are missing or taken. The field is to be formatted with the place of a name.
func validateNames(field, what string, names []string) error {
	seen := map[string]int{}
	for i, name := range names {
		at := fmt.Sprintf(field, i)
		if name == "" {
			return wrongf(at, "a %s needs a name", what)
		}
		if first, taken := seen[name]; taken {
			return wrongf(at, "%q is the name of %s already", name, fmt.Sprintf(field, first))
		}
		seen[name] = i
	}
	return nil
}

func (s Scenario) validateChurn() error {
	joined := map[string]int{}
	for i, c := range s.Churn {
		field := fmt.Sprintf("Churn[%d]", i)
		if err := s.validateEvent(field, c.At, c.Node); err != nil {
			return err
		}
		if verbs := []Verb{Join, Leave, Crash, Restart, Move, Renew}; !slices.Contains(verbs, c.Do) {
			return wrongf(field+".Do", "%q is none of %q", c.Do, verbs)
		}
		if c.Do != Join {
			continue
		}
		if first, twice := joined[c.Node]; twice {
			return wrongf(field+".Do", "%q joins by Churn[%d] already; who comes back does %q", c.Node, first, Restart)
		}
		joined[c.Node] = i
	}
	return nil
}

func (s Scenario) validateWork() error {
	for i, op := range s.Work {
		field := fmt.Sprintf("Work[%d]", i)
		if err := s.validateEvent(field, op.At, op.Node); err != nil {
			return err
		}
		if op.Op == "" {
			return wrongf(field+".Op", "an operation needs a name")
		}
		if !slices.Contains(phases, op.Phase) {
			return wrongf(field+".Phase", "%q is none of %q", op.Phase, phases)
		}
	}
	return nil
}

// validateEvent is about what changes and operations share.
func (s Scenario) validateEvent(field string, at time.Duration, node string) error {
	if at < 0 || at > s.Duration {
		return wrongf(field+".At", "%v is not within the duration, 0s to %v", at, s.Duration)
	}
	return s.validateNode(field+".Node", node)
}

func (s Scenario) validateNode(field, node string) error {
	if !slices.Contains(s.Nodes, node) {
		return wrongf(field, "there is no node %q among the %d", node, len(s.Nodes))
	}
	return nil
}
