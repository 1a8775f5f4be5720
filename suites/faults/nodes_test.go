package faults_test

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/overlaytest/overlaytest/sim"
)

// nodeFaults are what a test does to the nodes.
var nodeFaults = []fault{
	{"crash", crash},
	{"crash voids timers", crashVoidsTimers},
	{"crash ends coroutines", crashEndsCoroutines},
	{"crash loses unread input", crashLosesInput},
	{"restart", restart},
	{"crash with unsynced writes lost", disk("kept=synced", sim.Unsynced)},
	{"crash by default", disk("kept=synced")},
	{"crash with all writes kept", disk("kept=written new=written", sim.Kept)},
	{"crash with the disk wiped", disk("", sim.Wiped)},
	{"move", move},
	{"the address that was moved from", oldAddress},
	{"renew", renew},
	{"sender is down", senderDown},
	{"pause", pause},
	{"resume", resume},
	{"buffer of a paused node", buffer},
}

// crash: nothing reaches the node, and it sends nothing.
func crash(t *testing.T) {
	l := newLab(t, sim.Latency(second))
	l.say(l.a, l.b, "in the air")
	l.b.Crash()
	l.say(l.a, l.b, "too late")
	if err := l.b.Send(l.a.Addrs()[0], nil); !errors.Is(err, sim.ErrDown) {
		t.Fatalf("a node that is down sends: %v", err)
	}
	l.Run(second)
	l.expect("0s b lost : sender is down", "1s a lost in the air: nobody here any more", "1s a lost too late: nobody here any more")
	if l.b.Up() || l.b.Life() != 1 {
		t.Fatalf("up %v, life %d", l.b.Up(), l.b.Life())
	}
}

// crashVoidsTimers: those of the old life do not fire in the new one.
func crashVoidsTimers(t *testing.T) {
	l := newLab(t)
	fired := 0
	l.b.After(second, func() { fired++ })
	l.b.Every(second, second, func() { fired++ })
	l.b.Crash()
	l.b.Restart()
	if l.Run(10 * second); fired != 0 {
		t.Fatalf("timers of a life that is over fired %d times", fired)
	}
}

// crashEndsCoroutines: at once, their deferred functions run, and those are not reported as the node's doing.
func crashEndsCoroutines(t *testing.T) {
	l := newLab(t)
	ended, awake := false, false
	l.b.Go(func(p *sim.Proc) {
		defer func() { ended = true; l.b.Send(l.a.Addrs()[0], []byte("goodbye")) }()
		p.Sleep(second)
		awake = true
	})
	l.Run(0)
	l.b.Crash()
	if !ended {
		t.Fatal("the coroutine goes on after the crash")
	}
	l.Run(10 * second)
	l.expect()
	if awake {
		t.Fatal("the coroutine woke up after the crash")
	}
}

// crashLosesInput: what a paused node had not read yet.
func crashLosesInput(t *testing.T) {
	l := newLab(t)
	l.b.Pause()
	l.say(l.a, l.b, "unread")
	l.Run(second)
	l.b.Crash()
	l.b.Restart()
	l.Run(second)
	l.expect("1s a lost unread: nobody here any more")
}

// restart: boot runs again, in a new life, which gets what is in the air, draws anew and keeps its identity and address.
func restart(t *testing.T) {
	l := newLab(t, sim.Latency(second))
	var lives []int
	var draws, ids []uint64
	n := l.Node("n", func(n *sim.Node) {
		lives = append(lives, n.Life())
		draws, ids = append(draws, n.Rand("walk").Uint64()), append(ids, n.Rand("identity").Uint64())
		n.Listen(func(_, _ netip.AddrPort, _ []byte) {})
	})
	l.Run(0)
	l.say(l.a, n, "hello")
	n.Crash()
	l.Run(second / 2)
	n.Restart()
	l.Run(second)
	l.expect("1s n got hello")
	if !slices.Equal(lives, []int{0, 1}) || draws[0] == draws[1] || ids[0] != ids[1] {
		t.Fatalf("lives %v, draws %v, identities %v", lives, draws, ids)
	}
}

// disk is the test that a crash leaves these files.
func disk(want string, fate ...sim.DiskFate) func(*testing.T) {
	return func(t *testing.T) {
		l := newLab(t)
		d := l.b.Disk()
		d.Write("kept", []byte("synced"))
		d.Sync()
		d.Write("kept", []byte("written"))
		d.Write("new", []byte("written"))
		l.b.Crash(fate...)
		l.b.Crash(sim.Wiped) // it is down already
		l.b.Restart()
		var files []string
		for _, name := range d.Files() {
			data, _ := d.Read(name)
			files = append(files, fmt.Sprintf("%s=%s", name, data))
		}
		if got := strings.Join(files, " "); got != want {
			t.Fatalf("after the crash the disk holds %q, want %q", got, want)
		}
	}
}

