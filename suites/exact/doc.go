// Package exact has no code: its tests play programs that race for everything Go has, each many times in processes of their own, and count
// the histories. They are run by go run ./cmd/overlaytest test ./suites/exact.
package exact
