package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/overlaytest/overlaytest/cmd/overlaytest/internal/exact"
)

// tag is the build tag under which sim/bubble knows that the runtime is exact.
const tag = "overlaytest"

// commandVariable tells tests what to print in place of "go test" where they say how to run them again.
const commandVariable = "OVERLAYTEST_COMMAND"

// flags are those of go test, as far as they concern this command.
type flags struct {
	folder string   // of -C
	tags   string   // ours and those given
	exec   string   // of -exec
	built  []string // those given that say what is built: they belong to how a test is run again
	rest   []string
}

// goTest makes the command that runs go test with the exact runtime.
func goTest(args []string) (*exec.Cmd, error) {
	f, err := parse(args)
	if err != nil {
		return nil, err
	}
	return f.command()
}

func (f flags) command() (*exec.Cmd, error) {
	g, err := findGo(f.folder)
	if err != nil {
		return nil, err
	}
	if f.tags, err = g.heed(f.tags); err != nil {
		return nil, err
	}
	overlay, err := g.overlay()
	if err != nil {
		return nil, err
	}
	head := []string{"test", "-overlay=" + overlay.File, "-tags=" + f.tags, "-p=1"}
	if f.folder != "" {
		head = append([]string{"-C", f.folder}, head...)
	}
	if f.exec != "" {
		head = append(head, "-exec="+f.exec)
	}
	command := exec.Command("go", append(head, f.rest...)...)
	command.Env = append(os.Environ(), "GOMAXPROCS=1", commandVariable+"="+strings.Join(append([]string{spelled(os.Args[0])}, f.built...), " "))
	if overlay.Root != g.GOROOT { // a view of it, which go must take for its own
		command.Path = filepath.Join(overlay.Root, "bin", filepath.Base(command.Path))
		command.Err = nil
		command.Env = append(command.Env, "GOROOT="+overlay.Root, "GOTOOLCHAIN=local")
	}
	return command, nil
}

// spelled is how a person calls this command, of which program is the file: one that go run made is gone when it ends.
func spelled(program string) string {
	if strings.Contains(filepath.ToSlash(program), "/go-build") {
		return "go run github.com/overlaytest/overlaytest/cmd/overlaytest test"
	}
	return strings.TrimSuffix(filepath.Base(program), ".exe") + " test"
}

// quoted is a value as a person gives it to a shell.
func quoted(value string) string {
	if strings.ContainsAny(value, " \t") {
		return "'" + value + "'"
	}
	return value
}

// refused says why a flag of go test cannot be had.
var refused = map[string]string{
	"overlay": "go takes one overlay at a time, and the exact runtime is one",
	"race":    "the race detector's runtime schedules by itself; run the tests with -race apart, by go test",
	"msan":    "its runtime schedules by itself; run the tests with -msan apart, by go test",
	"asan":    "its runtime schedules by itself; run the tests with -asan apart, by go test",
	"cpu":     "the exact runtime has one processor",
}

// valued are the flags of go test that parse needs to know the values of, building those of them that say what is built.
var (
	valued   = []string{"tags", "C", "exec", "cpu", "mod", "modfile"}
	building = []string{"tags", "C", "mod", "modfile"}
)

// parse takes out of go test's flags those that this command sets itself: tags are joined with ours, some cannot be had.
func parse(args []string) (f flags, err error) {
	f.tags = tag
	for i := 0; i < len(args); i++ {
		name, value, given := strings.Cut(args[i], "=")
		if !strings.HasPrefix(name, "-") {
			f.rest = append(f.rest, args[i])
			continue
		}
		name = strings.TrimPrefix(strings.TrimPrefix(name, "-"), "-")
		if name == "args" || name == "" {
			f.rest = append(f.rest, args[i:]...)
			break
		}
		if slices.Contains(valued, name) {
			if !given {
				if i++; i == len(args) {
					return f, fmt.Errorf("the flag -%s needs a value", name)
				}
				value = args[i]
			}
		}
		if slices.Contains(building, name) {
			f.built = append(f.built, "-"+name+"="+quoted(value))
		}
		switch why, bad := refused[name]; {
		case bad && value != "false" && !(name == "cpu" && value == "1"):
			return f, fmt.Errorf("the flag -%s: %s", name, why)
		case bad:
		case name == "tags":
			f.tags += "," + value
		case name == "C":
			f.folder = value
		case name == "exec":
			f.exec = value
		case name == "mod" || name == "modfile":
			f.rest = append(f.rest, "-"+name+"="+value)
		default:
			f.rest = append(f.rest, args[i])
		}
	}
	return f, nil
}

// environment is what go says of itself.
type environment struct{ GOROOT, GOVERSION, GOMODCACHE, GOFLAGS string }

// findGo asks the go that tests in this folder, "" for the current one, which one it is: the module there may ask for another.
func findGo(folder string) (e environment, err error) {
	c := exec.Command("go", "env", "-json", "GOROOT", "GOVERSION", "GOMODCACHE", "GOFLAGS")
	c.Dir = folder
	var said bytes.Buffer
	c.Stderr = &said
	out, err := c.Output()
	if errors.Is(err, exec.ErrNotFound) {
		return e, errors.New("there is no go in PATH: Go 1.26 or later is needed, from https://go.dev/dl")
	}
	if err != nil {
		return e, fmt.Errorf("go env: %w: %s", err, bytes.TrimSpace(said.Bytes()))
	}
	if err := json.Unmarshal(out, &e); err != nil {
		return e, fmt.Errorf("go env: %w", err)
	}
	return e, nil
}

// overlay makes the edited files of this Go, in the user's cache folder.
func (e environment) overlay() (exact.Built, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return exact.Built{}, fmt.Errorf("no place for the edited files: %w", err)
	}
	return exact.Overlay(exact.Go{Version: e.GOVERSION, Root: e.GOROOT, Modules: e.GOMODCACHE}, filepath.Join(cache, "overlaytest"))
}

// heed joins what GOFLAGS sets with tags.
func (e environment) heed(tags string) (string, error) {
	f, err := parse(strings.Fields(e.GOFLAGS))
	if err != nil {
		return "", fmt.Errorf("GOFLAGS=%s: %w", e.GOFLAGS, err)
	}
	return tags + strings.TrimPrefix(f.tags, tag), nil
}
