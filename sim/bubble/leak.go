package bubble

import (
	"bytes"
	"fmt"
	"runtime/pprof"
	"strings"
	"time"
)

// farewell is how long goroutines may take, in virtual time, to notice that their node is down.
const farewell = 2 * time.Minute

// left names the goroutines of hosts, with their stacks: those that started on one, and those that these started.
func (b *bubble) left() string {
	var profile bytes.Buffer
	_ = pprof.Lookup("goroutine").WriteTo(&profile, 1)
	var left []string
	for record := range strings.SplitSeq(profile.String(), "\n\n") {
		if mine := fmt.Sprintf("%q:%q", labelWorld, b.name()); strings.Contains(record, mine) {
			left = append(left, record)
		}
	}
	return strings.Join(left, "\n")
}

// The labels of goroutines, as profiles show them.
const (
	labelWorld = "world"
	labelNode  = "node"
	labelLife  = "life"
)

// name tells the bubble from others of the process.
func (b *bubble) name() string { return fmt.Sprintf("%#x %p", b.w.Seed(), b) }
