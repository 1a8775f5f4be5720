package properties_test

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/properties"
	"github.com/overlaytest/overlaytest/sim"
)

// shouter is an overlay that tells everybody it meets once, and so loses what the network loses.
type shouter struct {
	node *sim.Node
	met  []netip.AddrPort
	got  func(id uint64)
}

func bootShouter(n *sim.Node, met []netip.AddrPort) *shouter {
	s := &shouter{node: n, met: met, got: func(uint64) {}}
	n.Listen(func(_, _ netip.AddrPort, data []byte) { s.got(uint64(data[0])) })
	return s
}

func (s *shouter) shout(id uint64) {
	s.got(id)
	for _, a := range s.met {
		_ = s.node.Send(a, []byte{byte(id)})
	}
}

func (s *shouter) onShout(got func(id uint64)) { s.got = got }

// heard is a law that holds when no packet is lost and nobody crashes.
func heard(parts ...properties.Part) properties.Law[*shouter] {
	parts = append(parts, properties.Ops("shout", 5), properties.Topology(harness.Choice{Name: "complete"}))
	return properties.Law[*shouter]{
		Name: "everybody hears everything", Space: properties.Scenarios(parts...), Boot: bootShouter,
		Judge: func(r *harness.Run[*shouter]) {
			mail := harness.NewMail(r.Members, (*shouter).onShout)
			r.On("shout", func(m *harness.Member[*shouter], id uint64) {
				mail.Sent(id)
				m.Overlay.shout(id)
			})
			r.Play()
			r.Heal()
			r.Eventually(mail.Missing).Within(time.Second).Should(empty{})
		},
	}
}

func TestLawThatHolds(t *testing.T) {
	heard(properties.Latency()).Check(t)
}

func TestLawThatDoesNotHoldShowsASmallWorld(t *testing.T) {
	got := checking(heard(properties.Churn, properties.Nodes(2, 30)).Check)
	expect(t, got, `
	the law "everybody hears everything" does not hold: Eventually Mail.Missing: was not so in time
	looked 2 times in 1s; the last time:
	Expected [message 1 at n0, sent at 1s, never heard] to be empty
	at 1m1s of virtual time, after 6 events, seed 0x505bfe1e7
	replay: OVERLAYTEST_CASE='{"version":1,"seed":"0x505bfe1e7","nodes":["n0","n8"],"topology":{"name":"complete"},"churn":[{"at":"0s","node":"n0","do":"crash"}],"work":[{"at":"1s","node":"n8","op":"shout","arg":1}],"duration":"1m0s"}' go test github.com/overlaytest/overlaytest/properties -run '^TestLaw$'
	the smallest of 17 worlds tried after world 1 of 100, for Law.Replay:
	harness.Scenario{
		Seed:     0x505bfe1e7,
		Nodes:    []string{"n0", "n8"},
		Topology: harness.Choice{Name: "complete"},
		Churn: []harness.Change{
			{At: 0, Node: "n0", Do: harness.Crash},
		},
		Work: []harness.Op{
			{At: time.Second, Node: "n8", Op: "shout", Arg: 1},
		},
		Duration: time.Minute,
	}`)
}

func TestCaseIsJudgedAlone(t *testing.T) {
	const broken = `{"version":1,"seed":"0x0","nodes":["n0","n1"],"topology":{"name":"complete"},"loss_ppm":1000000,"work":[{"at":"0s","node":"n1","op":"shout","arg":1}],"duration":"1m0s"}`
	file := filepath.Join(t.TempDir(), "case.json")
	if err := os.WriteFile(file, []byte(broken), 0o600); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		broken: `the law "everybody hears everything" does not hold: Eventually Mail.Missing: was not so in time`,
		file:   `the law "everybody hears everything" does not hold: Eventually Mail.Missing: was not so in time`,
		"{}":   "OVERLAYTEST_CASE: harness: a case of version none: this reads version 1",
		`{"version":1,"seed":"0x0","topology":{"name":"complete"},"duration":"1m0s"}`: "OVERLAYTEST_CASE: harness: impossible scenario: Nodes: there are none",
		"nowhere.json": "OVERLAYTEST_CASE: neither a scenario in JSON nor a file that can be read: open nowhere.json: ",
	} {
		t.Setenv("OVERLAYTEST_CASE", text)
		expectPrefix(t, checking(heard().Check), want)
	}
	t.Setenv("OVERLAYTEST_CASE", strings.Replace(broken, "1000000", "0", 1))
	expect(t, checking(heard().Check), "")
}

