package bench

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestARowSaysWhetherItsBarIsMet(t *testing.T) {
	same, twice := float64(yardstick), 2*float64(yardstick)
	cases := []struct {
		limit         limit
		value, verify float64
		met, ratio    string
	}{
		{atMost(59 * time.Millisecond), 59e6, same, "yes", "1e+03"},
		{atMost(59 * time.Millisecond), 60e6, same, "NO", "1.02e+03"},
		{atMost(59 * time.Millisecond), 60e6, twice, "by ratio", "508"},
		{atMost(59 * time.Millisecond), 119e6, twice, "NO", "1.01e+03"},
		{atMost(59 * time.Millisecond), 58e6, same / 2, "by clock", "1.97e+03"},
		{atLeast(14e6), 14e6, same, "yes", "0.00121"},
		{atLeast(14e6), 8e6, twice, "by ratio", "0.00106"},
		{atLeast(14e6), 6.9e6, twice, "NO", "0.00123"},
		{atMostOf(allocsPerOp, 0), 1, twice, "NO", "-"},
		{atMostOf("B/node", 512), 512, same, "yes", "-"},
		{noLimit(cpuPerOp), 59e3, same, "-", "1"},
	}
	for _, c := range cases {
		r := row{limit: c.limit, value: c.value, verify: c.verify}
		if r.met() != c.met || r.ratio() != c.ratio {
			t.Errorf("%v with %v, verify %v: %s %s, want %s %s", c.limit, c.value, c.verify, r.met(), r.ratio(), c.met, c.ratio)
		}
	}
}

func TestValuesShowThreeDigits(t *testing.T) {
	cases := []struct{ got, want string }{
		{noLimit(cpuPerOp).show(59_432), "59.4µs"},
		{noLimit(cpuPerOp).show(1_234_567_890), "1.23s"},
		{noLimit(cpuPerOp).show(12), "12ns"},
		{atLeast(14e6).String(), "≥ 14 M events/cpu-s"},
		{atMost(60 * time.Millisecond).String(), "≤ 60ms"},
		{atMostOf("B/node", 512).String(), "≤ 512 B/node"},
		{noLimit(cpuPerOp).String(), "-"},
	}
	for _, c := range cases {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

func TestEventsAreCountedPerSecondOfProcessorTime(t *testing.T) {
	asked := flag.Lookup("test.benchtime").Value.String()
	defer flag.Set("test.benchtime", asked)
	if err := flag.Set("test.benchtime", "3x"); err != nil {
		t.Fatal(err)
	}
	var kept []*int
	r := testing.Benchmark(func(b *testing.B) {
		perSecond(b, func() uint64 {
			for i := range 1000 {
				kept = append(kept, &i)
			}
			return 1000
		})
	})
	if atLeast(1).of(r) <= 0 || noLimit(allocsPerEvent).of(r) < 1 {
		t.Errorf("reported %v, want events per second and at least one allocation each", r.Extra)
	}
}

func TestTheMedianIsTheMiddleOne(t *testing.T) {
	if m := median([]float64{9, 1, 5}); m != 5 {
		t.Errorf("median of 9, 1, 5 is %v", m)
	}
}

func TestTheHistoryIsExtended(t *testing.T) {
	file := filepath.Join(t.TempDir(), history)
	m := machine{"2026-01-02", "go1.26", "linux/amd64", "a cpu", "abc+"}
	r := row{name: "a world", limit: atMost(time.Second), value: 5e8, allocs: 3, verify: 59e3}
	for range 2 {
		if err := extend(file, m, []row{r}); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	line := "2026-01-02\tgo1.26\tlinux/amd64\ta cpu\tabc+\ta world\tcpu-ns/op\t5e+08\t≤ 1s\tyes\t3\t59000"
	if got := strings.Split(string(data), "\n"); len(got) != 4 || got[1] != line || got[2] != line {
		t.Errorf("history is %q, want a heading and twice %q", got, line)
	}
}
