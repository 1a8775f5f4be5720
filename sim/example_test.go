package sim_test

import (
	"fmt"
	"net/netip"
	"os"
	"time"

	"github.com/overlaytest/overlaytest/sim"
)

// Two nodes greet each other over a link of 30 ms, and one of them is gone for a while.
func Example() {
	w := sim.New(1, sim.Latency(30*time.Millisecond))
	defer w.Close()
	boot := func(n *sim.Node) {
		n.Listen(func(from, _ netip.AddrPort, data []byte) {
			fmt.Printf("%v: %s hears %q\n", w.Elapsed(), n.Name(), data)
			if string(data) == "hello?" {
				n.Send(from, []byte("hello!"))
			}
		})
	}
	a, b := w.Node("a", boot), w.Node("b", boot)
	greet := func() { a.Send(b.Addrs()[0], []byte("hello?")) }
	w.After(1*time.Second, greet)
	w.After(2*time.Second, func() { b.Crash(); greet() })
	w.After(3*time.Second, b.Restart)
	w.After(4*time.Second, greet)
	w.Run(time.Minute)
	// Output:
	// 1.03s: b hears "hello?"
	// 1.06s: a hears "hello!"
	// 4.03s: b hears "hello?"
	// 4.06s: a hears "hello!"
}

// A coroutine writes in a straight line what callbacks would scatter.
func ExampleNode_Go() {
	w := sim.New(1)
	defer w.Close()
	var ready sim.Future[string]
	w.Node("a", nil).Go(func(p *sim.Proc) {
		p.Wait(&ready)
		word, _ := ready.Value()
		p.Sleep(2 * time.Second)
		fmt.Println(word, "at", w.Elapsed())
	})
	w.After(time.Second, func() { ready.Resolve("done") })
	w.Run(time.Minute)
	// Output: done at 3s
}

// A rule of one's own: every tenth packet, on average, comes twice.
func ExampleRule() {
	twice := func(*sim.World) sim.Filter {
		return sim.Filter{Name: "twice 10%", Apply: func(p *sim.Packet) sim.Fate {
			if p.Chance(sim.Percent(10)) {
				return sim.Fate{Copies: 1}
			}
			return sim.Fate{}
		}}
	}
	w := sim.New(1, twice)
	defer w.Close()
	a, b := w.Node("a", nil), w.Node("b", nil)
	for range 1000 {
		a.Send(b.Addrs()[0], nil)
	}
	l := w.Ledgers()[0]
	fmt.Println(l.Name, "did something to", l.Fired, "of", l.Eligible, "packets")
	// Output: twice 10% did something to 106 of 1000 packets
}

// The transcript of a world, as a person reads it.
func ExampleTranscript() {
	w := sim.New(1, sim.Latency(100*time.Millisecond))
	defer w.Close()
	w.Watch(sim.Transcript(os.Stdout, func(data []byte) string { return string(data) }))
	a, b := w.Node("a", nil), w.Node("b", nil)
	a.Send(b.Addrs()[0], []byte("ping"))
	w.Run(time.Second)
	// Output:
	//     0.000000000 #3    a → b sent ping
	//     0.000000000 #1    a booted
	//     0.000000000 #2    b booted
	//     0.100000000 #3    a ✗ b dropped ping: nobody listens
}

// A hold keeps packets back until they are released. What was sent to an address is lost once its node has moved away.
func ExampleWorld_Hold() {
	w := sim.New(1)
	defer w.Close()
	hear := func(n *sim.Node) {
		n.Listen(func(_, _ netip.AddrPort, data []byte) { fmt.Printf("%v: %v hears %q\n", w.Elapsed(), n, data) })
	}
	a, b, c := w.Node("a", hear), w.Node("b", hear), w.Node("c", hear)
	w.Run(0)
	held := w.Hold([]*sim.Node{a}, []*sim.Node{b, c})
	a.Send(b.Addrs()[0], []byte("news for b"))
	a.Send(c.Addrs()[0], []byte("news for c"))
	w.Run(time.Minute)
	c.Move()
	c.Restart()
	fmt.Println(held.Len(), "wait")
	held.Release()
	w.Run(0)
	ledger := w.Ledgers()[0]
	fmt.Println(ledger.Name, "caught", ledger.Fired)
	// Output:
	// 2 wait
	// 1m0s: b hears "news for b"
	// hold from [a] to [b c] caught 2
}
