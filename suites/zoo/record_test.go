package zoo_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/properties"
)

var (
	measure = flag.Bool("zoo", false, "search for every species, print the table and extend the history")
	seeds   = flag.Int("zoo.seeds", 20, "how many searches there are for each species")
	worlds  = flag.Uint64("zoo.worlds", 2000, "how many worlds a search takes at most")
	alarms  = flag.Uint64("zoo.twins", 2000, "in how many worlds each twin must hold")
	species = flag.String("zoo.only", "", "measure only the species whose name or overlay contains this")
)

const history = "history.tsv"

func TestMeasure(t *testing.T) {
	if !*measure {
		t.Skip("searching for every species takes minutes: -zoo, or make zoo")
	}
	var rows []row
	for _, e := range exhibits() {
		if strings.Contains(e.name+" "+e.overlay, *species) {
			rows = append(rows, e.measured(t))
		}
	}
	if err := extend(history, rows); err != nil {
		t.Fatal(err)
	}
	fmt.Print(table(rows))
}

func TestTwinsNeverRaiseAlarm(t *testing.T) {
	if !*measure {
		t.Skip("-zoo, or make zoo")
	}
	for _, e := range twins() {
		if strings.Contains(e.overlay, *species) {
			t.Run(e.overlay, func(t *testing.T) {
				holds(t, e.overlay, e.twin(properties.Sweep{Worlds: *alarms}))
				holds(t, e.overlay, e.rich(properties.Sweep{Worlds: *alarms}))
			})
		}
	}
}

// A row is what the searches for one species came to. But for the counts, its figures are medians of the searches that found it.
type row struct {
	exhibit
	searches, found      int
	same                 int    // stories that break the promise which the world they come from broke
	promise              string // that broke most often
	worlds, most         int    // until found
	cpu, shrinking       time.Duration
	nodes, events, judge int // of the story; worlds judged to find it
}

func (e exhibit) measured(t *testing.T) row {
	r := row{exhibit: e, searches: *seeds}
	var worldsTried, nodes, events, runs []int
	var cpu, shrinking []time.Duration
	promises := map[string]int{}
	for seed := range uint64(*seeds) {
		f := e.bug(properties.Sweep{Seed: base(seed), Worlds: *worlds})
		t.Logf("%s, search %d: %s in %d worlds, %s, %d runs to %d nodes, %d events", e.name, seed+1, f.Verdict(), f.Worlds, f.CPU, f.Runs,
			len(f.Scenario.Nodes), length(f.Scenario))
		if f.Verdict() != harness.Failed {
			continue
		}
		r.found++
		if drawn := e.bug(properties.Sweep{Seed: base(seed), Worlds: *worlds, Runs: -1}); drawn.Breach.Promise() == f.Breach.Promise() {
			r.same++
		}
		promises[f.Breach.Promise()]++
		worldsTried, cpu = append(worldsTried, int(f.World)), append(cpu, f.CPU)
		nodes, events = append(nodes, len(f.Scenario.Nodes)), append(events, length(f.Scenario))
		runs, shrinking = append(runs, f.Runs), append(shrinking, f.ShrinkTime)
	}
	if r.found > 0 {
		r.promise, r.most = most(promises), slices.Max(worldsTried)
		r.worlds, r.cpu = median(worldsTried), median(cpu)
		r.nodes, r.events, r.judge, r.shrinking = median(nodes), median(events), median(runs), median(shrinking)
	}
	return r
}

// base is what the seeds of the worlds of a search count from.
func base(search uint64) uint64 { return 1 + search*1_000_003 }

// length is how many events a story tells of.
func length(s harness.Scenario) int {
	n := len(s.Churn) + len(s.Faults) + len(s.Work)
	if s.Loss > 0 {
		n++
	}
	return n
}

// most is what was counted most often, the first in order of equal ones.
func most(counts map[string]int) (key string) {
	for k, n := range counts { // any order: ties are broken by name
		if n > counts[key] || n == counts[key] && k < key {
			key = k
		}
	}
	return key
}

func median[T int | time.Duration](values []T) T {
	slices.Sort(values)
	return values[len(values)/2]
}

// table is what a person reads.
func table(rows []row) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "\nspecies\tin\tfound\tworlds (most)\tCPU\tnodes\tevents\truns\tshrinking\tsame\tby\n")
	for _, r := range rows {
		fmt.Fprintf(w, "%s\t%s\t%d of %d\t%d (%d)\t%.2f s\t%d\t%d\t%d\t%.1f s\t%d\t%s\n", r.name, r.overlay, r.found, r.searches, r.worlds, r.most,
			r.cpu.Seconds(), r.nodes, r.events, r.judge, r.shrinking.Seconds(), r.same, r.promise)
	}
	_ = w.Flush() // to a strings.Builder: cannot fail
	fmt.Fprintf(&b, "\nMedians of the searches that found it. CPU is until found, in the worlds alone; nodes and events are those of the story;\n"+
		"runs are the worlds judged to find it, shrinking how long that took; same are the stories that break the promise which the world\n"+
		"they come from broke.\n")
	return b.String()
}

// extend appends the rows to the history, with a heading when it is new.
func extend(file string, rows []row) error {
	var b bytes.Buffer
	if _, err := os.Stat(file); err != nil {
		fmt.Fprintln(&b, strings.Join([]string{"date", "go", "platform", "cores", "revision", "species", "overlay", "found", "searches", "worlds",
			"most worlds", "cpu s", "nodes", "events", "runs", "shrinking s", "same promise", "promise"}, "\t"))
	}
	where := strings.Join([]string{time.Now().UTC().Format(time.DateOnly), runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH,
		fmt.Sprint(runtime.GOMAXPROCS(0)), revision()}, "\t")
	for _, r := range rows {
		fmt.Fprintf(&b, "%s\t%s\t%s\t%d\t%d\t%d\t%d\t%.3f\t%d\t%d\t%d\t%.2f\t%d\t%s\n", where, r.name, r.overlay, r.found, r.searches, r.worlds, r.most,
			r.cpu.Seconds(), r.nodes, r.events, r.judge, r.shrinking.Seconds(), r.same, r.promise)
	}
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(b.Bytes())
	if closing := f.Close(); err == nil {
		err = closing
	}
	return err
}

// revision is the commit measured, with a plus when the files differ from it in more than the history.
func revision() string {
	head, err := exec.Command("git", "rev-parse", "--short=12", "HEAD").Output()
	if err != nil {
		return "unknown"
	}
	changed, err := exec.Command("git", "status", "--porcelain", "--", ":/", ":(exclude)"+history).Output()
	if err != nil || len(changed) > 0 {
		return strings.TrimSpace(string(head)) + "+"
	}
	return strings.TrimSpace(string(head))
}
