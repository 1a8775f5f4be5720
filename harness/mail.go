package harness

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/sim"
)

// Mail notes what was sent to everybody, and who heard it when. Messages are known by numbers of the test's own choice.
//
// What a member heard in an earlier life counts as heard; only hearing it twice in one life is a duplicate.
type Mail struct {
	now     func() time.Duration
	members []listener
	letters []letter // in the order of sending
	index   map[uint64]int
	strays  []Letter
	extra   []Letter // duplicates
	w       *World
	version uint64 // grows with every change
}

// Letter is one message and one member it is about.
type Letter struct {
	// ID is the message's number, Member the node's name.
	ID     uint64
	Member string
	// Sent is when the message was sent, and Heard when the member heard it, both since the world began; -1: never.
	Sent, Heard time.Duration
}

// String says what became of the letter: message 2 at n3, heard 1.5s after sending.
func (l Letter) String() string {
	switch {
	case l.Heard < 0:
		return fmt.Sprintf("message %d at %s, sent at %v, never heard", l.ID, l.Member, l.Sent)
	case l.Sent < 0:
		return fmt.Sprintf("message %d at %s, heard at %v, never sent", l.ID, l.Member, l.Heard)
	}
	return fmt.Sprintf("message %d at %s, sent at %v, heard %v later", l.ID, l.Member, l.Sent, l.Heard-l.Sent)
}

// GomegaString is how Gomega's matchers print the letter.
func (l Letter) GomegaString() string { return l.String() }

type listener struct {
	name string
	up   func() bool
	life func() int
	got  []int // places of letters, in the order of hearing
}

type letter struct {
	id    uint64
	by    string // the sender's name, or ""
	phase fixtures.Phase
	sent  time.Duration
	heard []time.Duration // by member; -1: never
	life  []int           // by member: in which life it was heard last
}

// NewMail notes what members hear. Hear is called after every boot, the present one included: it has the overlay call got for each message
// it hears.
func NewMail[O any](members []*Member[O], hear func(o O, got func(id uint64))) *Mail {
	mail := &Mail{index: map[uint64]int{}}
	for i, m := range members {
		mail.w, mail.now = m.w, m.w.Elapsed
		mail.members = append(mail.members, listener{name: m.Name(), up: m.Up, life: m.Life})
		m.onBoot(func(o O) { hear(o, func(id uint64) { mail.got(i, id) }) })
	}
	if mail.w != nil {
		mail.w.readMail(mail)
	}
	return mail
}

// Sent notes that a message is sent now, to everybody. By is the name of who sends it, for an order that is kept per sender; messages without
// it count as those of one sender. A number sent before is a mistake in the test and panics.
func (m *Mail) Sent(id uint64, by ...string) {
	if _, taken := m.index[id]; taken {
		panic(fmt.Sprintf("harness: Mail.Sent(%d): that number was sent before; every message needs its own", id))
	}
	m.version++
	l := letter{id: id, phase: m.w.phase(), by: strings.Join(by, " "), sent: m.now(), heard: make([]time.Duration, len(m.members)), life: make([]int, len(m.members))}
	for i := range l.heard {
		l.heard[i] = -1
	}
	m.index[id] = len(m.letters)
	m.letters = append(m.letters, l)
}

// got notes that member i heard a message.
func (m *Mail) got(i int, id uint64) {
	m.version++
	who := &m.members[i]
	place, sent := m.index[id]
	if !sent {
		m.strays = append(m.strays, Letter{id, who.name, -1, m.now()})
		return
	}
	l := &m.letters[place]
	switch {
	case l.heard[i] < 0:
		l.heard[i] = m.now()
		who.got = append(who.got, place)
	case l.life[i] == who.life():
		m.extra = append(m.extra, Letter{id, who.name, l.sent, m.now()})
	}
	l.life[i] = who.life()
}

// about is the letter of message number place for member i.
func (m *Mail) about(place, i int) Letter {
	l := m.letters[place]
	return Letter{l.id, m.members[i].name, l.sent, l.heard[i]}
}

// Missing returns what members that are up have not heard, by message and member.
func (m *Mail) Missing() []Letter {
	m.ask()
	return m.missing()
}

