package report_test

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/overlaytest/overlaytest/harness/report"
	"github.com/overlaytest/overlaytest/sim"
)

// chatty makes n nodes; each says its words to the next, a second apart.
func chatty(w *sim.World, n int, words ...string) []*sim.Node {
	nodes := make([]*sim.Node, n)
	for i := range nodes {
		nodes[i] = w.Node(fmt.Sprint("n", i), func(n *sim.Node) {
			n.Listen(func(netip.AddrPort, netip.AddrPort, []byte) {})
			said := 0
			n.Every(time.Second, time.Second, func() {
				_ = n.Send(nodes[(i+1)%len(nodes)].Addrs()[0], []byte(words[said%len(words)]))
				said++
			})
		})
	}
	return nodes
}

func TestASummaryHasTheNumbersOfAWorldByHand(t *testing.T) {
	w := sim.New(1, sim.Latency(30*time.Millisecond))
	r := report.Record(w)
	nodes := chatty(w, 3, "ping 1", "pong")
	w.Run(2500 * time.Millisecond) // each: ping at 1s, pong at 2s
	heal := w.Partition(nodes[:1], nodes[1:])
	w.Run(time.Second) // at 3s ping: n0→n1 and n2→n0 are lost, n1→n2 is not
	heal()
	nodes[1].Crash()
	w.Run(510 * time.Millisecond) // at 4s pong: n0→n1 is in the air, n2→n0 too
	s := r.Summary()
	kinds := fmt.Sprint(s.Kinds[0].Kind, s.Kinds[0].Packets, s.Kinds[0].Bytes, s.Kinds[0].Delivered, s.Kinds[0].Lost[0].Packets,
		" ", s.Kinds[1].Kind, s.Kinds[1].Packets, s.Kinds[1].Bytes, s.Kinds[1].Delivered)
	if want := "ping6 36 4 2 pong5 20 3"; kinds != want || len(s.Kinds) != 2 {
		t.Errorf("kinds %s, want %s", kinds, want)
	}
	if s.InAir != 2 || s.Latency.Count() != 7 || s.Latency.Min() != 30*time.Millisecond || s.Latency.Max() != 30*time.Millisecond {
		t.Errorf("%d in the air, %d delivered in %v to %v", s.InAir, s.Latency.Count(), s.Latency.Min(), s.Latency.Max())
	}
	want := []report.Interval{
		{Name: "partition n0 and n1 n2", From: 2500 * time.Millisecond, To: 3500 * time.Millisecond},
		{Name: "n1 down", Node: "n1", From: 3500 * time.Millisecond, To: 4010 * time.Millisecond, Open: true},
	}
	if !slices.Equal(s.Intervals, want) {
		t.Errorf("in force %v, want %v", s.Intervals, want)
	}
	if s.Up != 2 || s.Nodes != 3 || s.NodesUp[0].Sum != 3 || s.NodesUp[len(s.NodesUp)-1].Sum != 2 || s.Churn[0].What != "crashed" || s.Churn[0].Times != 1 {
		t.Errorf("up %d of %d, over time %v, churn %v", s.Up, s.Nodes, s.NodesUp, s.Churn)
	}
}

