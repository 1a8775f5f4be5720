package linearizable

import (
	"fmt"
	"io"

	"github.com/anishathalye/porcupine"
)

// opinion is what porcupine says of a register.
type opinion uint8

const (
	linearizable opinion = iota
	illegal
	undecided // it would take too long
)

// mostSteps is how often porcupine may try an operation for one register: what takes longer is undecided. The time that takes differs from
// machine to machine, the steps do not.
const mostSteps = 200_000

// reading is the input of a read.
const reading = 0

// model is a register. When steps are over it refuses everything, which ends the search.
func model(steps *int) porcupine.Model {
	return porcupine.Model{
		Init: func() any { return uint64(0) },
		Step: func(state, input, output any) (bool, any) {
			if *steps--; *steps < 0 {
				return false, state
			}
			if value := input.(uint64); value != reading {
				return true, value
			}
			return state == output, state
		},
	}
}

// check asks porcupine about one register.
func (h *History) check(key uint64) opinion {
	steps := mostSteps
	ok := porcupine.CheckOperations(model(&steps), h.operations(key))
	switch {
	case ok:
		return linearizable
	case steps < 0:
		return undecided
	}
	return illegal
}

// operations are those on one register, as porcupine knows them. A write that was never answered may have taken effect at any time since, or
// not yet: it ends at the end. A read that was never answered says nothing.
func (h *History) operations(key uint64) (ops []porcupine.Operation) {
	lanes := lanes{}
	for _, op := range h.ops {
		if op.key != key || !op.writes && op.answered == never {
			continue
		}
		p := porcupine.Operation{ClientId: lanes.of(op), Call: int64(op.called), Return: int64(min(op.answered, h.now+1)), Input: uint64(reading), Output: op.value, Metadata: op}
		if op.writes {
			p.Input = op.value
		}
		ops = append(ops, p)
	}
	return ops
}

// lanes are the rows of the picture: the operations of a row do not overlap.
type lanes []*operation // the latest of each

// of is the row of the next operation: one of its node's that is free, or a new one.
func (l *lanes) of(op *operation) int {
	for i, last := range *l {
		if last.node == op.node && last.answered < op.called {
			(*l)[i] = op
			return i
		}
	}
	*l = append(*l, op)
	return len(*l) - 1
}

// draw writes porcupine's picture of a register, a page of HTML that explains itself.
func (h *History) draw(key uint64, to io.Writer) error {
	steps := mostSteps
	m := model(&steps)
	_, info := porcupine.CheckOperationsVerbose(m, h.operations(key), 0)
	steps = mostSteps * len(h.ops) // it plays what was found again
	m.DescribeOperationMetadata = func(op any) string { return fmt.Sprint(op) }
	m.DescribeOperation = describe
	m.DescribeState = func(state any) string { return fmt.Sprint(state) }
	return porcupine.Visualize(m, info, to)
}

func describe(input, output any) string {
	if value := input.(uint64); value != reading {
		return fmt.Sprintf("write %d", value)
	}
	return fmt.Sprintf("read %d", output)
}
