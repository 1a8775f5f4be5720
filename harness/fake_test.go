package harness_test

import (
	"fmt"
	"os"
	"reflect"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/overlaytest/overlaytest/harness"
)

// fakeTB is a test that can fail without failing the one that runs it.
type fakeTB struct {
	name     string
	logs     []string
	failure  string
	failed   bool
	cleanups []func()
}

// ended is what the fake panics with where a test would end.
type ended struct{}

func (ended) EndsTest() {}

func (f *fakeTB) Helper()                    {}
func (f *fakeTB) Name() string               { return f.name }
func (f *fakeTB) Failed() bool               { return f.failed }
func (f *fakeTB) Cleanup(c func())           { f.cleanups = append(f.cleanups, c) }
func (f *fakeTB) Logf(form string, a ...any) { f.logs = append(f.logs, fmt.Sprintf(form, a...)) }
func (f *fakeTB) Fatalf(form string, a ...any) {
	f.failure, f.failed = fmt.Sprintf(form, a...), true
	panic(ended{})
}

// failing runs a test in a fake and returns what it failed with, the versions of lines that a change of this file would move taken out.
func failing(t *testing.T, test func(tb harness.TB)) string {
	t.Helper()
	f := trying(test)
	if !f.failed {
		t.Fatal("the test did not fail")
	}
	return lineless(f.failure)
}

// lineless has N for the lines of tests.
func lineless(text string) string {
	return regexp.MustCompile(`(_test\.go):\d+`).ReplaceAllString(text, "$1:N")
}

// trying runs a test in a fake, with its cleanups as testing runs them: the last one first.
func trying(test func(tb harness.TB)) (f *fakeTB) {
	f = &fakeTB{name: "TestThings"}
	ending(func() { test(f) })
	for i := len(f.cleanups) - 1; i >= 0; i-- {
		ending(f.cleanups[i])
	}
	return f
}

// ending runs something that may end a fake test.
func ending(part func()) {
	defer func() {
		if p := recover(); p != nil && p != (ended{}) {
			panic(p)
		}
	}()
	part()
}

func expect(t *testing.T, got, want string) {
	t.Helper()
	want = strings.TrimPrefix(strings.ReplaceAll(want, "\n\t", "\n"), "\n")
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// equals is a matcher in Gomega's shape.
type equals struct{ want any }

func (e equals) Match(actual any) (bool, error) { return reflect.DeepEqual(actual, e.want), nil }
func (e equals) FailureMessage(actual any) string {
	return fmt.Sprintf("Expected\n    <%T>: %v\nto equal\n    <%T>: %v", actual, actual, e.want, e.want)
}
func (e equals) NegatedFailureMessage(actual any) string {
	return fmt.Sprintf("Expected\n    <%T>: %v\nnot to equal\n    <%T>: %v", actual, actual, e.want, e.want)
}

// goexitTB ends as testing.T does.
type goexitTB struct{ fakeTB }

func (*goexitTB) FailNow() { runtime.Goexit() }

func sourceOf(t *testing.T, file string) string {
	t.Helper()
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(source)
}
