package harness

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"os"
	"strconv"
	"strings"
)

// Case is a world that is worth keeping, with the law it is about. A law plays its saved cases before it tries new worlds.
//
// Its JSON has version 1, law, promise, digest in hexadecimal, and the scenario in the form of [Scenario.MarshalJSON].
type Case struct {
	// Law is the law's name, "" for a scenario that came without one.
	Law string
	// Promise is what broke, as [Breach.Promise] names it; "" when the world has not been played to its end.
	Promise string
	// Digest is that of the run, 0 when it is not known.
	Digest uint64
	// Scenario makes the world.
	Scenario Scenario
}

type savedJSON struct {
	Version  int      `json:"version"`
	Law      string   `json:"law"`
	Promise  string   `json:"promise,omitempty"`
	Digest   hexSeed  `json:"digest,omitzero"`
	Scenario Scenario `json:"scenario"`
}

// MarshalJSON writes the case.
func (c Case) MarshalJSON() ([]byte, error) {
	return json.Marshal(savedJSON{caseVersion, c.Law, c.Promise, hexSeed(c.Digest), c.Scenario})
}

// UnmarshalJSON reads a case, or a scenario alone. Another version and unknown fields are errors that name them.
func (c *Case) UnmarshalJSON(data []byte) error {
	var head struct {
		caseHead
		Nodes    json.RawMessage `json:"nodes"`
		Scenario json.RawMessage `json:"scenario"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return fmt.Errorf("harness: a case that is not JSON: %w", err)
	}
	if head.Scenario == nil {
		*c = Case{}
		return c.Scenario.UnmarshalJSON(data)
	}
	if head.Version == nil || *head.Version != caseVersion {
		return fmt.Errorf("harness: a case of version %s: this reads version %d", written(head.Version), caseVersion)
	}
	var saved savedJSON
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&saved); err != nil {
		return fmt.Errorf("harness: a case: %w", err)
	}
	*c = Case{saved.Law, saved.Promise, uint64(saved.Digest), saved.Scenario}
	return nil
}

// Set reads a case as OVERLAYTEST_CASE gives it: in JSON, with or without a law, or the path of a file that holds it. A case that cannot be
// played is an error.
func (c *Case) Set(text string) (err error) {
	data := []byte(text)
	if !strings.HasPrefix(strings.TrimSpace(text), "{") {
		if data, err = os.ReadFile(text); err != nil {
			return fmt.Errorf("neither a scenario in JSON nor a file that can be read: %w", err)
		}
	}
	if err := c.UnmarshalJSON(data); err != nil {
		return err
	}
	return c.Scenario.Validate()
}

// GomegaString is how Gomega's matchers print the case: its scenario as Go, which may be pasted.
func (c Case) GomegaString() string {
	return fmt.Sprintf("a case of the law %q: %#v", c.Law, c.Scenario)
}

// GomegaString is how Gomega's matchers print the scenario: as Go, which may be pasted.
func (s Scenario) GomegaString() string { return s.GoString() }

// inline is the case in one line: its scenario.
func (c Case) inline() string {
	text, err := json.Marshal(c.Scenario)
	if err != nil {
		panic(fmt.Sprintf("harness: a scenario that is not JSON: %v", err))
	}
	return string(text)
}

// file is what the case's file holds.
func (c Case) file() []byte {
	text, err := json.MarshalIndent(c, "", "\t")
	if err != nil {
		panic(fmt.Sprintf("harness: a case that is not JSON: %v", err))
	}
	return append(text, '\n')
}

// name is the case's own: a hash of what is played and of what broke, so that one failure has one file.
func (c Case) name() string {
	return fmt.Sprintf("%012x", hashOf(c.inline(), c.Promise)>>16)
}

// slug is a short name for files: the law's letters and digits, and a hash of all of it.
func slug(law string) string {
	const most = 40
	var b strings.Builder
	for _, word := range strings.FieldsFunc(strings.ToLower(law), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') }) {
		if b.Len()+len(word) > most {
			break
		}
		b.WriteString(word + "-")
	}
	return b.String() + fmt.Sprintf("%08x", uint32(hashOf(law)))
}

// hashOf is the FNV-1a hash of texts.
func hashOf(texts ...string) uint64 {
	h := fnv.New64a()
	for _, text := range texts {
		h.Write([]byte(strconv.Quote(text)))
	}
	return h.Sum64()
}
