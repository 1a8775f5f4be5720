package wire

import (
	"errors"
	"fmt"
)

// What goes wrong. Every error of this package wraps one of these, or what a [Custom] returned, and names struct and field.
var (
	// ErrTruncated is data that ends inside a field.
	ErrTruncated = errors.New("data ends early")
	// ErrExtraData is data left over after the last field.
	ErrExtraData = errors.New("data left over")
	// ErrRange is a number too large or small, or bytes too long or too many, for its format or its Go type.
	ErrRange = errors.New("out of range")
	// ErrInvalid is a value its format cannot hold: text that is not UTF-8, an address of the wrong kind, a part of a unit.
	ErrInvalid = errors.New("invalid value")
	// ErrStruct is a Go type that cannot be a wire struct, found when it is compiled.
	ErrStruct = errors.New("not a wire struct")
)

// A fault is an error on its way up: each level puts its name before the path. The text is made only when somebody reads it.
type fault struct {
	path       string
	kind       error
	detail     string
	need, have int // bytes, of ErrTruncated
}

func (f *fault) Error() string {
	switch {
	case f.need > 0:
		return fmt.Sprintf("wire: %s: %v: %d bytes needed, %d left", f.path, f.kind, f.need, f.have)
	case f.detail == "":
		return fmt.Sprintf("wire: %s: %v", f.path, f.kind)
	}
	return fmt.Sprintf("wire: %s: %v: %s", f.path, f.kind, f.detail)
}

func (f *fault) Unwrap() error { return f.kind }

// in names the struct or field that holds what went wrong.
func (f *fault) in(name string) *fault {
	switch {
	case f.path == "" || f.path[0] == '[':
		f.path = name + f.path
	default:
		f.path = name + "." + f.path
	}
	return f
}

func truncated(need, have int) *fault { return &fault{kind: ErrTruncated, need: need, have: have} }

func outside(format string, args ...any) *fault {
	return &fault{kind: ErrRange, detail: fmt.Sprintf(format, args...)}
}

func invalid(format string, args ...any) *fault {
	return &fault{kind: ErrInvalid, detail: fmt.Sprintf(format, args...)}
}

func unfit(format string, args ...any) *fault {
	return &fault{kind: ErrStruct, detail: fmt.Sprintf(format, args...)}
}
