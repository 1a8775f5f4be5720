package properties_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/overlaytest/overlaytest/harness"
)

// fakeTB is a test that can fail without failing the one that runs it.
type fakeTB struct {
	name    string
	logs    []string
	failure string
}

// ended is what the fake panics with where a test would end.
type ended struct{}

func (ended) EndsTest() {}

func (f *fakeTB) Helper()                    {}
func (f *fakeTB) Name() string               { return f.name }
func (f *fakeTB) Failed() bool               { return f.failure != "" }
func (f *fakeTB) Cleanup(func())             {}
func (f *fakeTB) Logf(form string, a ...any) { f.logs = append(f.logs, fmt.Sprintf(form, a...)) }
func (f *fakeTB) Fatalf(form string, a ...any) {
	f.failure = fmt.Sprintf(form, a...)
	panic(ended{})
}

func (f *fakeTB) run(test func(tb harness.TB)) {
	defer func() {
		if p := recover(); p != nil && p != (ended{}) {
			panic(p)
		}
	}()
	test(f)
}

// checking returns what a test called TestLaw fails with, "" if it does not.
func checking(test func(tb harness.TB)) string {
	f := &fakeTB{name: "TestLaw"}
	f.run(test)
	return f.failure
}

func expect(t *testing.T, got, want string) {
	t.Helper()
	want = strings.TrimPrefix(strings.ReplaceAll(want, "\n\t", "\n"), "\n")
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func expectPrefix(t *testing.T, got, want string) {
	t.Helper()
	if !strings.HasPrefix(got, want) {
		t.Errorf("got:\n%s\nwant it to begin with:\n%s", got, want)
	}
}

// empty is a matcher in Gomega's shape.
type empty struct{}

func (empty) Match(actual any) (bool, error) { return reflect.ValueOf(actual).Len() == 0, nil }
func (empty) FailureMessage(actual any) string {
	return fmt.Sprintf("Expected %v to be empty", actual)
}
func (empty) NegatedFailureMessage(actual any) string {
	return fmt.Sprintf("Expected %v not to be empty", actual)
}
