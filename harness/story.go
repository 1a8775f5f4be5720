package harness

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/overlaytest/overlaytest/sim"
)

// story is what is told of a run that ended badly: which events decide, and which of them are worth a line.
type story struct {
	*history
	concerned map[string]bool // the nodes that the breach is about
	cone      map[uint64]bool // what came of operations of the workload
	decisive  uint64          // the event that broke it, or that should have mended it and was lost; 0: none
	chain     []link
	lines     []line
	left      int // lines that were left out
}

// line is a line of a story.
type line struct {
	link
	order int // in the run
	worth int
	more  int           // packets of the same fate, from and to the same nodes, that it stands for
	until time.Duration // the last of them
}

// fate is what packets have in common that one line tells.
type fate struct {
	kind              sim.Kind
	node, peer, words string
}

// storyLines is how many lines a story has at most.
const storyLines = 12

// tell finds the story of a breach in what was recorded.
func tell(r *recorder, b *Breach) *story {
	s := &story{history: r.history(), cone: map[uint64]bool{}}
	s.concern(b)
	s.spread()
	s.decisive = s.decide(b, r.running)
	s.chain = s.history.chain(s.decisive)
	s.choose()
	return s
}

var word = regexp.MustCompile(`[\pL\pN_.\-]+`)

// concern finds the nodes that a breach is about: the one that broke it, or those that its words name.
func (s *story) concern(b *Breach) {
	s.concerned = map[string]bool{}
	if b.who != "" {
		s.concerned[b.who] = true
		return
	}
	nodes := map[string]bool{}
	for _, x := range s.all {
		nodes[x.node] = true
	}
	for _, w := range word.FindAllString(strings.Join(b.details, "\n"), -1) {
		if w = strings.Trim(w, ".-"); nodes[w] && w != "" {
			s.concerned[w] = true
		}
	}
}

// spread finds what came of the workload: the events of which an operation is a cause, directly or through others.
func (s *story) spread() {
	for _, x := range s.all {
		switch {
		case x.kind == 0 && x.id != 0 && x.node != "":
			s.cone[x.id] = true
		case s.cone[x.cause]:
			s.cone[x.id] = true
		}
	}
}

// decide finds the event to explain. A promise about every moment was broken by the event that ran; where something was awaited in vain, it
// is the first packet lost on the way to whom that concerns, or else what befell them last, or else the first packet that reached them and did
// not help.
func (s *story) decide(b *Breach, running uint64) uint64 {
	if !b.awaited() {
		return running
	}
	best, rank := uint64(0), 0
	for _, x := range s.all {
		if r := s.rankAwaited(x); r > rank || r == befell && rank == befell {
			best, rank = x.id, r
		}
	}
	return best
}

// awaited reports whether the breach is that something did not come about.
func (b *Breach) awaited() bool {
	return b.own || strings.HasPrefix(b.headline, "Eventually ") || strings.HasPrefix(b.headline, "Converges ")
}

// befell is the rank of what befell a node that the breach is about.
const befell = 4

func (s *story) rankAwaited(x happening) int {
	lost, reached := x.kind == sim.Dropped && x.peer != "", x.kind == sim.Delivered
	switch cone := s.cone[x.id]; {
	case lost && s.concerned[x.peer] && cone:
		return 6
	case lost && s.concerned[x.peer]:
		return 5
	case s.concerned[x.node] && happened[x.kind] != "":
		return befell
	case lost && cone:
		return 3
	case reached && s.concerned[x.node] && cone:
		return 2
	case reached && s.concerned[x.node] || lost:
		return 1
	}
	return 0
}

// choose picks the lines: what was done to the world, and the packets that decide.
func (s *story) choose() {
	inChain := ids(s.chain)
	fates := map[fate]int{}
	for i, x := range s.all {
		worth := s.worth(x, inChain[x.id])
		if worth == 0 {
			continue
		}
		l := line{link: link{happening: x, sent: x.at}, order: i, worth: worth}
		if first, known := s.first[x.id]; known && x.kind != 0 {
			l.sent = s.all[first].at
		}
		if !s.joins(fates, l) {
			s.lines = append(s.lines, l)
		}
	}
	slices.SortStableFunc(s.lines, func(a, b line) int { return cmp.Or(b.worth-a.worth, a.order-b.order) })
	if len(s.lines) > storyLines {
		s.left = len(s.lines) - storyLines
		s.lines = s.lines[:storyLines]
	}
	slices.SortFunc(s.lines, func(a, b line) int { return a.order - b.order })
}

