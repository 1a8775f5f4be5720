package harness_test

import (
	"errors"
	"flag"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/sim"
)

// caller is an overlay that tells everybody it meets, and so loses what the network loses.
type caller struct {
	node *sim.Node
	met  []netip.AddrPort
	got  func(id uint64)
}

func bootCaller(n *sim.Node, met []netip.AddrPort) *caller {
	c := &caller{node: n, met: met, got: func(uint64) {}}
	n.Listen(c.hear)
	return c
}

func (c *caller) hear(_, _ netip.AddrPort, data []byte) { c.got(uint64(data[0] - '0')) }
func (c *caller) onCall(got func(id uint64))            { c.got = got }
func (c *caller) call(id uint64) {
	c.got(id)
	for _, a := range c.met {
		_ = c.node.Send(a, []byte{byte(id) + '0'})
	}
}

// callers is a world in which a message is lost.
func callers() harness.Scenario {
	return harness.Scenario{
		Seed: 5, Nodes: []string{"anna", "bert", "carl"}, Topology: harness.Choice{Name: "complete"}, Loss: sim.Percent(50), Duration: time.Minute,
		Work: []harness.Op{{At: 3 * time.Second, Node: "bert", Op: "call", Arg: 7}},
	}
}

// everybodyHears plays and judges a world of callers.
func everybodyHears(t harness.TB, s harness.Scenario) {
	r := harness.Start(t, s, bootCaller)
	mail := harness.NewMail(r.Members, (*caller).onCall)
	r.On("call", func(m *harness.Member[*caller], id uint64) {
		mail.Sent(id)
		m.Overlay.call(id)
	})
	r.Play()
	r.Heal()
	r.Eventually(mail.Missing).Within(time.Second).Should(equals{[]harness.Letter{}})
}

// nobodyHears is a promise about every moment: that no call arrives, later than the caller hears itself.
func nobodyHears(t harness.TB, s harness.Scenario) {
	r := harness.Start(t, s, bootCaller)
	heard := map[string]bool{}
	for _, m := range r.Members {
		m.Overlay.onCall(func(uint64) { heard[m.Name()] = r.Elapsed() > 3*time.Second })
	}
	harness.Each(r.Members, "it is quiet", func(m *harness.Member[*caller]) error {
		return map[bool]error{true: errors.New("it heard something")}[heard[m.Name()]]
	})
	r.On("call", func(m *harness.Member[*caller], id uint64) { m.Overlay.call(id) })
	r.Play()
}

