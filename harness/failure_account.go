package harness

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/overlaytest/overlaytest/harness/report"
	"github.com/overlaytest/overlaytest/sim"
)

// Account is the failure of a law, told on one screen: what promise broke, for whom and when; the story of the world; the chain of causes;
// what did not matter; the proof; how to play it again; where to look.
type Account struct {
	// Case is the world, as small as it has been made, with the law's name and the promise that broke.
	Case Case
	// Play makes the world of a scenario and judges it. It is called several times.
	Play func(t TB, s Scenario)
	// Around, if there is one, is told the seed of each such world and what plays it, and calls that once: in a bubble, say.
	Around func(seed uint64, play func())
	// Origin says where the world comes from: "world 13 of 100".
	Origin string
	// Runs is how many worlds were tried to make it small. Drawn is the scenario as it was before.
	Runs  int
	Drawn Scenario
	// Moot are more things that did not matter, beside what Drawn has and the case's scenario has not.
	Moot []string
	// Notes are lines for the end.
	Notes []string
	// Unsaved has no file written.
	Unsaved bool
}

// reproductions is how often an account plays the world.
const reproductions = 3

// Fail plays the world again and fails the test with what there is to say. Where the test has a report, as in Ginkgo, its failure is the
// first line alone, and the rest is an entry of the report.
func (a Account) Fail(t TB) {
	t.Helper()
	text, _ := a.Explain(t)
	if report, has := t.(reporter); has {
		report.AddReportEntryVisibilityFailureOrVerbose(a.Case.Law, told(text))
		text, _, _ = strings.Cut(text, "\n")
	}
	t.Fatalf("%s", text)
}

// reporter is a test with a report: Ginkgo's.
type reporter interface {
	AddReportEntryVisibilityFailureOrVerbose(name string, args ...any)
}

// told is what Ginkgo's report prints as it is.
type told string

// ColorableString has Ginkgo print the text without colours of its own.
func (s told) ColorableString() string { return strings.ReplaceAll(string(s), "{{", "{ {") }

// Explain plays the world again and returns what there is to say, and whether it broke the same promise every time. It writes the case and the
// Go test, and heeds OVERLAYTEST_TRACE, OVERLAYTEST_BECAUSE and OVERLAYTEST_DIFF.
func (a Account) Explain(t TB) (text string, broke bool) {
	x := &explanation{Account: a, t: t}
	x.play()
	x.write()
	return x.screen(), x.same == reproductions
}

// explanation is an account at work.
type explanation struct {
	Account
	t        TB
	breach   *Breach
	trials   []*Trial
	records  []*recorder
	same     int           // trials that broke the promise in the same way
	took     time.Duration // to play once, on the clock
	story    *story
	about    map[uint64]*particulars
	casePath string
	test     goTestFile
	trace    *traceFile
	world    *World // of one of the runs
	picture  string // its file, "" for none

	artefacts string       // the folder, "" if none is kept
	events    bytes.Buffer // the trace to be kept there
}

// play plays the world, each time for another purpose: to find the story, to find its particulars, to be sure.
func (x *explanation) play() {
	x.trace = openTrace(os.O_TRUNC)
	began := time.Now()
	x.once(nil, func(w *World) { x.trace.follow(w) })
	x.took = time.Since(began)
	x.breach = x.trials[0].Breach
	if x.breach == nil {
		x.breach = &Breach{headline: x.Case.Promise, at: x.trials[0].Elapsed, seed: x.Case.Scenario.Seed}
	}
	x.story = tell(x.records[0], x.breach)
	wanted := x.story.wanted()
	because, asked, _ := askedEvent()
	if asked {
		for _, l := range x.records[0].history().chain(because) {
			wanted[l.id] = true
		}
	}
	x.artefacts = artefactFolder(x.t)
	x.once(wanted, func(w *World) {
		x.world = w
		w.Record()
		if x.artefacts != "" {
			w.Watch(sim.Transcript(&x.events, w.Payload))
		}
	})
	x.about = x.records[1].about
	for len(x.trials) < reproductions {
		x.once(nil)
	}
	for _, trial := range x.trials {
		if trial.Breach != nil && trial.Breach.Promise() == x.Case.Promise && trial.Digest == x.trials[0].Digest {
			x.same++
		}
	}
	x.Case.Digest = x.trials[0].Digest
}

