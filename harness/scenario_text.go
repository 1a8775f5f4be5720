package harness

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/format"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/overlaytest/overlaytest/sim"
)

// GoString writes the scenario as a Go expression of a file that imports harness and time: what %#v prints, to be pasted into a test.
func (s Scenario) GoString() string {
	b := &strings.Builder{}
	fmt.Fprintf(b, "harness.Scenario{\nSeed: %#x,\nNodes: %#v,\nTopology: %#v,\n", s.Seed, s.Nodes, s.Topology)
	if s.Latency.Name != "" || len(s.Latency.Params) > 0 {
		fmt.Fprintf(b, "Latency: %#v,\n", s.Latency)
	}
	if s.Loss != 0 {
		fmt.Fprintf(b, "Loss: %d,\n", uint32(s.Loss))
	}
	if len(s.Churn) > 0 {
		b.WriteString("Churn: []harness.Change{\n")
		for _, c := range s.Churn {
			fmt.Fprintf(b, "{At: %s, Node: %q, Do: %s},\n", goDuration(c.At), c.Node, c.Do.expression())
		}
		b.WriteString("},\n")
	}
	if len(s.Work) > 0 {
		b.WriteString("Work: []harness.Op{\n")
		for _, op := range s.Work {
			fmt.Fprintf(b, "{At: %s, Node: %q, Op: %q, Arg: %d},\n", goDuration(op.At), op.Node, op.Op, op.Arg)
		}
		b.WriteString("},\n")
	}
	fmt.Fprintf(b, "Duration: %s,\n}", goDuration(s.Duration))
	source, err := format.Source([]byte(b.String()))
	if err != nil {
		panic(fmt.Sprintf("harness: the literal of a scenario is not Go: %v\n%s", err, b))
	}
	return string(source)
}

// GoString writes the choice as a Go expression.
func (c Choice) GoString() string {
	if len(c.Params) == 0 {
		return fmt.Sprintf("harness.Choice{Name: %q}", c.Name)
	}
	return fmt.Sprintf("harness.Choice{Name: %q, Params: %#v}", c.Name, c.Params)
}

// expression is the verb as Go writes it: its constant if it has one.
func (v Verb) expression() string {
	switch v {
	case Crash:
		return "harness.Crash"
	case Leave:
		return "harness.Leave"
	case Restart:
		return "harness.Restart"
	}
	return strconv.Quote(string(v))
}

// goDuration writes a duration as a Go expression, in the largest unit it is a whole number of.
func goDuration(d time.Duration) string {
	if d == 0 {
		return "0"
	}
	for _, u := range []struct {
		unit time.Duration
		name string
	}{{time.Hour, "time.Hour"}, {time.Minute, "time.Minute"}, {time.Second, "time.Second"}, {time.Millisecond, "time.Millisecond"}, {time.Microsecond, "time.Microsecond"}} {
		switch {
		case d == u.unit:
			return u.name
		case d%u.unit == 0:
			return fmt.Sprintf("%d * %s", d/u.unit, u.name)
		}
	}
	return fmt.Sprintf("%d", d)
}

// caseVersion is the version of the JSON form. A change that an older reader would misread raises it.
const caseVersion = 1

// The JSON forms: every name spelled out, seeds as hexadecimal strings, durations as Go writes them, lists and no maps.
type (
	caseJSON struct {
		Version  int          `json:"version"`
		Seed     hexSeed      `json:"seed"`
		Nodes    []string     `json:"nodes"`
		Topology choiceJSON   `json:"topology"`
		Latency  *choiceJSON  `json:"latency,omitempty"`
		Loss     uint32       `json:"loss_ppm,omitempty"`
		Churn    []changeJSON `json:"churn,omitempty"`
		Work     []opJSON     `json:"work,omitempty"`
		Duration span         `json:"duration"`
	}
	caseHead struct {
		Version *int `json:"version"`
	}
	choiceJSON struct {
		Name   string  `json:"name"`
		Params []int64 `json:"params,omitempty"`
	}
	changeJSON struct {
		At   span   `json:"at"`
		Node string `json:"node"`
		Do   Verb   `json:"do"`
	}
	opJSON struct {
		At   span   `json:"at"`
		Node string `json:"node"`
		Op   string `json:"op"`
		Arg  uint64 `json:"arg,omitempty"`
	}
	hexSeed uint64
	span    time.Duration
)

// MarshalText writes 0x2a.
func (h hexSeed) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "%#x", uint64(h)), nil }

// UnmarshalText reads 0x2a.
func (h *hexSeed) UnmarshalText(text []byte) error {
	digits, hex := strings.CutPrefix(string(text), "0x")
	v, err := strconv.ParseUint(digits, 16, 64)
	if !hex || err != nil {
		return fmt.Errorf("seed %q is not hexadecimal: want one such as \"0x2a\"", text)
	}
	*h = hexSeed(v)
	return nil
}

// MarshalText writes 1m30s.
func (s span) MarshalText() ([]byte, error) { return []byte(time.Duration(s).String()), nil }

// UnmarshalText reads 1m30s.
func (s *span) UnmarshalText(text []byte) error {
	d, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("%q is not a duration: want one such as \"1m30s\"", text)
	}
	*s = span(d)
	return nil
}

// MarshalJSON writes the scenario as a case: version 1, seeds in hexadecimal, durations as Go strings.
func (s Scenario) MarshalJSON() ([]byte, error) {
	c := caseJSON{
		Version: caseVersion, Seed: hexSeed(s.Seed), Nodes: s.Nodes, Topology: choiceJSON(s.Topology),
		Loss: uint32(s.Loss), Duration: span(s.Duration),
	}
	if s.Latency.Name != "" || len(s.Latency.Params) > 0 {
		c.Latency = (*choiceJSON)(&s.Latency)
	}
	for _, change := range s.Churn {
		c.Churn = append(c.Churn, changeJSON{span(change.At), change.Node, change.Do})
	}
	for _, op := range s.Work {
		c.Work = append(c.Work, opJSON{span(op.At), op.Node, op.Op, op.Arg})
	}
	return json.Marshal(c)
}

// UnmarshalJSON reads a case. Another version and unknown fields are errors that name them; whether the scenario is possible is for
// [Scenario.Validate].
func (s *Scenario) UnmarshalJSON(data []byte) error {
	var v caseHead
	if err := json.Unmarshal(data, &v); err != nil {
		return fmt.Errorf("harness: a case that is not JSON: %w", err)
	}
	if v.Version == nil || *v.Version != caseVersion {
		return fmt.Errorf("harness: a case of version %s: this reads version %d", written(v.Version), caseVersion)
	}
	var c caseJSON
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return fmt.Errorf("harness: a case: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("harness: a case: something follows its end")
	}
	*s = c.scenario()
	return nil
}

func written(v *int) string {
	if v == nil {
		return "none"
	}
	return strconv.Itoa(*v)
}

func (c caseJSON) scenario() Scenario {
	s := Scenario{Seed: uint64(c.Seed), Nodes: c.Nodes, Topology: Choice(c.Topology), Loss: sim.Chance(c.Loss), Duration: time.Duration(c.Duration)}
	if c.Latency != nil {
		s.Latency = Choice(*c.Latency)
	}
	for _, change := range c.Churn {
		s.Churn = append(s.Churn, Change{time.Duration(change.At), change.Node, change.Do})
	}
	for _, op := range c.Work {
		s.Work = append(s.Work, Op{time.Duration(op.At), op.Node, op.Op, op.Arg})
	}
	return s
}
