package sim_test

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/overlaytest/overlaytest/sim"
)

// Whatever is done to a world is undone by what doing it returns; so it can come and go.
func ExampleWorld_Flap() {
	w := sim.New(1)
	hear := func(n *sim.Node) {
		n.Listen(func(_, _ netip.AddrPort, data []byte) { fmt.Printf("%v: %s\n", n.World().Elapsed(), data) })
	}
	a, b := w.Node("a", hear), w.Node("b", hear)
	w.Run(0)
	stop := w.Flap(2*time.Second, time.Second, func() (heal func()) { return w.Isolate(b) })
	for range 6 {
		w.Run(time.Second / 2)
		_ = a.Send(b.Addrs()[0], []byte("are you there?"))
		w.Run(time.Second / 2)
	}
	stop()
	fmt.Println(w.Ledgers()[0].Dropped, "lost while", w.Ledgers()[0].Name)
	// Output:
	// 2.5s: are you there?
	// 5.5s: are you there?
	// 4 lost while partition: alone are [b]
}

func ExampleDisk_Suffer() {
	w := sim.New(1)
	d := w.Node("a", nil).Disk()
	mend := d.Suffer(sim.DiskFull, sim.Percent(100))
	err := d.Write("log", []byte("first"))
	fmt.Println(err, errors.Is(err, sim.DiskFull))
	mend()
	fmt.Println(d.Write("log", []byte("first")))
	// Output:
	// sim: node "a": write "log": disk is full true
	// <nil>
}
