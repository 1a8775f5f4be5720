package harness

import (
	"strings"
	"time"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/sim"
)

// validateModels is about what is named.
func (s Scenario) validateModels() error {
	for _, m := range append(s.models(), s.lossModel()) {
		if _, err := m.rule(); err != nil {
			return err
		}
	}
	if _, err := s.nat(); err != nil {
		return err
	}
	if _, err := s.churnModel(); err != nil {
		return err
	}
	_, err := s.traffic()
	return err
}

// mostSteps is how many steps a churn model may take, and a traffic: they are listed before anything is played.
const mostSteps = 1_000_000

// validateSteps is about how much happens by models.
func (s Scenario) validateSteps() error {
	if err := s.validatePace(model{"ChurnModel", s.ChurnModel}, fixtures.ChurnSteps); err != nil {
		return err
	}
	return s.validatePace(model{"Traffic", s.Traffic}, fixtures.WorkloadSteps)
}

// validatePace is about how much happens by one model, which is possible for the rest.
func (s Scenario) validatePace(m model, steps func(name string, params []int64, nodes int, d time.Duration) (int64, error)) error {
	if m.isZero() {
		return nil
	}
	if n, _ := steps(m.Name, m.Params, len(s.Nodes), s.Duration); n > mostSteps {
		return wrongf(m.field, "%s is about %d steps of %s in %v: want at most %d", m.show(), n, count(len(s.Nodes), "node"), s.Duration, mostSteps)
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

// model is a field that names something of fixtures.
type model struct {
	field string
	Choice
}

// show is the name with the parameters in their units.
func (m model) show() string {
	for _, one := range kinds[m.field].models() {
		if one.Name == m.Name {
			return one.Show(m.Params...)
		}
	}
	return m.Name
}

// kinds are what the fields name: in a word, and what fixtures has of it.
var kinds = map[string]struct {
	word   string
	models func() []fixtures.Model
}{
	"Latency": {"latency", fixtures.Latencies}, "NAT": {"NAT", fixtures.NATs}, "Access": {"access", fixtures.Accesses},
	"Conditions": {"conditions", fixtures.Rules}, "LossModel": {"loss model", fixtures.Losses},
	"ChurnModel": {"churn model", fixtures.Churns}, "Traffic": {"traffic", fixtures.Workloads},
}

// surroundings are what the network is like, in the order in which a scenario has it.
func (s Scenario) surroundings() []model {
	return []model{{"Latency", s.Latency}, {"NAT", s.NAT}, {"Access", s.Access}, {"Conditions", s.Conditions}}
}

// network says what the network is like, with what it loses; "" when it is like nothing.
func (s Scenario) network() string {
	var words []string
	add := func(m model) {
		if !m.isZero() {
			words = append(words, kinds[m.field].word+" "+m.show())
		}
	}
	for _, m := range s.surroundings() {
		add(m)
	}
	if s.Loss != 0 {
		words = append(words, "loss "+s.Loss.String())
	}
	add(s.lossModel())
	return strings.Join(words, ", ")
}

// models are the rules that say what the network is like, in the order in which they are linked.
func (s Scenario) models() []model {
	return []model{{"Access", s.Access}, {"Latency", s.Latency}, {"Conditions", s.Conditions}}
}

func (s Scenario) lossModel() model { return model{"LossModel", s.LossModel} }

// rule is the rule that a field names, nil when it names none.
func (m model) rule() (sim.Rule, error) {
	switch m.field {
	case "Access":
		return named(m, fixtures.AccessNamed)
	case "Latency":
		return named(m, fixtures.LatencyNamed)
	case "LossModel":
		return named(m, fixtures.LossNamed)
	}
	return named(m, fixtures.RuleNamed)
}

func (s Scenario) nat() (fixtures.Mix, error) { return named(model{"NAT", s.NAT}, fixtures.NATNamed) }

func (s Scenario) traffic() (fixtures.Workload, error) {
	return named(model{"Traffic", s.Traffic}, fixtures.WorkloadNamed)
}

// named is what a field names, nothing when it names nothing.
func named[T any](m model, find func(name string, params ...int64) (T, error)) (none T, _ error) {
	if m.isZero() {
		return none, nil
	}
	one, err := find(m.Name, m.Params...)
	if err != nil {
		return none, wrongf(m.field, "%w", err)
	}
	return one, nil
}

func (c Choice) isZero() bool { return c.Name == "" && len(c.Params) == 0 }
