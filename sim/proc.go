package sim

import (
	"iter"
	"net/netip"
	"slices"
	"time"
)

// Proc is a coroutine of a world: a function that may wait in virtual time in a straight line. Nothing runs beside it: while it waits the
// world goes on, and it continues in an event of its own.
type Proc struct {
	w         *World
	n         *Node // nil: the test's own
	next      func() (struct{}, bool)
	stop      func()
	yield     func(struct{}) bool
	wake      func() // p.resume, bound once
	timer     uint64
	inside    bool // the coroutine is being carried out
	unwinding bool
}

// unwound leaves a coroutine whose node crashed or whose world was closed; its deferred functions run.
type unwound struct{}

// Go starts f as a coroutine of the test, in an event of the present instant.
func (w *World) Go(f func(*Proc)) { start(w, nil, f) }

// Go starts f as a coroutine of the node, in an event of the present instant. It ends with the node's life.
func (n *Node) Go(f func(*Proc)) {
	if !n.up {
		n.refuse(netip.AddrPort{}, nil)
		return
	}
	start(n.w, n, f)
}

func start(w *World, n *Node, f func(*Proc)) {
	if w.guard.closed {
		return // nobody would ever end it
	}
	p := &Proc{w: w, n: n}
	p.wake = p.resume
	p.next, p.stop = iter.Pull(func(yield func(struct{}) bool) {
		p.yield = yield
		defer p.end()
		f(p)
	})
	w.procs = append(w.procs, p)
	if n != nil {
		r := n.extra()
		r.procs = append(r.procs, p)
	}
	p.after(0)
}

// end runs last in the coroutine. It stops the panic that unwinds, and no other: one that comes up meanwhile goes on.
func (p *Proc) end() {
	p.forget()
	if !p.unwinding {
		return
	}
	why := recover()
	if _, over := why.(unwound); why != nil && !over {
		panic(why)
	}
}

func (p *Proc) forget() {
	is := func(q *Proc) bool { return q == p }
	p.w.procs = slices.DeleteFunc(p.w.procs, is)
	if p.n != nil {
		p.n.procs = slices.DeleteFunc(p.n.procs, is)
	}
}

// after has the coroutine continue d from now.
func (p *Proc) after(d time.Duration) {
	if p.n != nil {
		p.timer = p.n.After(d, p.wake)
	} else {
		p.timer = p.w.After(d, p.wake)
	}
}

// resume carries the coroutine to its next wait or its end.
func (p *Proc) resume() {
	p.inside = true
	p.next()
	p.inside = false
}

// suspend gives control back to the world until somebody resumes the coroutine.
func (p *Proc) suspend() {
	if p.unwinding || !p.yield(struct{}{}) {
		p.unwinding = true
		panic(unwound{})
	}
}

// unwind ends a coroutine: at once where it waits, at its next wait when it is the one that asks.
func (p *Proc) unwind() {
	p.forget()
	p.unwinding = true
	if !p.inside {
		p.stop()
	}
}

// Node returns the node the coroutine belongs to, nil for the test's own.
func (p *Proc) Node() *Node { return p.n }

// Sleep lets d of virtual time pass.
func (p *Proc) Sleep(d time.Duration) {
	if !p.unwinding {
		p.after(d)
	}
	p.suspend()
}

// Wait lets time pass until the future has its value.
func (p *Proc) Wait(f interface{ await(*Proc) bool }) {
	for !f.await(p) {
		p.suspend()
	}
}

// Future is a value that will be there later. The zero value is a future without its value.
type Future[T any] struct {
	value   T
	done    bool
	waiting []*Proc
}

// Resolve gives the future its value and continues who waits for it, in events of the present instant, in the order in which they began
// to wait. It reports whether this was the first time; later values are ignored.
func (f *Future[T]) Resolve(value T) bool {
	if f.done {
		return false
	}
	f.value, f.done = value, true
	for _, p := range f.waiting {
		if !p.unwinding {
			p.after(0)
		}
	}
	f.waiting = nil
	return true
}

// Value returns the future's value, and whether it is there.
func (f *Future[T]) Value() (value T, ok bool) { return f.value, f.done }

// await reports whether the value is there; if not, p will be continued when it is.
func (f *Future[T]) await(p *Proc) bool {
	if !f.done {
		f.waiting = append(f.waiting, p)
	}
	return f.done
}
