package report

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/overlaytest/overlaytest/sim"
)

// GomegaString is how Gomega's matchers print the summary.
func (s *Summary) GomegaString() string { return s.String() }

// String is the world on one screen.
func (s *Summary) String() string {
	var b strings.Builder
	t := &table{tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)}
	if s.Name != "" {
		t.row("name", s.Name)
	}
	t.row("world", fmt.Sprintf("seed %v, %v of virtual time, %s, digest %v", s.Seed, s.Elapsed, amount(s.Events, "event"), s.Digest))
	t.row("nodes", fmt.Sprintf("%s of %s up%s", number(uint64(s.Up)), number(uint64(s.Nodes)), s.comings()))
	t.end()
	s.writePackets(&b)
	t.row("")
	s.writeTimes(t)
	s.writeCurves(t)
	s.writeMails(t)
	s.writeIntervals(t)
	t.end()
	s.writeLedgers(&b)
	return b.String()
}

// table is rows with a word in front.
type table struct{ *tabwriter.Writer }

func (t *table) row(cells ...string) { fmt.Fprintln(t, strings.Join(cells, "\t")) }

func (t *table) end() { _ = t.Flush() }

// comings says what happened to nodes.
func (s *Summary) comings() string {
	var all []string
	for _, c := range s.Churn {
		all = append(all, number(c.Times)+" "+c.What)
	}
	if len(all) == 0 {
		return ""
	}
	return "; " + strings.Join(all, ", ")
}

// writePackets is the table of the kinds of packets. Numbers stand at the right, so it is padded by hand.
func (s *Summary) writePackets(b *strings.Builder) {
	if !s.Recorded {
		b.WriteString("packets  not recorded: say Record before what is to be seen\n")
		return
	}
	rows := [][]string{{"", "sent", "bytes", "delivered", "lost"}}
	var all Traffic
	for _, k := range s.Kinds {
		rows = append(rows, k.cells())
		all.Packets, all.Bytes, all.Copies, all.Delivered = all.Packets+k.Packets, all.Bytes+k.Bytes, all.Copies+k.Copies, all.Delivered+k.Delivered
	}
	all.Kind, all.Lost = "all", s.Lost
	if len(s.Kinds) != 1 {
		rows = append(rows, all.cells())
	}
	wide := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			wide[i] = max(wide[i], len([]rune(cell)))
		}
	}
	for i, row := range rows {
		head := "         "
		if i == 0 {
			head = "packets  "
		}
		line := head + row[0] + strings.Repeat(" ", wide[0]-len([]rune(row[0])))
		for c, cell := range row[1:4] {
			line += "  " + strings.Repeat(" ", wide[c+1]-len([]rune(cell))) + cell
		}
		b.WriteString(strings.TrimRight(line+"  "+row[4], " ") + "\n")
	}
	if s.InAir > 0 {
		fmt.Fprintf(b, "         %s still on the way\n", amount(s.InAir, "packet"))
	}
}

// cells are a kind's row in the table.
func (k Traffic) cells() []string {
	sent := number(k.Packets)
	if k.Copies > 0 {
		sent += " +" + number(k.Copies)
	}
	var lost []string
	var sum uint64
	for _, l := range k.Lost {
		sum += l.Packets
		lost = append(lost, number(l.Packets)+" "+string(l.Reason))
	}
	text := "none"
	if len(lost) > 0 {
		text = strings.Join(lost, ", ")
	}
	if len(lost) > 1 {
		text = number(sum) + ": " + text
	}
	return []string{k.Kind, sent, size(k.Bytes), number(k.Delivered), text}
}

// writeTimes is how long packets took.
func (s *Summary) writeTimes(t *table) {
	if s.Latency.Count() > 0 {
		t.row("latency", s.Latency.String()+", sent to delivered")
	}
}

// String is the quantiles: half within 80ms, 90 % within 140ms, 99 % within 210ms, all within 320ms.
func (h Histogram) String() string {
	if h.count == 0 {
		return "none"
	}
	return fmt.Sprintf("half within %v, 90 %% within %v, 99 %% within %v, all within %v", brief(h.Quantile(sim.Percent(50))),
		brief(h.Quantile(sim.Percent(90))), brief(h.Quantile(sim.Percent(99))), brief(h.max))
}

