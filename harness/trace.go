package harness

import (
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/overlaytest/overlaytest/sim"
)

// recorder keeps what happened in a world, for those who ask afterwards why.
type recorder struct {
	w       *World
	all     []happening
	room    int
	dropped int    // of the oldest, for want of room
	running uint64 // the event that is being carried out, or was last

	wanted map[uint64]bool // the events of which it keeps particulars
	every  bool            // of all events
	about  map[uint64]*particulars
}

// happening is an event, or a note about one.
type happening struct {
	id, cause  uint64
	at         time.Duration
	node, peer string // "" for the test, for nobody
	words      string // of a note, which has no kind; of an event, what its kind does not say
	size       int
	kind       sim.Kind
}

// particulars are what costs too much to be kept of every event.
type particulars struct {
	payload string // described
	sent    string // which line sent it
	handler string // which function ran
}

// How many happenings a recorder keeps: of a longer run, the latest half of that at least. They take about 130 bytes each.
const (
	mostHappenings = 1 << 20
	mostRemembered = 1 << 16 // in a run that may hold
)

// record keeps what happens in a world from now on.
func record(w *World, wanted map[uint64]bool) *recorder {
	r := &recorder{w: w, room: mostHappenings, wanted: wanted, about: map[uint64]*particulars{}}
	w.recorder = r
	w.Watch(r.see)
	return r
}

// remember has a scenario's world keep what happens, for the story of its failure. A law's worlds are played again for that.
func (w *World) remember() {
	if _, playedAgain := w.T.(breached); !playedAgain && w.recorder == nil {
		record(w, nil).room = mostRemembered
	}
}

// recalled is the story of a failure in a world that remembers.
func (w *World) recalled(b *Breach) string {
	if w.recorder == nil || b.err || b.headline == nothingProved {
		return ""
	}
	s := tell(w.recorder, b)
	p := &page{}
	p.section("story:", s.write(nil))
	p.network(w.network())
	p.section("why:", shortened(s.because(s.chain, nil), 5, 2))
	if s.decisive != 0 {
		p.line("ask why: %s=%d before the command that replays it", becauseVariable, s.decisive)
	}
	return p.String()
}

// see takes in an event.
func (r *recorder) see(e sim.Event) {
	h := happening{id: e.ID, cause: e.Cause, at: e.At, kind: e.Kind, node: nodeName(e.Node), peer: nodeName(e.Peer), size: len(e.Data), words: extra(e)}
	switch e.Kind {
	case sim.Booted, sim.Delivered, sim.Fired:
		r.running = e.ID
	case sim.Dropped:
		if e.Cause != r.running && e.ID != r.running {
			r.running = e.ID // on arrival
		}
	}
	r.keep(h)
	if r.every || r.wanted != nil {
		r.particularise(e)
	}
}

func (r *recorder) keep(h happening) {
	if len(r.all) >= r.room {
		half := len(r.all) / 2
		r.dropped += half
		r.all = append(r.all[:0], r.all[half:]...)
	}
	r.all = append(r.all, h)
}

// extra is what an event says beside its kind and its nodes.
func extra(e sim.Event) string {
	switch {
	case e.Kind == sim.Moved, e.Kind == sim.Rebound:
		return fmt.Sprintf("from %v to %v", e.From, e.To)
	case e.Kind == sim.Dropped && e.Peer == nil && e.To.IsValid():
		return fmt.Sprintf("%s (%v)", e.Reason, e.To)
	case e.Sides[0] == nil && (e.Kind == sim.Cut || e.Kind == sim.Healed):
		return fmt.Sprintf("(%s)", e.Reason)
	case e.Sides[0] != nil:
		return strings.TrimSpace(fmt.Sprintf("%s between %s and %s", e.Reason, namesOf(e.Sides[0]), namesOf(e.Sides[1])))
	}
	return string(e.Reason)
}

func nodeName(n *sim.Node) string {
	if n == nil {
		return ""
	}
	return n.Name()
}

// namesOf lists some nodes: all if they are few.
func namesOf(nodes []*sim.Node) string {
	const few = 6
	var names []string
	for i, n := range nodes {
		if i == few {
			return fmt.Sprintf("%s and %d more", strings.Join(names, " "), len(nodes)-few)
		}
		names = append(names, n.Name())
	}
	return strings.Join(names, " ")
}

// note tells whoever records the world what is being done to it: to a node, or to all when it is nil. The words are in the past tense and
// do not name the node. What the world tells its watchers itself needs no note.
func (w *World) note(n *sim.Node, format string, args ...any) {
	if r := w.recorder; r != nil {
		r.keep(happening{id: r.running, at: w.Elapsed(), node: nodeName(n), words: fmt.Sprintf(format, args...)})
	}
	if w.trace != nil {
		fmt.Fprintf(w.trace, "%5d.%09d       %s\n", w.Elapsed()/time.Second, w.Elapsed()%time.Second, noted(happening{node: nodeName(n), words: fmt.Sprintf(format, args...)}))
	}
}

