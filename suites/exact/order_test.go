package exact_test

import (
	"context"
	"net/netip"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/properties"
	"github.com/overlaytest/overlaytest/sim/bubble"
)

// purse counts coins that two goroutines put in. It has a bug: between looking at the sum and writing it, another may put one in, which is
// lost then; but only if the goroutines run in that order.
type purse struct {
	coins    chan struct{}
	in, want int
}

func open(h *bubble.Host, _ []netip.AddrPort) (*purse, error) {
	p := &purse{coins: make(chan struct{}, 100)}
	for range 2 {
		h.Go(func(ctx context.Context) {
			for {
				select {
				case <-p.coins:
					p.put()
				case <-ctx.Done():
					return
				}
			}
		})
	}
	return p, nil
}

func (p *purse) put() {
	sum := p.in
	if sum%3 == 1 {
		runtime.Gosched()
	}
	p.in = sum + 1
}

const orderVariable = "OVERLAYTEST_ORDER_BUG"

func TestCoinsAreNotLost(t *testing.T) {
	if os.Getenv(orderVariable) == "" {
		t.Skip("for TestAnOrderBugIsFoundAndReplayed")
	}
	properties.Law[*purse]{
		Name:   "no coin is lost",
		Space:  properties.Scenarios(properties.Nodes(2, 5), properties.Ops("give", 6), properties.Duration(10*time.Second)),
		Boot:   bubble.Boot(open),
		Around: bubble.Around(t),
		Judge: func(r *harness.Run[*purse]) {
			r.On("give", func(m *harness.Member[*purse], _ uint64) {
				for range 2 {
					m.Overlay.want++
					m.Overlay.coins <- struct{}{}
				}
			})
			r.Play()
			for _, m := range r.Members {
				if m.Overlay.in != m.Overlay.want {
					r.T.Fatalf("coins are lost")
				}
			}
		},
	}.Check(t)
}

// TestAnOrderBugIsFoundAndReplayed has a law look for the lost coin twice, wants both to tell the same story, and the world it prints to
// fail again.
func TestAnOrderBugIsFoundAndReplayed(t *testing.T) {
	if !bubble.Exact {
		t.Skip("run by: go run ./cmd/overlaytest test ./suites/exact")
	}
	folder := t.TempDir()
	one, other := lost(t, folder), lost(t, t.TempDir())
	if one != other {
		t.Errorf("two searches tell\n%s\nand\n%s", one, other)
	}
	replay := regexp.MustCompile(`OVERLAYTEST_CASE='?([^' ]+)'? \S.* test github.com/overlaytest/overlaytest/suites/exact -run`).FindStringSubmatch(one)
	if replay == nil {
		t.Fatalf("no command is printed in\n%s", one)
	}
	if again := lost(t, folder, "OVERLAYTEST_CASE="+replay[1]); !strings.Contains(again, "coins are lost") {
		t.Errorf("again it is\n%s", again)
	}
}

var durations = regexp.MustCompile(`\d+(\.\d+)?m?s\b`)

// lost runs the law, which keeps its cases in the folder, and returns what it tells, but for how long that took.
func lost(t *testing.T, folder string, env ...string) string {
	c := exec.Command(os.Args[0], "-test.run=^TestCoinsAreNotLost$")
	c.Dir = folder
	c.Env = append(append(os.Environ(), orderVariable+"=1"), env...)
	out, err := c.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "coins are lost") {
		t.Fatalf("no coin is lost:\n%s", out)
	}
	return durations.ReplaceAllString(string(out), "…")
}
