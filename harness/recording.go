package harness

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/overlaytest/overlaytest/harness/report"
	"github.com/overlaytest/overlaytest/sim"
)

// reading is what is collected of a world for its summary.
type reading struct {
	recording *report.Recording // nil: the world is not recorded
	path      string            // where its picture goes; "": nowhere
	graphs    []*Graph
	mails     []*Mail
}

// mostRead is how many graphs and how many mails a summary has.
const mostRead = 4

// Record collects from here on what [World.Summary] tells: packets by kind, latencies, who is up, what is in force, and of every graph of the
// world, made before or later, how many others each member knows over time. What a kind is, says [World.Describe]. It changes nothing in the
// world; a world that is recorded already goes on to be.
func (w *World) Record() {
	if w.reading.recording != nil {
		return
	}
	w.reading.recording = report.Record(w.World)
	w.reading.recording.Describe(func(data []byte) string {
		if w.describe != nil {
			if kind := w.describe(data); kind != "" {
				return kind
			}
		}
		return w.Meaning(data)
	})
	for _, g := range w.reading.graphs {
		w.follow(g)
	}
}

// Summary says on one screen, in a picture or as data what has become of the world. Of one that is not recorded ([World.Record]) it has what
// the world, its graphs and its mails know by themselves: what is there now, the accounts, and what came of messages.
func (w *World) Summary() *report.Summary {
	s := report.Of(w.World)
	if w.reading.recording != nil {
		s = w.reading.recording.Summary()
	} else {
		for _, g := range w.reading.graphs {
			s.Curves = append(s.Curves, report.FinalCurve(curveName, w.Elapsed(), g.copy().Degrees))
		}
	}
	s.Name = w.T.Name()
	if w.ledgers != nil {
		s.Ledgers = w.ledgers()
	}
	for _, m := range w.reading.mails {
		s.Mails = append(s.Mails, m.report())
	}
	return s
}

const curveName = "others known"

// readGraph has a new graph be part of the world's summary.
func (w *World) readGraph(g *Graph) {
	if len(w.reading.graphs) < mostRead {
		w.reading.graphs = append(w.reading.graphs, g)
		if w.reading.recording != nil {
			w.follow(g)
		}
	}
}

// follow has the degrees of a graph recorded: of one of its own, so that looking at it leaves the test's as it is.
func (w *World) follow(g *Graph) {
	w.reading.recording.Follow(curveName, g.copy().Degrees)
}

// readMail has mail be part of the world's summary.
func (w *World) readMail(m *Mail) {
	if len(w.reading.mails) < mostRead {
		w.reading.mails = append(w.reading.mails, m)
	}
}

// report says what became of the letters.
func (m *Mail) report() report.Mail {
	sum := report.Mail{Messages: len(m.letters), Members: len(m.members), Missing: len(m.missing()),
		Again: len(m.extra), Disordered: len(m.Disordered()), Stray: len(m.strays)}
	for _, l := range m.letters {
		for _, heard := range l.heard {
			if heard >= 0 {
				sum.Heard++
				sum.Took.Add(heard - l.sent)
			}
		}
	}
	return sum
}

// Link adds rules to the network, as [sim.World.Link] does. In a world that is recorded, what is linked once time has passed is shown as
// something in force until it is taken out again.
func (w *World) Link(rules ...sim.Rule) (unlink func()) {
	if w.reading.recording == nil || w.Elapsed() == 0 {
		return w.World.Link(rules...)
	}
	first := w.Accounts()
	unlink = w.World.Link(rules...)
	ends := []func(){unlink}
	for i := first; i < w.Accounts(); i++ {
		ends = append(ends, w.during(w.Account(i).Name, func() func() { return nil }))
	}
	return func() {
		for _, end := range ends {
			end()
		}
	}
}

// during has what begin puts in force, until what it returns ends it, shown under one name in the summary of a world that is recorded.
func (w *World) during(name string, begin func() (end func())) (end func()) {
	if w.reading.recording == nil {
		return begin()
	}
	return w.reading.recording.During(name, begin)
}

const (
	plotVariable = "OVERLAYTEST_PLOT"
	plotName     = "plot"
)

// plotAsked has a world that belongs to no law recorded, if OVERLAYTEST_PLOT names a file for its picture.
func (w *World) plotAsked() {
	if w.reading.path = answer(plotName); w.reading.path != "" {
		w.Record()
	}
}

// finish is told that the test is over, as far as this world goes: one that is recorded says what became of it, if the test failed or Ginkgo
// is to tell everything.
func (w *World) finish() {
	w.T.Helper()
	w.draw()
	_, law := w.T.(breached)
	report, has := w.T.(reporter)
	tell := w.T.Failed() || has && flagValue("ginkgo.v") == "true"
	if w.reading.recording == nil || law || !tell {
		return
	}
	s := w.Summary()
	text := s.String()
	if w.T.Failed() {
		text += w.keepPicture(s)
	}
	if has {
		report.AddReportEntryVisibilityFailureOrVerbose("summary", told(text))
		return
	}
	w.T.Logf("%s", text)
}

// keepPicture writes the picture and the summary into the test's folder of artefacts, if it has one that is kept, and returns a line that says
// where. Several worlds of a test have numbers.
func (w *World) keepPicture(s *report.Summary) string {
	folder := artefactFolder(w.T)
	if folder == "" {
		return ""
	}
	path := filepath.Join(folder, "world")
	for i := 2; existing(path+".svg") != ""; i++ {
		path = filepath.Join(folder, fmt.Sprintf("world%d", i))
	}
	text, _ := json.MarshalIndent(s, "", "\t") // names and numbers alone
	if err := cmp.Or(os.WriteFile(path+".svg", s.SVG(), 0o644), os.WriteFile(path+".json", text, 0o644)); err != nil {
		return fmt.Sprintf("picture: none, %v\n", err)
	}
	return fmt.Sprintf("picture: %s\n", path+".svg")
}

// draw writes the picture that was asked for. Of several worlds, the file has the last one drawn.
func (w *World) draw() {
	w.T.Helper()
	if w.reading.path == "" {
		return
	}
	if err := os.WriteFile(w.reading.path, w.Summary().SVG(), 0o644); err != nil {
		w.T.Logf("%s: the world was not drawn: %v", plotVariable, err)
		return
	}
	w.T.Logf("plot: %s", absolute(w.reading.path))
}
