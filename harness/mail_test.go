package harness_test

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/sim"
)

// ear is an overlay that hears what it is told to.
type ear struct{ got func(id uint64) }

func (e *ear) listen(got func(id uint64)) { e.got = got }

func bootEar(*sim.Node, []netip.AddrPort) *ear { return &ear{} }

func ears(t harness.TB) (*harness.World, []*harness.Member[*ear], *harness.Mail) {
	w := harness.New(t, 1)
	members := harness.Spawn(w, 3, fixtures.Complete, bootEar)
	return w, members, harness.NewMail(members, (*ear).listen)
}

func TestMailKnowsWhatIsMissing(t *testing.T) {
	w, members, mail := ears(t)
	mail.Sent(7)
	w.Run(time.Second)
	members[0].Overlay.got(7)
	same(t, "Missing", fmt.Sprint(mail.Missing()), "[message 7 at n1, sent at 0s, never heard message 7 at n2, sent at 0s, never heard]")
	members[2].Crash()
	members[1].Overlay.got(7)
	same(t, "Missing", len(mail.Missing()), 0)
	members[2].Restart()
	w.Run(0)
	same(t, "Missing", len(mail.Missing()), 1)
	members[2].Overlay.got(7)
	same(t, "Missing", mail.Missing(), []harness.Letter{})
}

func TestWhoeverCrashesIsMissedNoMoreAtOnce(t *testing.T) {
	for who := range 3 {
		w, members, mail := ears(t)
		mail.Sent(7)
		for _, m := range members {
			if m.Index != who {
				m.Overlay.got(7)
			}
		}
		w.After(time.Second, func() { members[who].Crash() })
		w.Eventually(mail.Missing).Should(equals{[]harness.Letter{}})
		same(t, fmt.Sprintf("the end of waiting for n%d", who), w.Elapsed(), time.Second)
	}
}

func TestMailKnowsWhatCameLateTwiceOrOutOfTurn(t *testing.T) {
	w, members, mail := ears(t)
	o := members[1].Overlay
	mail.Sent(1)
	w.Run(time.Second)
	mail.Sent(2)
	o.got(2)
	w.Run(time.Second)
	o.got(1)
	o.got(1)
	o.got(9)
	same(t, "Late", fmt.Sprint(mail.Late(time.Second)), "[message 1 at n1, sent at 0s, heard 2s later]")
	same(t, "Late", mail.Late(2*time.Second), []harness.Letter{})
	same(t, "Duplicate", fmt.Sprint(mail.Duplicate()), "[message 1 at n1, sent at 0s, heard 2s later]")
	same(t, "Disordered", fmt.Sprint(mail.Disordered()), "[message 1 at n1, sent at 0s, heard 2s later]")
	same(t, "Stray", fmt.Sprint(mail.Stray()), "[message 9 at n1, heard at 2s, never sent]")
}

func TestOrderIsPerSender(t *testing.T) {
	_, members, mail := ears(t)
	mail.Sent(1, "n0")
	mail.Sent(2, "n1")
	mail.Sent(3, "n0")
	for _, id := range []uint64{2, 3, 1} {
		members[2].Overlay.got(id)
	}
	same(t, "Disordered", fmt.Sprint(mail.Disordered()), "[message 1 at n2, sent at 0s, heard 0s later]")
}

func TestWhatOnlyTheGoneHaveHeardIsNotUneven(t *testing.T) {
	w, members, mail := ears(t)
	mail.Sent(1)
	same(t, "Uneven", mail.Uneven(), []harness.Letter{})
	members[0].Overlay.got(1)
	same(t, "Uneven", len(mail.Uneven()), 2)
	members[0].Crash()
	same(t, "Uneven", mail.Uneven(), []harness.Letter{})
	same(t, "Missing", len(mail.Missing()), 2)
	members[0].Restart()
	w.Run(0)
	same(t, "Uneven, once it is back", mail.Uneven(), []harness.Letter{})
	members[0].Overlay.got(1)
	same(t, "Uneven, once it has heard it again", len(mail.Uneven()), 2)
}

func TestMailSumsUp(t *testing.T) {
	w, members, mail := ears(t)
	mail.Sent(1)
	same(t, "String", mail.String(), "1 message to 3 members: 0 of 3 heard, 3 missing, 0 again, 0 out of turn, 0 never sent")
	for _, m := range members[:2] {
		w.Run(time.Second)
		m.Overlay.got(1)
	}
	members[0].Overlay.got(1)
	members[0].Overlay.got(5)
	same(t, "String", mail.String(),
		"1 message to 3 members: 2 of 3 heard, 1 missing, 1 again, 0 out of turn, 1 never sent; half within 1s, 95 % within 2s, all within 2s")
}

func TestAssertionSeesEachChangeOfMail(t *testing.T) {
	w, members, mail := ears(t)
	mail.Sent(1)
	for i, m := range members {
		m.After(time.Duration(i+1)*time.Second, func() { m.Overlay.got(1) })
	}
	w.Eventually(mail.Missing).Should(equals{[]harness.Letter{}})
	same(t, "time", w.Elapsed(), 3*time.Second)
}

func TestHearingAgainInAnotherLifeIsNoDuplicate(t *testing.T) {
	w, members, mail := ears(t)
	mail.Sent(1)
	members[0].Overlay.got(1)
	members[0].Crash()
	members[0].Restart()
	w.Run(0)
	members[0].Overlay.got(1)
	same(t, "Duplicate", mail.Duplicate(), []harness.Letter{})
	members[0].Overlay.got(1)
	same(t, "Duplicate", len(mail.Duplicate()), 1)
}

func TestQuantilesAreTimesMeasured(t *testing.T) {
	w, members, mail := ears(t)
	same(t, "median of nothing", mail.Quantile(sim.Percent(50)), time.Duration(0))
	mail.Sent(1)
	for _, m := range members {
		w.Run(time.Second)
		m.Overlay.got(1)
	}
	for percent, want := range []time.Duration{0: 1, 33: 1, 34: 2, 50: 2, 66: 2, 67: 3, 100: 3} {
		if want != 0 {
			same(t, fmt.Sprint(percent, "%"), mail.Quantile(sim.Percent(uint32(percent))), want*time.Second)
		}
	}
}

func TestEveryMessageNeedsANumberOfItsOwn(t *testing.T) {
	_, _, mail := ears(t)
	mail.Sent(1)
	defer func() {
		same(t, "panic", recover(), any("harness: Mail.Sent(1): that number was sent before; every message needs its own"))
	}()
	mail.Sent(1)
}
