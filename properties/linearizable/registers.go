package linearizable

import (
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/properties"
)

// Registers demands that registers are linearizable which an overlay keeps. The operations "read" and "write" of the workload have a member
// read or write one of so many registers, 1 and up: the one that the operation's argument is, counted round and round. Read and write call
// done when they have an answer; they hand over every value as it is, and 0 for a register that was never written.
//
// It is looked at after every answer. Once the world is healed, every operation must be answered within a time, unless its node crashed;
// then all read every register once more, and porcupine has its say. A failure names the register and the operations that contradict each
// other, and leaves porcupine's picture of that register. A run that is too much for porcupine is vacuous: it proves nothing. No registers at all
// panic.
func Registers[O any](write func(o O, key, value uint64, done func()), read func(o O, key uint64, done func(value uint64)), registers uint64,
	within time.Duration,
) properties.Clause[O] {
	if registers == 0 {
		panic("linearizable: Registers: 0 registers, want 1 or more")
	}
	place := callerPlace()
	return func(r *harness.Run[O]) func() {
		h := Record(r.World)
		fetch := func(m *harness.Member[O], key uint64) { read(m.Overlay, key, h.Read(m.Node, key)) }
		r.On("read", func(m *harness.Member[O], arg uint64) { fetch(m, 1+(arg-1)%registers) })
		r.On("write", func(m *harness.Member[O], arg uint64) {
			key := 1 + (arg-1)%registers
			value, done := h.Write(m.Node, key)
			write(m.Overlay, key, value, done)
		})
		r.Never("reads and writes are linearizable", h.Contradiction).At(place)
		r.Artefact("linearizability.html", h.Draw)
		return func() {
			answered := func() {
				r.Eventually(h.waiting).At(place).Within(within).Should(nobody{}, "every operation is answered")
			}
			answered()
			for _, key := range h.Keys() {
				for _, m := range r.Members {
					if m.Ready() {
						fetch(m, key)
					}
				}
			}
			answered()
			r.Run(0)
			for _, key := range h.Keys() {
				r.Given(fmt.Sprintf("porcupine can decide about register %d in %d steps", key, mostSteps), func() bool { return h.decided(key) })
			}
		}
	}
}

// decided reports whether porcupine agrees that a register is linearizable; false when it cannot say.
func (h *History) decided(key uint64) bool {
	said := h.check(key)
	if said == illegal {
		panic(fmt.Sprintf("linearizable: the judges disagree: porcupine has no order for register %d, whose zones are as they should be", key))
	}
	return said == linearizable
}

// Draw writes porcupine's picture of the register that is contradictory, a page of HTML that explains itself: who did what when, and how far
// an order explains it. It writes nothing as long as there is none.
func (h *History) Draw(to io.Writer) error {
	if h.wrong == nil {
		return nil
	}
	return h.draw(h.wrong.key, to)
}

// callerPlace is the file and line, without the folder, that calls the function that calls this: where a clause is written.
func callerPlace() string {
	_, file, line, ok := runtime.Caller(2)
	if !ok {
		return ""
	}
	return fmt.Sprintf("%s:%d", filepath.Base(file), line)
}

// nobody is matched by no operations.
type nobody struct{}

func (nobody) Match(actual any) (bool, error) { return len(actual.([]*operation)) == 0, nil }
func (nobody) FailureMessage(actual any) string {
	var b strings.Builder
	b.WriteString("there were still")
	for _, op := range actual.([]*operation) {
		fmt.Fprintf(&b, "\n    register %d: %v", op.key, op)
	}
	return b.String()
}
func (nobody) NegatedFailureMessage(any) string { return "nobody was waiting" }
