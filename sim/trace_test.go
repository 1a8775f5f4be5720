package sim

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

var rewrite = flag.Bool("rewrite", false, "rewrite the golden files of this package")

// goldenFile compares text with a file in testdata, byte for byte.
func goldenFile(t *testing.T, name, got string) {
	t.Helper()
	path := "testdata/" + name
	if *rewrite {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Fatalf("%s differs (-rewrite writes it anew):\n%s", path, got)
	}
}

// story is a world in which everything that is traced happens once.
func story() *World {
	w := New(42, Latency(150*time.Millisecond), func(*World) Filter {
		return Filter{Name: "double", Apply: func(p *Packet) Fate { return Fate{Copies: int(p.At() / time.Hour)} }}
	})
	echo := func(n *Node) {
		n.Listen(func(from, _ netip.AddrPort, data []byte) {
			if string(data) == "ping" {
				n.Send(from, []byte("pong"))
			}
		})
	}
	a, b := w.Node("a", echo, At(netip.MustParseAddrPort("81.1.1.1:2001"))), w.Node("b", echo, At(netip.MustParseAddrPort("82.2.2.2:2002")))
	to := b.Addrs()[0]
	w.After(time.Second, func() { a.Send(to, []byte("ping")) })
	w.After(2*time.Second, func() { a.Send(netip.MustParseAddrPort("9.9.9.9:9"), []byte("anybody?")) })
	w.After(3*time.Second, func() { b.Crash(); a.Send(to, []byte("ping")) })
	w.After(4*time.Second, func() { b.Restart() })
	w.After(5*time.Second, func() { b.Pause(); w.After(time.Second, b.Resume) })
	w.After(7*time.Second, func() { w.After(time.Second, w.Partition([]*Node{a}, []*Node{b})); a.Send(to, []byte("ping")) })
	w.After(time.Hour, func() { a.Send(to, []byte("ping")) })
	return w
}

func TestTranscriptAndJSONLines(t *testing.T) {
	var text, sizes, lines strings.Builder
	w := story()
	w.Watch(Transcript(&text, func(data []byte) string { return string(data) }))
	w.Watch(JSONLines(&lines))
	unwatch := w.Watch(Transcript(&sizes, nil))
	w.Run(2 * time.Second)
	unwatch()
	length := sizes.Len()
	w.Run(2 * time.Hour)
	goldenFile(t, "story.txt", text.String())
	goldenFile(t, "story.jsonl", lines.String())
	if !strings.Contains(sizes.String(), "4 B") || sizes.Len() != length {
		t.Fatalf("the unwatched transcript:\n%s", sizes.String())
	}
}

func TestAWriterThatFailsEndsTheOutputOnly(t *testing.T) {
	w := story()
	full := &fullDisk{}
	w.Watch(Transcript(full, nil))
	w.Watch(JSONLines(full))
	w.Run(2 * time.Hour)
	if full.writes != 2 || w.Err() != nil {
		t.Fatalf("%d writes to a full disk, error %v", full.writes, w.Err())
	}
}

type fullDisk struct{ writes int }

func (f *fullDisk) Write([]byte) (int, error) { f.writes++; return 0, errors.New("full") }

func TestObserversChangeNothing(t *testing.T) {
	plain, watched := chatter(3, 5), chatter(3, 5)
	var out bytes.Buffer
	watched.Watch(Transcript(&out, nil))
	watched.Check(func(*Node) {})
	watched.LogTo(slog.NewTextHandler(&out, nil))
	watched.PoisonBuffers()
	plain.Run(time.Minute)
	watched.Run(time.Minute)
	if plain.Digest() != watched.Digest() || out.Len() == 0 {
		t.Fatalf("digest %#x unobserved, %#x observed", plain.Digest(), watched.Digest())
	}
}

func TestTheDigestTellsRunsApart(t *testing.T) {
	run := func(change func(w *World)) uint64 {
		w := chatter(3, 5)
		w.Run(time.Second)
		change(w)
		w.Run(time.Second)
		return w.Digest()
	}
	all := map[uint64]string{}
	for what, change := range map[string]func(w *World){
		"nothing":   func(w *World) {},
		"crash":     func(w *World) { w.Nodes()[0].Crash() },
		"restart":   func(w *World) { w.Nodes()[0].Restart() },
		"pause":     func(w *World) { w.Nodes()[0].Pause() },
		"partition": func(w *World) { w.Partition(w.Nodes()[:1], w.Nodes()[1:]) },
		"one way":   func(w *World) { w.PartitionOneWay(w.Nodes()[:1], w.Nodes()[1:]) },
		"healed":    func(w *World) { w.Partition(w.Nodes()[:1], w.Nodes()[1:])() },
		"timer":     func(w *World) { w.After(0, func() {}) },
		"payload":   func(w *World) { w.Nodes()[0].Send(w.Nodes()[1].Addrs()[0], []byte("x")) },
		"payload 2": func(w *World) { w.Nodes()[0].Send(w.Nodes()[1].Addrs()[0], []byte("y")) },
		"unlinked":  func(w *World) { w.filters = nil },
	} {
		d := run(change)
		if d != run(change) {
			t.Fatalf("%s: two runs, two digests", what)
		}
		if other, ok := all[d]; ok {
			t.Fatalf("%q and %q have one digest", what, other)
		}
		all[d] = what
	}
}

