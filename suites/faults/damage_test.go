package faults_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/sim"
)

// damage is what happens to packets and is no plain loss or delay.
var damage = []fault{
	{"corrupt", corrupt},
	{"truncate", truncate},
	{"mtu", mtu},
	{"replay", replay},
	{"lose-burst", loseBurst},
	{"matching", matching},
}

// altered sends n packets of that payload and returns what they became, and how many were changed.
func (l *lab) altered(n int, payload string) (became []string, changed int) {
	l.b.Listen(func(_, _ netip.AddrPort, data []byte) {
		became = append(became, string(data))
		if string(data) != payload {
			changed++
		}
	})
	for range n {
		l.say(l.a, l.b, payload)
	}
	l.Run(0)
	return became, changed
}

// corrupt: each packet with its chance has exactly so many bits flipped, any of them, and never one twice.
func corrupt(t *testing.T) {
	const n, c, bits = 20_000, sim.Chance(200_000), 3
	l := newLab(t, fixtures.Corrupt(c, bits))
	payload := strings.Repeat("overlay!", 5)
	became, changed := l.altered(n, payload)
	near(t, "corrupted", changed, n, c)
	front := 0
	for _, got := range became {
		if d := differing(got, []byte(payload)); d != 0 && d != bits {
			t.Fatalf("%d bits differ, want %d", d, bits)
		}
		front += differing(got[:10], []byte(payload[:10]))
	}
	near(t, "of the flipped bits, in the first quarter", front, bits*changed, 250_000)
	fired := uint64(changed)
	l.account(sim.Ledger{Name: "corrupt 3 bits 20%", Armed: true, Eligible: n, Fired: fired, Changed: fired})
	l = newLab(t, fixtures.Corrupt(sim.Percent(100), 64))
	if became, _ := l.altered(1, "a"); became[0] != string([]byte{^byte('a')}) {
		t.Fatalf("of eight bits 64 are flipped: %x", became[0])
	}
	if became, _ := l.altered(1, ""); became[len(became)-1] != "" {
		t.Fatalf("an empty payload became %q", became)
	}
}

// truncate: each packet with its chance loses from one byte to so many at its end, each number equally often, and no more than it has.
func truncate(t *testing.T) {
	const n, c, most = 20_000, sim.Chance(200_000), 4
	l := newLab(t, fixtures.Truncate(c, most))
	const payload = "0123456789"
	became, changed := l.altered(n, payload)
	near(t, "truncated", changed, n, c)
	lost := map[int]int{}
	for _, got := range became {
		if !strings.HasPrefix(payload, got) {
			t.Fatalf("%q became %q", payload, got)
		}
		lost[len(payload)-len(got)]++
	}
	for bytes := 1; bytes <= most; bytes++ {
		near(t, fmt.Sprintf("shorter by %d", bytes), lost[bytes], changed, 1_000_000/most)
	}
	fired := uint64(changed)
	l.account(sim.Ledger{Name: "truncate by 4 bytes 20%", Armed: true, Eligible: n, Fired: fired, Changed: fired})
	l = newLab(t, fixtures.Truncate(sim.Percent(100), 65507))
	if became, _ := l.altered(1, "a"); became[0] != "" {
		t.Fatalf("one byte became %q", became[0])
	}
	if became, _ := l.altered(1, ""); became[len(became)-1] != "" {
		t.Fatalf("an empty payload became %q", became)
	}
}

// mtu: what fits the link passes, one byte more does not.
func mtu(t *testing.T) {
	l := newLab(t, fixtures.MTU(68))
	fits := strings.Repeat("x", 40)
	l.say(l.a, l.b, fits)
	l.say(l.a, l.b, fits+"x")
	l.Run(0)
	l.expect("0s a lost "+fits+"x: too big", "0s b got "+fits)
	l.account(sim.Ledger{Name: "mtu 68", Armed: true, Eligible: 1, Fired: 1, Changed: 1, Dropped: 1})
}

// replay: each packet arrives as if nothing were, and with its chance once more, from the least to the most later.
func replay(t *testing.T) {
	const n, c, least, most = 20_000, sim.Chance(200_000), second, 3 * second
	l := newLab(t, fixtures.Replay(c, least, most))
	var later []time.Duration
	for _, f := range l.stream(n) {
		if f[0] != 0 || len(f) > 2 {
			t.Fatalf("a packet arrived after %v", f)
		}
		if len(f) == 2 {
			later = append(later, f[1])
		}
	}
	near(t, "replayed", len(later), n, c)
	fits(t, later, func(s float64) float64 { return min(1, max(0, (s-1)/2)) })
	fired := uint64(len(later))
	l.account(sim.Ledger{Name: "replay 1s–3s later 20%", Armed: true, Eligible: n, Fired: fired, Changed: fired, Copied: fired})
}

// loseBurst: in slots of ten packets all or none is lost, as many slots as the chance says, and others on the way back.
func loseBurst(t *testing.T) {
	const n, slot, c = 40_000, 10, sim.Chance(150_000)
	l := newLab(t, fixtures.LoseBurst(c, slot*millisecond))
	fates := l.stream(n)
	lost, turns := 0, map[int]int{}
	for i, f := range fates {
		if len(f) == 0 {
			lost++
		}
		if i > 0 && len(f) != len(fates[i-1]) {
			turns[i%slot]++
		}
	}
	near(t, "slots lost", lost/slot, n/slot, c)
	if len(turns) != 1 {
		t.Fatalf("bursts begin and end at %v of %d packets", turns, slot)
	}
	l.account(sim.Ledger{Name: "lose bursts of 10ms 15%", Armed: true, Eligible: n, Fired: uint64(lost), Changed: uint64(lost), Dropped: uint64(lost)})
	l = newLab(t, fixtures.LoseBurst(sim.Percent(50), slot*millisecond))
	for range 1000 {
		l.say(l.a, l.b, "there")
		l.say(l.b, l.a, "back")
		l.Run(millisecond)
	}
	both := strings.Count(l.takeLost(), "back there")
	if both > 1 {
		t.Fatalf("both directions are lost together: %d", both)
	}
}

// matching: a rule happens to the packets of that pattern and to no other.
func matching(t *testing.T) {
	second, err := fixtures.Matching("1:62 1:6.7a")
	check(t, err)
	l := newLab(t, fixtures.Where(second, sim.Loss(sim.Percent(100))))
	for _, text := range []string{"ab", "abc", "b", "a", "acz", "acx", ""} {
		l.say(l.a, l.b, text)
	}
	l.Run(0)
	l.expect("0s a lost ab: loss", "0s a lost abc: loss", "0s a lost acz: loss", "0s b got b", "0s b got a", "0s b got acx", "0s b got ")
	l.account(sim.Ledger{Name: "loss 100%", Armed: true, Eligible: 3, Fired: 3, Changed: 3, Dropped: 3})
}
