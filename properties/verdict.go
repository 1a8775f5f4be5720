package properties

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/overlaytest/overlaytest/harness"
)

// verdict is what came of one scenario. While it is being judged, it is the test that the world fails.
type verdict struct {
	law      string
	test     string // the name of the test that asks
	scenario harness.Scenario
	replay   string
	failed   bool
	promise  string // tells failures apart: a headline of the harness, or the place that failed the test; no addresses, no times
	failure  string
	logs     []string
	cleanups []func()
}

// stopped is what ends a judge whose world failed.
type stopped struct{}

// EndsTest has worlds pass it on.
func (stopped) EndsTest() {}

func (v *verdict) Helper()                    {}
func (v *verdict) Name() string               { return v.test }
func (v *verdict) Failed() bool               { return v.failed }
func (v *verdict) Cleanup(f func())           { v.cleanups = append(v.cleanups, f) }
func (v *verdict) Logf(form string, a ...any) { v.logs = append(v.logs, fmt.Sprintf(form, a...)) }

// Fatalf notes the failure and ends the judge.
func (v *verdict) Fatalf(form string, a ...any) {
	v.failed, v.failure = true, strings.TrimSpace(fmt.Sprintf(form, a...))
	if place, own := failingPlace(); own {
		v.promise, v.failure = place, place+": "+v.failure
	} else {
		v.promise, _, _ = strings.Cut(v.failure, "\n")
	}
	panic(stopped{})
}

// failingPlace is the file and line that called Fatalf, or Gomega's Expect, and whether that is the judge's own: not the harness.
func failingPlace() (place string, own bool) {
	pcs := make([]uintptr, 16)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	for {
		f, more := frames.Next()
		if !more || strings.HasPrefix(f.Function, "github.com/overlaytest/overlaytest/harness.") {
			return "", false
		}
		if !strings.HasPrefix(f.Function, "github.com/onsi/gomega") {
			return fmt.Sprintf("%s:%d", filepath.Base(f.File), f.Line), true
		}
	}
}

// judge plays a scenario and has it judged.
func (l Law[O]) judge(t harness.TB, s harness.Scenario) (v *verdict) {
	v = &verdict{law: l.Name, test: t.Name(), scenario: s}
	judged := false
	defer func() {
		v.cleanUp()
		if judged {
			return
		}
		if p := recover(); p != nil && p != (stopped{}) {
			defer panic(p)
		}
		if !v.failed {
			t.Logf("%s", v.report("the test was ended from inside the judge"))
		}
	}()
	r := harness.Start(v, s, l.Boot)
	r.ReplayWith(caseVariable + "=" + quote(v.json()))
	v.replay = r.Replay()
	r.Guard(func() { l.Judge(r) })
	judged = true
	return v
}

func (v *verdict) cleanUp() {
	for i := len(v.cleanups) - 1; i >= 0; i-- {
		v.cleanups[i]()
	}
}

func (v *verdict) json() string {
	text, err := json.Marshal(v.scenario)
	if err != nil {
		panic(fmt.Sprintf("properties: a scenario that is not JSON: %v", err))
	}
	return string(text)
}

// report is what a test fails with: the law, what broke it, how to see it again, and the world.
func (v *verdict) report(world string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "the law %q does not hold: %s\n", v.law, v.failure)
	if !strings.Contains(v.failure, "\nreplay: ") {
		fmt.Fprintf(&b, "replay: %s\n", v.replay)
	}
	for _, line := range v.logs {
		fmt.Fprintf(&b, "log: %s\n", line)
	}
	fmt.Fprintf(&b, "%s, for Law.Replay:\n%#v", world, v.scenario)
	return b.String()
}