func TestPastedWorldIsJudgedAlone(t *testing.T) {
	s := harness.Scenario{
		Nodes: []string{"a", "b"}, Topology: harness.Choice{Name: "complete"}, Loss: sim.Percent(100), Duration: time.Minute,
		Work: []harness.Op{{Node: "a", Op: "shout", Arg: 1}},
	}
	replay := func(tb harness.TB) { heard().Replay(tb, s) }
	expectPrefix(t, checking(replay), `the law "everybody hears everything" does not hold: Eventually Mail.Missing: was not so in time`)
	s.Loss = 0
	expect(t, checking(replay), "")
}

func TestSmallWorldBreaksTheSamePromise(t *testing.T) {
	l := heard(properties.Nodes(2, 30), properties.Churn)
	begun := false // with a world of more than twenty
	l.Judge = func(r *harness.Run[*shouter]) {
		switch n := len(r.Members); {
		case n > 20:
			begun = true
			r.T.Fatalf("more than twenty")
		case begun:
			r.T.Fatalf("not more than twenty")
		}
	}
	got := checking(l.Check)
	if !strings.HasPrefix(got, `the law "everybody hears everything" does not hold: law_test.go:`) || !strings.Contains(got, ": more than twenty\n") || !strings.Contains(got, `"n19", "n20", "n21"},`) {
		t.Error(got)
	}
}

func TestSmallWorldIsCalm(t *testing.T) {
	l := heard(properties.Nodes(3, 30), properties.Churn, properties.Loss(sim.Percent(30)), properties.Latency())
	l.Judge = func(r *harness.Run[*shouter]) {
		if len(r.Scenario.Churn) > 1 {
			r.T.Fatalf("churning")
		}
	}
	got := checking(l.Check)
	if !strings.Contains(got, "churning") || strings.Contains(got, "Loss:") || strings.Contains(got, "Latency:") || strings.Count(got, "{At: ") != 2 {
		t.Error(got)
	}
}

func TestWorldThatEndsOtherwiseIsCalledThat(t *testing.T) {
	l, played := heard(), 0
	l.Judge = func(r *harness.Run[*shouter]) {
		if played++; played < 4 {
			r.T.Fatalf("the first three times")
		}
	}
	got := checking(l.Check)
	if !strings.Contains(got, "\nplayed again, this world ends otherwise: something decides that is not in it; it came from world 1 of 100, for Law.Replay:\n") {
		t.Error(got)
	}
}

func TestPanicsOfJudgesAndOverlaysAreFailures(t *testing.T) {
	l := heard(properties.Nodes(3, 3))
	l.Boot = func(n *sim.Node, met []netip.AddrPort) *shouter { panic("not today") }
	got, _, _ := strings.Cut(checking(l.Check), "\n")
	expectPrefix(t, got, `the law "everybody hears everything" does not hold: a panic at law_test.go:`)
	l.Boot = bootShouter
	l.Judge = func(r *harness.Run[*shouter]) { fmt.Print(r.Members[5]) }
	got, _, _ = strings.Cut(checking(l.Check), "\n")
	expectPrefix(t, got, `the law "everybody hears everything" does not hold: a panic at law_test.go:`)
}

func TestTestsEndedFromInsideAJudgeShowTheWorld(t *testing.T) {
	l := heard(properties.Nodes(3, 3))
	f := &fakeTB{name: "TestLaw"}
	l.Judge = func(r *harness.Run[*shouter]) { f.Fatalf("I am not the judge's test") }
	f.run(l.Check)
	expect(t, f.failure, "I am not the judge's test")
	if len(f.logs) != 1 || !strings.Contains(f.logs[0], "the test was ended from inside the judge, for Law.Replay:\nharness.Scenario{") {
		t.Errorf("logged %q", f.logs)
	}
}

func TestHalfALawIsNone(t *testing.T) {
	expect(t, checking(properties.Law[*shouter]{Name: "half", Boot: bootShouter}.Check), `properties: the law "half" has no Space`)
}

func FuzzHeard(f *testing.F) { heard(properties.Latency()).Fuzz(f) }
