package calls_test

import (
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"calls"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/properties"
	"github.com/overlaytest/overlaytest/sim"
)

var heard = properties.Law[*calls.Caller]{
	Name: "everybody hears every call",
	Space: properties.Scenarios(properties.Nodes(2, 10), properties.Topology(harness.Choice{Name: "complete"}), properties.Churn,
		properties.Loss(sim.Percent(30)), properties.Ops("call", 5)),
	Boot: calls.New,
	Judge: func(r *harness.Run[*calls.Caller]) {
		mail := harness.NewMail(r.Members, (*calls.Caller).OnCall)
		r.On("call", func(m *harness.Member[*calls.Caller], id uint64) { mail.Sent(id); m.Overlay.Call(id) })
		r.Play()
		r.Heal()
		r.Eventually(mail.Missing).Within(time.Minute).Should(BeEmpty())
	},
}

func TestEverybodyHears(t *testing.T) { heard.Check(t) }
