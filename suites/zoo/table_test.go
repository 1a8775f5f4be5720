package zoo_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/sim"
)

var aRow = row{
	exhibit: exhibit{name: "a bug", overlay: "an overlay"}, searches: 20, found: 19, same: 18, promise: "it works", worlds: 12, most: 34,
	cpu: 1500 * time.Millisecond, nodes: 3, events: 4, judge: 50, shrinking: 250 * time.Millisecond,
}

func TestTableSaysWhatTheSearchesCameTo(t *testing.T) {
	const want = "\na bug    an overlay  19 of 20  12 (34)        1.50 s  3      4       50    0.2 s      18    it works\n"
	if got := table([]row{aRow}); !strings.Contains(got, want) {
		t.Errorf("the table is %s\nwithout %s", got, want)
	}
}

func TestHistoryIsExtended(t *testing.T) {
	file := filepath.Join(t.TempDir(), history)
	for range 2 {
		if err := extend(file, []row{aRow}); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	const line = "\ta bug\tan overlay\t19\t20\t12\t34\t1.500\t3\t4\t50\t0.25\t18\tit works"
	lines := strings.Split(string(data), "\n")
	if len(lines) != 4 || !strings.HasSuffix(lines[1], line) || !strings.HasSuffix(lines[2], line) {
		t.Errorf("history is %q, want a heading and twice %q", lines, line)
	}
	if columns := strings.Count(lines[0], "\t"); columns != strings.Count(lines[1], "\t") {
		t.Errorf("the heading has %d tabs, the row %q", columns, lines[1])
	}
}

func TestLengthOfAStory(t *testing.T) {
	s := harness.Scenario{
		Loss: sim.Percent(1), Churn: make([]harness.Change, 2), Faults: make([]harness.Fault, 3), Work: make([]harness.Op, 4),
	}
	if got := length(s); got != 10 {
		t.Errorf("%d events, want 10", got)
	}
}

func TestMedianAndMost(t *testing.T) {
	if got := median([]int{9, 1, 5}); got != 5 {
		t.Errorf("the median of 9, 1, 5 is %d", got)
	}
	if got := most(map[string]int{"b": 2, "a": 2, "c": 1}); got != "a" {
		t.Errorf("the most common is %q", got)
	}
}
