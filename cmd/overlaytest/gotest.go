package main

import (
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

// goTest makes the command that runs go test with the exact runtime.
func goTest(args []string) (*exec.Cmd, error) {
	tags, rest, err := ownFlags(args)
	if err != nil {
		return nil, err
	}
	g, err := findGo()
	if err != nil {
		return nil, err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, fmt.Errorf("a place for the edited files: %w", err)
	}
	overlay, err := exact.Overlay(g, filepath.Join(cache, "overlaytest"))
	if err != nil {
		return nil, err
	}
	command := exec.Command("go", append([]string{"test", "-overlay=" + overlay, "-tags=" + tags, "-p=1"}, rest...)...)
	command.Env = append(os.Environ(), "GOMAXPROCS=1", "GODEBUG="+godebug(os.Getenv("GODEBUG")))
	return command, nil
}

// ownFlags takes out of go test's flags those that this command sets itself: tags joins ours, an overlay cannot be joined.
func ownFlags(args []string) (tags string, rest []string, err error) {
	tags = tag
	for i := 0; i < len(args); i++ {
		name, value, given := strings.Cut(args[i], "=")
		switch strings.Replace(name, "--", "-", 1) {
		case "-args", "--":
			return tags, append(rest, args[i:]...), nil
		case "-overlay":
			return "", nil, errors.New("the flag -overlay is set already: go takes one overlay at a time, and the exact runtime is one")
		case "-race":
			return "", nil, errors.New("the flag -race: the race detector's runtime schedules by itself; run the tests with -race apart, by go test")
		case "-tags":
			if !given {
				if i++; i == len(args) {
					return "", nil, errors.New("the flag -tags needs a list of tags")
				}
				value = args[i]
			}
			tags += "," + value
		default:
			rest = append(rest, args[i])
		}
	}
	return tags, rest, nil
}

// findGo asks go which one it is.
func findGo() (exact.Go, error) {
	out, err := exec.Command("go", "env", "-json", "GOROOT", "GOVERSION").Output()
	if err != nil {
		return exact.Go{}, fmt.Errorf("go env: %w", err)
	}
	var g struct{ GOROOT, GOVERSION string }
	if err := json.Unmarshal(out, &g); err != nil {
		return exact.Go{}, fmt.Errorf("go env: %w", err)
	}
	return exact.Go{Version: g.GOVERSION, Root: g.GOROOT}, nil
}

// godebug adds to what the environment says that no goroutine is stopped in the middle of its work.
func godebug(said string) string {
	settings := strings.FieldsFunc(said, func(r rune) bool { return r == ',' })
	settings = slices.DeleteFunc(settings, func(s string) bool { return strings.HasPrefix(s, "asyncpreemptoff=") })
	return strings.Join(append(settings, "asyncpreemptoff=1"), ",")
}
