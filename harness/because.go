package harness

import (
	"fmt"
	"strings"
	"time"

	"github.com/overlaytest/overlaytest/sim"
)

// history finds what happened by its event.
type history struct {
	all   []happening
	first map[uint64]int // where an event begins: a packet's sending, a timer's firing
	last  map[uint64]int // where it ends: a packet's arrival or loss
	notes map[uint64][]int
}

// history indexes what was recorded.
func (r *recorder) history() *history {
	h := &history{all: r.all, first: map[uint64]int{}, last: map[uint64]int{}, notes: map[uint64][]int{}}
	for i, x := range r.all {
		switch _, seen := h.first[x.id]; {
		case x.kind == 0:
			h.notes[x.id] = append(h.notes[x.id], i)
			continue
		case !seen:
			h.first[x.id] = i
		}
		h.last[x.id] = i
	}
	return h
}

// link is an event in a chain of causes.
type link struct {
	happening
	sent   time.Duration // of a packet
	again  int           // how many firings of the node's timers in a row it stands for, beside itself
	effect string        // the node that it had do what comes before it in the chain; "" for the first
}

// chain is the event of that id, what caused it, what caused that, and so on to the test. Timers of one node that fire one because of the
// other are one link.
func (h *history) chain(id uint64) (chain []link) {
	for id != 0 {
		i, known := h.last[id]
		if !known {
			return chain
		}
		x := link{happening: h.all[i], sent: h.all[h.first[id]].at}
		if n := len(chain); n > 0 && x.kind == sim.Fired && x.node != "" && chain[n-1].kind == sim.Fired && chain[n-1].node == x.node {
			chain[n-1].again++
		} else {
			if n > 0 {
				x.effect = chain[n-1].actor()
			}
			chain = append(chain, x)
		}
		id = x.cause
	}
	return chain
}

// actor is the node that did it: of a packet that arrived, its sender.
func (x link) actor() string {
	if x.kind == sim.Delivered {
		return x.peer
	}
	return x.node
}

// ids are the events of a chain.
func ids(chain []link) map[uint64]bool {
	set := map[uint64]bool{}
	for _, x := range chain {
		set[x.id] = true
	}
	return set
}

// moment writes when and which event: "6s #5".
func moment(at time.Duration, id uint64) string {
	if id == 0 {
		return clock(at)
	}
	return fmt.Sprintf("%s #%d", clock(at), id)
}

// clock writes a time to the millisecond; the trace has it exactly.
func clock(at time.Duration) string {
	if at < time.Second {
		return at.Round(time.Microsecond).String()
	}
	return at.Round(time.Millisecond).String()
}

// sentence says what happened, in the past tense.
func (h *history) sentence(x link, about map[uint64]*particulars) string {
	switch x.kind {
	case 0:
		return noted(x.happening)
	case sim.Fired:
		return h.fired(x)
	case sim.Booted:
		return x.node + " booted"
	case sim.Sent, sim.Caught, sim.Copied, sim.Delivered, sim.Dropped:
		return packetSentence(x, payloadOf(x, about))
	case sim.Cut, sim.Healed, sim.Holding, sim.Released:
		return networkSentence(x.happening)
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s %s", subject(x.node), happened[x.kind], x.words))
}

// happened is what befalls nodes, in the past tense.
var happened = map[sim.Kind]string{
	sim.Crashed: "crashed", sim.Restarted: "was restarted", sim.Paused: "was paused", sim.Resumed: "went on", sim.Moved: "moved", sim.Renewed: "got a new identity", sim.DiskFailed: "had its disk fail:",
	sim.Rebound: "lost its mappings, its gateway rebooted and moved",
}

func subject(node string) string {
	if node == "" {
		return "the test"
	}
	return node
}

func noted(x happening) string {
	if x.node == "" {
		return x.words
	}
	return x.node + " " + x.words
}

// fired says what a timer was about: a note of what the test did then, if there is one. The test may have done something to several nodes at
// once: then it is what had this effect.
func (h *history) fired(x link) string {
	if x.node == "" {
		for _, i := range h.notes[x.id] {
			if note := h.all[i]; x.effect == "" || note.node == "" || note.node == x.effect {
				return noted(note)
			}
		}
		return "the test's timer fired"
	}
	text := x.node + "'s timer fired"
	if x.again > 0 {
		text += ", after " + count(x.again, "other")
	}
	return text
}

func packetSentence(x link, payload string) string {
	switch x.kind {
	case sim.Delivered:
		text := fmt.Sprintf("%s got %s from %s", x.node, payload, other(x.peer))
		if x.sent != x.at {
			text += ", sent at " + clock(x.sent)
		}
		return text
	case sim.Dropped:
		if x.peer == "" && payload == "0 B" {
			return fmt.Sprintf("what %s was to do was void: %s", x.node, x.words)
		}
		return fmt.Sprintf("%s's %s to %s was lost: %s", subject(x.node), payload, other(x.peer), x.words)
	case sim.Caught:
		return fmt.Sprintf("%s's %s to %s was held back", subject(x.node), payload, other(x.peer))
	}
	return fmt.Sprintf("%s sent %s to %s", subject(x.node), payload, other(x.peer))
}

func other(peer string) string {
	if peer == "" {
		return "nobody"
	}
	return peer
}

func payloadOf(x link, about map[uint64]*particulars) string {
	if p := about[x.id]; p != nil && p.payload != "" {
		return p.payload
	}
	return fmt.Sprintf("%d B", x.size)
}

func networkSentence(x happening) string {
	switch x.kind {
	case sim.Cut:
		return "the network was cut " + x.words
	case sim.Healed:
		return "the cut healed " + x.words
	case sim.Holding:
		return "packets began to be held " + x.words
	}
	return "held packets were released " + x.words
}

// because writes a chain of causes, an event to a line, each with where it was sent and what ran.
func (h *history) because(chain []link, about map[uint64]*particulars) (lines []string) {
	for i, x := range chain {
		word := "because "
		if i == 0 {
			word = ""
		}
		line := fmt.Sprintf("%s: %s%s", moment(x.at, x.id), word, h.sentence(x, about))
		if p := about[x.id]; p != nil {
			if p.sent != "" {
				line += "; sent at " + p.sent
			}
			if p.handler != "" {
				line += "; ran " + p.handler
			}
		}
		lines = append(lines, line)
	}
	return lines
}

// shortened keeps the first lines of a list and its last ones.
func shortened(lines []string, first, last int) []string {
	if len(lines) <= first+last+1 {
		return lines
	}
	left := len(lines) - first - last
	return append(append(append([]string{}, lines[:first]...), fmt.Sprintf("… %d more …", left)), lines[len(lines)-last:]...)
}
