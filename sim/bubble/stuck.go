package bubble

import (
	"fmt"
	"io"
	"os"
	"regexp"
	"runtime"
	"strings"
	"sync/atomic"
	"time"
)

// progress is of a bubble, as seen from outside.
type progress struct {
	name atomic.Pointer[string] // as stacks show it
	done atomic.Bool
}

// watchEvery is how often, in real time, a bubble is looked at; who does the same thing outside the bubble twice in a row is named.
const watchEvery = 10 * time.Second

// watch names, once, goroutines that hold up the bubble's time because they wait for what is outside of it: until they go on, no event
// happens. It is a goroutine outside the bubble, which touches nothing inside.
func (p *progress) watch(quiet <-chan struct{}, every time.Duration, errs io.Writer) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for before := ""; ; {
		select {
		case <-quiet:
			return
		case <-tick.C:
		}
		name := p.name.Load()
		if name == nil || p.done.Load() {
			continue
		}
		now := outwardly(inBubble(*name))
		if now != "" && now == before {
			fmt.Fprintf(errs, "bubble: the world's time stands still: these wait for a lock that nobody gives back, or for what is outside the "+
				"bubble. Make channels, timers, contexts and locks inside, and take sockets from the host:\n%s\n", now)
			return
		}
		before = now
	}
}

var inBrackets = regexp.MustCompile(`synctest bubble \d+`)

// bubbleName is the bubble of the calling goroutine, as stacks show it.
func bubbleName() string {
	buffer := make([]byte, 256)
	return inBrackets.FindString(string(buffer[:runtime.Stack(buffer, false)]))
}

// inBubble returns the stacks of the goroutines of a bubble: with what each waits for, and of which node it is.
func inBubble(name string) string {
	var found []string
	for stack := range strings.SplitSeq(stacks(), "\n\n") {
		head, rest, _ := strings.Cut(stack, "\n")
		if number, state, ok := strings.Cut(head, " ["); ok && name != "" && ofBubble(state, name) {
			state, _, _ = strings.Cut(state, ",")
			found = append(found, fmt.Sprintf("%s [%s]%s:\n%s", number, state, ofNode(head), strings.TrimSpace(rest)))
		}
	}
	return strings.Join(found, "\n\n")
}

// ofBubble reports whether the state of a goroutine says that it is in a bubble.
func ofBubble(state, name string) bool {
	return strings.Contains(state, name+"]") || strings.Contains(state, name+" ")
}

var inLabels = regexp.MustCompile(`"` + labelNode + `": ("(?:[^"\\]|\\.)*")`)

// ofNode says of which node the goroutine is, "" if it is of none.
func ofNode(head string) string {
	if node := inLabels.FindStringSubmatch(head); node != nil {
		return " of node " + node[1]
	}
	return ""
}

// stacks returns those of all goroutines, with their labels.
func stacks() string {
	const variable = "GODEBUG"
	was, given := os.LookupEnv(variable)
	os.Setenv(variable, was+",tracebacklabels=1")
	buffer := make([]byte, 1<<20)
	buffer = buffer[:runtime.Stack(buffer, true)]
	if os.Setenv(variable, was); !given {
		os.Unsetenv(variable)
	}
	return string(buffer)
}

// outwardly keeps those stacks whose goroutines wait for something that may be outside of their bubble.
func outwardly(stacks string) string {
	var found []string
	for stack := range strings.SplitSeq(stacks, "\n\n") {
		if head, _, _ := strings.Cut(stack, "\n"); outward.MatchString(head) {
			found = append(found, stack)
		}
	}
	return strings.Join(found, "\n\n")
}

// outward are the states of goroutines that keep a bubble's time from going on, and in which nothing in the bubble has to be at work.
var outward = regexp.MustCompile(`\[(chan receive|chan send|select|sync\.\w*Mutex\.\w*Lock|semacquire|IO wait|chan receive \(nil chan\)|select \(no cases\))\]`)
