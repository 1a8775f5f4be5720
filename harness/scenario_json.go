package harness

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/sim"
)

// caseVersion is the version of the JSON form. A change that an older reader would misread raises it.
const caseVersion = 1

// The JSON forms: every name spelled out, seeds as hexadecimal strings, durations as Go writes them, lists and no maps.
type (
	caseJSON struct {
		Version     int          `json:"version"`
		Seed        hexSeed      `json:"seed"`
		Nodes       []string     `json:"nodes"`
		Topology    choiceJSON   `json:"topology"`
		Latency     *choiceJSON  `json:"latency,omitempty"`
		NAT         *choiceJSON  `json:"nat,omitempty"`
		Access      *choiceJSON  `json:"access,omitempty"`
		Conditions  *choiceJSON  `json:"conditions,omitempty"`
		Loss        uint32       `json:"loss_ppm,omitempty"`
		LossModel   *choiceJSON  `json:"loss_model,omitempty"`
		PermuteTies bool         `json:"permute_ties,omitempty"`
		Churn       []changeJSON `json:"churn,omitempty"`
		ChurnModel  *choiceJSON  `json:"churn_model,omitempty"`
		Faults      []faultJSON  `json:"faults,omitempty"`
		Work        []opJSON     `json:"work,omitempty"`
		Traffic     *choiceJSON  `json:"traffic,omitempty"`
		Duration    span         `json:"duration"`
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
	faultJSON struct {
		ID     string       `json:"id"`
		Do     Verb         `json:"do"`
		At     span         `json:"at"`
		For    span         `json:"for,omitzero"`
		Every  span         `json:"every,omitzero"`
		Nodes  []string     `json:"nodes,omitempty"`
		Match  string       `json:"match,omitempty"`
		Amount int64        `json:"amount,omitempty"`
		Size   int64        `json:"size,omitempty"`
		By     span         `json:"by,omitzero"`
		Within span         `json:"within,omitzero"`
		Disk   sim.DiskFate `json:"disk,omitempty"`
	}
	opJSON struct {
		At   span   `json:"at"`
		Node string `json:"node"`
		Op   string `json:"op"`
		Arg  uint64 `json:"arg,omitempty"`

		Phase fixtures.Phase `json:"phase,omitempty"`
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
		Loss: uint32(s.Loss), PermuteTies: s.PermuteTies, Duration: span(s.Duration),
	}
	c.Latency, c.NAT, c.Access, c.Conditions = s.Latency.json(), s.NAT.json(), s.Access.json(), s.Conditions.json()
	c.LossModel, c.ChurnModel, c.Traffic = s.LossModel.json(), s.ChurnModel.json(), s.Traffic.json()
	for _, change := range s.Churn {
		c.Churn = append(c.Churn, changeJSON{span(change.At), change.Node, change.Do})
	}
	for _, f := range s.Faults {
		c.Faults = append(c.Faults, f.json())
	}
	for _, op := range s.Work {
		c.Work = append(c.Work, opJSON{span(op.At), op.Node, op.Op, op.Arg, op.Phase})
	}
	return json.Marshal(c)
}

// json is the choice's JSON form, nil when there is none.
func (c Choice) json() *choiceJSON {
	if c.isZero() {
		return nil
	}
	return (*choiceJSON)(&c)
}

// choice is the inverse of Choice.json.
func (c *choiceJSON) choice() Choice {
	if c == nil {
		return Choice{}
	}
	return Choice(*c)
}

func (f Fault) json() faultJSON {
	return faultJSON{
		ID: f.ID, Do: f.Do, At: span(f.At), For: span(f.For), Every: span(f.Every), Nodes: f.Nodes, Match: f.Match, Amount: f.Amount, Size: f.Size,
		By: span(f.By), Within: span(f.Within), Disk: f.Disk,
	}
}

func (f faultJSON) fault() Fault {
	return Fault{
		ID: f.ID, Do: f.Do, At: time.Duration(f.At), For: time.Duration(f.For), Every: time.Duration(f.Every), Nodes: f.Nodes, Match: f.Match,
		Amount: f.Amount, Size: f.Size, By: time.Duration(f.By), Within: time.Duration(f.Within), Disk: f.Disk,
	}
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
	s := Scenario{
		Seed: uint64(c.Seed), Nodes: c.Nodes, Topology: Choice(c.Topology), Loss: sim.Chance(c.Loss), PermuteTies: c.PermuteTies,
		Duration: time.Duration(c.Duration), Latency: c.Latency.choice(), NAT: c.NAT.choice(), Access: c.Access.choice(),
		Conditions: c.Conditions.choice(), LossModel: c.LossModel.choice(), ChurnModel: c.ChurnModel.choice(), Traffic: c.Traffic.choice(),
	}
	for _, change := range c.Churn {
		s.Churn = append(s.Churn, Change{time.Duration(change.At), change.Node, change.Do})
	}
	for _, f := range c.Faults {
		s.Faults = append(s.Faults, f.fault())
	}
	for _, op := range c.Work {
		s.Work = append(s.Work, Op{time.Duration(op.At), op.Node, op.Op, op.Arg, op.Phase})
	}
	return s
}
