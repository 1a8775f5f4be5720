package properties

import (
	"fmt"
	"slices"

	"pgregory.net/rapid"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/harness"
)

// draw draws the network of a scenario.
func (n network) draw(t *rapid.T, s *harness.Scenario) {
	for i, gen := range n.choices {
		if gen != nil {
			*fields[i].of(s) = gen.Draw(t, fields[i].name)
		}
	}
	s.Topology = n.topologies.Draw(t, "topology")
}

// set says what a field of each scenario is drawn from.
func (n *network) set(name string, gen *rapid.Generator[harness.Choice]) {
	n.choices[slices.IndexFunc(fields[:], func(f field) bool { return f.name == name })] = gen
}

// Topology makes each scenario have one of these topologies, the simplest first. Without any: those of [Topologies].
func Topology(choices ...harness.Choice) Part {
	gen := oneOf(choices, known(fixtures.TopologyNamed), Topologies)
	return func(s *space) { s.topologies = gen }
}

// Latency makes each scenario have one of these latencies, the simplest first. Without any: those of [Latencies].
func Latency(choices ...harness.Choice) Part {
	gen := oneOf(choices, known(fixtures.LatencyNamed), Latencies)
	return func(s *space) { s.set(theLatency, gen) }
}

// Access puts the nodes of half of the scenarios behind access links: one of these choices, or without any, of all that fixtures has.
func Access(choices ...harness.Choice) Part {
	return inHalf(theAccess, choices, fixtures.Accesses(), known(fixtures.AccessNamed))
}

// Conditions gives the network of half of the scenarios conditions: one of these choices, or without any, of all that fixtures has.
func Conditions(choices ...harness.Choice) Part {
	return inHalf(theConditions, choices, fixtures.Conditions(), known(fixtures.RuleNamed))
}

// Losses has half of the scenarios lose packets, until they are healed, by one of these models, or without any, of all that fixtures has. A
// budget does not count them.
func Losses(choices ...harness.Choice) Part {
	return inHalf(theLossModel, choices, fixtures.Losses(), known(fixtures.LossNamed))
}

// NAT puts the nodes of half of the scenarios behind NATs: one of these choices, or without any, of all that fixtures has. With [Faulty],
// only those that the budget has; a choice beyond it panics.
func NAT(choices ...harness.Choice) Part {
	return func(s *space) { s.gated = func(s *space) { s.gate(slices.Clone(choices)) } }
}

// gate makes NATs of the choices, or of what the budget has.
func (s *space) gate(choices []harness.Choice) {
	models := fixtures.NATs()
	if s.claimed {
		beyond := func(name string) bool { return !slices.Contains(s.budget.NAT, name) }
		models = slices.DeleteFunc(models, func(m fixtures.Model) bool { return beyond(m.Name) })
		if i := slices.IndexFunc(choices, func(c harness.Choice) bool { return c.Name != "" && beyond(c.Name) }); i >= 0 {
			panic(fmt.Sprintf("properties: a NAT %q: the budget has %q", choices[i].Name, s.budget.NAT))
		}
	}
	if len(models)+len(choices) > 0 {
		inHalf(theNAT, choices, models, known(fixtures.NATNamed))(s)
	}
}

// Traffic has the members of half of the scenarios work by one of these models, or without any, of all that fixtures has.
func Traffic(choices ...harness.Choice) Part {
	return inHalf(theTraffic, choices, fixtures.Workloads(), known(fixtures.WorkloadNamed))
}

// Rich makes networks of every kind that fixtures has by name: topologies without islands, latencies, conditions, access links, and NATs.
func Rich(s *space) {
	for _, part := range []Part{Topology(), inHalf(theLatency, nil, fixtures.Latencies(), known(fixtures.LatencyNamed)), Conditions(), Access(), NAT()} {
		part(s)
	}
}

// inHalf makes a field of half of the scenarios one of these choices, or one of the models if there are none.
func inHalf(name string, choices []harness.Choice, models []fixtures.Model, check check) Part {
	gen := oneOf(choices, check, func() *rapid.Generator[harness.Choice] { return Models(models, check) })
	return func(s *space) {
		s.set(name, rapid.Custom(func(t *rapid.T) harness.Choice {
			there, choice := coinGen.Draw(t, "there"), gen.Draw(t, "choice")
			if !there {
				return harness.Choice{}
			}
			return choice
		}))
	}
}

// oneOf draws one of the choices, or what usual draws if there are none. A choice that cannot be had is a programmer's error and panics.
func oneOf(choices []harness.Choice, check check, usual func() *rapid.Generator[harness.Choice]) *rapid.Generator[harness.Choice] {
	if len(choices) == 0 {
		return usual()
	}
	for _, c := range choices {
		if err := check(c.Name, c.Params...); err != nil && c.Name != "" {
			panic("properties: " + err.Error())
		}
	}
	return rapid.SampledFrom(choices)
}

// check returns an error for a model that cannot be had by that name with those parameters.
type check = func(name string, params ...int64) error

// known makes a check of what makes things by name.
func known[T any](make func(name string, params ...int64) (T, error)) check {
	return func(name string, params ...int64) error {
		_, err := make(name, params...)
		return err
	}
}
