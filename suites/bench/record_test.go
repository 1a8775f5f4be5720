// Package bench measures the bars the project holds itself to, beside an Ed25519 verification in the
// same run, and keeps their history in history.tsv. "make bench" records; "go test -bench ." measures
// without recording.
package bench

import (
	"bytes"
	"crypto/ed25519"
	"flag"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
	"time"
)

var (
	record = flag.Bool("record", false, "measure every bar, print the table and extend the history")
	rounds = flag.Int("rounds", 3, "how often a bar is measured; the median counts")
	only   = flag.String("only", "", "record only the bars whose name contains this")
)

const history = "history.tsv"

// A bar is a benchmark with the limits it is held to. Its run reports what the limits speak of, by
// perOp, perSecond or b.ReportMetric.
type bar struct {
	name   string
	run    func(b *testing.B)
	limits []limit
}

// bars are measured in this order. The first is the yardstick.
var bars = []bar{
	{"Ed25519 verify", ed25519Verify, []limit{noLimit(cpuPerOp)}},
	{"W1 queue and callback, 1 k", holdTimers(1_000), []limit{atLeast(14e6), atMostOf(allocsPerEvent, noAllocs)}},
	{"W1 queue and callback, 100 k", holdTimers(100_000), []limit{atLeast(5e6), atMostOf(allocsPerEvent, noAllocs)}},
	{"W1 messages, 1 k", holdMessages(1_000), []limit{atLeast(8e6), atMostOf(allocsPerEvent, noAllocs)}},
	{"W1 messages, 100 k", holdMessages(100_000), []limit{atLeast(1.8e6), atMostOf(allocsPerEvent, noAllocs)}},
	{"bootstrap world, 20 peers, curve25519", worlds(20, 2, "curve25519"), []limit{atMost(60 * time.Millisecond)}},
	{"bootstrap world, 20 peers, medium", worlds(20, 2, "medium"), []limit{atMost(600 * time.Millisecond)}},
	{"bootstrap world, 20 peers, stand-in", worlds(20, 2, "stand-in curve25519"), []limit{atMost(5 * time.Millisecond)}},
	{"bootstrap world, 400 peers, curve25519", worlds(400, 2, "curve25519"), []limit{atMost(1200 * time.Millisecond)}},
	{"bootstrap world, 10,000 peers, stand-in", bigWorld, []limit{atMost(10 * time.Second), atMostOf("MiB", 800)}},
	{"generated worlds, 20 IPv8 peers, laws on", generatedSimples(), []limit{atLeastWorlds(120), atMostOf(lawsShare, 0.25)}},
	{"the same, peers that also ping each other", generatedWalkers(), []limit{noLimit(worldsPerCPU), noLimit(lawsShare)}},
	{"the same, everything on", generatedRich(), []limit{atLeastWorlds(80), noLimit(lawsShare)}},
	{"full house of rules, 1 k", houseOver(1_000), []limit{atMostOf(cpuOver, 300), atMostOf(allocsPerEvent, noAllocs)}},
	{"idle node with a timer", idleNodes, []limit{atMostOf("B/node", 512)}},
}

// Names of metrics. Processor time is user and system time of the whole process, the collector's
// included; where the system does not tell, it is wall time.
const (
	cpuPerOp       = "cpu-ns/op"
	eventsPerCPU   = "events/cpu-s"
	allocsPerOp    = "allocs/op"
	allocsPerEvent = "allocs/event"
	bytesPerOp     = "B/op"
	cpuOver        = "cpu-ns/over-bare" // a packet
)

// noAllocs is no allocation per event, but for what the process itself does meanwhile: a few in millions.
const noAllocs = 1e-4

// yardstick is the processor time of one Ed25519 verification on the machine the bars were set for.
const yardstick = 59 * time.Microsecond

func BenchmarkBars(b *testing.B) {
	for _, bar := range bars {
		b.Run(bar.name, bar.run)
	}
}

