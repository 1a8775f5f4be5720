package show

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"math/big"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/sim"
)

// latencies explains the flag.
func latencies() string {
	var b strings.Builder
	b.WriteString("how long packets take: a time such as 100ms; a range such as 50ms-150ms; a file .csv of milliseconds from site to site,\n" +
		"        the nodes being at the sites in turn; or a model with its parameters, such as lognormal:80ms:0.5:")
	for _, m := range models() {
		fmt.Fprintf(&b, "\n          %-23s %s", usage(m), m.Says)
	}
	return b.String()
}

// models are the rules that are a latency by themselves.
func models() []fixtures.Model {
	latencies := []string{"cities", "constant", "continents", "internet", "lognormal", "normal", "pareto", "simblock-2019", "uniform", "weibull"}
	return slices.DeleteFunc(fixtures.Rules(), func(m fixtures.Model) bool { return !slices.Contains(latencies, m.Name) })
}

// usage is how a model is asked for.
func usage(m fixtures.Model) string {
	words := []string{m.Name}
	for _, p := range m.Params {
		words = append(words, p.Name)
	}
	return strings.Join(words, ":")
}

func (s *Settings) setLatency(value string) (err error) {
	s.Latency = value
	s.latency, err = readLatency(value)
	return err
}

// readLatency makes the rule of a latency.
func readLatency(value string) (sim.Rule, error) {
	if d, err := time.ParseDuration(value); err == nil {
		return named("constant", int64(d))
	}
	if strings.HasSuffix(value, ".csv") {
		return readMatrix(value)
	}
	if lo, hi, ok := strings.Cut(value, "-"); ok && !strings.Contains(value, ":") {
		value = "uniform:" + lo + ":" + hi
	}
	words := strings.Split(value, ":")
	for _, m := range models() {
		if m.Name == words[0] {
			params, err := readParams(m, words[1:])
			if err != nil {
				return nil, err
			}
			return named(m.Name, params...)
		}
	}
	return nil, errors.New("want a time such as 100ms, a range such as 50ms-150ms, a file .csv, or a model such as internet; -h lists them")
}

// named makes a rule. The error says no more than what is wrong with the parameter.
func named(name string, params ...int64) (sim.Rule, error) {
	rule, err := fixtures.RuleNamed(name, params...)
	if err != nil {
		return nil, errors.New(strings.TrimPrefix(err.Error(), fixtures.ErrParameter.Error()+": rule "))
	}
	return rule, nil
}

// readMatrix reads a latency matrix; a hole is filled with the cell across the diagonal.
func readMatrix(file string) (sim.Rule, error) {
	table, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("want a latency matrix: %w", reason(err))
	}
	m, err := fixtures.ReadMatrix(bytes.NewReader(table), fixtures.Symmetric)
	if err != nil {
		return nil, err
	}
	return m.InTurn(), nil
}

// readParams reads the parameters of a model, as people write them, divided by colons.
func readParams(m fixtures.Model, words []string) (params []int64, err error) {
	if len(words) != len(m.Params) {
		return nil, fmt.Errorf("want %s", usage(m))
	}
	for i, p := range m.Params {
		n, err := readParam(p.Unit, words[i])
		if err != nil {
			return nil, fmt.Errorf("%s is %q, %w", p.Name, words[i], err)
		}
		params = append(params, n)
	}
	return params, nil
}

func readParam(u fixtures.Unit, word string) (int64, error) {
	switch u {
	case fixtures.Nanoseconds:
		d, err := time.ParseDuration(word)
		if err != nil {
			return 0, errors.New("want a time such as 100ms")
		}
		return int64(d), nil
	case fixtures.PerMillion:
		c, err := readChance(word)
		return int64(c), err
	case fixtures.Count:
		return scaled(word, 1, errors.New("want a whole number"))
	default:
		return scaled(word, 1000, errors.New("want a number such as 0.5, of at most three decimals"))
	}
}

func (s *Settings) setLoss(value string) (err error) {
	s.Loss, err = readChance(value)
	return err
}

// readChance reads a percentage.
func readChance(value string) (sim.Chance, error) {
	wrong := errors.New("want a percentage from 0% to 100%, of at most four decimals, such as 1% or 0.25%")
	number, ok := strings.CutSuffix(value, "%")
	n, err := scaled(number, 10_000, wrong)
	if !ok || err != nil || n < 0 || n > 1_000_000 {
		return 0, wrong
	}
	return sim.Chance(n), nil
}

// scaled reads a decimal number, times a scale, exactly.
func scaled(value string, scale int64, wrong error) (int64, error) {
	r, ok := new(big.Rat).SetString(value)
	if !ok || len(value) > 20 || strings.ContainsAny(value, "eEpPxX/_") {
		return 0, wrong
	}
	r.Mul(r, big.NewRat(scale, 1))
	if !r.IsInt() || !r.Num().IsInt64() || r.Num().Int64() == math.MinInt64 {
		return 0, wrong
	}
	return r.Num().Int64(), nil
}

// rules are latency and loss.
func (s *Settings) rules() (rules []sim.Rule) {
	if s.latency != nil {
		rules = append(rules, s.latency)
	}
	if s.Loss > 0 {
		rules = append(rules, sim.Loss(s.Loss))
	}
	return rules
}

// reason is why a file could not be used, without the name that stands in the message anyway.
func reason(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
