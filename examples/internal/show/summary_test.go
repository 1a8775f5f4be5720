package show

import (
	"strings"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/sim"
)

func TestSecondsHaveADecimalAndNoMoreThanNeeded(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0.0", 2 * time.Second: "2.0", 2500 * time.Millisecond: "2.5", 2050 * time.Millisecond: "2.05", 1999999 * time.Microsecond: "1.999",
		time.Hour: "3600.0", time.Millisecond: "0.001",
	} {
		if got := seconds(d); got != want {
			t.Errorf("%v is %s, want %s", d, got, want)
		}
	}
}

func TestTheMedianOfAnEvenNumberIsBetweenTwo(t *testing.T) {
	if got := halves(2+3) + " " + halves(3+3); got != "2.5 3" {
		t.Errorf("got %q", got)
	}
}

func TestDescribe(t *testing.T) {
	packet := make([]byte, 30)
	for id, want := range map[byte]string{1: "ping, 30 B", 246: "introduction request, 30 B", 99: "message 99, 30 B"} {
		packet[messageAt] = id
		if got := describe(packet); got != want {
			t.Errorf("%d is %q, want %q", id, got, want)
		}
	}
	if got := describe(packet[:22]); got != "22 B" {
		t.Errorf("a packet without message is %q", got)
	}
}

func TestProgressIsSaidWhenItTakesLong(t *testing.T) {
	var err strings.Builder
	p := &Play{Settings: preset, World: sim.New(1), program: "two", err: &err}
	p.progress()
	p.progress()
	if want := "two: 0 peers, 0s of 10s, 0 events\n"; err.String() != want {
		t.Errorf("got %q, want %q once", err.String(), want)
	}
}
