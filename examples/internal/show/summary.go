package show

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/overlaytest/overlaytest/sim"
)

// lines writes log records as the tutorial's programs print them, after the virtual time in seconds.
type lines struct{ out io.Writer }

// Enabled reports whether records of a level are written.
func (l *lines) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelInfo }

// Handle writes a record.
func (l *lines) Handle(_ context.Context, r slog.Record) error {
	_, err := fmt.Fprintf(l.out, "<t=%s> %s\n", seconds(r.Time.Sub(sim.Epoch)), r.Message)
	return err
}

// WithAttrs returns the same handler: a line has no attributes.
func (l *lines) WithAttrs([]slog.Attr) slog.Handler { return l }

// WithGroup returns the same handler.
func (l *lines) WithGroup(string) slog.Handler { return l }

// seconds prints a time in seconds, cut to milliseconds, with one decimal at least.
func seconds(d time.Duration) string {
	text := fmt.Sprintf("%d.%03d", d/time.Second, d%time.Second/time.Millisecond)
	whole, decimals, _ := strings.Cut(text, ".")
	return whole + "." + decimals[:1] + strings.TrimRight(decimals[1:], "0")
}

// messageAt is where an IPv8 packet has its message id.
const messageAt = 22

// names are the messages that every IPv8 overlay has, and those of ping-pong.
var names = map[byte]string{
	1: "ping", 2: "pong",
	246: "introduction request", 245: "introduction response", 234: "new introduction request", 233: "new introduction response",
	250: "puncture request", 249: "puncture", 232: "new puncture request", 231: "new puncture",
}

// describe says what an IPv8 packet is, for transcripts.
func describe(data []byte) string {
	if len(data) <= messageAt {
		return fmt.Sprintf("%d B", len(data))
	}
	id := data[messageAt]
	return fmt.Sprintf("%s, %d B", cmp.Or(names[id], fmt.Sprintf("message %d", id)), len(data))
}

// amount is a number of packets and their bytes.
type amount struct{ packets, bytes uint64 }

func (a *amount) add(bytes int) {
	a.packets++
	a.bytes += uint64(bytes)
}

// traffic counts the packets of a world by message id, and those that were lost.
type traffic struct {
	sent [256]amount
	lost map[sim.Reason]uint64
}

func (t *traffic) count(e sim.Event) {
	switch {
	case e.Kind == sim.Sent && len(e.Data) > messageAt:
		t.sent[e.Data[messageAt]].add(len(e.Data))
	case e.Kind == sim.Dropped:
		if t.lost == nil {
			t.lost = map[sim.Reason]uint64{}
		}
		t.lost[e.Reason]++
	}
}

// summary prints what came of the simulation.
func (p *Play) summary() {
	p.known()
	fmt.Fprintf(p.out, "%-25s %9s %12s\n", "message", "packets", "bytes")
	var all amount
	for id := 255; id >= 0; id-- {
		if a := p.traffic.sent[id]; a.packets > 0 {
			fmt.Fprintf(p.out, "%3d %-21s %9d %12d\n", id, names[byte(id)], a.packets, a.bytes)
			all.packets, all.bytes = all.packets+a.packets, all.bytes+a.bytes
		}
	}
	fmt.Fprintf(p.out, "%-25s %9d %12d\n", "all", all.packets, all.bytes)
	var reasons []sim.Reason
	for why := range p.traffic.lost { // any order: they are sorted
		reasons = append(reasons, why)
	}
	slices.Sort(reasons)
	for _, why := range reasons {
		fmt.Fprintf(p.out, "lost: %-19s %9d\n", why, p.traffic.lost[why])
	}
	fmt.Fprintf(p.out, "%d events in %v of virtual time, seed %d, digest %016x\n", p.World.Events(), p.World.Elapsed(), p.Seed, p.World.Digest())
}

// known prints how many peers the members know.
func (p *Play) known() {
	counts := p.peersKnown()
	slices.Sort(counts)
	if n := len(counts); n > 0 {
		fmt.Fprintf(p.out, "peers known: min %d, median %s, max %d\n", counts[0], halves(counts[(n-1)/2]+counts[n/2]), counts[n-1])
	}
}

// halves prints half of a number.
func halves(n int) string {
	if n%2 == 1 {
		return fmt.Sprintf("%d.5", n/2)
	}
	return fmt.Sprint(n / 2)
}
