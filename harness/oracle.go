package harness

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/overlaytest/overlaytest/sim"
)

// Oracle is a suspicion: something that most correct overlays never do, and some do. It needs no law and knows no protocol. Ask for it with
// [World.Suspect]; the reason why some overlays are right to do it stands with each: [Grows], [World.Restless], [World.Amplifies],
// [World.CallsTheDead], [Graph.Splits], [Graph.OneWay], [Mail.Repeats].
//
// Two need not be asked for, because no correct overlay does what they find. "oracle: traffic after the crash": a node that is down was asked
// to send a packet or to set a timer, so that code of its overlay runs on somewhere. "oracle: traffic after the goodbye": a node sent a
// packet, or had a timer fire, more than a second after its overlay was told to leave ([World.Goodbye], [Run.Farewell]). What the machine of a
// program does without it, such as to refuse a connection, is not meant.
type Oracle struct {
	name  string
	why   string // when a correct overlay does it
	watch func(w *World, p *Promise)
}

// Names of oracles.
const (
	oraclePrefix = "oracle: "
	afterCrash   = "traffic after the crash"
	afterGoodbye = "traffic after the goodbye"
)

// Suspect has the world fail its test when an oracle finds what it looks for, from here on.
func (w *World) Suspect(oracles ...Oracle) {
	place := callerPlace(1)
	for _, o := range oracles {
		w.suspect(o, place)
	}
}

func (w *World) suspect(o Oracle, place string) *Promise {
	p := w.whole(oraclePrefix+o.name, place, nil)
	if o.why != "" {
		p.why = "right for an overlay " + o.why
	}
	o.watch(w, p)
	return p
}

// trap is what an oracle's watcher has found: the first time.
type trap struct {
	who *sim.Node
	err error
}

func (t *trap) spring(who *sim.Node, format string, args ...any) {
	if t.err == nil {
		t.who, t.err = who, fmt.Errorf(format, args...)
	}
}

// set makes a promise of the trap: that it never springs.
func (t *trap) set(p *Promise) {
	p.calm = &t.err
	p.judge = func(int) finding {
		if t.err == nil || t.who == nil {
			return finding{err: t.err}
		}
		return finding{who: t.who.Name(), err: t.err}
	}
}

// builtin is the state of the oracles that are always on.
type builtin struct {
	crash, goodbye trap
	left           map[*sim.Node]farewell
	late           time.Duration // by how much timers set before the goodbye may be late
}

// farewell is when a life was told to leave.
type farewell struct {
	life int
	at   time.Duration
}

// farewellTime is how long an overlay may go on after its goodbye: for what is on its way, and for the last words of handlers and timers that
// are due. Nothing that a goodbye stops takes longer, but where a scenario makes machines slow or timers late.
const farewellTime = time.Second

// alwaysSuspect sets up the oracle that no correct overlay needs to fear.
func (w *World) alwaysSuspect() {
	w.suspect(Oracle{name: afterCrash, watch: func(w *World, p *Promise) {
		t := &w.laws.oracles.crash
		t.set(p)
		w.Watch(t.seeDown, sim.Dropped)
	}}, "")
}

// seeDown looks for what a node that is down is asked to do.
func (t *trap) seeDown(e sim.Event) {
	if e.Kind != sim.Dropped || e.Reason != sim.SenderDown {
		return
	}
	what := "set a timer"
	if e.To.IsValid() {
		what = fmt.Sprintf("sent %s to %v", count(len(e.Data), "byte"), e.To)
	}
	t.spring(e.Node, "it %s at %v, though its node was down%s", what, e.At, by(e.Cause))
}

// by says who had the overlay do it.
func by(cause uint64) string {
	if cause == 0 {
		return "; the test itself called its overlay"
	}
	return fmt.Sprintf("; event %d had it do so", cause)
}

