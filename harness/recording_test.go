package harness_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/fixtures/overlays"
	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/sim"
)

// stormy is a scenario of gossips with all that a picture shows: cuts, loss, crashes, a pause, packets held and mutated, members that come and go.
func stormy() harness.Scenario {
	return harness.Scenario{
		Seed: 3, Nodes: strings.Fields("ada bob cyd dan eve fay gus hal ivy jim"), Topology: harness.Choice{Name: "ring"},
		Latency: harness.Choice{Name: "internet"}, Loss: sim.Percent(2), Duration: 90 * time.Second,
		Churn: []harness.Change{{At: 20 * time.Second, Node: "ivy", Do: harness.Join}, {At: 50 * time.Second, Node: "hal", Do: harness.Leave},
			{At: 55 * time.Second, Node: "gus", Do: harness.Crash}, {At: 70 * time.Second, Node: "gus", Do: harness.Move}},
		Faults: []harness.Fault{
			{ID: "cut1", Do: harness.Cut, At: 15 * time.Second, For: 20 * time.Second, Nodes: []string{"ada", "bob", "cyd"}},
			{ID: "loss", Do: harness.Lose, At: 30 * time.Second, For: 15 * time.Second, Amount: 300_000},
			{ID: "power", Do: harness.Crash, At: 40 * time.Second, For: 10 * time.Second, Nodes: []string{"dan", "eve"}},
			{ID: "nap", Do: harness.Pause, At: 60 * time.Second, For: 8 * time.Second, Nodes: []string{"fay"}},
			{ID: "slow", Do: harness.Hold, At: 75 * time.Second, For: 5 * time.Second, Nodes: []string{"jim"}},
		},
		Work: []harness.Op{{At: 10 * time.Second, Node: "ada", Op: "publish", Arg: 1}, {At: 25 * time.Second, Node: "bob", Op: "publish", Arg: 2},
			{At: 61 * time.Second, Node: "cyd", Op: "publish", Arg: 3}},
	}
}

// storm plays the stormy scenario in a world that is recorded or not.
func storm(t harness.TB, record func(w *harness.World)) *harness.Run[*overlays.Gossip] {
	r := harness.Start(t, stormy(), overlays.NewGossip)
	record(r.World)
	harness.Knows(r.Members, (*overlays.Gossip).ID, (*overlays.Gossip).Known)
	mail := harness.NewMail(r.Members, (*overlays.Gossip).OnRumour)
	r.On("publish", func(m *harness.Member[*overlays.Gossip], id uint64) {
		mail.Sent(id)
		m.Overlay.Publish(id)
	})
	r.Play()
	r.Heal()
	r.Run(30 * time.Second)
	return r
}

func ExampleWorld_Summary() {
	w := harness.New(t, 42, sim.Latency(30*time.Millisecond))
	w.Record() // before what is to be seen
	w.Describe(overlays.Describe)
	members := harness.Spawn(w, 4, fixtures.Complete, overlays.NewPingPong)
	harness.Knows(members, overlays.Self[*overlays.PingPong], overlays.Known[*overlays.PingPong])
	w.Run(5 * time.Second)
	heal := w.Partition(harness.Nodes(members[:2]), harness.Nodes(members[2:]))
	w.Run(5 * time.Second)
	heal()
	s := w.Summary() // fmt.Println(s) is the whole screen, s.SVG() the picture
	for _, k := range s.Kinds {
		fmt.Println(k.Kind, k.Packets, "sent,", k.Delivered, "delivered")
	}
	fmt.Println(s.Lost[0].Packets, "lost:", s.Lost[0].Reason)
	fmt.Println(s.Latency)
	fmt.Println(s.Intervals[0])
	// Output:
	// ping 60 sent, 32 delivered
	// pong 32 sent, 32 delivered
	// introduction-request 12 sent, 12 delivered
	// introduction-response 12 sent, 12 delivered
	// puncture 8 sent, 8 delivered
	// puncture-request 8 sent, 8 delivered
	// 16 lost: partition
	// half within 30ms, 90 % within 30ms, 99 % within 30ms, all within 30ms
	// partition n0 n1 and n2 n3 from 5s to 10s
}

func TestRecordingChangesNothingThatATestSees(t *testing.T) {
	plain := storm(t, func(*harness.World) {})
	read := storm(t, func(w *harness.World) {
		w.Record()
		w.Check(func(*sim.Node) { w.Elapsed() })
	})
	if plain.Digest() != read.Digest() || plain.Events() != read.Events() {
		t.Errorf("digest %#x with a recording, %#x without", read.Digest(), plain.Digest())
	}
}

func TestASummaryOfAScenarioHasItsFaultsByName(t *testing.T) {
	s := storm(t, (*harness.World).Record).Summary()
	var got []string
	for _, one := range s.Intervals {
		got = append(got, one.String())
	}
	want := []string{"cut1: cut ada, bob, cyd from 15s to 35s", "loss: lose 30% from 30s to 45s", "power: crash dan, eve from 40s to 50s",
		"hal down from 50s on", "gus down from 55s to 1m10s", "nap: pause fay from 1m0s to 1m8s", "slow: hold jim from 1m15s to 1m20s"}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("in force\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	last := s.Curves[0].Points[len(s.Curves[0].Points)-1]
	if s.Up != 9 || last.Members != 9 || last.Min != 8 || last.Max != 8 || s.Mails[0].Messages != 3 || s.Mails[0].Missing != 0 {
		t.Errorf("%d up, %+v known at the end, mail %+v", s.Up, last, s.Mails[0])
	}
}

func TestASummaryOfAWorldThatIsNotRecordedSaysSo(t *testing.T) {
	w := harness.New(t, 1, sim.Loss(sim.Percent(10)))
	members := harness.Spawn(w, 3, fixtures.Ring, overlays.NewGossip)
	harness.Knows(members, (*overlays.Gossip).ID, (*overlays.Gossip).Known)
	w.Run(time.Minute)
	s := w.Summary()
	for _, words := range []string{"not recorded: say Record before what is to be seen", "3 of 3 up", "others known", "2 on average, 2 to 2", "loss 10%"} {
		if !strings.Contains(s.String(), words) {
			t.Errorf("it does not say %q:\n%s", words, s)
		}
	}
}

func TestRulesLinkedLaterAreInForceForAWhile(t *testing.T) {
	w := harness.New(t, 1, sim.Latency(time.Millisecond))
	w.Record()
	w.Link(sim.Loss(sim.Percent(1)))
	w.Run(time.Second)
	unlink := w.Link(sim.Loss(sim.Percent(20)))
	w.Run(time.Second)
	unlink()
	w.Run(time.Second)
	if all := w.Summary().Intervals; len(all) != 1 || all[0].String() != "loss 20% from 1s to 2s" {
		t.Errorf("in force %v", all)
	}
}

func TestTheEnvironmentAsksForAPicture(t *testing.T) {
	file := filepath.Join(t.TempDir(), "out.svg")
	t.Setenv("OVERLAYTEST_PLOT", file)
	f := trying(func(tb harness.TB) {
		harness.Seeds(tb, 3, func(w *harness.World) { w.Run(time.Second) })
	})
	drawn, err := os.ReadFile(file)
	if err != nil || !strings.Contains(string(drawn), "seed 0x3") || len(f.logs) != 3 {
		t.Errorf("%v\n%s\n%q", err, drawn, f.logs)
	}
}