func TestChecksRunAfterEveryEvent(t *testing.T) {
	w := chatter(3, 3)
	calls, late := uint64(0), 0
	uncheck := w.Check(func(n *Node) {
		calls++
		if n == nil {
			late++
		}
	})
	w.After(time.Second, func() {})
	w.Run(time.Second)
	if calls != w.Events() || late != 1 {
		t.Fatalf("%d checks, %d on no node, for %d events", calls, late, w.Events())
	}
	uncheck()
	if w.Run(time.Second); calls == w.Events() {
		t.Fatal("uncheck does not end the checks")
	}
}

func TestLogsCarryVirtualTimeAndTheNode(t *testing.T) {
	var out strings.Builder
	w := New(1)
	n := w.Node("a", nil)
	log := n.Log().With("overlay", "ping").WithGroup("g")
	log.Info("nobody listens")
	w.LogTo(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelInfo}))
	w.After(1500*time.Millisecond, func() { log.Info("hello", "k", 1) })
	w.Run(time.Minute)
	if want := "time=2000-01-01T00:00:01.500Z level=INFO msg=hello node=a overlay=ping g.k=1\n"; out.String() != want {
		t.Fatalf("logged %q, want %q", out.String(), want)
	}
	if n.Log().Enabled(context.Background(), slog.LevelDebug) {
		t.Fatal("debug records are enabled against the sink's will")
	}
}

func TestKindsHaveNames(t *testing.T) {
	for k := Booted; k <= Healed; k++ {
		if strings.HasPrefix(k.String(), "Kind(") {
			t.Errorf("kind %d has no name", uint8(k))
		}
	}
	if Kind(200).String() != "Kind(200)" {
		t.Error("an unknown kind hides")
	}
}

func TestEventsNameTheCodeThatRuns(t *testing.T) {
	w := New(1)
	var ran []string
	w.Watch(func(e Event) {
		if e.Code != 0 {
			ran = append(ran, e.Kind.String()+" "+strings.TrimPrefix(runtime.FuncForPC(e.Code).Name(), "github.com/overlaytest/overlaytest/sim."))
		}
	})
	w.Node("without boot", nil)
	n := w.Node("a", listenAndWait)
	w.Run(time.Second)
	send(t, n, n, "x")
	w.Run(0)
	if want := []string{"booted listenAndWait", "fired wait", "delivered listen"}; !slices.Equal(ran, want) {
		t.Fatalf("ran %q, want %q", ran, want)
	}
}

func listenAndWait(n *Node) {
	n.Listen(listen)
	n.After(time.Second, wait)
}

func listen(_, _ netip.AddrPort, _ []byte) {}
func wait()                                {}

func TestPrintingANodeOrAWorldPrintsNoInsides(t *testing.T) {
	w := New(255)
	n := w.Node("a", nil)
	w.Run(time.Second)
	world, node := "world with seed 0xff at 1s", `node "a"`
	if got := fmt.Sprintf("%v %#v %s", w, w, w.GomegaString()); got != world+" "+world+" "+world {
		t.Fatalf("a world prints as %s", got)
	}
	if got := fmt.Sprintf("%v %#v %s", n, n, n.GomegaString()); got != "a "+node+" "+node {
		t.Fatalf("a node prints as %s", got)
	}
}

func TestWatchersAreToldOfTheKindsTheyWant(t *testing.T) {
	w := New(1, Latency(time.Second))
	a := w.Node("a", nil)
	b := w.Node("b", func(n *Node) { n.Listen(func(_, _ netip.AddrPort, _ []byte) {}) })
	var some, all []Kind
	unwatch := w.Watch(func(e Event) { some = append(some, e.Kind) }, Delivered, Crashed)
	w.Watch(func(e Event) { all = append(all, e.Kind) })
	_ = a.Send(b.Addrs()[0], []byte{1})
	w.Run(time.Minute)
	b.Crash()
	unwatch()
	a.Crash()
	if got, want := fmt.Sprint(some, all), "[delivered crashed] [sent booted booted delivered crashed crashed]"; got != want {
		t.Errorf("told of %s, want %s", got, want)
	}
}