// missing is Missing for those who are no assertion.
func (m *Mail) missing() []Letter {
	missing := []Letter{}
	for place, l := range m.letters {
		for i, heard := range l.heard {
			if heard < 0 && m.members[i].up() {
				missing = append(missing, m.about(place, i))
			}
		}
	}
	return missing
}

// Uneven returns what members that are up have not heard, though another has, in the life it is in: what an overlay must make good that
// agrees to lose what only those have heard who crashed since, back by now or not.
func (m *Mail) Uneven() []Letter {
	uneven := []Letter{}
	for _, l := range m.Missing() {
		about := &m.letters[m.index[l.ID]]
		for i, heard := range about.heard {
			if heard >= 0 && m.members[i].up() && about.life[i] == m.members[i].life() {
				uneven = append(uneven, l)
				break
			}
		}
	}
	return uneven
}

// ask says to an assertion what the value depends on.
func (m *Mail) ask() {
	if m.w != nil {
		m.w.laws.asked = m.fresh
	}
}

// fresh is the version of the mail as it is now: it grows when somebody crashes or comes back, too.
func (m *Mail) fresh() uint64 {
	v := m.version
	for _, who := range m.members {
		v += uint64(who.life()) * 2 // a crash ends a life
		if who.up() {
			v++
		}
	}
	return v
}

// Late returns what was heard more than d after it was sent, by message and member.
func (m *Mail) Late(d time.Duration) []Letter {
	late := []Letter{}
	for place, l := range m.letters {
		for i, heard := range l.heard {
			if heard >= 0 && heard-l.sent > d {
				late = append(late, m.about(place, i))
			}
		}
	}
	return late
}

// Duplicate returns what a member heard again in the same life, in the order in which that happened.
func (m *Mail) Duplicate() []Letter { return append([]Letter{}, m.extra...) }

// Stray returns what was heard and never sent, in the order in which that happened.
func (m *Mail) Stray() []Letter { return append([]Letter{}, m.strays...) }

// Disordered returns what a member heard after it had heard something that the same sender sent later, by member.
func (m *Mail) Disordered() []Letter {
	wrong := []Letter{}
	for i, who := range m.members {
		latest := map[string]int{}
		for _, place := range who.got {
			by := m.letters[place].by
			if last, any := latest[by]; any && place < last {
				wrong = append(wrong, m.about(place, i))
			} else {
				latest[by] = place
			}
		}
	}
	return wrong
}

// String sums up what became of all letters, and how long those took that were heard.
func (m *Mail) String() string {
	heard := 0
	for _, l := range m.letters {
		for _, at := range l.heard {
			if at >= 0 {
				heard++
			}
		}
	}
	text := fmt.Sprintf("%s to %s: %d of %d heard, %d missing, %d again, %d out of turn, %d never sent", count(len(m.letters), "message"),
		count(len(m.members), "member"), heard, len(m.letters)*len(m.members), len(m.Missing()), len(m.extra), len(m.Disordered()), len(m.strays))
	if heard == 0 {
		return text
	}
	return fmt.Sprintf("%s; half within %v, 95 %% within %v, all within %v", text, m.Quantile(sim.Percent(50)), m.Quantile(sim.Percent(95)), m.Quantile(sim.Percent(100)))
}

// GomegaString is how Gomega's matchers print the mail.
func (m *Mail) GomegaString() string { return m.String() }

// Quantile returns the time from sending to hearing that the given share of all that was heard did not exceed: sim.Percent(50) is the
// median, by nearest rank, so one of the times measured. It is 0 when nothing was heard.
func (m *Mail) Quantile(share sim.Chance) time.Duration {
	var took []time.Duration
	for _, l := range m.letters {
		for _, heard := range l.heard {
			if heard >= 0 {
				took = append(took, heard-l.sent)
			}
		}
	}
	if len(took) == 0 {
		return 0
	}
	slices.Sort(took)
	const whole = 1_000_000
	rank := (uint64(share)*uint64(len(took)) + whole - 1) / whole
	return took[min(max(rank, 1), uint64(len(took)))-1]
}