// Goodbye notes that a node's overlay has just been told to leave: from a second on, this life of it must neither send nor have a timer fire.
func (w *World) Goodbye(n *sim.Node) {
	o := &w.laws.oracles
	if o.left == nil {
		o.left = map[*sim.Node]farewell{}
		w.suspect(Oracle{name: afterGoodbye, watch: func(w *World, p *Promise) {
			o.goodbye.set(p)
			w.Watch(o.seeLeft, sim.Sent, sim.Fired)
		}}, "")
	}
	o.left[n] = farewell{n.Life(), w.Elapsed()}
}

// parting is how long a farewell lasts.
const parting = 5 * time.Second

// Farewell ends the run with one goodbye: all promises but those about crashes and goodbyes are over, the last member that is up and whose
// overlay has a method Leave() is told to, and must be silent from a second later on, which is watched for five. If there is none, nothing
// happens.
func (r *Run[O]) Farewell() {
	r.T.Helper()
	for _, m := range slices.Backward(r.Members) {
		if l, can := any(m.Overlay).(leaver); can && m.ready() {
			r.Margins()
			r.promises = slices.DeleteFunc(r.promises, func(p *Promise) bool {
				return p.words != oraclePrefix+afterCrash && p.words != oraclePrefix+afterGoodbye
			})
			r.note(m.Node, "was told to leave")
			l.Leave()
			r.Goodbye(m.Node)
			r.Run(parting + r.laws.oracles.late)
			return
		}
	}
}

// seeLeft looks for what a node does after its goodbye.
func (o *builtin) seeLeft(e sim.Event) {
	if e.Kind != sim.Sent && e.Kind != sim.Fired {
		return
	}
	f, said := o.left[e.Node]
	if !said || f.life != e.Node.Life() || e.At-f.at <= farewellTime+o.late {
		return
	}
	if byMachine(e) {
		return
	}
	what := "a timer of it fired"
	if e.Kind == sim.Sent {
		what = fmt.Sprintf("it sent %s", count(len(e.Data), "byte"))
	}
	o.goodbye.spring(e.Node, "%s at %v, %v after its goodbye; %v is allowed", what, e.At, e.At-f.at, farewellTime+o.late)
}

// byMachine reports whether the machine of a program did something that the program knows nothing of: it took a packet in, refused a
// connection, acknowledged what came. What the program does itself, it does when the event is over.
func byMachine(e sim.Event) bool {
	w := e.Node.World()
	if e.Kind == sim.Sent {
		return w.Paced() && !w.Reacting()
	}
	return w.Paced() && strings.HasPrefix(runtime.FuncForPC(e.Code).Name(), modulePath+"sim/bubble.")
}

// rising is how many periods in a row must each bring more than the one before, until growth counts as endless.
const rising = 8

var errGrowing = errors.New("it grows in every period")

// slope is a row of values each of which is greater than the one before.
type slope struct {
	row  []int
	life int // of whom it is about
}

// add takes the value of another period and reports whether it has risen for too long.
func (s *slope) add(value int) bool {
	if n := len(s.row); n > 0 && value <= s.row[n-1] {
		s.row = s.row[:0]
	}
	if len(s.row) > rising {
		s.row = append(s.row[:0], s.row[1:]...)
	}
	s.row = append(s.row, value)
	return len(s.row) == rising+1
}

// Grows suspects state that grows without bound: a member whose size was larger at the end of each of nine periods in a row than at the end
// of the one before, in one life. Some correct overlays do that: those that keep all they ever heard.
func Grows[O any](members []*Member[O], size func(O) int, period time.Duration) Oracle {
	return Oracle{name: "state that grows without bound", why: "that keeps all it ever heard", watch: func(w *World, p *Promise) {
		rows := make([]slope, len(members))
		all := make([]int, len(members))
		for i := range all {
			all[i] = i
		}
		p.Every(period)
		p.subjects = func() []int { return all }
		p.judge = func(i int) (f finding) {
			m, row := members[i], &rows[i]
			if row.life != m.Life() {
				row.life, row.row = m.Life(), nil
			}
			if m.ready() && row.add(size(m.Overlay)) {
				f.who, f.err = m.Name(), fmt.Errorf("%w of %v: %v", errGrowing, period, row.row)
			}
			return f
		}
	}}
}