func TestASummarySaysWhatShapeACutHasAndWhatAilsMachines(t *testing.T) {
	w := sim.New(1)
	r := report.Record(w)
	nodes := chatty(w, 3, "ping")
	stop := w.Flap(2*time.Second, time.Second, func() func() { return w.Isolate(nodes[1]) })
	nodes[0].Slow(20 * time.Millisecond)
	nodes[1].Drift(-500)
	nodes[2].Skew(-time.Minute)
	w.Run(3500 * time.Millisecond)
	stop()
	nodes[0].Slow(0)
	nodes[1].Drift(700)
	nodes[1].LateTimers(time.Second)
	end := r.During("f1: slow n0", func() func() {
		nodes[0].Slow(time.Second)
		return func() { nodes[0].Slow(20 * time.Millisecond) } // as it is, without this one of two
	})
	end()
	s, half := time.Second, 500*time.Millisecond
	want := []report.Interval{
		{Name: "partition: alone are [n1]", From: 0, To: 2 * s},
		{Name: "n0 slow: 20ms an event", Node: "n0", From: 0, To: 3*s + half},
		{Name: "n1 with a clock that drifts by -500 ppm", Node: "n1", From: 0, To: 3*s + half},
		{Name: "n2 with a clock set off by -1m0s", Node: "n2", From: 0, To: 3*s + half, Open: true},
		{Name: "partition: alone are [n1]", From: 3 * s, To: 3*s + half},
		{Name: "n1 with a clock that drifts by 700 ppm", Node: "n1", From: 3*s + half, To: 3*s + half, Open: true},
		{Name: "n1 with timers up to 1s late", Node: "n1", From: 3*s + half, To: 3*s + half, Open: true},
		{Name: "f1: slow n0", From: 3*s + half, To: 3*s + half},
	}
	if got := r.Summary().Intervals; !slices.Equal(got, want) {
		t.Errorf("in force\n%v, want\n%v", got, want)
	}
	if text := r.Summary().String(); strings.Count(text, "\npartition: alone are [n1]") != 1 || !strings.Contains(text, "\npartition: alone are [n1], 2 times  ") {
		t.Errorf("in\n%s\nwhat flaps is not one account", text)
	}
}

func TestACurveIsWhatItWasAtTheEndOfEachBin(t *testing.T) {
	w := sim.New(1)
	r := report.Record(w)
	level := 0
	r.Follow("level", func() []int { return []int{level, 0} })
	w.After(0, func() { level = 4 })
	w.After(100500*time.Microsecond, func() { level = 10 })
	w.Run(200 * time.Millisecond)
	ms := time.Millisecond
	want := []report.Point{{0, 2, 0, 4, 4}, {100 * ms, 2, 0, 4, 4}, {101 * ms, 2, 0, 10, 10}, {200 * ms, 2, 0, 10, 10}}
	curve := r.Summary().Curves[0]
	if !slices.Equal(curve.Points, want) || !slices.Equal(curve.Final, []report.Answer{{0, 1}, {10, 1}}) {
		t.Errorf("%v, want %v", curve, want)
	}
}

func TestWhatIsOverTimeAddsUpHoweverLongTheWorld(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := sim.New(1, sim.Latency(70*time.Millisecond), sim.Loss(sim.Percent(uint32(rapid.IntRange(0, 50).Draw(t, "loss")))))
		r := report.Record(w)
		nodes := chatty(w, 3, "ping", "pong", "peng")
		alive := func() (up []int) {
			for _, n := range nodes {
				up = append(up, map[bool]int{true: 1}[n.Up()])
			}
			return up
		}
		r.Follow("alive", alive)
		w.Run(0)
		for range rapid.IntRange(0, 12).Draw(t, "steps") {
			w.Run(time.Duration(rapid.Int64Range(0, int64(time.Minute)).Draw(t, "run")))
			n := nodes[rapid.IntRange(0, 2).Draw(t, "who")]
			w.After(0, []func(){func() { n.Crash() }, n.Restart, n.Pause, n.Resume}[rapid.IntRange(0, 3).Draw(t, "what")])
		}
		w.Run(0)
		addsUp(t, r.Summary())
	})
}

// addsUp demands that packets are delivered, lost or in the air, and that all packets are in bins, of which there are few.
func addsUp(t *rapid.T, s *report.Summary) {
	var sent, delivered, lost uint64
	for _, k := range s.Kinds {
		sent, delivered = sent+k.Packets+k.Copies, delivered+k.Delivered
		if sum(k.PerBin) != k.Packets || len(k.PerBin) > 256 {
			t.Fatalf("%s: %d packets, %d in %d bins", k.Kind, k.Packets, sum(k.PerBin), len(k.PerBin))
		}
	}
	for _, l := range s.Lost {
		lost += l.Packets
		if sum(l.PerBin) != l.Packets {
			t.Fatalf("%s: %d packets, %d in bins", l.Reason, l.Packets, sum(l.PerBin))
		}
	}
	if sent != delivered+lost+s.InAir || delivered != s.Latency.Count() {
		t.Fatalf("%d sent, %d delivered, %d lost, %d in the air, %d latencies", sent, delivered, lost, s.InAir, s.Latency.Count())
	}
	up, alive := s.NodesUp, s.Curves[0].Points
	for i := range up {
		if len(up) != len(alive) || up[i].At != alive[i].At || up[i].Sum != alive[i].Sum {
			t.Fatalf("nodes up %v, asked %v", up, alive)
		}
	}
	if int64(s.Elapsed-s.From) > 256*int64(s.Bin) || len(up) > 258 {
		t.Fatalf("bins of %v, %d points", s.Bin, len(up))
	}
}