// move: at the next restart, each time to an address that nobody had, drawn for this node alone; a LAN address moves as well.
func move(t *testing.T) {
	l := newLab(t)
	n := l.Node("n", func(n *sim.Node) { n.Listen(func(_, _ netip.AddrPort, _ []byte) {}) }, sim.Site("home"))
	seen := slices.Clone(n.Addrs())
	for range 3 {
		n.Move()
		n.Move()
		if !slices.Equal(n.Addrs(), seen[len(seen)-2:]) {
			t.Fatal("the address changed before the restart")
		}
		n.Restart()
		seen = append(seen, n.Addrs()...)
		n.Restart()
	}
	if distinct := slices.Compact(slices.SortedFunc(slices.Values(seen), netip.AddrPort.Compare)); len(distinct) != 8 || !slices.Equal(n.Addrs(), seen[6:]) {
		t.Fatalf("two addresses and three moves are %v, now %v", seen, n.Addrs())
	}
	l.Run(0)
	l.say(l.a, n, "hello")
	l.Run(0)
	l.expect("0s n got hello")
	other := sim.New(l.Seed())
	alone := other.Node("n", nil, sim.Site("home"))
	alone.Move()
	if alone.Restart(); alone.Addrs()[0] != seen[2] {
		t.Fatalf("without other nodes it moves to %v, with them to %v", alone.Addrs()[0], seen[2])
	}
}

// oldAddress: what is in the air to it, or sent there later, is lost; it belongs to nobody.
func oldAddress(t *testing.T) {
	l := newLab(t, sim.Latency(second))
	old := l.b.Addrs()[0]
	l.say(l.a, l.b, "in the air")
	l.b.Move()
	l.b.Restart()
	if err := l.a.Send(old, []byte("later")); err != nil {
		t.Fatalf("an address that was somebody's: %v", err)
	}
	l.say(l.b, l.a, "from the new one")
	l.Run(second)
	l.expect("1s a lost in the air: nobody here any more", "1s a lost later: nobody here any more", "1s a got from the new one")
	if l.Holder(old) != nil || l.Holder(l.b.Addrs()[0]) != l.b {
		t.Fatalf("the old address belongs to %v, the new one to %v", l.Holder(old), l.Holder(l.b.Addrs()[0]))
	}
	defer func() {
		if recover() == nil {
			t.Fatal("the new address was given to somebody else")
		}
	}()
	l.Node("heir", nil, sim.At(l.b.Addrs()[0]))
}

// renew: at the next restart the node is somebody else, and stays so.
func renew(t *testing.T) {
	l := newLab(t)
	identity := func() uint64 { return l.b.Rand("identity").Uint64() }
	first := identity()
	l.b.Renew()
	l.b.Restart()
	again := identity()
	l.b.Restart()
	same := identity()
	l.b.Renew()
	l.b.Restart()
	if other := identity(); first == again || again != same || other == first || other == same {
		t.Fatalf("identities %x, renewed %x, restarted %x, renewed %x", first, again, same, other)
	}
}

// senderDown: what a node that is down is asked to do is told to those who watch.
func senderDown(t *testing.T) {
	l := newLab(t)
	l.b.Crash()
	l.b.Send(l.a.Addrs()[0], []byte("ghost"))
	l.b.After(0, func() { t.Error("a timer of a node that is down fired") })
	l.b.Every(0, second, func() { t.Error("a timer of a node that is down fired") })
	l.b.Go(func(*sim.Proc) { t.Error("a coroutine of a node that is down ran") })
	l.Run(second)
	timer := "0s b lost : sender is down"
	l.expect("0s b lost ghost: sender is down", timer, timer, timer)
}

// pause: the clock goes on, nothing runs on the node, nothing is lost.
func pause(t *testing.T) {
	l := newLab(t)
	fired := false
	l.b.After(second, func() { fired = true })
	l.b.Pause()
	l.say(l.a, l.b, "unread")
	l.Run(10 * second)
	l.expect()
	if fired || !l.b.Up() || l.b.Now() != sim.Epoch.Add(10*second) {
		t.Fatalf("fired %v, up %v, clock at %v", fired, l.b.Up(), l.b.Now())
	}
}

// resume: input and timers come in the order in which they were due, in that instant; a periodic timer makes up for what it missed by one call.
func resume(t *testing.T) {
	l := newLab(t)
	var order []string
	note := func(what string) { order = append(order, fmt.Sprint(l.Elapsed(), " ", what)) }
	l.b.Listen(func(_, _ netip.AddrPort, data []byte) { note(string(data)) })
	l.b.After(3*second, func() { note("timer") })
	l.b.Every(second, second, func() { note("tick") })
	l.b.Pause()
	l.Run(2 * second)
	l.say(l.a, l.b, "first")
	l.Run(2 * second)
	l.say(l.a, l.b, "second")
	l.Run(second / 2)
	l.b.Resume()
	l.Run(second)
	if want := []string{"4.5s tick", "4.5s first", "4.5s timer", "4.5s second", "5s tick"}; !slices.Equal(order, want) {
		t.Fatalf("order %q\nwant  %q", order, want)
	}
}

// buffer: a paused node keeps 208 KiB of input; what is beyond is lost, and says so.
func buffer(t *testing.T) {
	l := newLab(t)
	l.b.Pause()
	for range 210 {
		l.say(l.a, l.b, strings.Repeat("k", 1024))
	}
	l.Run(0)
	if full := strings.Count(strings.Join(l.seen, "\n"), "buffer full"); full != 2 || len(l.seen) != 2 {
		t.Fatalf("%d of 210 packets of 1 KiB lost, want 2", full)
	}
	l.seen = nil
	l.b.Resume()
	if l.Run(0); len(l.seen) != 208 {
		t.Fatalf("%d packets read after the pause, want 208", len(l.seen))
	}
}
