package bubble

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// farewell is how long goroutines may take, in virtual time, to notice that their node is down.
const farewell = 2 * time.Minute

// left names the goroutines of hosts, with their stacks: those that started on one, and those that these started.
func (b *bubble) left() string {
	return stacks(func(head string) bool { return labelled(head, labelWorld) == b.name() })
}

// namedAlready are the bubbles whose goroutines World.Close has named: there is no more to be said of them.
var namedAlready sync.Map

// The labels of goroutines, as profiles show them.
const (
	labelWorld = "world"
	labelNode  = "node"
	labelLife  = "life"
)

// name tells the bubble from all others of the process, also from those of which only goroutines are left.
func (b *bubble) name() string { return fmt.Sprintf("%#x %d", b.w.Seed(), b.number) }

// bubbles is how many there have been.
var bubbles atomic.Uint64