// Describe says what payloads mean, in stories, in traces and in reports. Without it, and where it says
// nothing, a payload is its text, or its size if it has none; of streams between programs, what TCP would send: "TCP SYN".
func (w *World) Describe(describe func(data []byte) string) { w.describe = describe }

// Payload says what a payload means, as [World.Describe] was told to.
func (w *World) Payload(data []byte) string {
	if w.describe != nil {
		if text := w.describe(data); text != "" {
			return text
		}
	}
	if text := w.Meaning(data); text != "" {
		return fmt.Sprintf("%s (%d B)", text, len(data))
	}
	return plainPayload(data)
}

// plainPayload is the beginning of a text, or a size.
func plainPayload(data []byte) string {
	const most = 60
	for _, b := range data {
		if b < ' ' || b > '~' {
			return fmt.Sprintf("%d B", len(data))
		}
	}
	if len(data) > most {
		return fmt.Sprintf("%q… (%d B)", data[:most], len(data))
	}
	return fmt.Sprintf("%q", data)
}

// particularise takes down what only wanted events are worth.
func (r *recorder) particularise(e sim.Event) {
	switch e.Kind {
	case sim.Sent:
		if r.wants(e.ID) || r.wants(e.Cause) {
			line, handler := sendingPlace()
			if r.wants(e.ID) {
				r.of(e.ID).payload, r.of(e.ID).sent = r.w.Payload(e.Data), line
			}
			if r.wants(e.Cause) && handler != "" {
				r.of(e.Cause).handler = handler
			}
		}
	case sim.Booted, sim.Delivered, sim.Fired:
		if r.wants(e.ID) && e.Code != 0 {
			r.of(e.ID).handler = codePlace(e.Code)
		}
	}
}

func (r *recorder) wants(id uint64) bool { return r.every || r.wanted[id] }

func (r *recorder) of(id uint64) *particulars {
	p := r.about[id]
	if p == nil {
		p = &particulars{}
		r.about[id] = p
	}
	return p
}

// sendingPlace is the line that sends a packet, and the outermost function that is at work on the event: both not ours if there are others.
func sendingPlace() (line, handler string) {
	pcs := make([]uintptr, 48)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	stack := ""
	for {
		f, more := frames.Next()
		switch {
		case strings.HasPrefix(f.Function, modulePath+"sim.(*World).dispatch"):
			more = false
		case machinery(f.Function) || f.File == "<autogenerated>":
		case strings.HasPrefix(f.Function, modulePath+"ipv8"):
			if stack == "" {
				stack = placeOf(f)
			}
		default:
			handler = placeOf(f)
			if line == "" {
				line = handler
			}
		}
		if !more {
			break
		}
	}
	if line == "" {
		line = stack
	}
	return line, handler
}

// machinery reports whether a function is of what runs overlays: it is never where a packet comes from.
func machinery(function string) bool {
	for _, part := range []string{"sim.", "sim/bubble.", "harness.", "properties."} {
		if strings.HasPrefix(function, modulePath+part) {
			return true
		}
	}
	return strings.HasPrefix(function, "runtime.") || strings.HasPrefix(function, "runtime/pprof.") || strings.HasPrefix(function, "testing.") || strings.HasPrefix(function, "reflect.")
}

// placeOf is a function with its file and line: gossip.(*Gossip).push gossip.go:71.
func placeOf(f runtime.Frame) string {
	name := strings.ReplaceAll(shortName(f.Function), "[...]", "")
	return fmt.Sprintf("%s:%d (%s)", baseName(f.File), f.Line, name)
}

// codePlace is where the function begins whose code is there.
func codePlace(code uintptr) string {
	f := runtime.FuncForPC(code)
	if f == nil || machinery(f.Name()) {
		return ""
	}
	if method, bound := strings.CutSuffix(f.Name(), "-fm"); bound {
		f = nearby(code, method)
		if f == nil {
			return shortName(method)
		}
		code = f.Entry()
	}
	file, line := f.FileLine(code)
	return placeOf(runtime.Frame{Function: f.Name(), File: file, Line: line})
}

// nearby finds a function by its name among those that lie around some code. What a method value points to is a few instructions without a
// line of their own, beside the package's other code.
func nearby(code uintptr, name string) *runtime.Func {
	const alignment, reach = 16, 1 << 21
	for d := uintptr(alignment); d < reach; d += alignment {
		for _, pc := range [2]uintptr{code - d, code + d} {
			if f := runtime.FuncForPC(pc); f != nil && f.Name() == name {
				return f
			}
		}
	}
	return nil
}

func baseName(file string) string { return file[strings.LastIndexAny(file, `/\`)+1:] }
