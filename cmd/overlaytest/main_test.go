package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// said runs a command line, and returns its exit code and what it prints.
func said(args ...string) (code int, out, errs string) {
	var o, e strings.Builder
	code = run(args, &o, &e)
	return code, o.String(), e.String()
}

func TestHelp(t *testing.T) {
	for _, c := range []struct {
		args, want string
		code       int
	}{
		{"help", "overlaytest diverge", 0},
		{"help test", "-race", 0},
		{"test -h", "-race", 0},
		{"help diverge", "by experiment", 0},
		{"version", ": known", 0},
		{"", "overlaytest test", misuse},
		{"help tests", `no help about "tests"`, misuse},
		{"tset ./...", `no verb "tset"; there are: test, diverge`, misuse},
		{"test -race ./...", "run the tests with -race apart", misuse},
		{"test -overlay=x.json", "one overlay at a time", misuse},
		{"test -tags", "-tags needs a value", misuse},
		{"diverge -exec=wine .", "runs the tests itself", misuse},
	} {
		code, out, errs := said(strings.Fields(c.args)...)
		if code != c.code || !strings.Contains(out+errs, c.want) || (code == 0) != (errs == "") {
			t.Errorf("%q: %d, want %d and %q in:\n%s%s", c.args, code, c.code, c.want, out, errs)
		}
	}
}

func TestFlagsOfGoTestPassThrough(t *testing.T) {
	for _, c := range []struct{ args, tags, folder, exec, rest string }{
		{"./...", "overlaytest", "", "", "./..."},
		{"-run ^TestX$ -v ./a -json ./b", "overlaytest", "", "", "-run ^TestX$ -v ./a -json ./b"},
		{"-tags a,b -c -o x.test .", "overlaytest,a,b", "", "", "-c -o x.test ."},
		{"--tags=a . -tags=b", "overlaytest,a,b", "", "", "."},
		{"-race=false -cpu=1 .", "overlaytest", "", "", "."},
		{"-C there -exec qemu .", "overlaytest", "there", "qemu", "."},
		{". -args -race -tags x", "overlaytest", "", "", ". -args -race -tags x"},
	} {
		f, err := parse(strings.Fields(c.args))
		if err != nil || f.tags != c.tags || f.folder != c.folder || f.exec != c.exec || !slices.Equal(f.rest, strings.Fields(c.rest)) {
			t.Errorf("%q: %+v, %v", c.args, f, err)
		}
	}
}

func TestATestIsRunAgainAsItWasBuilt(t *testing.T) {
	f, err := parse(strings.Fields("-C there -tags a -v -modfile old/go.mod -mod=mod -run X . -args -tags b"))
	if want := "-C=there -tags=a -modfile=old/go.mod -mod=mod"; err != nil || strings.Join(f.built, " ") != want {
		t.Errorf("%q, %v, want %q", f.built, err, want)
	}
	if f, err := parse([]string{"-C", "a folder"}); err != nil || f.folder != "a folder" || f.built[0] != "-C='a folder'" {
		t.Errorf("%+v, %v", f, err)
	}
	if want := "-v -modfile=old/go.mod -mod=mod -run X . -args -tags b"; strings.Join(f.rest, " ") != want {
		t.Errorf("the rest is %q, want %q", f.rest, want)
	}
}

func TestWithoutGoTheErrorSaysSo(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if code, _, errs := said("test", "./..."); code != misuse || !strings.Contains(errs, "no go in PATH") {
		t.Errorf("%d: %s", code, errs)
	}
}

func TestFlagsInTheEnvironmentAreHeeded(t *testing.T) {
	for _, c := range []struct{ flags, want, err string }{
		{"-buildvcs=false -tags=a", "overlaytest,b,a", ""},
		{"-race", "", "GOFLAGS=-race"},
	} {
		tags, err := environment{GOFLAGS: c.flags}.heed("overlaytest,b")
		if tags != c.want || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: %s, %v", c.flags, tags, err)
		}
	}
}

func TestTheCommandIsSpelledAsItWasCalled(t *testing.T) {
	for program, want := range map[string]string{ // any order: each by itself
		"/scratch/go-build123/b001/exe/overlaytest": "go run github.com/overlaytest/overlaytest/cmd/overlaytest test",
		"/programs/overlaytest":                     "overlaytest test",
		"overlaytest.exe":                           "overlaytest test",
	} {
		if got := spelled(program); got != want {
			t.Errorf("%s is %q, want %q", program, got, want)
		}
	}
}

// TestAModuleOfItsOwnIsTested runs overlaytest test in a module elsewhere, whose tests pass, and fail. It builds Go's packages anew, so it is
// run where they are built already: by overlaytest test.
func TestAModuleOfItsOwnIsTested(t *testing.T) {
	if os.Getenv(commandVariable) == "" {
		t.Skip("run by: go run ./cmd/overlaytest test ./cmd/overlaytest")
	}
	folder := t.TempDir()
	for name, text := range map[string]string{ // any order: each is a file
		"go.mod":    "module example.com/user\n\ngo 1.26.0\n",
		"a_test.go": "//go:build overlaytest && mine\n\npackage user\n\nimport (\n\t\"os\"\n\t\"runtime\"\n\t\"testing\"\n)\n\nfunc TestOne(t *testing.T) { println(\"on\", runtime.GOMAXPROCS(0), os.Getenv(\"OVERLAYTEST_COMMAND\") != \"\") }\n\nfunc TestBad(t *testing.T) { t.Fatal(\"bad\") }\n",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if code, out, errs := said("test", "-C", folder, "-tags=mine", "-run=TestOne", "-v", "./..."); code != 0 || !strings.Contains(out+errs, "on 1 true") {
		t.Errorf("%d: %s%s", code, out, errs)
	}
	if code, out, errs := said("test", "-C", folder, "-tags=mine", "."); code != 1 || !strings.Contains(out+errs, "FAIL: TestBad") {
		t.Errorf("%d: %s%s", code, out, errs)
	}
}