// writeCurves says how curves ended, and when they were half as high on the average.
func (s *Summary) writeCurves(t *table) {
	for _, c := range s.Curves {
		last := c.Points[len(c.Points)-1]
		if last.Members == 0 {
			t.row(c.Name, "nobody is there")
			continue
		}
		text := fmt.Sprintf("%s on average, %d to %d", thousandths(last.mean()), last.Min, last.Max)
		i := slices.IndexFunc(c.Points, func(p Point) bool { return p.Members > 0 && 2*p.mean() >= last.mean() })
		if last.Sum > 0 && i > 0 {
			text += fmt.Sprintf("; half of that by %v", c.Points[i].At)
		}
		t.row(c.Name, text)
	}
}

func (s *Summary) writeMails(t *table) {
	for _, m := range s.Mails {
		text := fmt.Sprintf("%s to %s: %s heard, %s missing", amount(uint64(m.Messages), "message"), amount(uint64(m.Members), "member"),
			number(uint64(m.Heard)), number(uint64(m.Missing)))
		for _, part := range []struct {
			n    int
			what string
		}{{m.Again, "again"}, {m.Disordered, "out of turn"}, {m.Stray, "never sent"}} {
			if part.n > 0 {
				text += fmt.Sprintf(", %s %s", number(uint64(part.n)), part.what)
			}
		}
		if m.Took.Count() > 0 {
			text += "; " + m.Took.String()
		}
		t.row("mail", text)
	}
}

// mostTold is how many lines of a kind a screen has.
const mostTold = 12

func (s *Summary) writeIntervals(t *table) {
	for i, one := range s.Intervals {
		head := ""
		if i == 0 {
			head = "in force"
		}
		if i == mostTold {
			t.row(head, fmt.Sprintf("and %d more", len(s.Intervals)-i+s.More))
			return
		}
		t.row(head, one.String())
	}
}

// String says what was in force from when to when.
func (one Interval) String() string {
	if one.Open {
		return fmt.Sprintf("%s from %v on", one.Name, one.From)
	}
	return fmt.Sprintf("%s from %v to %v", one.Name, one.From, one.To)
}

// writeLedgers is what rules and faults met and did.
func (s *Summary) writeLedgers(b *strings.Builder) {
	if len(s.Ledgers) == 0 {
		return
	}
	b.WriteString("\n")
	t := &table{tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)}
	t.row("account", "eligible", "fired", "changed an outcome")
	for i, l := range s.Ledgers {
		if i == mostTold {
			t.row(fmt.Sprintf("and %d more", len(s.Ledgers)-i))
			break
		}
		name := l.Name
		if l.Again > 0 {
			name += fmt.Sprintf(", %d times", l.Again+1)
		}
		t.row(name, number(l.Eligible), number(l.Fired), number(l.Changed))
	}
	t.end()
}

// number has groups of three digits: 12,345.
func number(n uint64) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// amount is a number with its noun.
func amount(n uint64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return number(n) + " " + noun + "s"
}

// size is a number of bytes, in thousands or millions with three digits.
func size(bytes uint64) string {
	for _, unit := range []struct {
		bytes uint64
		name  string
	}{{1_000_000_000, "GB"}, {1_000_000, "MB"}, {1000, "kB"}} {
		if bytes >= unit.bytes {
			return digits(bytes, unit.bytes) + " " + unit.name
		}
	}
	return fmt.Sprintf("%d B", bytes)
}

// digits is n/unit with three digits or more, rounded down: 1.23, 12.3, 123, 1,234.
func digits(n, unit uint64) string {
	whole := n / unit
	switch {
	case whole >= 100:
		return number(whole)
	case whole >= 10:
		return fmt.Sprintf("%d.%d", whole, n%unit*10/unit)
	}
	return fmt.Sprintf("%d.%02d", whole, n%unit*100/unit)
}

// thousandths is a number of thousandths with one decimal, if it is not whole.
func thousandths(n int64) string {
	if n%1000 < 100 {
		return number(uint64(n / 1000))
	}
	return fmt.Sprintf("%s.%d", number(uint64(n/1000)), n%1000/100)
}

// brief is a duration with three digits, rounded down: 1.23s, 123ms, 45.6µs.
func brief(d time.Duration) string {
	for _, unit := range []struct {
		ns   time.Duration
		name string
	}{{time.Second, "s"}, {time.Millisecond, "ms"}, {time.Microsecond, "µs"}} {
		switch {
		case d >= 100*time.Second:
			return d.Truncate(time.Second).String()
		case d >= unit.ns:
			return trimZeros(digits(uint64(d), uint64(unit.ns))) + unit.name
		}
	}
	return d.String()
}

// trimZeros drops the zeros at the end of a decimal.
func trimZeros(text string) string {
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return text
}
