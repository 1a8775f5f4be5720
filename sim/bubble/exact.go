//go:build overlaytest

package bubble

import _ "unsafe" // for go:linkname

// Exact says that this test binary was built by overlaytest test: that one seed has one history.
const Exact = true

// reseed sets the random state that the goroutines share of the bubble that the calling one is in. The runtime that overlaytest test builds with has it.
//
//go:linkname reseed
func reseed(seed uint64)

// reseedSelf gives the calling goroutine, alone of those of its bubble, a random state of its own.
//
//go:linkname reseedSelf
func reseedSelf(seed uint64)

// outsiders returns where the goroutines began that ran outside of bubbles while there were any; the rest is zero.
//
//go:linkname outsiders
func outsiders() []uintptr
