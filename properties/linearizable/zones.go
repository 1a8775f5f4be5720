package linearizable

import "fmt"

// register judges the operations on one key by zones, as Gibbons and Korach do where no value is written twice ("Testing shared memories",
// SIAM Journal on Computing 26, 1997).
//
// All operations on one value take effect one after the other, the write first, with nothing in between. So between the moment at which the
// first of them was answered and that at which the last was called the register held the value, all the time:
//
//	n0  |--write 3--|                      answered first
//	n1                  |--read 3--|
//	n2                         |--read 3--|         called last
//	                ^~~~ held 3 ~~~~^
//
// Where all of them overlap it held the value at some moment from the last call to the first answer. A history is linearizable unless two
// values were held at once, or one only while another was; or a read was answered before its write was called.
type register struct {
	key    uint64
	zones  []*zone // in the order of the calls of the writes
	values map[uint64]*zone
}

// zone is what is known of one value.
type zone struct {
	value       uint64
	write       *operation // nil: it is 0, which was there from the start
	first, last *operation // the first to be answered, the last to be called; of 0 first may be nil
}

func newRegister(key uint64) *register {
	start := &zone{}
	return &register{key: key, zones: []*zone{start}, values: map[uint64]*zone{0: start}}
}

// write notes that a value is being written.
func (r *register) write(op *operation) {
	z := &zone{value: op.value, write: op, first: op, last: op}
	r.zones = append(r.zones, z)
	r.values[op.value] = z
}

// answered notes that an operation is answered, and returns why that cannot be.
func (r *register) answered(op *operation) *contradiction {
	z := r.values[op.value]
	if z == nil {
		return &contradiction{key: r.key, alien: op}
	}
	if z.write != nil && z.first.answered > op.answered {
		z.first = op
	}
	if z.last == nil || z.last.called < op.called {
		z.last = op
	}
	for _, other := range r.zones {
		if other != z && clash(z, other) {
			return &contradiction{key: r.key, held: z, yet: other}
		}
		if other != z && clash(other, z) {
			return &contradiction{key: r.key, held: other, yet: z}
		}
	}
	return nil
}

// from is when the first operation was answered, and to when the last was called.
func (z *zone) from() moment {
	if z.write == nil {
		return -1
	}
	return z.first.answered
}

func (z *zone) to() moment {
	if z.last == nil {
		return -1
	}
	return z.last.called
}

// lasts reports whether the value was held for a time, not only at some moment.
func (z *zone) lasts() bool { return z.from() < z.to() }

// clash reports whether one value was held for a time during which another was, or must have been for a moment.
func clash(held, yet *zone) bool {
	if !held.lasts() {
		return false
	}
	if yet.lasts() {
		return max(held.from(), yet.from()) < min(held.to(), yet.to())
	}
	return held.from() < yet.to() && yet.from() < held.to()
}

// contradiction is why a history is not linearizable: a value that nobody wrote was read, or two values were held at once.
type contradiction struct {
	key       uint64
	alien     *operation
	held, yet *zone
}

// String names the operations that show it: four at most.
func (c *contradiction) String() string {
	if c.alien != nil {
		return fmt.Sprintf("register %d: %v, which nobody had begun to write", c.key, c.alien)
	}
	return fmt.Sprintf("register %d held %d all the time %s: %s\nand yet %d %s: %s", c.key, c.held.value, c.held.span(), c.held.evidence(),
		c.yet.value, c.yet.span(), c.yet.evidence())
}

// span is how long a value was held.
func (z *zone) span() string {
	switch {
	case !z.lasts():
		return "in between"
	case z.write == nil:
		return fmt.Sprintf("until %v", z.last.from)
	}
	return fmt.Sprintf("from %v to %v", z.first.to, z.last.from)
}

// evidence is what shows that a value was held.
func (z *zone) evidence() string {
	if z.write == nil || z.first == z.last {
		return z.last.String()
	}
	return fmt.Sprintf("%v, and %v", z.first, z.last)
}
