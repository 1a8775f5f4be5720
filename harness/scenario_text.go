package harness

import (
	"fmt"
	"go/format"
	"strconv"
	"strings"
	"time"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/sim"
)

// GoString writes the scenario as a Go expression of a file that imports harness and time, and sim if the fate of a disk is in it: what %#v
// prints, to be pasted into a test.
func (s Scenario) GoString() string {
	b := &strings.Builder{}
	fmt.Fprintf(b, "harness.Scenario{\nSeed: %#x,\nNodes: %#v,\nTopology: %#v,\n", s.Seed, s.Nodes, s.Topology)
	for _, m := range s.surroundings() {
		m.write(b)
	}
	if s.Loss != 0 {
		fmt.Fprintf(b, "Loss: %d,\n", uint32(s.Loss))
	}
	s.lossModel().write(b)
	if s.PermuteTies {
		b.WriteString("PermuteTies: true,\n")
	}
	writeList(b, "Churn: []harness.Change", s.Churn)
	model{"ChurnModel", s.ChurnModel}.write(b)
	writeList(b, "Faults: []harness.Fault", s.Faults)
	writeList(b, "Work: []harness.Op", s.Work)
	model{"Traffic", s.Traffic}.write(b)
	fmt.Fprintf(b, "Duration: %s,\n}", goDuration(s.Duration))
	source, err := format.Source([]byte(b.String()))
	if err != nil {
		panic(fmt.Sprintf("harness: the literal of a scenario is not Go: %v\n%s", err, b))
	}
	return string(source)
}

// write writes a field that names something, unless it names nothing.
func (m model) write(b *strings.Builder) {
	if !m.isZero() {
		fmt.Fprintf(b, "%s: %#v,\n", m.field, m.Choice)
	}
}

// writeList writes a field that is a list, unless it is empty.
func writeList[T interface{ fields() string }](b *strings.Builder, field string, list []T) {
	if len(list) == 0 {
		return
	}
	fmt.Fprintf(b, "%s{\n", field)
	for _, one := range list {
		fmt.Fprintf(b, "{%s},\n", one.fields())
	}
	b.WriteString("},\n")
}

func (c Change) fields() string {
	return fmt.Sprintf("At: %s, Node: %q, Do: %s", goDuration(c.At), c.Node, c.Do.expression())
}

func (op Op) fields() string {
	text := fmt.Sprintf("At: %s, Node: %q, Op: %q, Arg: %d", goDuration(op.At), op.Node, op.Op, op.Arg)
	if op.Phase != fixtures.Measure {
		text += fmt.Sprintf(", Phase: %q", op.Phase)
	}
	return text
}

// fields leaves out what is 0, but for the beginning.
func (f Fault) fields() string {
	b := &strings.Builder{}
	fmt.Fprintf(b, "ID: %q, Do: %s, At: %s", f.ID, f.Do.expression(), goDuration(f.At))
	if f.For != 0 {
		fmt.Fprintf(b, ", For: %s", goDuration(f.For))
	}
	if f.Every != 0 {
		fmt.Fprintf(b, ", Every: %s", goDuration(f.Every))
	}
	if len(f.Nodes) > 0 {
		fmt.Fprintf(b, ", Nodes: %#v", f.Nodes)
	}
	if f.Match != "" {
		fmt.Fprintf(b, ", Match: %q", f.Match)
	}
	if f.Amount != 0 {
		fmt.Fprintf(b, ", Amount: %d", f.Amount)
	}
	if f.Size != 0 {
		fmt.Fprintf(b, ", Size: %d", f.Size)
	}
	if f.By != 0 {
		fmt.Fprintf(b, ", By: %s", goDuration(f.By))
	}
	if f.Within != 0 {
		fmt.Fprintf(b, ", Within: %s", goDuration(f.Within))
	}
	if f.Disk != "" {
		fmt.Fprintf(b, ", Disk: %s", diskExpression(f.Disk))
	}
	return b.String()
}

// GoString writes the fault as a Go expression.
func (f Fault) GoString() string { return "harness.Fault{" + f.fields() + "}" }

// GoString writes the choice as a Go expression.
func (c Choice) GoString() string {
	if len(c.Params) == 0 {
		return fmt.Sprintf("harness.Choice{Name: %q}", c.Name)
	}
	return fmt.Sprintf("harness.Choice{Name: %q, Params: %#v}", c.Name, c.Params)
}

// verbNames are the constants of verbs, as Go writes them.
var verbNames = map[Verb]string{
	Crash: "Crash", Leave: "Leave", Restart: "Restart", Join: "Join", Move: "Move", Renew: "Renew",
	Lose: "Lose", Duplicate: "Duplicate", Reorder: "Reorder", Cut: "Cut", CutOneWay: "CutOneWay", Pause: "Pause",
	Corrupt: "Corrupt", Truncate: "Truncate", MTU: "MTU", Replay: "Replay", LoseBurst: "LoseBurst",
	Bridge: "Bridge", Majorities: "Majorities", Isolate: "Isolate",
	Slow: "Slow", LateTimers: "LateTimers", Skew: "Skew", Step: "Step", Drift: "Drift", Throttle: "Throttle",
	Rebind: "Rebind", Twin: "Twin", Reuse: "Reuse", FailDisk: "FailDisk",
	Hold: "Hold", HoldShuffled: "HoldShuffled", LosePacket: "LosePacket", Mutate: "Mutate",
}

// expression is the verb as Go writes it: its constant if it has one.
func (v Verb) expression() string {
	if name, ok := verbNames[v]; ok {
		return "harness." + name
	}
	return strconv.Quote(string(v))
}

// diskNames are the constants of the fates of disks, as Go writes them.
var diskNames = map[sim.DiskFate]string{
	sim.Unsynced: "Unsynced", sim.Kept: "Kept", sim.Wiped: "Wiped", sim.LostWrite: "LostWrite", sim.TornWrite: "TornWrite",
	sim.FalseSync: "FalseSync", sim.BitRot: "BitRot", sim.Unreadable: "Unreadable", sim.DiskFull: "DiskFull",
}

func diskExpression(fate sim.DiskFate) string {
	if name, ok := diskNames[fate]; ok {
		return "sim." + name
	}
	return strconv.Quote(string(fate))
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
