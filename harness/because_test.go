package harness_test

import (
	"strings"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/harness"
)

func TestOfDeedsOfOneInstantTheCauseIsTheOneWithTheEffect(t *testing.T) {
	s := callers()
	s.Loss, s.Latency = 0, harness.Choice{Name: "constant", Params: []int64{50e6}}
	s.Work = append([]harness.Op{{At: 3 * time.Second, Node: "anna", Op: "call", Arg: 6}}, s.Work...)
	s.Faults = []harness.Fault{
		{ID: "f1", Do: harness.LosePacket, Nodes: []string{"anna", "bert"}, Amount: 1}, {ID: "f2", Do: harness.LosePacket, Nodes: []string{"anna", "carl"}, Amount: 1},
	}
	got := telling(t, harness.Account{Case: harness.Case{Scenario: s}, Play: nobodyHears, Unsaved: true})
	if !strings.Contains(got, `got "7" from bert`) || !strings.Contains(got, ": because bert was told: call 7; ran ") || strings.Contains(got, "because anna") {
		t.Errorf("got:\n%s", got)
	}
}

func TestWhatDoesNotConvergeIsExplainedByWhatWasLost(t *testing.T) {
	converges := func(t harness.TB, s harness.Scenario) {
		r := harness.Start(t, s, bootCaller)
		mail := harness.NewMail(r.Members, (*caller).onCall)
		r.On("call", func(m *harness.Member[*caller], id uint64) {
			mail.Sent(id)
			m.Overlay.call(id)
		})
		r.Play()
		r.After(time.Second, func() {})
		r.Converges(mail.Missing).Should(equals{[]harness.Letter{}})
	}
	got := telling(t, harness.Account{Case: harness.Case{Scenario: callers()}, Play: converges, Unsaved: true})
	if !strings.Contains(got, `: bert's "7" to `) || !strings.Contains(got, " was lost: loss; sent at ") || strings.Contains(got, "in event #") {
		t.Errorf("got:\n%s", got)
	}
}
