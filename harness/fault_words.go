package harness

import (
	"fmt"
	"strings"

	"github.com/overlaytest/overlaytest/sim"
)

// describe says what a fault does of which the world does not tell by itself; "" when it tells all.
func (o *outbreak) describe() string {
	words := o.does()
	if o.Every == 0 {
		return words
	}
	if words == "" {
		words = string(o.Do)
	}
	return fmt.Sprintf("%s, half of every %v", words, o.Every)
}

// does says what a fault does while it is in force.
func (o *outbreak) does() string {
	whose, chance := o.whose(), sim.Chance(o.Amount)
	switch o.Do {
	case LosePacket:
		return o.prey() + " is lost"
	case Lose:
		return fmt.Sprintf("%s are lost (%v)", whose, chance)
	case Duplicate:
		return fmt.Sprintf("%s arrive twice (%v)", whose, chance)
	case Reorder:
		return fmt.Sprintf("%s are held back by up to %v (%v)", whose, o.Within, chance)
	case Corrupt:
		return fmt.Sprintf("%s have %s flipped (%v)", whose, count(int(o.Size), "bit"), chance)
	case Truncate:
		return fmt.Sprintf("%s lose up to %s at the end (%v)", whose, count(int(o.Size), "byte"), chance)
	case MTU:
		return fmt.Sprintf("%s are lost if they have more than %d bytes", whose, o.Size)
	case Replay:
		return fmt.Sprintf("%s come again, %v to %v later (%v)", whose, o.By, o.Within, chance)
	case LoseBurst:
		return fmt.Sprintf("%s are lost for %v at a time (%v)", whose, o.Within, chance)
	}
	return o.doesToNodes()
}

// doesToNodes says what a fault does to nodes.
func (o *outbreak) doesToNodes() string {
	who := "everybody"
	if len(o.Nodes) > 0 {
		who = strings.Join(o.Nodes, ", ")
	}
	switch o.Do {
	case Slow:
		return fmt.Sprintf("each packet and timer takes %v on %s", o.By, who)
	case LateTimers:
		return fmt.Sprintf("timers fire up to %v late on %s", o.Within, who)
	case Skew:
		return fmt.Sprintf("clocks are off by up to %v on %s", o.By, who)
	case Step:
		return fmt.Sprintf("clocks jump by %v on %s", o.By, who)
	case Drift:
		return fmt.Sprintf("clocks run at %+d ppm on %s", o.Amount, who)
	case Throttle:
		return fmt.Sprintf("%d bit/s are left for %s, with a queue of %v", o.Amount, who, o.Within)
	case FailDisk:
		return fmt.Sprintf("disks of %s fail: %s (%v)", who, o.Disk, sim.Chance(o.Amount))
	case Twin:
		return fmt.Sprintf("there is a twin of %s", strings.Join(o.Nodes, ", and one of "))
	case Reuse:
		return fmt.Sprintf("%s boots at the address of %s, which moves", o.Nodes[1], o.Nodes[0])
	}
	return ""
}

// whose packets it happens to.
func (o *outbreak) whose() string {
	words := "packets"
	if len(o.Nodes) > 0 {
		words = "packets from or to " + strings.Join(o.Nodes, ", ")
	}
	if o.Match != "" {
		words += " that match " + o.Match
	}
	return words
}

// prey is what the fault acts on.
func (o *outbreak) prey() string {
	switch o.Do {
	case Crash:
		return "a node that was up"
	case Pause:
		return "a node that was running"
	case Slow, LateTimers, Skew, Step, Drift:
		return "a node that was up"
	case FailDisk:
		return "a disk that was used for that"
	case Rebind:
		return "a node behind a box"
	case Reuse:
		return "two nodes that were running, without a box before them"
	case LosePacket:
		words := fmt.Sprintf("packet %d from %s to %s", o.Amount, o.Nodes[0], o.Nodes[1])
		if o.Match != "" {
			words += " that matches " + o.Match
		}
		return words
	case MTU:
		return fmt.Sprintf("a packet of more than %d bytes", o.Size)
	}
	if o.Match != "" {
		return "a packet that matches " + o.Match
	}
	return "a packet"
}

// title is what a picture calls the fault: its id, what it does, with what chance and to whom.
func (o *outbreak) title() string {
	words := fmt.Sprintf("%s: %s", o.ID, o.Do)
	if form, _ := formOf(o.Do); form.amount == chance {
		words += " " + sim.Chance(o.Amount).String()
	}
	return strings.TrimSpace(words + " " + few(o.Nodes))
}
