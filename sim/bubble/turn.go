package bubble

import (
	"fmt"
	"strings"
	"time"
)

// turn is a lock, made in a bubble, for which goroutines wait durably. So if the bubble's time passes while one waits, whoever has the lock
// waits too, and nothing will ever wake it that needs the lock: stuck is called then, and does not return.
type turn struct {
	taken chan struct{}
	stuck func()
}

func (t *turn) TryLock() bool {
	select {
	case t.taken <- struct{}{}:
		return true
	default:
		return false
	}
}

func (t *turn) Lock() {
	if t.TryLock() {
		return
	}
	passed := time.NewTimer(1)
	defer passed.Stop()
	select {
	case t.taken <- struct{}{}:
	case <-passed.C:
		t.stuck()
	}
}

func (t *turn) Unlock() { <-t.taken }

// unattended is for how much of the bubble's time programs may go on by themselves while the world does not run.
const unattended = time.Hour

// eventWaits ends the process: the event that runs waits for somebody who waits for it to end.
func (b *bubble) eventWaits() {
	what := "an event"
	if n := b.w.Acting(); n != nil {
		what = fmt.Sprintf("an event of node %q", n.Name())
	}
	b.die("%s at %v waits for goroutines that can go on only when it has ended. What the world calls must return without waiting: timers of "+
		"nodes, operations of a workload, Leave, promises. They have a goroutine wait instead: go s.Close(). It waits here", what, b.since)
}

// testWaits ends the process: programs have gone on for long, and the world, without which nothing arrives, does not run.
func (b *bubble) testWaits() {
	b.die("the test waits, and has waited for %v of the bubble's time, while the world does not run: no packet arrives then. World.Run runs "+
		"it, and bubble.Do does so for as long as a call takes. It waits here", b.elapsed()-b.ended)
}

// die ends the process with what is wrong and the stack of the goroutine that runs the world, or ran it last.
func (b *bubble) die(form string, values ...any) {
	text := "bubble: " + fmt.Sprintf(form, values...) + ":\n"
	for stack := range strings.SplitSeq(inBubble(bubbleName()), "\n\n") {
		if strings.HasPrefix(stack, "goroutine "+b.owner+" ") {
			text += stack + "\n"
		}
	}
	go panic(text) // on a goroutine where nobody recovers: who waits would wait for ever
	select {}
}
