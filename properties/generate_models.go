package properties

import (
	"slices"

	"pgregory.net/rapid"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/harness"
)

// Topologies draws one of those without islands, even if nobody counts as introduced who is not introduced back, with parameters that make a
// world worth looking at: line, ring, star and complete most often.
func Topologies() *rapid.Generator[harness.Choice] {
	whole := slices.DeleteFunc(fixtures.Topologies(), func(m fixtures.Model) bool { return slices.Contains(mayHaveIslands, m.Name) })
	return rapid.OneOf(rapid.SampledFrom(someTopologies()), Models(whole, known(fixtures.TopologyNamed)))
}

// mayHaveIslands are the topologies in which a node may have met nobody who has met it, or two halves each other. A test looks for others.
var mayHaveIslands = []string{"blocks", "debruijn", "geometric", "gnm", "gnp", "regular", "small-world", "waxman"}

func someTopologies() []harness.Choice {
	return []harness.Choice{{Name: "line"}, {Name: "ring"}, {Name: "star"}, {Name: "complete"}}
}

// Latencies draws none, 50 ms, uniform from 10 ms to 200 ms, or lognormal with median 50 ms and sigma 0.5.
func Latencies() *rapid.Generator[harness.Choice] { return rapid.SampledFrom(someLatencies()) }

func someLatencies() []harness.Choice {
	return []harness.Choice{
		{}, {Name: "constant", Params: []int64{50e6}}, {Name: "uniform", Params: []int64{10e6, 200e6}}, {Name: "lognormal", Params: []int64{50e6, 500}},
	}
}

// Models draws one of these models of fixtures, with parameters from Low to High, on a grid. Check is what makes them by
// name: parameters that it says are wrong together are put in order, among those of one unit, and if that does not help, all are Low.
func Models(models []fixtures.Model, check func(name string, params ...int64) error) *rapid.Generator[harness.Choice] {
	if len(models) == 0 {
		panic("properties: Models(): want at least one")
	}
	return rapid.Map(modelGen, func(m modelled) harness.Choice { return m.of(models[int(m.model)%len(models)], check) })
}

// grid is how many steps there are from Low to High.
const grid = 8

// modelled is a model with its parameters, as drawn.
type modelled struct {
	model  uint32
	params [6]uint32
}

var (
	gridGen  = rapid.Uint32Range(0, grid)
	modelGen = rapid.Custom(func(t *rapid.T) (m modelled) {
		m.model = kindGen.Draw(t, "model")
		for i := range m.params {
			m.params[i] = gridGen.Draw(t, "parameter")
		}
		return m
	})
)

// of gives a model its parameters.
func (m modelled) of(model fixtures.Model, check func(name string, params ...int64) error) harness.Choice {
	drawn, least := harness.Choice{Name: model.Name}, harness.Choice{Name: model.Name}
	for i, p := range model.Params {
		step := int64(m.params[i%len(m.params)])
		drawn.Params = append(drawn.Params, p.Low+rounded((p.High-p.Low)/grid*step+(p.High-p.Low)%grid*step/grid))
		least.Params = append(least.Params, p.Low)
	}
	if check(drawn.Name, drawn.Params...) == nil {
		return drawn
	}
	if inOrderOfUnits(model.Params, drawn.Params); check(drawn.Name, drawn.Params...) == nil {
		return drawn
	}
	return least
}

// inOrderOfUnits sorts the values of each unit among themselves: such as a lower and an upper end.
func inOrderOfUnits(params []fixtures.Param, values []int64) {
	for i := range values {
		for k := i + 1; k < len(values); k++ {
			if params[i].Unit == params[k].Unit && values[i] > values[k] {
				values[i], values[k] = values[k], values[i]
			}
		}
	}
}

// rounded leaves a number two digits.
func rounded(v int64) int64 {
	unit := int64(1)
	for v/unit >= 100 {
		unit *= 10
	}
	return v - v%unit
}
