package harness

import (
	"fmt"
	"go/format"
	"regexp"
	"strings"
	"time"

	"github.com/overlaytest/overlaytest/sim"
)

// goTestFile is a Go test of a failure.
type goTestFile struct {
	text string // "" when there is none
	why  string // there is none
	seed string // whether it needs the seed
	path string // where it was written
	law  string // where the law is: file:line
}

// goTest writes a test that plays the world and fails as it did, without its seed if that can be.
func (x *explanation) goTest() goTestFile {
	law, err := findLaw(x.Case.Law)
	if err != nil {
		return goTestFile{why: err.Error()}
	}
	scenario, seed := x.pinned()
	name := "TestStory" + x.Case.name()
	b := &page{}
	b.line("package %s\n\nimport (\n\t\"testing\"", law.pkg)
	literal := fmt.Sprintf("%#v", scenario)
	if scenario.Seed == 0 {
		literal = regexp.MustCompile(`(?m)^\s*Seed:\s*0x0,\n`).ReplaceAllString(literal, "")
	}
	if strings.Contains(literal, "time.") {
		b.line("\t\"time\"")
	}
	b.line("\n\t%q", modulePath+"harness")
	if regexp.MustCompile(`\bsim\.`).MatchString(literal) {
		b.line("\t%q", modulePath+"sim")
	}
	for _, spec := range law.imports {
		if !strings.Contains(b.String(), spec) {
			b.line("\t%s", spec)
		}
	}
	b.line(")\n")
	b.line("// %s plays a world in which the law %q did not hold:", name, x.Case.Law)
	b.line("//\n//\t%s\n//", x.breach.headline)
	for _, l := range x.story.write(x.about) {
		b.line("//\t%s", l)
	}
	b.line("//\n// %s.", strings.ToUpper(seed[:1])+seed[1:])
	b.line("func %s(t *testing.T) {\n\t%s.Replay(t, %s)\n}", name, law.expression, literal)
	text, err := format.Source([]byte(b.String()))
	if err != nil {
		return goTestFile{why: fmt.Sprintf("it would not be Go: %v", err)}
	}
	return goTestFile{text: string(text), seed: seed, law: law.place}
}

// Figures of pinning.
const (
	otherSeeds = 3                      // a world that breaks the promise under as many seeds does not need its own
	mostPinned = 24                     // lost packets
	quickPlay  = 500 * time.Millisecond // a world that takes longer is not played often
	patience   = 5 * time.Second        // in leaving out lost packets
)

// pinned is the scenario for a test that needs no seed, and whether there is one: where chance loses packets, those that it lost are listed
// instead.
func (x *explanation) pinned() (s Scenario, seed string) {
	s = x.Case.Scenario
	lost := x.lostPackets()
	if len(lost) > 0 && len(lost) <= mostPinned && x.took < quickPlay {
		if listed := x.calmed(lost); x.seedless(listed) {
			listed = x.fewest(listed)
			listed.Seed = 0
			return listed, "it needs no seed: the packets that are lost are listed"
		}
	}
	if x.seedless(s) {
		s.Seed = 0
		return s, "it needs no seed: it fails with any that was tried"
	}
	return s, fmt.Sprintf("it keeps the seed %#x: with others the law may hold, because nodes draw from it", s.Seed)
}

// seedless reports whether a scenario breaks the promise whatever its seed.
func (x *explanation) seedless(s Scenario) bool {
	for seed := range uint64(otherSeeds) {
		s.Seed = seed
		if !x.breaks(s) {
			return false
		}
	}
	return true
}

// breaks reports whether the promise breaks in the world of a scenario.
func (x *explanation) breaks(s Scenario) bool {
	if s.Validate() != nil {
		return false
	}
	trial := x.try(x.t, s)
	return trial.Breach != nil && trial.Breach.Promise() == x.Case.Promise
}

// lostPackets are the packets that chance lost, as faults.
func (x *explanation) lostPackets() (lost []Fault) {
	type pair struct{ from, to string }
	sent, which := map[pair]int64{}, map[uint64]int64{}
	for _, h := range x.records[0].all {
		p := pair{h.node, h.peer}
		switch {
		case h.kind == sim.Sent:
			sent[p]++
			which[h.id] = sent[p]
		case h.kind == sim.Dropped && h.words == string(sim.Lost) && which[h.id] > 0:
			lost = append(lost, Fault{ID: fmt.Sprintf("lost %d", len(lost)+1), Do: LosePacket, Nodes: []string{h.node, h.peer}, Amount: which[h.id]})
		}
	}
	return lost
}

// calmed is the scenario with those packets lost, and no other by chance.
func (x *explanation) calmed(lost []Fault) Scenario {
	s := x.Case.Scenario
	s.Loss, s.LossModel = 0, Choice{}
	s.Faults = nil
	for _, f := range x.Case.Scenario.Faults {
		if f.Do != Lose && f.Do != LoseBurst && f.Do != LosePacket {
			s.Faults = append(s.Faults, f)
		}
	}
	s.Faults = append(s.Faults, lost...)
	return s
}

// fewest leaves out the lost packets that do not matter, from the last to the first.
func (x *explanation) fewest(s Scenario) Scenario {
	began := time.Now()
	for i := len(s.Faults) - 1; i >= 0 && time.Since(began) < patience; i-- {
		if s.Faults[i].Do != LosePacket {
			continue
		}
		less := s
		less.Faults = append(append([]Fault(nil), s.Faults[:i]...), s.Faults[i+1:]...)
		if x.seedless(less) {
			s = less
		}
	}
	return s
}
