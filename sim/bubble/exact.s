//go:build overlaytest

// This file lets exact.go declare a function without a body.