// once plays the world, and records it.
func (x *explanation) once(wanted map[uint64]bool, watch ...func(*World)) {
	r := &recorder{}
	begin := func(w *World) {
		if r.w != nil {
			return // a judge may make worlds beside the run's
		}
		r = record(w, wanted)
		for _, f := range watch {
			f(w)
		}
	}
	x.trials = append(x.trials, x.try(x.t, x.Case.Scenario, begin))
	x.records = append(x.records, r)
}

// write saves the case and the Go test.
func (x *explanation) write() {
	x.test = x.goTest()
	cases := &Cases{Law: x.Case.Law}
	defer x.keepPictures(cases)
	if x.Unsaved {
		x.casePath = existing(cases.folder() + "/" + x.Case.name() + ".json")
		x.test.path = existing(cases.folder() + "/story_" + x.Case.name() + "_test.go")
		x.picture = existing(cases.folder() + "/picture_" + x.Case.name() + ".svg")
		return
	}
	path, note := cases.Save(x.Case)
	if x.casePath = path; note != "" {
		x.Notes = append(x.Notes, note)
	}
	if x.test.text != "" && path != "" {
		x.test.path, _ = cases.write("story_"+x.Case.name()+"_test.go", []byte(x.test.text))
	}
	summary := x.summary()
	if file := answer(plotName); file != "" {
		if err := os.WriteFile(file, summary.SVG(), 0o644); err != nil {
			x.Notes = append(x.Notes, fmt.Sprintf("%s: %v", plotVariable, err))
		}
	}
	if path != "" {
		x.picture, _ = cases.write("picture_"+x.Case.name()+".svg", summary.SVG())
	}
	x.keepArtefacts(summary)
}

// summary is that of the world when its promise broke.
func (x *explanation) summary() *report.Summary {
	if x.world == nil {
		return &report.Summary{Name: x.Case.Law} // the judge made no world
	}
	s := x.world.Summary()
	s.Name = x.Case.Law
	return s
}

// existing is a path if there is a file, "" if not.
func existing(path string) string {
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	return path
}

// keepArtefacts writes the case, the Go test, the trace, the picture and the summary into the test's folder of artefacts, if it has one that is kept.
func (x *explanation) keepArtefacts(summary *report.Summary) {
	if x.artefacts == "" {
		return
	}
	for _, f := range []struct{ name, text string }{
		{"case.json", string(x.Case.file())}, {"story_test.go.txt", x.test.text}, {"trace.txt", x.events.String()},
		{"picture.svg", string(summary.SVG())}, {"summary.txt", summary.String()},
	} {
		if err := os.WriteFile(x.artefacts+"/"+f.name, []byte(f.text), 0o644); err != nil {
			x.Notes = append(x.Notes, err.Error())
			return
		}
	}
	x.Notes = append(x.Notes, "case, Go test, trace, picture and summary are in "+x.artefacts)
}

// artefactFolder is where a test's artefacts stay, "" if it has none: that of Ginkgo, or that of testing if it is told to keep them.
func artefactFolder(t TB) string {
	holder, has := t.(interface{ ArtifactDir() string })
	if _, ginkgo := t.(reporter); !has || !ginkgo && flagValue("test.artifacts") != "true" {
		return ""
	}
	return holder.ArtifactDir()
}

// replayLine is the command that plays this world alone.
func (x *explanation) replayLine(env string) string {
	what := x.casePath
	if what == "" {
		what = x.Case.inline()
	}
	return strings.TrimSpace(fmt.Sprintf("%s=%s %s", caseVariable, quoteIfNeeded(what), env)) + " " + testCommand(x.t.Name())
}