func TestRecord(t *testing.T) {
	if !*record {
		t.Skip("measuring takes minutes: -record, or make bench")
	}
	var rows []row
	for i, bar := range bars {
		if i > 0 && !strings.Contains(bar.name, *only) {
			continue
		}
		t.Log("measuring", bar.name)
		rows = append(rows, measure(bar)...)
	}
	for i := range rows {
		rows[i].verify = rows[0].value
	}
	if err := extend(history, here(), rows); err != nil {
		t.Fatal(err)
	}
	fmt.Print(table(rows))
}

func ed25519Verify(b *testing.B) {
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	public := key.Public().(ed25519.PublicKey)
	message := make([]byte, 200)
	signature := ed25519.Sign(key, message)
	perOp(b, func() {
		if !ed25519.Verify(public, message, signature) {
			b.Fatal("a good signature was refused")
		}
	})
}

// perOp runs op until the benchmark is content and reports its processor time. What comes before
// the call is not counted.
func perOp(b *testing.B, op func()) {
	b.ReportAllocs()
	before := cpuTime()
	for b.Loop() {
		op()
	}
	b.ReportMetric(float64(cpuTime()-before)/float64(b.N), cpuPerOp)
}

// perSecond runs op, which tells how many events it ran, and reports events per second of processor
// time and allocations per event. What comes before the call is not counted.
func perSecond(b *testing.B, op func() (events uint64)) {
	var events uint64
	mallocs := mallocCount()
	before := cpuTime()
	for b.Loop() {
		events += op()
	}
	spent := cpuTime() - before
	b.ReportMetric(float64(events)/spent.Seconds(), eventsPerCPU)
	b.ReportMetric(float64(mallocCount()-mallocs)/float64(events), allocsPerEvent)
}

func mallocCount() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Mallocs
}

// A row is one figure of one bar.
type row struct {
	name   string
	limit  limit
	value  float64 // the median of the rounds
	allocs int64
	verify float64 // ns of an Ed25519 verification in the same run
}

func measure(b bar) []row {
	results := make([]testing.BenchmarkResult, *rounds)
	for i := range results {
		results[i] = testing.Benchmark(b.run)
	}
	var rows []row
	for _, l := range b.limits {
		var values []float64
		for _, r := range results {
			values = append(values, l.of(r))
		}
		rows = append(rows, row{name: b.name, limit: l, value: median(values), allocs: results[0].AllocsPerOp()})
	}
	return rows
}

func median(values []float64) float64 {
	values = slices.Sorted(slices.Values(values))
	return values[len(values)/2]
}

// table is what a person reads.
func table(rows []row) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "\nbar\tmeasured\tdemanded\tmet\tof a verify\n")
	for _, r := range rows {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", r.name, r.limit.show(r.value), r.limit, r.met(), r.ratio())
	}
	_ = w.Flush() // to a strings.Builder: cannot fail
	fmt.Fprintf(&b, "\n%s. An Ed25519 verification took %s; the bars were set where it takes %s.\n"+
		"Met \"by ratio\": once the bar is scaled to this machine by these two; \"by clock\": only because it is faster.\n",
		cpuMeans, time.Duration(rows[0].verify), yardstick)
	return b.String()
}

// extend appends the rows to the history, with a heading when it is new.
func extend(file string, m machine, rows []row) error {
	var b bytes.Buffer
	if _, err := os.Stat(file); err != nil {
		fmt.Fprintln(&b, strings.Join([]string{"date", "go", "platform", "cpu", "revision", "benchmark", "metric", "value",
			"demanded", "met", "allocs/op", "Ed25519 verify ns"}, "\t"))
	}
	for _, r := range rows {
		fmt.Fprintf(&b, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%.6g\t%s\t%s\t%d\t%.0f\n", m.date, m.goVersion, m.platform, m.cpu,
			m.revision, r.name, r.limit.metric, r.value, r.limit, r.met(), r.allocs, r.verify)
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
