package linearizable

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/sim"
)

// History is what was read from and written to registers, in the order in which it happened. Every register holds 0 at first, and no value
// is written twice. The zero value is not usable: see [Record].
type History struct {
	w         *harness.World
	now       moment
	ops       []*operation // in the order of their calls
	registers map[uint64]*register
	keys      []uint64     // in the order of first use
	open      []*operation // some of them are answered
	writes    uint64
	wrong     *contradiction // the first
}

// moment is a place in the history: no two things have the same one. It is the virtual time in nanoseconds, or as little more as makes them
// differ that happen in one instant: the order of a world's events is total.
type moment int64

// never is when an operation is answered that is open.
const never moment = math.MaxInt64

// operation is a read or a write.
type operation struct {
	node             *sim.Node
	life             int // of the node, when it was called
	key, value       uint64
	writes           bool
	called, answered moment
	from, to         time.Duration // the same in virtual time
}

// Record begins an empty history in a world. Nothing is recorded but what is said.
func Record(w *harness.World) *History {
	return &History{w: w, registers: map[uint64]*register{}}
}

// Write notes that a node is about to write to a register: the value it must write, a number of its own from 1. Done notes that it was told
// that it has; a second call is void.
func (h *History) Write(n *sim.Node, key uint64) (value uint64, done func()) {
	h.writes++
	op := h.call(n, key)
	op.writes, op.value = true, h.writes
	h.registers[key].write(op)
	return op.value, func() { h.answer(op) }
}

// Read notes that a node is about to read a register. Done notes what it was told; a second call is void.
func (h *History) Read(n *sim.Node, key uint64) (done func(value uint64)) {
	op := h.call(n, key)
	return func(value uint64) {
		if op.answered == never {
			op.value = value
			h.answer(op)
		}
	}
}

// tick is the present moment.
func (h *History) tick() moment {
	h.now = max(h.now+1, moment(h.w.Elapsed()))
	return h.now
}

func (h *History) call(n *sim.Node, key uint64) *operation {
	if h.registers[key] == nil {
		h.registers[key] = newRegister(key)
		h.keys = append(h.keys, key)
	}
	op := &operation{node: n, life: n.Life(), key: key, called: h.tick(), answered: never, from: h.w.Elapsed()}
	h.ops, h.open = append(h.ops, op), append(h.open, op)
	return op
}

func (h *History) answer(op *operation) {
	if op.answered != never {
		return
	}
	op.answered, op.to = h.tick(), h.w.Elapsed()
	wrong := h.registers[op.key].answered(op)
	if wrong == nil || h.wrong != nil {
		return
	}
	h.wrong = wrong
	if h.check(op.key) == linearizable {
		panic(fmt.Sprintf("linearizable: the judges disagree: porcupine has an order for the register, and yet: %v", wrong))
	}
}

// Contradiction says why the history is not linearizable, in as few operations as show it; "" as long as it is:
//
//	w.Never("the store is linearizable", history.Contradiction)
func (h *History) Contradiction() string {
	if h.wrong == nil {
		return ""
	}
	return h.wrong.String()
}

// Unanswered lists the operations that wait for an answer, but for those of nodes that have crashed since: these never get one.
func (h *History) Unanswered() []string {
	list := []string{}
	for _, op := range h.waiting() {
		list = append(list, op.String())
	}
	return list
}

func (h *History) waiting() []*operation {
	h.open = slices.DeleteFunc(h.open, func(op *operation) bool {
		return op.answered != never || !op.node.Up() || op.node.Life() != op.life
	})
	return h.open
}

// Keys are those of the registers, in the order in which they were used first.
func (h *History) Keys() []uint64 { return slices.Clone(h.keys) }

// String says who did what when.
func (op *operation) String() string {
	switch {
	case op.answered == never && op.writes:
		return fmt.Sprintf("%s wrote %d from %v on, never answered", op.node.Name(), op.value, op.from)
	case op.answered == never:
		return fmt.Sprintf("%s read from %v on, never answered", op.node.Name(), op.from)
	}
	verb := "read"
	if op.writes {
		verb = "wrote"
	}
	if op.from == op.to {
		return fmt.Sprintf("%s %s %d at %v", op.node.Name(), verb, op.value, op.to)
	}
	return fmt.Sprintf("%s %s %d from %v to %v", op.node.Name(), verb, op.value, op.from, op.to)
}