// telling returns the screen of a failing world, told in an empty folder whose package has the law as a variable.
func telling(t *testing.T, a harness.Account) string {
	t.Helper()
	t.Chdir(t.TempDir())
	source := "package calls_test\n\nvar hearing = properties.Law[*caller]{Name: \"everybody hears everything\"}\n"
	if err := os.WriteFile("calls_test.go", []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	a.Case.Law = "everybody hears everything"
	a.Case.Promise = harness.Try(&fakeTB{name: "TestCalls"}, func(tb harness.TB) { a.Play(tb, a.Case.Scenario) }).Breach.Promise()
	f := trying(func(tb harness.TB) {
		tb.(*fakeTB).name = "TestCalls"
		a.Fail(tb)
	})
	return regexp.MustCompile(`(_test\.go):\d+`).ReplaceAllString(f.failure, "$1:N")
}

var rewrite = flag.Bool("rewrite", false, "write the golden files anew")

// golden compares a text with a file of testdata.
func golden(t *testing.T, folder, name, got string) {
	t.Helper()
	if *rewrite {
		if err := os.WriteFile(filepath.Join(folder, "testdata", name), []byte(got+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(filepath.Join(folder, "testdata", name))
	if err != nil {
		t.Fatalf("%v; go test -rewrite writes it", err)
	}
	if got != strings.TrimSuffix(string(want), "\n") {
		t.Errorf("got:\n%s\nwant, as %s says:\n%s", got, name, want)
	}
}

func here(t *testing.T) string {
	t.Helper()
	folder, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	return folder
}

func TestScreenOfSomethingAwaited(t *testing.T) {
	folder := here(t)
	drawn := callers()
	drawn.Nodes = append(drawn.Nodes, "dora", "emil")
	drawn.Latency = harness.Choice{Name: "constant", Params: []int64{1}}
	a := harness.Account{Case: harness.Case{Scenario: callers()}, Play: everybodyHears, Origin: "world 13 of 100", Runs: 22, Drawn: drawn, Notes: []string{"the end"}}
	golden(t, folder, "awaited.txt", telling(t, a))
	golden(t, folder, "awaited_story.txt", theFile(t, "story_*_test.go"))
	golden(t, folder, "awaited_case.txt", theFile(t, "*.json"))
}

func TestScreenOfABrokenPromise(t *testing.T) {
	folder := here(t)
	s := callers()
	s.Loss, s.Latency = 0, harness.Choice{Name: "constant", Params: []int64{50e6}}
	golden(t, folder, "broken.txt", telling(t, harness.Account{Case: harness.Case{Scenario: s}, Play: nobodyHears, Unsaved: true}))
	if left, _ := filepath.Glob("testdata/*"); len(left) > 0 {
		t.Errorf("it was not to be saved, and left %v", left)
	}
}

// What the network is like stands in one line, also where nothing happened.
func TestScreenNamesTheNetwork(t *testing.T) {
	s := callers()
	s.Work, s.Loss, s.NAT = nil, sim.Percent(1), harness.Choice{Name: "full-cone", Params: []int64{60e9}}
	s.Latency, s.Access = harness.Choice{Name: "uniform", Params: []int64{10e6, 50e6}}, harness.Choice{Name: "codel", Params: []int64{1e6, 1e7, 65536}}
	s.Conditions, s.LossModel = harness.Choice{Name: "g1050", Params: []int64{4, 0}}, harness.Choice{Name: "gilbert", Params: []int64{50_000, 3500}}
	judge := func(t harness.TB, s harness.Scenario) {
		harness.Start(t, s, bootCaller)
		t.Fatalf("it never works")
	}
	got := telling(t, harness.Account{Case: harness.Case{Scenario: s}, Play: judge, Unsaved: true})
	want := `
story: nothing was done to the world, and nothing was lost
network: latency uniform lo 10ms hi 50ms, NAT full-cone timeout 1m0s, access codel up 1 Mbit/s down 10 Mbit/s queue 65536 B, ` +
		`conditions g1050 severity 4 reach 0, loss 1%, loss model gilbert loss 5% burst 3.5
why: `
	if !strings.Contains(got, want) {
		t.Errorf("got:\n%s\nwant in it:%s", got, want)
	}
}

// theFile is the one file of that pattern among the cases of this folder.
func theFile(t *testing.T, pattern string) string {
	t.Helper()
	names, _ := filepath.Glob("testdata/overlaytest/*/" + pattern)
	if len(names) != 1 {
		t.Fatalf("the files %s are %v, want one", pattern, names)
	}
	return strings.TrimSuffix(sourceOf(t, names[0]), "\n")
}

func TestScenarioRunWithoutALawTellsItsStory(t *testing.T) {
	got := failing(t, func(tb harness.TB) { everybodyHears(tb, callers()) })
	want := `
story:
  3s #4  bert was told: call 7
  3s #6  bert's 1 B to carl was lost: loss
network: loss 50%
why:
  3s #6: bert's 1 B to carl was lost: loss
  3s #4: because bert was told: call 7
ask why: OVERLAYTEST_BECAUSE=6 before the command that replays it
replay: go test `
	if !strings.Contains(got, want) {
		t.Errorf("got:\n%s\nwant in it:%s", got, want)
	}
}
