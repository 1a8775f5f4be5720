package linearizable_test

import (
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/overlaytest/overlaytest/fixtures/overlays"
	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/properties"
	"github.com/overlaytest/overlaytest/properties/linearizable"
	"github.com/overlaytest/overlaytest/sim"
)

type Store = overlays.Store

var atomic = properties.Law[*Store]{
	Name: "the store is linearizable",
	Space: properties.Scenarios(properties.Nodes(1, 7), properties.Topology(harness.Choice{Name: "complete"}), properties.Latency(),
		properties.Ops("write", 10), properties.Ops("read", 20), properties.ChurnBy(harness.Crash, harness.Restart), properties.Faulty(properties.Usual)),
	Boot: overlays.ABD{}.Boot,
	Judge: properties.Judge(
		properties.Setup(func(r *harness.Run[*Store]) { r.Describe(overlays.DescribeStore) }),
		linearizable.Registers((*Store).Write, (*Store).Read, 1, time.Minute),
	),
}

func TestAtomic(t *testing.T) { atomic.Check(t) }
func FuzzAtomic(f *testing.F) { atomic.Fuzz(f) }

// forgets is a scenario in which a store that does not sync forgets what it kept.
var forgets = harness.Scenario{
	Nodes: []string{"anna"}, Topology: harness.Choice{Name: "complete"}, Duration: time.Minute,
	Work:  []harness.Op{{At: time.Second, Node: "anna", Op: "write", Arg: 1}, {At: 3 * time.Second, Node: "anna", Op: "read", Arg: 1}},
	Churn: []harness.Change{{At: 2 * time.Second, Node: "anna", Do: harness.Crash}, {At: 2 * time.Second, Node: "anna", Do: harness.Restart}},
}

func TestLawSaysWhatContradictsWhatAndLeavesAPicture(t *testing.T) {
	t.Chdir(t.TempDir())
	account := harness.Account{
		Case: harness.Case{Law: atomic.Name, Promise: `the promise "reads and writes are linearizable" was broken`, Scenario: forgets},
		Play: func(t harness.TB, s harness.Scenario) {
			atomic.Judge(harness.Start(t, s, overlays.ABD{Bug: overlays.AcksUnsynced}.Boot))
		},
	}
	text, broke := account.Explain(t)
	g := NewWithT(t)
	g.Expect(broke).To(BeTrue())
	g.Expect(text).To(HavePrefix(`the law "the store is linearizable" does not hold: the promise "reads and writes are linearizable" was broken
register 1 held 0 all the time until 3s: anna read 0 at 3s
and yet 1 in between: anna wrote 1 at 1s
promised at law_test.go:`))
	picture := regexp.MustCompile(`linearizability.html is (\S+)`).FindStringSubmatch(text)
	g.Expect(picture).To(HaveLen(2), text)
	g.Expect(filepath.Dir(picture[1])).To(HavePrefix("testdata/overlaytest/the-store-is-linearizable-"))
	page, err := os.ReadFile(picture[1])
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(string(page)).To(And(ContainSubstring("write 1"), ContainSubstring("read 0"), ContainSubstring("anna wrote 1 at 1s")))
}

// obstinate is a store that takes a second to write, and holds the first value for good.
type obstinate struct{ *sim.Node }

func (o obstinate) Write(_, _ uint64, done func())         { o.After(time.Second, done) }
func (o obstinate) Read(_ uint64, done func(value uint64)) { done(1) }
func alone(n *sim.Node, _ []netip.AddrPort) obstinate      { return obstinate{n} }

// Of many writes at once the first may have been the last: there are too many orders to try.
func TestRunThatIsTooMuchForPorcupineProvesNothing(t *testing.T) {
	s := harness.Scenario{Nodes: []string{"anna"}, Topology: harness.Choice{Name: "complete"}, Duration: time.Minute}
	for i := range uint64(30) {
		s.Work = append(s.Work, harness.Op{At: time.Second, Node: "anna", Op: "write", Arg: i + 1})
	}
	trial := harness.Try(t, func(t harness.TB) {
		properties.Judge(linearizable.Registers(obstinate.Write, obstinate.Read, 1, time.Minute))(harness.Start(t, s, alone))
	})
	g := NewWithT(t)
	g.Expect(trial.Breach).To(BeNil())
	g.Expect(trial.Vacuous).To(ConsistOf(`the precondition "porcupine can decide about register 1 in 200000 steps" never held`))
}

func TestOperationsThatAreNeverAnsweredAreNamed(t *testing.T) {
	s := forgets
	s.Churn = nil
	trial := harness.Try(t, func(t harness.TB) {
		never := func(obstinate, uint64, uint64, func()) {}
		properties.Judge(linearizable.Registers(never, obstinate.Read, 1, time.Minute))(harness.Start(t, s, alone))
	})
	NewWithT(t).Expect(trial.Breach.String()).To(And(
		HavePrefix("Eventually every operation is answered: was not so in time"),
		ContainSubstring("there were still\n    register 1: anna wrote 1 from 1s on, never answered")))
}
