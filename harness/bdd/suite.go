package bdd

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/types"
	"github.com/onsi/gomega"
)

// suite is the test that runs the specs, nil before and after.
var suite *testing.T

// RunSpecs stands in TestXxx in the place of Ginkgo's, takes what that takes, and makes [Bubble] possible. It registers Gomega's fail handler:
// what fails in a goroutine of a bubble fails the spec and ends the goroutine, without GinkgoRecover. A spec's SpecContext that is waited
// for in a bubble fails the spec.
func RunSpecs(t *testing.T, description string, args ...any) (passed bool) {
	suite = t
	defer func() { suite = nil }()
	gomega.RegisterFailHandler(fail)
	return ginkgo.RunSpecs(t, description, append(args, ginkgo.AroundNode(func(ctx context.Context) context.Context { return outer{ctx} }))...)
}

// fail is Ginkgo's Fail, but that a goroutine of a bubble that is not the spec's ends quietly: nobody would catch its panic.
func fail(message string, skip ...int) {
	if s := bubbled(); s != nil {
		s.failed.Store(true)
		if goroutine, _ := whereabouts(); goroutine != s.goroutine {
			message += fmt.Sprintf("\nin a goroutine beside the spec's, at %v of virtual time", time.Since(s.began))
			defer func() {
				_ = recover()
				runtime.Goexit()
			}()
		}
	}
	ginkgo.Fail(message, append(skip, 0)[0]+1)
}

// whereabouts names the calling goroutine, and says whether it is in a bubble, as the head of its stack does: goroutine 7 [running, synctest bubble 3].
func whereabouts() (goroutine string, bubbled bool) {
	buffer := make([]byte, 128)
	head, _, _ := strings.Cut(string(buffer[:runtime.Stack(buffer, false)]), "]")
	goroutine, state, _ := strings.Cut(head, " [")
	return goroutine, strings.Contains(state, "synctest bubble")
}

// outer is a context of Ginkgo's, which ends outside of bubbles: who waits for it in one is told that the world would stand still. A channel
// made by Done in there, and closed by Ginkgo, would end the process.
type outer struct{ context.Context }

// Done is told to those outside only.
func (o outer) Done() <-chan struct{} {
	if _, bubbled := whereabouts(); bubbled {
		fail("bdd: a SpecContext is waited for in a bubble, and belongs outside: the world's time would stand still. "+
			"Derive contexts from context.Background() inside", callerSkip())
	}
	return o.Context.Done()
}

// callerSkip is how many callers of its caller stand between that and the code of the spec.
func callerSkip() (skip int) {
	pcs := make([]uintptr, 32)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	for {
		f, more := frames.Next()
		if !more || !strings.HasPrefix(f.Function, "context.") && !strings.HasPrefix(f.Function, "github.com/onsi/") {
			return skip + 1
		}
		skip++
	}
}

// node is the kind of Ginkgo's node that runs, as Ginkgo writes it, such as BeforeEach; "" while the specs are collected.
func node() (kind string) {
	for _, event := range ginkgo.CurrentSpecReport().SpecEvents {
		if event.SpecEventType == types.SpecEventNodeStart {
			kind = event.NodeType.String()
		}
	}
	return kind
}
