package harness

import (
	"cmp"
	"fmt"
	"strings"
	"text/tabwriter"
)

// screen writes it all down, in the order in which it is asked for.
func (x *explanation) screen() string {
	b := &page{}
	b.line("the law %q does not hold: %s", x.Case.Law, x.breach.headline)
	for _, detail := range x.breach.details {
		b.line("%s", detail)
	}
	b.line("%s", x.when())
	x.writeStory(b)
	x.writeWhy(b)
	x.writeMoot(b)
	x.writeProof(b)
	x.writeReplay(b)
	x.writePlaces(b)
	x.writeAsked(b)
	for _, text := range x.trials[0].Logs {
		b.line("log: %s", text)
	}
	for _, note := range x.Notes {
		b.line("note: %s", note)
	}
	if x.casePath == "" {
		b.line("scenario, for Law.Replay:\n%#v", x.Case.Scenario)
	}
	return strings.TrimRight(b.String(), "\n")
}

// page is a text made of lines.
type page struct{ strings.Builder }

func (b *page) line(format string, args ...any) {
	fmt.Fprintf(b, format+"\n", args...)
}

func (b *page) list(lines []string) {
	for _, l := range lines {
		b.line("  %s", l)
	}
}

// section is a list with its title, unless it is empty.
func (b *page) section(title string, lines []string) {
	if len(lines) > 0 {
		b.line("%s", title)
		b.list(lines)
	}
}

// network says what the network is like, if it is like something.
func (b *page) network(words string) {
	if words != "" {
		b.line("network: %s", words)
	}
}

// when says for whom it broke and when.
func (x *explanation) when() string {
	text := ended(x.breach, x.story.decisive) + fmt.Sprintf(" of virtual time, seed %#x", x.Case.Scenario.Seed)
	if whom := x.story.whom(); whom != "" {
		text = "for " + whom + ", " + text
	}
	return text
}

func (x *explanation) writeStory(b *page) {
	lines := x.story.write(x.about)
	b.line("")
	if len(lines) == 0 {
		b.line("story: nothing was done to the world, and nothing was lost")
	} else {
		b.line("story, of %s:", strings.Join(x.Case.Scenario.Nodes, " "))
		b.list(lines)
	}
	b.network(x.Case.Scenario.network())
}

func (x *explanation) writeWhy(b *page) {
	lines := x.story.because(x.story.chain, x.about)
	if len(lines) == 0 {
		b.line("why: no event stands out: something did not happen")
		return
	}
	b.line("why:")
	b.list(shortened(lines, 5, 2))
}

// writeMoot says what the world lost without getting better.
func (x *explanation) writeMoot(b *page) {
	moot := append(missing(x.Drawn, x.Case.Scenario), x.Moot...)
	switch {
	case x.Runs == 0 && len(moot) == 0:
	case len(moot) == 0:
		b.line("what did not matter: nothing (%s tried)", count(x.Runs, "smaller world"))
	default:
		b.line("what did not matter: %s (%s tried)", strings.Join(moot, ", "), count(x.Runs, "smaller world"))
	}
}

// missing says what a smaller scenario lacks: so many of so many.
func missing(drawn, small Scenario) (moot []string) {
	if len(drawn.Nodes) == 0 {
		return nil
	}
	for _, part := range []struct {
		had, has int
		noun     string
	}{
		{len(drawn.Nodes), len(small.Nodes), "nodes"},
		{len(drawn.Faults), len(small.Faults), "faults"},
		{len(drawn.Churn), len(small.Churn), "changes"},
		{len(drawn.Work), len(small.Work), "operations"},
	} {
		if part.had > part.has {
			moot = append(moot, fmt.Sprintf("%d of %d %s", part.had-part.has, part.had, part.noun))
		}
	}
	return moot
}

// writeProof says how often the world did that, and what its faults did.
func (x *explanation) writeProof(b *page) {
	first := x.trials[0]
	b.line("proof: reproduced %d of %d, digest %#016x, %s, from %s", x.same, reproductions, first.Digest, count(first.Events, "event"), cmp.Or(x.Origin, "the world given"))
	if x.same < reproductions {
		b.line("flaky: %s", x.difference())
	}
	if len(first.Ledgers) == 0 {
		return
	}
	table := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "  fault\teligible\tfired\tchanged an outcome")
	for _, l := range first.Ledgers {
		fmt.Fprintf(table, "  %s\t%d\t%d\t%d\n", l.Name, l.Eligible, l.Fired, l.Changed)
	}
	_ = table.Flush()
}

func (x *explanation) writeReplay(b *page) {
	b.line("replay: %s", x.replayLine(""))
	if x.story.decisive != 0 {
		b.line("ask why: %s=%d before it; all that happened: %s=1; two runs compared: %s=1", becauseVariable, x.story.decisive, traceVariable, diffVariable)
	}
	switch {
	case x.test.path != "":
		b.line("Go test: cp %s . (%s)", quoteIfNeeded(x.test.path), x.test.seed)
	case x.test.text == "":
		b.line("Go test: none, because %s", x.test.why)
	}
	if x.picture != "" {
		b.line("picture: %s", x.picture)
	}
}

// writePlaces says where to look.
func (x *explanation) writePlaces(b *page) {
	var places []string
	if x.test.law != "" {
		places = append(places, "the law at "+x.test.law)
	}
	if x.breach.place != "" {
		places = append(places, "the promise at "+x.breach.place)
	}
	for _, l := range x.story.chain[:min(2, len(x.story.chain))] {
		p := x.about[l.id]
		switch {
		case p == nil:
		case p.handler != "":
			places = append(places, fmt.Sprintf("event #%d ran %s", l.id, p.handler))
		case p.sent != "":
			places = append(places, fmt.Sprintf("packet #%d was sent at %s", l.id, p.sent))
		}
	}
	if len(places) > 0 {
		b.line("where to look: %s", strings.Join(places, "; "))
	}
}

// writeAsked answers what the flags ask.
func (x *explanation) writeAsked(b *page) {
	id, isAsked, wrong := askedEvent()
	if wrong != "" {
		b.line("because: %s", wrong)
	}
	if isAsked {
		b.line("because #%d:", id)
		h := x.records[0].history()
		lines := h.because(h.chain(id), x.about)
		if len(lines) == 0 {
			lines = []string{fmt.Sprintf("there is no event %d among the %d that were recorded", id, len(x.records[0].all))}
		}
		b.list(lines)
	}
	if asked(diffName) {
		b.line("diff: %s", x.difference())
	}
	if text := x.trace.end(); text != "" {
		b.line("trace:\n%s", text)
	}
}
