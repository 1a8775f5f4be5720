package bubble

import (
	"fmt"
	"io"
	"os"
	"regexp"
	"runtime"
	"strconv"
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
	return stacks(func(head string) bool {
		return name != "" && (strings.Contains(head, name+"]") || strings.Contains(head, name+" "))
	})
}

// inLabels is a label of a goroutine in the first line of its stack: "key": "value" with Go 1.26; since Go 1.27, quoted where need be.
var inLabels = regexp.MustCompile(`("(?:[^"\\]|\\.)*"|[\w./]+): ("(?:[^"\\]|\\.)*"|[\w./]*)`)

// labelled returns the label of a goroutine, by its stack's first line, "" if it has none.
func labelled(head, key string) string {
	for _, label := range inLabels.FindAllStringSubmatch(head, -1) {
		if unquoted(label[1]) == key {
			return unquoted(label[2])
		}
	}
	return ""
}

// unquoted is a text that may be quoted as Go does.
func unquoted(text string) string {
	if plain, err := strconv.Unquote(text); err == nil {
		return plain
	}
	return text
}

// ofNode says of which node the goroutine is, "" if it is of none.
func ofNode(head string) string {
	if node := labelled(head, labelNode); node != "" {
		return fmt.Sprintf(" of node %q", node)
	}
	return ""
}

// stacks returns those of some goroutines, by their first lines, which have their labels. Of those that wait in the same place, one is shown.
func stacks(wanted func(head string) bool) string {
	var heads, rests []string
	same := map[string]int{} // which of them is like this
	more := map[int]int{}
	for stack := range strings.SplitSeq(allStacks(), "\n\n") {
		head, rest, _ := strings.Cut(stack, "\n")
		number, state, ok := strings.Cut(head, " [")
		if !ok || !wanted(head) {
			continue
		}
		if end := strings.IndexAny(state, ",]"); end >= 0 {
			state = state[:end]
		}
		place := state + inParticular.ReplaceAllString(rest, "")
		if i, shown := same[place]; shown {
			more[i]++
			continue
		}
		same[place] = len(heads)
		heads = append(heads, fmt.Sprintf("%s [%s]%s", number, state, ofNode(head)))
		rests = append(rests, strings.TrimSpace(rest))
	}
	for i := range heads {
		if more[i] > 0 {
			heads[i] += fmt.Sprintf(", and %d more in the same place", more[i])
		}
		heads[i] += ":\n" + rests[i]
	}
	return strings.Join(heads, "\n\n")
}

// inParticular is what stacks of goroutines in the same place differ by: arguments, offsets, and who started them.
var inParticular = regexp.MustCompile(`\([^()\n]*\)\n| \+0x[0-9a-f]+| in goroutine \d+`)

// allStacks returns the stacks of all goroutines, with their labels.
func allStacks() string {
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
