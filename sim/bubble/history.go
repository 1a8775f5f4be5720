package bubble

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/overlaytest/overlaytest/sim"
)

// historyVariable names the file that overlaytest diverge has every world write down: a line for each event, a tab, and the stack it comes
// from; at the end the goroutines that ran outside of bubbles.
const historyVariable = "OVERLAYTEST_HISTORY"

// record writes the world down if that is asked for.
func (b *bubble) record() {
	if b.history = os.Getenv(historyVariable); b.history == "" {
		return
	}
	var line bytes.Buffer
	write := sim.JSONLines(&line)
	b.w.Watch(func(e sim.Event) {
		line.Reset()
		write(e)
		b.note(fmt.Sprintf("%s\t%s\n", bytes.TrimSpace(line.Bytes()), stack()))
	})
}

// recordOutsiders writes down who ran outside of bubbles.
func (b *bubble) recordOutsiders() {
	for _, pc := range outsiders() {
		if f := runtime.FuncForPC(pc); f != nil && b.history != "" && !strings.HasPrefix(f.Name(), ownFrames+"/bubble.") {
			file, line := f.FileLine(pc)
			b.note(fmt.Sprintf("outside %s %s:%d\n", f.Name(), filepath.Base(file), line))
		}
	}
}

// note adds a line to the history. Where that cannot be written, there is nothing to compare, which overlaytest diverge says.
func (b *bubble) note(line string) {
	file, err := os.OpenFile(b.history, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return
	}
	defer file.Close()
	_, _ = file.WriteString(line)
}

const ownFrames = "github.com/overlaytest/overlaytest/sim"

// stack is what the calling goroutine does, innermost first, without the simulation's own frames.
func stack() string {
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	var told []string
	for more := true; more && len(told) < 8; {
		var f runtime.Frame
		f, more = frames.Next()
		if own := strings.HasPrefix(f.Function, ownFrames); !own && f.Function != "" && !strings.HasPrefix(f.Function, "runtime.") {
			told = append(told, fmt.Sprintf("%s %s:%d", filepath.Base(f.Function), filepath.Base(f.File), f.Line))
		}
	}
	return strings.Join(told, " < ")
}
