package properties

import (
	"time"

	"github.com/overlaytest/overlaytest/harness"
)

// Guarantee is what an overlay promises about messages. Guarantees are or'ed: ExactlyOnce|InOrder.
type Guarantee uint8

// The guarantees of an overlay that spreads messages.
const (
	// AtLeastOnce: whoever is up hears every message in the end.
	AtLeastOnce Guarantee = 1 << iota
	// AtMostOnce: nobody hears a message twice in one life, or one that was never sent.
	AtMostOnce
	// InOrder: nobody hears a message after one that the same member sent later.
	InOrder
	// Agreed is AtLeastOnce without the messages that only those have heard who crashed or left since, even if they are back: for overlays that
	// keep nothing on disk.
	Agreed
	// ExactlyOnce is both AtLeastOnce and AtMostOnce.
	ExactlyOnce = AtLeastOnce | AtMostOnce
)

// Delivers demands that messages reach the members as guaranteed. An operation of the workload, op, has a member publish a message, whose
// number is the operation's argument; hear is called after every boot and has the overlay call got for each message it hears, its own included.
// What must happen in the end has that long from the healing. A failure lists the letters.
func Delivers[O any](op string, publish func(o O, id uint64), hear func(o O, got func(id uint64)), g Guarantee, within time.Duration) Clause[O] {
	place := callerPlace()
	return func(r *harness.Run[O]) func() {
		mail := harness.NewMail(r.Members, hear)
		r.On(op, func(m *harness.Member[O], id uint64) {
			mail.Sent(id, m.Name())
			publish(m.Overlay, id)
		})
		if g&AtMostOnce != 0 {
			r.Never("nobody hears a message twice", mail.Duplicate).At(place)
			r.Never("nobody hears what was never sent", mail.Stray).At(place)
		}
		look := func() {}
		if g&InOrder != 0 {
			look = sampled(r, place, "messages are heard in the order of each sender", mail.Disordered)
		}
		return func() {
			look()
			deliver(r.World, place, mail, g, within)
			look()
		}
	}
}

// deliver demands what must have happened in the end.
func deliver(w *harness.World, place string, mail *harness.Mail, g Guarantee, within time.Duration) {
	w.T.Helper()
	if g&AtLeastOnce != 0 {
		w.Eventually(mail.Missing).At(place).Within(within).Should(allHeard{mail}, "every message is heard by everybody")
	}
	if g&Agreed != 0 {
		w.Eventually(mail.Uneven).At(place).Within(within).Should(allHeard{mail}, "every message is heard by everybody or nobody")
	}
}
