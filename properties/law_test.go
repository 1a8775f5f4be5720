package properties_test

import (
	"errors"
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
	t.Chdir(t.TempDir()) // where cases are saved
	got := checking(heard(properties.Churn, properties.Nodes(2, 30)).Check)
	expectPrefix(t, got, `the law "everybody hears everything" does not hold: Eventually Mail.Missing: was not so in time
looked 2 times in 1s; the last time:
Expected [message 1 at n0, sent at 0s, never heard] to be empty
for n0, at 1m1s of virtual time, seed 0x505bfe1e7
`)
	for _, want := range []string{", from world 1 of 100\n", "8 of 10 nodes, 4 of 5 operations", "reproduced 3 of 3", " go test github.com/overlaytest/overlaytest/properties -run '^TestLaw$'\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
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
	l.Judge = func(r *harness.Run[*shouter]) {
		if len(r.Members) > 20 {
			r.T.Fatalf("more than twenty")
		}
		if len(r.Scenario.Churn) == 0 {
			r.T.Fatalf("nobody comes or goes")
		}
	}
	for seed := range uint64(20) {
		f := l.Search(properties.Sweep{Seed: seed + 1})
		crowd := len(f.Drawn.Nodes) > 20
		if f.Breach == nil || (len(f.Scenario.Nodes) > 20) != crowd || strings.HasSuffix(f.Breach.String(), "more than twenty") != crowd {
			t.Errorf("seed %d: %v", seed+1, f.Breach)
		}
	}
}

func TestSmallWorldIsCalm(t *testing.T) {
	l := heard(properties.Nodes(3, 30), properties.Churn, properties.Loss(sim.Percent(30)), properties.Latency())
	l.Judge = func(r *harness.Run[*shouter]) {
		if len(r.Scenario.Churn) > 1 {
			r.T.Fatalf("churning")
		}
	}
	f := l.Search(properties.Sweep{})
	if small := f.Scenario; len(small.Churn) != 2 || small.Loss != 0 || small.Latency.Name != "" || len(small.Work)+len(small.Faults) > 0 || len(small.Nodes) != 3 {
		t.Errorf("%#v", small)
	}
}

func TestPanicsOfJudgesAndOverlaysAreFailures(t *testing.T) {
	t.Chdir(t.TempDir())
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
	if len(f.logs) != 1 || !strings.HasPrefix(f.logs[0], "the test was ended from inside the judge of the law \"everybody hears everything\", in the world for Law.Replay:\nharness.Scenario{") {
		t.Errorf("logged %q", f.logs)
	}
}

func TestHalfALawIsNone(t *testing.T) {
	expect(t, checking(properties.Law[*shouter]{Name: "half", Boot: bootShouter}.Check), `properties: the law "half" has no Space`)
}

func FuzzHeard(f *testing.F) { heard(properties.Latency()).Fuzz(f) }

func TestPromisesOfOneNameAreToldApartByTheirLines(t *testing.T) {
	l := heard(properties.Nodes(2, 30))
	l.Judge = func(r *harness.Run[*shouter]) {
		r.Always("few", func() error { return fewer(len(r.Members), 20) })
		r.Always("few", func() error { return fewer(0, len(r.Scenario.Work)) })
		r.Run(0)
	}
	for seed := range uint64(20) {
		f := l.Search(properties.Sweep{Seed: seed + 1})
		if crowd := len(f.Drawn.Nodes) >= 20; f.Breach == nil || (len(f.Scenario.Nodes) == 20) != crowd {
			t.Errorf("seed %d: %v, %s", seed+1, f.Breach, f.Kept)
		}
	}
}

// fewer complains when there are most things or more.
func fewer(things, most int) error {
	if things >= most {
		return errors.New("many")
	}
	return nil
}
