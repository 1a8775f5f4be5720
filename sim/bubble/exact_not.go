//go:build !overlaytest

package bubble

// Exact says whether this test binary was built by overlaytest test: whether one seed has one history.
const Exact = false

// reseed has nothing to set in a plain runtime.
func reseed(uint64) {}

// reseedSelf has nothing to set either.
func reseedSelf(uint64) {}

// outsiders are not seen in a plain runtime.
func outsiders() []uintptr { return nil }
