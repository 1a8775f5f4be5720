package properties

import (
	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/harness"
)

// field is one of the things out of fixtures that a scenario has, by what it is called where it did not matter.
type field struct {
	name string
	of   func(s *harness.Scenario) *harness.Choice
}

// Names of the fields.
const (
	theNAT        = "the NAT"
	theAccess     = "the access links"
	theConditions = "the conditions"
	theLossModel  = "the loss model"
	theChurnModel = "the churn model"
	theTraffic    = "the traffic"
	theLatency    = "the latency"
)

// fields are what a scenario may have or not, what spares most when it is taken out first.
var fields = [...]field{
	{theNAT, func(s *harness.Scenario) *harness.Choice { return &s.NAT }},
	{theAccess, func(s *harness.Scenario) *harness.Choice { return &s.Access }},
	{theConditions, func(s *harness.Scenario) *harness.Choice { return &s.Conditions }},
	{theLossModel, func(s *harness.Scenario) *harness.Choice { return &s.LossModel }},
	{theChurnModel, func(s *harness.Scenario) *harness.Choice { return &s.ChurnModel }},
	{theTraffic, func(s *harness.Scenario) *harness.Choice { return &s.Traffic }},
	{theLatency, func(s *harness.Scenario) *harness.Choice { return &s.Latency }},
}

// calm takes out what is nobody's doing: what the network is like, loss, the order of ties; at once, then one by one.
func calm(s harness.Scenario, from spot) smaller {
	return each(3+len(fields), from, func(i int) []harness.Scenario {
		less := s
		for k, f := range fields {
			if i == k+3 || i == 0 && f.name != theTraffic && f.name != theChurnModel {
				*f.of(&less) = harness.Choice{}
			}
		}
		if i == 0 || i == 1 {
			less.Loss = 0
		}
		if i == 0 || i == 2 {
			less.PermuteTies = false
		}
		return changed(s, less)
	})
}

// plainModels takes models that are easier to imagine, of those that the space has.
func (x *shrinker) plainModels(s harness.Scenario, from spot) smaller {
	return each(len(fields), from, func(i int) (all []harness.Scenario) {
		for _, plain := range x.known.choices[i] {
			less := s
			*fields[i].of(&less) = plain
			if plain.Name != "" && plainness(plain) < plainness(*fields[i].of(&s)) {
				all = append(all, less)
			}
		}
		return all
	})
}

// mostSpelled is how many operations of a workload, or changes of a churn, are worth spelling out.
const mostSpelled = 1000

// spelled lists the changes of the churn model and the operations of the traffic one by one, so that single ones can be taken out.
func spelled(s harness.Scenario, from spot) smaller {
	return each(2, from, func(i int) []harness.Scenario {
		if i == 0 {
			if less := withChurn(s); s.ChurnModel.Name != "" && len(less.Churn) <= mostSpelled {
				return []harness.Scenario{less}
			}
			return nil
		}
		workload, err := fixtures.WorkloadNamed(s.Traffic.Name, s.Traffic.Params...)
		if s.Traffic.Name == "" || err != nil {
			return nil
		}
		less := s.Doing(workload)
		less.Traffic = harness.Choice{}
		if len(less.Work) > mostSpelled {
			return nil
		}
		return []harness.Scenario{less}
	})
}
