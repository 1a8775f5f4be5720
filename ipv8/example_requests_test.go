package ipv8_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"time"

	"github.com/overlaytest/overlaytest/ipv8"
	"github.com/overlaytest/overlaytest/ipv8/keys"
)

type Question struct {
	Identifier uint16
	Text       string
}

type Answer struct {
	Identifier uint16
	Text       string
}

func (Question) MessageID() byte { return 1 }
func (Answer) MessageID() byte   { return 2 }

// oracle answers questions and asks its own. Answers are signed; questions
// need not be.
type oracle struct {
	*ipv8.Community
	asked *ipv8.Requests[string]
}

var oracles = ipv8.Define(ipv8.Named("oracle"), func(c *ipv8.Community) *oracle {
	o := &oracle{Community: c}
	o.asked = ipv8.NewRequests(c, "questions", ipv8.DefaultTimeout, func(_ uint16, question string) {
		fmt.Printf("%v: no answer to %q\n", c.WAN(), question)
	})
	ipv8.HandleUnsigned(c, func(from netip.AddrPort, m Question) {
		c.SendTo(from, Answer{m.Identifier, "42"})
	})
	ipv8.Handle(c, func(_ *ipv8.Peer, m Answer) {
		if question, ok := o.asked.Take(m.Identifier); ok {
			fmt.Printf("%v: %s %s\n", c.WAN(), question, m.Text)
		}
	})
	return o
})

func (o *oracle) ask(whom netip.AddrPort, question string) {
	if n, err := o.asked.Add(question); err == nil {
		o.SendUnsigned(whom, Question{n, question})
	}
}

// Questions are remembered until they are answered, or ten seconds.
func ExampleRequests() {
	w, ring := newWorld(), keys.NewRing()
	random := keys.Reader(rand.New(rand.NewPCG(1, 2)))
	for _, at := range []string{"81.1.1.1:2001", "82.2.2.2:2002"} {
		key, err := ring.Generate(keys.Curve25519, random)
		if err != nil {
			panic(err)
		}
		o := ipv8.Join(ipv8.NewStack(w.host(at), key), oracles)
		if at == "82.2.2.2:2002" {
			o.ask(netip.MustParseAddrPort("81.1.1.1:2001"), "six by nine?")
			o.ask(netip.MustParseAddrPort("83.3.3.3:2003"), "anybody there?")
		}
	}
	w.run(time.Minute)
	// Output:
	// 82.2.2.2:2002: six by nine? 42
	// 82.2.2.2:2002: no answer to "anybody there?"
}