func sum(all []uint64) (n uint64) {
	for _, one := range all {
		n += one
	}
	return n
}

func TestRecordingChangesNothingInTheWorld(t *testing.T) {
	play := func(record func(w *sim.World)) uint64 {
		w := sim.New(7, sim.Latency(20*time.Millisecond), sim.Loss(sim.Percent(30)))
		record(w)
		nodes := chatty(w, 5, "ping", "pong")
		w.Run(30 * time.Second)
		nodes[2].Crash()
		w.Hold(nodes[:2], nodes[2:])
		w.Run(30 * time.Second)
		return w.Digest()
	}
	watched := play(func(w *sim.World) {
		r := report.Record(w)
		r.Follow("one", func() []int { return []int{1} })
		w.Check(func(*sim.Node) { r.Summary() })
	})
	if plain := play(func(*sim.World) {}); plain != watched {
		t.Errorf("digest %#x with a recording, %#x without", watched, plain)
	}
}

func TestManyKindsBecomeFew(t *testing.T) {
	for name, c := range map[string]struct {
		word func(i int) string
		want []string
	}{
		"numbered":  {func(i int) string { return fmt.Sprint([]string{"push ", "pull "}[i%2], i) }, []string{"pull", "push"}},
		"unrelated": {func(i int) string { return string([]rune{rune('a' + i%26), rune('a' + i/26)}) }, []string{"aa", "ba", "ca", "da", "ea", "fa", "ga", "ha", "ia", "ja", "ka", "la", "ma", "na", "oa", report.Other}},
	} {
		w := sim.New(1)
		r := report.Record(w)
		r.Describe(func(data []byte) string { return string(data) })
		n := chatty(w, 1, "")[0]
		w.Run(0)
		for i := range 40 {
			_ = n.Send(n.Addrs()[0], []byte(c.word(i)))
		}
		w.Run(0)
		var got []string
		var packets, delivered uint64
		for _, k := range r.Summary().Kinds {
			got, packets, delivered = append(got, k.Kind), packets+k.Packets, delivered+k.Delivered
		}
		if !slices.Equal(got, c.want) || packets != 40 || delivered != 40 {
			t.Errorf("%s: kinds %q, want %q; %d packets, %d delivered", name, got, c.want, packets, delivered)
		}
	}
}

func TestTheKindOfWhatNobodyDescribes(t *testing.T) {
	for data, want := range map[string]string{"": "empty", "ping": "ping", "ping 7": "ping", "{\"a\": 1}": "text", "n2 n3": "text", "\x00\x02": "0x00…", "hi\xff": "0x68…",
		"aVeryLongWordThatIsNoneOfOurs": "text"} {
		w := sim.New(1)
		r := report.Record(w)
		n := chatty(w, 1, "")[0]
		w.Run(0)
		_ = n.Send(n.Addrs()[0], []byte(data))
		if got := r.Summary().Kinds[0].Kind; got != want {
			t.Errorf("%q is %q, want %q", data, got, want)
		}
	}
}

func TestASummaryComesBackFromJSON(t *testing.T) {
	w := sim.New(3, sim.Latency(20*time.Millisecond), sim.Loss(sim.Percent(10)))
	r := report.Record(w)
	chatty(w, 4, "ping", "pong")[0].Pause()
	r.Follow("one", func() []int { return []int{1, 2} })
	w.Run(time.Minute)
	s, back := r.Summary(), &report.Summary{}
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, back); err != nil {
		t.Fatal(err)
	}
	if again, _ := json.Marshal(back); string(again) != string(text) || back.String() != s.String() || !reflect.DeepEqual(back.SVG(), s.SVG()) {
		t.Errorf("it was\n%s\nit is\n%s", text, again)
	}
}