// joins adds a lost or held packet to the line of those before it that had the same fate, if there is one; so what comes and goes.
func (s *story) joins(fates map[fate]int, l line) bool {
	switch l.kind {
	case sim.Dropped, sim.Caught, sim.Cut, sim.Healed, sim.Holding, sim.Released, sim.DiskFailed:
	default:
		return false
	}
	f := fate{l.kind, l.node, l.peer, l.words}
	i, known := fates[f]
	if !known {
		fates[f] = len(s.lines)
		return false
	}
	one := &s.lines[i]
	one.more++
	one.until = l.at
	one.worth = max(one.worth, l.worth)
	return true
}

// worth is what a line would be worth: the higher, the more the story needs it; 0 is none.
func (s *story) worth(x happening, inChain bool) int {
	switch x.kind {
	case 0:
		return 70 + bonus(inChain, 25)
	case sim.Crashed, sim.Restarted, sim.Moved, sim.Renewed, sim.Rebound, sim.Paused, sim.Resumed, sim.DiskFailed:
		return 70 + bonus(s.concerned[x.node], 15)
	case sim.Cut, sim.Healed, sim.Holding, sim.Released:
		return 80
	case sim.Dropped:
		if x.peer == "" {
			return bonus(inChain, 90)
		}
		return 20 + bonus(s.cone[x.id], 20) + bonus(s.concerned[x.peer], 30) + bonus(x.id == s.decisive, 30)
	case sim.Delivered:
		return bonus(inChain, 60) + bonus(inChain && x.id == s.decisive, 40)
	case sim.Fired:
		return bonus(inChain && x.node != "", 50) + bonus(x.id == s.decisive && x.node != "", 50)
	case sim.Caught:
		return 10
	}
	return 0
}

func bonus(holds bool, points int) int {
	if holds {
		return points
	}
	return 0
}

// wanted are the events of which the story needs particulars.
func (s *story) wanted() map[uint64]bool {
	set := ids(s.chain)
	for _, l := range s.lines {
		set[l.id] = true
	}
	return set
}

// write tells the story: when, which event, what.
func (s *story) write(about map[uint64]*particulars) (lines []string) {
	width := 0
	for _, l := range s.lines {
		width = max(width, len(moment(l.at, l.id)))
	}
	for _, l := range s.lines {
		text := fmt.Sprintf("%-*s  %s", width, moment(l.at, l.id), s.sentence(l.link, about))
		if l.more > 0 {
			text += fmt.Sprintf("; %s until %s", l.others(), clock(l.until))
		}
		lines = append(lines, text)
	}
	if s.left > 0 {
		lines = append(lines, fmt.Sprintf("and %s", count(s.left, "lesser event")))
	}
	return lines
}

// others says for how many more a line stands: packets that fared alike, or the same once more.
func (l line) others() string {
	if l.kind == sim.Dropped || l.kind == sim.Caught {
		return fmt.Sprintf("so were %d more", l.more)
	}
	return fmt.Sprintf("again %s", times(l.more))
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// whom lists the nodes that the breach is about.
func (s *story) whom() string {
	var names []string
	for name := range s.concerned { // any order: sorted below
		names = append(names, name)
	}
	slices.Sort(names)
	const few = 6
	if len(names) > few {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:few], ", "), len(names)-few)
	}
	return strings.Join(names, ", ")
}

// ended is when the world was found broken.
func ended(b *Breach, decisive uint64) string {
	if decisive != 0 && !b.awaited() {
		return fmt.Sprintf("in event #%d, at %s", decisive, clock(b.at))
	}
	return "at " + clock(b.at)
}
